"""What people see on a terminal and hand to a spreadsheet: tables that fit, filters that are checked, two currencies."""
import csv
import datetime
import io
import json
import re
import sqlite3
import unicodedata

import pytest

from configuration import configuration, merged, price, prices
from harness import Gateway
from test_reports import terminal
from upstream import ScriptedUpstream, completion, usage

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LONG = "customer-support-assistant-for-the-northern-region"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """A gateway with calls in two currencies, without a price, of users, and with a budget that is nearly used up."""
    server = ScriptedUpstream()
    config = merged(configuration(server.url), {
        "models": {"euro": {"targets": [{"provider": "up", "model": "euro"}]},
                   "unpriced": {"targets": [{"provider": "up", "model": "unknown"}]}},
        "applications": {LONG: {"team": "north", "models": ["scripted", "euro"], "budgets": [
            {"window": "day", "limit": "0.0005 USD"}, {"window": "day", "limit": "5 USD", "each": "user"}]}},
    })
    config["applications"]["app"] |= {"team": "south"}
    config["applications"]["app"]["models"] += ["euro", "unpriced"]
    book = prices()
    book["prices"].append(price("up", "euro", currency="EUR"))
    book["fx"] = [{"date": str(TODAY), "base": "EUR", "quote": "USD", "rate": 1.1, "source": "test"}]
    gateway = Gateway(tmp_path_factory.mktemp("books"), config, prices_file=book).start()
    server.script = lambda call: call.answer(completion(used=usage(1000, 100)))
    app, long = gateway.key(), gateway.key(LONG, "--name", "web")
    try:
        for _ in range(3):
            assert gateway.chat(app, "scripted")[0] == 200
        for _ in range(2):
            assert gateway.chat(app, "euro")[0] == 200
        assert gateway.chat(app, "unpriced")[0] == 200
        assert gateway.chat(long, "scripted", max_tokens=100, headers={"x-llmgw-user": "bob"})[0] == 200
        assert gateway.chat(long, "scripted", max_tokens=100, headers={"x-llmgw-user": "ada"})[0] == 200
        yield gateway
    finally:
        gateway.kill()
        server.close()


def shown(line):
    """Columns of a terminal that a line takes."""
    plain = re.sub("\x1b\\[[0-9;]*m", "", line)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in plain)


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("command", [
    ["costs", "--by", "application,model", "--corrections", "--compare", "previous"], ["budgets", "--forecast"],
    ["keys", "list"], ["requests"], ["alerts", "list"], ["feedback", "list"], ["prices", "list"],
    ["prices", "reprice", "--day", "this"]], ids=lambda command: " ".join(command[:2]))
def test_tables_fit_the_terminal(books, width, command):
    text = terminal(width, *command, "--config", books.path)
    plain = books.cli(*command).stdout
    # A last column of notes may be left out; what is shown is whole: every figure is one of the full table's.
    assert max(shown(line) for line in text.splitlines()) <= width, text
    figures = set(re.findall(r"\d[\d,.]*\d", plain))
    table = re.sub("\x1b\\[[0-9;]*m", "", text).split("Left out for width")[0]
    assert set(re.findall(r"(?<![…\w])\d[\d,]*\.\d+(?!…)", table)) <= figures


def test_what_is_left_out_is_named_and_a_pipe_has_it(books):
    narrow = terminal(80, "requests", "--config", books.path)
    assert "Left out for width: attempts" in narrow
    assert "attempts" in books.cli("requests").stdout and "Left out" not in books.cli("requests").stdout


def test_shares_and_states_have_colours_on_a_terminal_alone(books):
    text = terminal(140, "budgets", "--scope", "application", "--config", books.path)
    assert re.search("\x1b\\[3[13]m8?\\d+\\.\\d %\x1b\\[m", text), text
    assert "\x1b[32mvalid\x1b[m" in terminal(140, "keys", "list", "--config", books.path)
    assert "\x1b" not in books.cli("budgets").stdout + books.cli("keys", "list").stdout


# MARK: Two currencies


def rows(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_each_currency_has_the_counts_of_its_own_calls(books):
    found = [row for row in rows(books.cli("costs", "--format", "csv").stdout) if row["application"] == "app"]
    assert [(row["currency"], row["requests"], row["input_tokens"], row["unpriced_requests"], row["cost"]) for row in found] == [
        ("EUR", "2", "2000", "0", "0.000420000"), ("USD", "3", "3000", "0", "0.000630000"), ("", "1", "1000", "1", "")]
    total = books.costs()["total"]
    assert sum(int(row["requests"]) for row in rows(books.cli("costs", "--format", "csv").stdout)) == total["requests"] == 8


def test_spreadsheets_of_europe_get_semicolons_and_commas(books):
    text = books.cli("costs", "--format", "csv", "--csv-dialect", "eu", "--currency", "EUR").stdout
    assert rows(text, ";")[0]["cost"] == "0,000420000" and "." not in text.replace("0,000", "")
    priced = books.cli("prices", "list", "--format", "csv", "--csv-dialect", "eu").stdout
    assert "0,15" in priced and ";" in priced
    status, body, _ = books.get("/admin/v1/costs?format=csv&csv-dialect=eu&currency=EUR", admin=True)
    assert status == 200 and body.decode() == text


# MARK: Filters


@pytest.mark.parametrize("options, models", [
    (["--team", "north"], {"scripted"}), (["--model", "euro"], {"euro"}), (["--provider", "up"], {"scripted", "euro", "unpriced"}),
    (["--team", "south", "--model", "scripted"], {"scripted"}), (["--model", "unknown"], {"unpriced"})])
def test_filters_leave_the_rest_out(books, options, models):
    found = books.costs("--by", "model", *options)
    assert {row["model"] for row in found["rows"]} == models
    query = "&".join(f"{name[2:]}={value}" for name, value in zip(options[::2], options[1::2]))
    assert books.get(f"/admin/v1/costs?by=model&{query}", admin=True)[1] == found


@pytest.mark.parametrize("command, said", [
    (["costs", "--team", "nort"], "did you mean 'north'?"), (["costs", "--model", "scriptd"], "did you mean 'scripted'?"),
    (["costs", "--provider", "upp"], "did you mean 'up'?"), (["costs", "--app", "aap"], "did you mean 'app'?"),
    (["requests", "--app", "aap"], "did you mean 'app'?"), (["alerts", "list", "--app", "aap"], "did you mean 'app'?"),
    (["feedback", "list", "--app", "aap"], "did you mean 'app'?"), (["keys", "list", "aap"], "did you mean 'app'?"),
    (["budgets", "aap"], "did you mean 'app'?")])
def test_a_name_that_is_none_is_a_mistake(books, command, said):
    result = books.cli(*command, check=False)
    assert result.returncode == 2 and said in result.stderr, result.stderr


@pytest.mark.parametrize("path", ["costs", "requests", "alerts", "feedback"])
def test_every_report_of_the_admin_port_checks_its_application(books, path):
    status, body, _ = books.get(f"/admin/v1/{path}?app=aap", admin=True)
    assert status == 400 and body["error"]["param"] == "app" and "did you mean 'app'" in body["error"]["message"]


def test_the_admin_port_refuses_names_that_are_none(books):
    status, body, _ = books.get("/admin/v1/costs?model=scriptd", admin=True)
    assert status == 400 and body["error"]["param"] == "model" and "did you mean 'scripted'" in body["error"]["message"]


def test_rows_are_sorted_as_asked(books):
    costs = [row["cost"] for row in books.costs("--by", "key", "--currency", "USD", "--sort", "cost")["rows"] if row["cost"]]
    assert costs == sorted(costs, reverse=True)
    requests = [row["requests"] for row in books.costs("--by", "model", "--sort", "requests")["rows"]]
    assert requests == sorted(requests, reverse=True)


@pytest.mark.parametrize("name", ["day", "week", "month", "quarter", "year"])
def test_windows_have_words(books, name):
    this, last = books.costs(f"--{name}", "this"), books.costs(f"--{name}", "last")
    assert last["to"] == this["from"] and this["total"]["requests"] == 8 and last["total"]["requests"] == 0


def test_corrections_are_shown_and_left_out_as_of_an_earlier_day(start, upstream):
    gateway, key = start(None, upstream.url)
    upstream.script = lambda call: call.answer(completion(used=usage(1000, 100)))
    request = gateway.chat(key, "scripted")[2]["x-llmgw-request-id"]
    order = {"kind": "reprice", "reason": "r", "adjustments": [{"request": request, "attempt": 1, "nano": 1000}]}
    assert gateway.get("/admin/v1/adjustments", admin=True, method="POST", body=order)[0] == 200
    corrected = gateway.costs("--corrections")
    assert corrected["total"]["cost"] == "0.000211000" and corrected["total"]["corrections"] == "0.000001000"
    # As if the correction had come a week later.
    assert gateway.stop() == 0
    with sqlite3.connect(gateway.ledger) as file:
        file.execute("UPDATE adjustment SET at=at+7*86400000")
    gateway.start()
    now, then = gateway.costs("--corrections"), gateway.costs("--corrections", "--as-of", str(TODAY))
    assert now["total"]["cost"] == "0.000211000"
    assert then["total"]["cost"] == "0.000210000" and then["total"]["corrections"] == "0.000000000"
    before = str(TODAY - datetime.timedelta(days=1))
    assert gateway.costs("--month", "this", "--as-of", before)["total"]["requests"] == 0
    assert f"as of {TODAY}" in gateway.cli("costs", "--as-of", str(TODAY)).stdout


# MARK: Budgets and keys


def test_a_users_budget_is_found_by_its_name(books):
    found = json.loads(books.cli("budgets", "--user", "bob", "--format", "json").stdout)["budgets"]
    assert [(row["scope"], row["user"], row["posted"]) for row in found] == [("user", "bob", "0.000210000")]
    assert f"{LONG}/bob" in books.cli("budgets", "--user", "bob").stdout
    assert "Nothing was charged" in books.cli("budgets", "--user", "eve").stdout
    assert books.get("/admin/v1/budgets?user=bob", admin=True)[1]["budgets"] == found


def test_past_periods_are_listed(start):
    gateway, key = start({"applications": {"app": {"budgets": [{"window": "day", "limit": "5 USD"}]}}})
    gateway.chat(key, max_tokens=20)
    assert json.loads(gateway.cli("budgets", "--past", "--format", "json").stdout)["budgets"] == []
    assert gateway.stop() == 0
    with sqlite3.connect(gateway.ledger) as file:
        file.execute("UPDATE period SET starts_at=starts_at-400*86400000, ends_at=ends_at-400*86400000, label='then'")
    gateway.start()
    past = json.loads(gateway.cli("budgets", "--past", "--format", "json").stdout)["budgets"]
    assert past and {row["label"] for row in past} == {"then"}
    assert gateway.get("/admin/v1/budgets?past=true", admin=True)[1]["budgets"] == past


def test_keys_say_how_they_begin_and_when_they_were_used(start):
    gateway, key = start()
    unused = gateway.key("app", "--name", "spare")
    assert gateway.chat(key)[0] == 200
    found = {row["name"]: row for row in json.loads(gateway.cli("keys", "list", "--format", "json").stdout)["keys"]}
    assert found["spare"]["prefix"] == unused[:10] and found["spare"]["last_used"] is None
    used = next(row for row in found.values() if row["name"] != "spare")
    assert used["prefix"] == key[:10] and used["last_used"].startswith(str(TODAY))
    table = gateway.cli("keys", "list").stdout
    assert key[:10] + "…" in table and key not in table and "never" in table
    assert table.index("spare") < table.index(key[:10])  # the newest first
    listed = gateway.get("/admin/v1/keys", admin=True)[1]["keys"]
    assert {row["last_used"] for row in listed} == {None, used["last_used"]}


def test_costs_are_told_by_user(books):
    found = books.costs("--by", "application,user")
    by_user = {(row["application"], row["user"]): row["requests"] for row in found["rows"]}
    assert by_user.pop(("app", None)) == 6
    assert len(by_user) == 2 and set(by_user.values()) == {1} and all(app == LONG and len(user) == 16 for app, user in by_user)
    account = json.loads(books.cli("budgets", "--user", "bob", "--format", "json").stdout)["budgets"][0]["name"]
    assert (LONG, account.split("/")[1]) in by_user
    assert found["total"] == books.costs()["total"]
