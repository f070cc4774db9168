"""What finance sees: costs compared, foreseen, as shares of budgets, and in the columns of FOCUS 1.2."""
import contextlib
import csv
import fcntl
import hashlib
import io
import json
import os
import pty
import re
import struct
import subprocess
import termios
from decimal import Decimal

import pytest

from configuration import configuration, merged, price, prices
from harness import BINARY, ROOT, Gateway
from upstream import ScriptedUpstream, completion
from wire import Wire, post

PUBLISHED = [line for line in (ROOT / "Tests/Vectors/focus-1.2.csv").read_text().splitlines() if line[0] != "#"]
COLUMNS = {row["column"]: row for row in csv.DictReader(PUBLISHED)}

TEAMS = {
    "applications": {
        "app": {"team": "one"},
        "shop": {"team": "two", "models": ["sim-small", "sim-no-usage", "scripted"],
                 "budgets": [{"window": "day", "limit": "2 USD"}, {"window": "month", "limit": "40 USD"}]},
    },
}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """A gateway after a few calls of every kind: whole, streamed, of a prompt, presumed, refused, cached, unpriced."""
    server = ScriptedUpstream()
    config = merged(configuration(server.url), TEAMS)
    config["models"]["unpriced"] = {"targets": [{"provider": "up", "model": "unknown"}]}
    config["applications"]["app"]["models"].append("unpriced")
    odd = prices()
    odd["prices"][-2] = price("up", "scripted", input=0.1500001, cached_input=0.0375003, output=0.6000007)
    gateway = Gateway(tmp_path_factory.mktemp("books"), config, prices_file=odd).start()
    try:
        fill(gateway, server)
        yield gateway
    finally:
        gateway.kill()
        server.close()


def fill(gateway, server):
    server.script = lambda call: call.answer(completion(used={
        "prompt_tokens": 31, "completion_tokens": 7, "total_tokens": 38, "prompt_tokens_details": {"cached_tokens": 13}}))
    app, shop = gateway.key(), gateway.key("shop")
    for number in range(4):
        assert gateway.chat(app, text="word " * number)[0] == 200
        assert gateway.chat(app, "scripted")[0] == 200
        assert gateway.chat(shop, "scripted", max_tokens=50)[0] == 200
    greeting = {"model": "prompt:greeting@latest", "prompt": {"variables": {"name": "Ann"}}}
    assert gateway.get("/v1/chat/completions", app, method="POST", body=greeting)[0] == 200
    gateway.chat(shop, "sim-no-usage", max_tokens=20)
    gateway.chat(app, "nothing")
    gateway.chat(app, "unpriced")


def focus(gateway, *options):
    result = gateway.cli("costs", "--format", "focus", *options)
    return list(csv.DictReader(io.StringIO(result.stdout))), result


# MARK: FOCUS

def test_the_columns_are_those_of_the_published_list(books):
    rows, result = focus(books)
    header = result.stdout.splitlines()[0].split(",")
    theirs = [name for name in header if not name.startswith("x_")]
    assert theirs == sorted(theirs) and set(theirs) <= set(COLUMNS)
    assert header == theirs + [name for name in header if name.startswith("x_")]
    mandatory = {name for name, column in COLUMNS.items() if column["level"] == "Mandatory"}
    assert mandatory - set(theirs) == set() and len(mandatory) == 21
    assert {"InvoiceId", "ServiceSubcategory", "ChargeFrequency"} <= set(theirs)  # recommended
    assert rows


def test_every_value_is_of_its_column(books):
    for row in focus(books)[0]:
        for name, value in row.items():
            column = COLUMNS.get(name)
            if column is None:
                continue
            if value == "":
                assert column["nulls"] == "True", name
                continue
            assert value.strip(), name
            if column["values"]:
                assert value in column["values"].split("|"), name
            if column["type"] == "Decimal":
                assert re.fullmatch(r"-?\d+(\.\d+)?", value), (name, value)
            if column["type"] == "Date/Time":
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value), (name, value)
            if column["type"] == "JSON":
                assert all(not isinstance(member, (dict, list)) for member in json.loads(value).values())
            if column["format"] == "Currency Format":
                assert re.fullmatch(r"[A-Z]{3}", value), (name, value)


def test_costs_quantities_and_prices_agree(books):
    rows = focus(books)[0]
    kinds = {row["ChargeCategory"] for row in rows}
    assert kinds == {"Usage", "Adjustment"}
    for row in rows:
        assert row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]
        assert row["EffectiveCost"] == row["BilledCost"]
        if row["ChargeCategory"] == "Usage":
            quantity, unit = Decimal(row["PricingQuantity"]), Decimal(row["ListUnitPrice"])
            assert quantity * unit == Decimal(row["ListCost"]) == Decimal(row["ContractedCost"])
            units = {"Tokens": ("1000000 Tokens", 1_000_000), "Units": ("Units", 1), "Seconds": ("Seconds", 1)}
            priced, size = units[row["ConsumedUnit"]]
            assert row["PricingUnit"] == priced and quantity * size == Decimal(row["ConsumedQuantity"])
            assert row["SkuPriceId"].startswith(row["SkuId"] + "@")
        else:
            assert row["ListCost"] == row["ContractedCost"] == row["BilledCost"]
            assert not any(row[name] for name in ("ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit",
                                                  "ListUnitPrice", "SkuPriceId", "SkuPriceDetails", "PricingCategory"))


@pytest.mark.parametrize("options", [(), ("--app", "shop"), ("--zone", "America/New_York", "--from", "2026-01-01")])
def test_the_sum_is_the_cost_to_the_unit(books, options):
    rows = focus(books, *options)[0]
    total = books.costs(*options)["total"]
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal(total["cost"])
    presumed = [Decimal(row["BilledCost"]) for row in rows if row["x_Basis"] == "presumed"]
    assert sum(presumed) == Decimal(total["presumed"]) > 0
    for meter, name in (("Input Tokens", "input"), ("Cached Input Tokens", "cached_input"), ("Output Tokens", "output")):
        tokens = sum(Decimal(row["ConsumedQuantity"]) for row in rows if row["SkuMeter"] == meter)
        # A call without a price is in no row, but its tokens are known.
        assert tokens <= total[f"{name}_tokens"]
    assert {row["SkuMeter"] for row in rows} >= {"Input Tokens", "Cached Input Tokens", "Output Tokens", "Presumed"}


def test_what_the_rows_cannot_say_is_said_beside_them(books):
    assert "calls without a price in the price book: 1;" in focus(books)[1].stderr
    assert focus(books, "--app", "shop")[1].stderr == ""


# MARK: Comparison, forecast, budgets

def test_a_comparison_with_a_time_before_the_gateway_is_with_nothing(books):
    report = books.costs("--compare", "previous", "--by", "application,model")
    assert report["previous"]["complete"] is True and report["previous"]["to"] == report["from"]
    assert report["total"]["change"] == report["total"]["cost"]
    assert report["total"]["previous_cost"] == "0.000000000" and report["total"]["change_percent"] is None
    plain = books.costs("--by", "application,model")
    assert "previous" not in plain and "previous_cost" not in plain["total"]
    for row, other in zip(report["rows"], plain["rows"], strict=True):
        assert {name: row[name] for name in other} == other


def test_a_day_is_too_short_for_a_forecast(books):
    report = books.costs("--forecast")
    assert report["forecast"]["status"] == "too_early" and report["total"]["forecast_cost"] is None
    assert "too early for a forecast" in books.cli("costs", "--forecast").stdout


def test_shares_are_of_budgets_that_cover_the_window(books):
    rows = {row["application"]: row for row in books.costs("--budget-share")["rows"]}
    assert (rows["shop"]["budget"], rows["shop"]["budget_window"]) == ("2.000000000", "day")
    assert rows["app"]["budget"] is None
    month = books.costs("--month", books.costs()["from"][:7], "--budget-share")["rows"]
    assert {row["application"]: row["budget_window"] for row in month} == {"app": None, "shop": "month"}


@pytest.mark.parametrize("window", ["--week", "--month", "--quarter", "--year"])
def test_longer_windows_hold_what_today_holds(books, window):
    today = books.costs("--by", "day,week,month")["rows"][0]
    label = {"--week": today["week"], "--month": today["month"], "--year": today["day"][:4],
             "--quarter": f"{today['day'][:4]}-Q{(int(today['day'][5:7]) + 2) // 3}"}[window]
    assert books.costs(window, label)["total"] == books.costs()["total"]


# MARK: Everywhere the same

@pytest.mark.parametrize("query", [
    "by=team,week&compare=elapsed&forecast=true&budget-share=true", "format=csv&by=application,model&compare=previous",
    "format=table&budget-share=true", "format=focus&app=shop"])
def test_the_admin_api_answers_as_the_command_does(books, query):
    parameters = dict(pair.split("=") for pair in query.split("&"))
    options = []
    for name, value in parameters.items():
        options += [f"--{name}"] if value == "true" else [f"--{name}", value]
    if "format" not in parameters:
        options += ["--format", "json"]
    status, body, _ = books.get(f"/admin/v1/costs?{query}", admin=True)
    expected = books.cli("costs", *options).stdout
    assert status == 200
    assert (body if isinstance(body, dict) else body.decode()) == (
        json.loads(expected) if isinstance(body, dict) else expected)


@pytest.mark.parametrize("options, part", [
    (("--compare", "last"), "--compare"), (("--week", "2026-W60"), "is no week"), (("--quarter", "4"), "is no quarter"),
    (("--format", "focus", "--by", "day"), "leave it out"), (("--week", "2026-W01", "--year", "2026"), "choose one of")])
def test_a_wrong_question_ends_with_2(books, options, part):
    result = books.cli("costs", *options, check=False)
    assert result.returncode == 2 and part in result.stderr and result.stdout == ""


def terminal(columns, *arguments, **environment):
    """What a command shows on a terminal of that width."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([str(BINARY), *map(str, arguments)], stdin=child, stdout=child, stderr=child,
                          env=os.environ | {"TERM": "xterm"} | environment) as process:
        os.close(child)
        text = b""
        while True:
            try:
                piece = os.read(parent, 65_536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            text += piece
        process.wait()
    os.close(parent)
    return text.decode().replace("\r\n", "\n")


def test_bars_are_for_terminals_and_tables_fit_them(books):
    arguments = ("costs", "--budget-share", "--compare", "previous", "--config", books.path)
    wide = terminal(200, *arguments, NO_COLOR="1")
    assert "█░░░░░░░ <0.1 %" in wide and "\x1b" not in wide
    assert "░" not in books.cli(*arguments[:-2]).stdout
    narrow = terminal(72, *arguments, NO_COLOR="1")
    assert all(len(line) <= 72 for line in narrow.split("\n\n")[1].splitlines()) and "Left out for width" in narrow


def test_columns_are_aligned(books):
    table = books.cli("costs", "--compare", "previous", "--by", "application,model,upstream_model").stdout.split("\n\n")[1]
    lines = table.splitlines()
    widths = [len(part) for part in lines[-2].split("  ")]
    for line in lines:
        position = 0
        for width in widths:
            assert line[position + width:position + width + 2].strip() == "", line
            position += width + 2


# MARK: What was sent

BACKUP = {
    "providers": {"chats": {"kind": "openai", "api_key": "sk-chats", "responses_api": False}},
    "models": {"backed": {"targets": [{"provider": "up", "model": "scripted"}, {"provider": "chats", "model": "second"}]},
               "translated": {"targets": [{"provider": "chats", "model": "second"}]},
               "away": {"targets": [{"provider": "gone", "model": "third"}, {"provider": "up", "model": "scripted"}]}},
    "applications": {"app": {"models": ["scripted", "sim-small", "backed", "translated", "away"]}},
}


@pytest.fixture
def hashed(gateways, upstream):
    """Makes a call; returns the digests of its attempts, and those of the bodies that the upstream got for it."""
    nowhere = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "api_key": "sk-gone"}
    patch = merged(BACKUP, {"providers": {"chats": {"base_url": upstream.url}, "gone": nowhere}})
    gateway = gateways(patch, upstream.url).start()
    key = gateway.key()

    def call(path, body, status=200):
        upstream.requests.clear()
        with Wire(gateway.port) as wire:
            wire.send(post(path, key, body))
            answer = wire.answer()
        assert answer.status == status, answer.body
        request = answer.headers["x-llmgw-request-id"]
        page = json.loads(gateway.cli("requests", request, "--format", "json").stdout)
        digests = [attempt["request_sha256"] for attempt in page["attempts"]]
        text = gateway.cli("requests", request).stdout
        assert re.findall(r"^  sent +sha256 ([0-9a-f]{64})$", text, re.MULTILINE) == [one for one in digests if one]
        return digests, [hashlib.sha256(got.body).hexdigest() for got in upstream.requests]

    return call, gateway, upstream


@pytest.mark.parametrize("path, body", [
    ("/v1/chat/completions", {"model": "scripted", "messages": [{"role": "user", "content": "héllo"}], "max_tokens": 9}),
    ("/v1/chat/completions", {"model": "scripted", "messages": [{"role": "user", "content": "x"}], "stream": True}),
    ("/v1/responses", {"model": "translated", "input": "hello", "instructions": "Be brief."}),
    ("/v1/responses", {"model": "translated", "input": "hello", "stream": True}),
])
def test_an_attempt_has_the_hash_of_what_the_vendor_got(hashed, path, body):
    call, gateway, upstream = hashed
    digests, received = call(path, body)
    assert digests == received and len(received) == 1
    if path == "/v1/responses":
        assert upstream.requests[0].path == "/v1/chat/completions"
    gateway.verify()


def test_a_call_of_the_responses_api_that_passes_is_hashed_too(hashed):
    from test_responses import response, stream
    call, _, upstream = hashed
    for pieces in (False, True):
        upstream.script = (lambda call: call.stream(*stream("a"))) if pieces else (lambda call: call.answer(response()))
        digests, received = call("/v1/responses", {"model": "scripted", "input": "x", "stream": pieces})
        assert digests == received and len(received) == 1 and upstream.requests[0].path == "/v1/responses"


def test_both_attempts_of_a_fallback_have_their_own(hashed):
    call, gateway, upstream = hashed
    upstream.script = lambda call: (
        call.error(500) if call.request.json["model"] == "scripted" else call.answer(completion()))
    digests, received = call("/v1/chat/completions", {"model": "backed", "messages": [{"role": "user", "content": "x"}]})
    assert digests == received and len(set(received)) == 2
    gateway.verify()


def test_what_never_left_has_none(hashed):
    call, gateway, _ = hashed
    digests, received = call("/v1/chat/completions", {"model": "away", "messages": [{"role": "user", "content": "x"}]})
    assert digests == [None, *received] and len(received) == 1
    gateway.verify()


def test_a_call_whose_end_is_unknown_has_the_hash_all_the_same(hashed):
    call, gateway, upstream = hashed
    upstream.script = lambda call: call.reset()
    digests, received = call(
        "/v1/chat/completions", {"model": "scripted", "messages": [{"role": "user", "content": "x"}]}, status=502)
    assert digests == received and len(received) == 1
    assert [row["state"] for row in gateway.attempts()] == ["presumed"]


def test_the_ledger_keeps_thirty_two_bytes_and_nothing_after_a_crash(hashed):
    call, gateway, upstream = hashed
    _, received = call("/v1/chat/completions", {"model": "scripted", "messages": [{"role": "user", "content": "x"}]})
    assert [row["request_sha256"].hex() for row in gateway.query("SELECT request_sha256 FROM attempt")] == received
    key = gateway.key()

    def die(call):
        gateway.kill()
        call.close()

    upstream.script = die
    with contextlib.suppress(OSError):
        gateway.chat(key, "scripted")
    gateway.start()
    rows = gateway.query("SELECT state, request_sha256 AS hash FROM attempt ORDER BY request")
    assert [row["state"] for row in rows] == ["posted", "presumed"] and rows[1]["hash"] is None
    gateway.verify()
