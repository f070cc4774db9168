"""Budgets on every level: many calls at once against a small limit never exceed it, and the refusal names the level."""
import concurrent.futures
import json
import re
from decimal import Decimal

import pytest

from configuration import configuration, cost, merged, prices, write
from harness import wait_until

LIMIT = "0.0001 USD"  # two or three answers of sim-small
CALLS = 40

EXPERIMENT = {
    "id": "tone", "model": "sim-small", "unit": "user", "status": "running",
    "variants": [{"name": "warm", "weight": 1}, {"name": "cold", "weight": 0}],
}


def budgets(shared=(), own=()):
    return {
        "organisation": "acme", "budgets": list(shared),
        "applications": {"app": {"budgets": list(own)}, "other": {"team": "one", "budgets": []}},
    }


def budget(**subject):
    return {**subject, "window": "day", "limit": LIMIT}


def spend(gateway, keys, **members):
    """One call with each key, all at once; returns their (status, body, headers)."""
    with concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
        return list(pool.map(lambda key: gateway.chat(key, **members), keys))


def period(gateway, scope, name):
    rows = gateway.query("SELECT * FROM period WHERE scope = ? AND name = ?", scope, name)
    assert len(rows) == 1, (scope, name, gateway.query("SELECT scope, name FROM period"))
    return rows[0]


# Each level: the configuration, the applications that call, what they send, and the account that must hold.
LEVELS = {
    "organisation": (budgets([budget(organisation=True)]), ["app", "other"], {}, "acme"),
    "team": (budgets([budget(team="one")]), ["app", "other"], {}, "one"),
    "application": (budgets(own=[budget()]), ["app"], {}, "app"),
    "key": (budgets(own=[budget(each="key")]), ["app"], {}, "app/laptop"),
    "user": (budgets(own=[budget(each="user")]), ["app"], {"headers": {"x-llmgw-user": "ada"}}, None),
    "model": (budgets([budget(model="sim-small")]), ["app", "other"], {}, "sim-small"),
    "prompt": (budgets([budget(prompt="greet*")]), ["app"],
               {"model": "prompt:greeting@1.2.0", "prompt": {"variables": {"name": "Ada"}}}, "greeting"),
    "variant": (budgets([budget(variant="tone/warm")]), ["app"], {"headers": {"x-llmgw-user": "ada"}}, "tone/warm"),
}


@pytest.mark.parametrize("level", LEVELS)
def test_calls_at_once_never_exceed_a_budget_of_any_level(gateways, level):
    patch, applications, members, name = LEVELS[level]
    members = members if level == "prompt" else {**members, "max_tokens": 20}  # the prompt says its own limit
    files = {"experiments": {"tone": EXPERIMENT}} if level == "variant" else {}
    gateway = gateways(patch, **files).start()
    keys = [gateway.key(application, "--name", "laptop") for application in applications]
    calls = [keys[index % len(keys)] for index in range(CALLS)]
    answers = spend(gateway, calls, **members)
    # What is busy now may be free later: whoever asks on is refused for good in the end.
    refused = wait_until(lambda: next(
        (answer for answer in [gateway.chat(keys[0], **members)] if answer[0] == 402), None))
    assert {status for status, _, _ in answers} <= {200, 402, 429}
    served = sum(cost(body["usage"]) for status, body, _ in answers if status == 200)
    assert served > 0

    if name is None:
        [row] = gateway.query("SELECT * FROM period WHERE scope = 'user'")
        assert re.fullmatch(r"app/[0-9a-f]{16}", row["name"])
    else:
        row = period(gateway, level, name)
    assert served <= row["posted_nano"] <= 100_000 and row["overrun_nano"] == 0

    error = refused[1]["error"]
    assert error["code"] == "budget_exceeded" and refused[2]["x-should-retry"] == "false"
    assert f"day budget of {level} '{row['name']}'" in error["message"]
    named = error["llmgw"]["budget"]
    assert (named["scope"], named["window"], named["label"]) == (level, "day", row["label"])
    assert named["resets_at"].endswith("T00:00:00Z")
    assert ("USD" in error["message"]) == (level in ("application", "key", "user"))
    gateway.verify()


def test_each_has_a_budget_of_its_own(start):
    gateway, _ = start(budgets(own=[budget(each="user"), budget(each="key"), budget(each="model")]))
    first, second = gateway.key("app", "--name", "a"), gateway.key("app", "--name", "b")
    gateway.chat(first, max_tokens=20, headers={"x-llmgw-user": "ada"})
    gateway.chat(second, max_tokens=20, headers={"x-llmgw-user": "bob"})
    gateway.chat(second, "sim-large", max_tokens=20)
    names = {(row["scope"], row["name"]) for row in gateway.query("SELECT scope, name FROM period")}
    assert {name for scope, name in names if scope == "key"} == {"app/a", "app/b"}
    assert {name for scope, name in names if scope == "model"} == {"app/sim-small", "app/sim-large"}
    users = {name for scope, name in names if scope == "user"}
    assert len(users) == 3 and "app/-" in users
    assert not [row for row in gateway.query("SELECT * FROM period") if "ada" in row["name"]]


@pytest.mark.parametrize("members", [
    {"headers": {"x-llmgw-user": "ada"}}, {"safety_identifier": "ada"}, {"user": "ada"},
    {"headers": {"x-llmgw-session": "ada"}},
])
def test_a_user_is_the_same_wherever_it_is_named(start, members):
    gateway, key = start(budgets(own=[budget(each="user")]))
    gateway.chat(key, max_tokens=20, headers={"x-llmgw-user": "ada"})
    gateway.chat(key, max_tokens=20, **members)
    assert len(gateway.query("SELECT * FROM period")) == 1


def test_the_tightest_of_several_is_named(start):
    own = [{"window": "day", "limit": "1.00 USD"}, {"window": "month", "limit": "0.00001 USD"}]
    gateway, key = start(budgets([{"organisation": True, "window": "year", "limit": "0.00002 USD"}], own))
    status, body, _ = gateway.chat(key, max_tokens=20)
    assert status == 402 and body["error"]["llmgw"]["budget"]["window"] == "month"
    assert gateway.query("SELECT * FROM hold") == [] and all(
        row["posted_nano"] == row["held_nano"] == 0 for row in gateway.query("SELECT * FROM period"))


def test_an_edited_limit_keeps_what_is_spent_on_every_level(start):
    def patch(limit):
        return budgets([{"team": "one", "window": "day", "limit": limit}], [{"each": "user", "window": "day", "limit": limit}])

    gateway, key = start(patch("1.00 USD"))
    for _ in range(3):
        assert gateway.chat(key, max_tokens=20)[0] == 200
    spent = {row["scope"]: row["posted_nano"] for row in gateway.query("SELECT * FROM period")}
    assert spent["team"] == spent["user"] > 0

    def reload(limit):
        before = gateway.get("/v1/budget", key)[2]["x-llmgw-generation"]
        write(gateway.folder, merged(configuration(), patch(limit)))
        gateway.reload()
        wait_until(lambda: gateway.get("/v1/budget", key)[2]["x-llmgw-generation"] != before)

    reload("0.00001 USD")  # below what is spent
    assert gateway.chat(key, max_tokens=20)[0] == 402
    assert {row["scope"]: row["posted_nano"] for row in gateway.query("SELECT * FROM period")} == spent
    reload("2.00 USD")
    assert gateway.chat(key, max_tokens=20)[0] == 200
    for row in gateway.query("SELECT * FROM period"):
        assert row["posted_nano"] > spent[row["scope"]] and row["limit_nano"] == 2_000_000_000
    gateway.verify()


def test_a_shared_budget_makes_an_unpriced_target_unusable_and_bounds_the_answer(start):
    free = prices()
    free["prices"] = [entry for entry in free["prices"] if entry["model"] != "sim-large"]
    gateway, key = start(budgets([{"organisation": True, "window": "month", "limit": "5.00 USD"}]), prices_file=free)
    status, body, _ = gateway.chat(key, "sim-large")
    assert (status, body["error"]["code"]) == (422, "unpriced_model")
    status, _, fields = gateway.chat(key)
    assert status == 200 and int(fields["x-llmgw-max-tokens"]) > 0


def test_a_budget_that_only_alerts_refuses_nothing_and_counts_everything(start):
    gateway, key = start(budgets(own=[{**budget(), "on_exhausted": "alert_only", "alerts": [0.5, 1.0]}]))
    answers = spend(gateway, [key] * 12, max_tokens=20)
    assert {status for status, _, _ in answers} == {200}
    row = period(gateway, "application", "app")
    assert row["posted_nano"] == sum(cost(body["usage"]) for _, body, _ in answers) > row["limit_nano"]
    assert {(row["ppm"], row["kind"]) for row in gateway.query("SELECT * FROM alert")} >= {
        (500_000, "posted"), (1_000_000, "posted")}
    gateway.verify()


def test_the_application_sees_every_budget_that_it_stands_under(start):
    shared = [{"team": "one", "window": "month", "limit": "9.00 USD"}]
    own = [{"window": "day", "limit": "1.00 USD"}, {"window": "day", "limit": "0.50 USD", "each": "user"}]
    gateway, key = start(budgets(shared, own))
    _, answer, fields = gateway.chat(key, max_tokens=20, headers={"x-llmgw-user": "ada"})
    assert re.fullmatch(r"user/day \d{4}-\d\d-\d\d", fields["x-llmgw-budget"])
    status, body, _ = gateway.get("/v1/budget", key, headers={"x-llmgw-user": "ada"})
    assert status == 200
    by_scope = {entry["scope"]: entry for entry in body["budgets"]}
    assert set(by_scope) == {"team", "application", "user"}
    spent = Decimal(cost(answer["usage"])) / 10**9
    assert Decimal(by_scope["user"]["posted"]) == spent == Decimal(by_scope["application"]["posted"])
    assert Decimal(by_scope["team"]["remaining"]) == 9 - spent and "posted" not in by_scope["team"]
    # Another user has all of its budget, and so has nobody.
    for headers in [{"x-llmgw-user": "bob"}, {}]:
        _, body, _ = gateway.get("/v1/budget", key, headers=headers)
        [user] = [entry for entry in body["budgets"] if entry["scope"] == "user"]
        assert user["remaining"] == "0.500000000"
    assert by_scope["user"]["name"] != user["name"] == "app/-"


def test_reports_show_every_level(start):
    gateway, key = start(budgets([{"team": "one", "window": "month", "limit": "9.00 USD"}], [budget(each="user")]))
    for index in range(12):
        gateway.chat(key, max_tokens=20, headers={"x-llmgw-user": f"user {index}"})
    table = gateway.cli("budgets").stdout
    assert re.search(r"^team +one +month", table, re.MULTILINE)
    assert len(re.findall(r"^user +app/", table, re.MULTILINE)) == 10 and "2 more have used less" in table
    table = gateway.cli("budgets", "app", "--scope", "user").stdout
    assert len(re.findall(r"^user +app/", table, re.MULTILINE)) == 12 and "team" not in table
    status, body, _ = gateway.get("/admin/v1/budgets?scope=team", admin=True)
    assert status == 200 and [entry["name"] for entry in body["budgets"]] == ["one"]
    assert gateway.get("/admin/v1/budgets?scope=teams", admin=True)[0] == 400
    rules = gateway.cli("check").stdout
    assert "9.00 USD each month, days in UTC, of team one" in rules
    assert "0.0001 USD each day, days in UTC, for each user" in rules


def test_a_budget_of_a_key_that_nobody_has_fails_the_check(gateways):
    gateway = gateways(budgets([], [budget(key="nightjob")]))
    # Before there is a ledger nobody can tell.
    checked = gateway.cli("check", check=False)
    assert checked.returncode == 0 and "warning: applications.app.budgets[0].key: whether a key" in checked.stdout
    gateway.start()
    gateway.key("app", "--name", "night-job")
    gateway.key("other", "--name", "nightjob")
    checked = gateway.cli("check", check=False)
    assert checked.returncode == 1 and re.search(r": 1 error, 0 warnings(, 1 note)?; generation", checked.stdout)
    assert "so it counts nothing; did you mean 'night-job'?" in checked.stdout
    right = gateways(budgets([], [budget(key="night-job")]))
    right.start()
    checked = right.cli("check", check=False)
    assert checked.returncode == 1 and "llmgw keys create app --name night-job makes one" in checked.stdout
    right.key("app", "--name", "night-job")
    assert right.cli("check").returncode == 0
    listed = json.loads(right.cli("keys", "list", "--format", "json").stdout)["keys"]
    (identifier,) = [key["id"] for key in listed if key["name"] == "night-job"]
    right.cli("keys", "revoke", identifier)
    assert right.cli("check", check=False).returncode == 1
