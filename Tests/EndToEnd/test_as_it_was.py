"""What is shown is what was: whose limit it was, a judgement as it was given, a failed reload once, what needs a start."""
import csv
import io
import json

import pytest

from harness import wait_until


# MARK: Whose limit it was

def page(gateway, request):
    """The line of a request's page that tells its limit, and the members of its JSON."""
    gateway.wait_for_request(request)
    lines = [line.split(maxsplit=2) for line in gateway.cli("requests", request).stdout.splitlines()]
    told = [words[2] for words in lines if words[:2] == ["max", "tokens"]]
    return told, json.loads(gateway.cli("requests", request, "--format", "json").stdout)


@pytest.mark.parametrize("member", ["max_tokens", "max_completion_tokens"])
def test_the_clients_own_limit_is_told_as_its_own(start, member):
    gateway, key = start({"models": {"sim-small": {"max_output_tokens": 1000}}})
    request = gateway.chat(key, **{member: 7})[2]["x-llmgw-request-id"]
    told, data = page(gateway, request)
    assert told == ["7, as the client asked"]
    assert (data["max_tokens"], data["max_tokens_imposed"]) == (7, False)


def test_the_gateways_limit_is_told_as_the_gateways(start):
    budget = {"limit": "1 USD", "window": "month"}
    gateway, key = start({
        "models": {"sim-small": {"max_output_tokens": 1000}}, "applications": {"app": {"budgets": [budget]}}})
    request = gateway.chat(key)[2]["x-llmgw-request-id"]
    told, data = page(gateway, request)
    assert told == ["1,000, set by the gateway"]
    assert (data["max_tokens"], data["max_tokens_imposed"]) == (1000, True)


def test_a_call_that_reached_no_target_tells_whose_limit_it_asked_for(start):
    budget = {"limit": "0.0001 USD", "window": "month"}
    gateway, key = start({"applications": {"app": {"budgets": [budget]}}})
    status, _, headers = gateway.chat(key, max_tokens=16000)
    assert status == 402
    told, data = page(gateway, headers["x-llmgw-request-id"])
    assert told == ["16,000, as the client asked"] and data["max_tokens_imposed"] is False


def test_without_a_limit_nothing_is_told_of_one(start):
    gateway, key = start()
    request = gateway.chat(key, "sim-embedding")[2]["x-llmgw-request-id"]
    told, data = page(gateway, request)
    assert told == [] and (data["max_tokens"], data["max_tokens_imposed"]) == (None, None)


# MARK: Judgements

def test_booleans_come_back_as_they_were_given_and_numbers_too(start):
    gateway, key = start(metrics={
        "helpful": {"type": "boolean", "level": "request", "goal": "increase"},
        "score": {"type": "number", "level": "request", "goal": "increase", "min": 0, "max": 5},
    })
    request = gateway.chat(key)[2]["x-llmgw-request-id"]
    given = [("helpful", True), ("helpful", False), ("score", 1), ("score", 0), ("score", 2.5)]
    for metric, value in given:
        body = {"request_id": request, "metric": metric, "value": value}
        assert gateway.get("/v1/feedback", key, method="POST", body=body)[0] == 201
    listed = json.loads(gateway.cli("feedback", "list", "--format", "json").stdout)["feedback"]
    by_endpoint = gateway.get("/admin/v1/feedback", admin=True)[1]["feedback"]
    # By their JSON: to Python True is 1.
    expected = sorted(json.dumps(pair) for pair in given)
    for rows in (listed, by_endpoint):
        assert sorted(json.dumps((row["metric"], row["value"])) for row in rows) == expected
    table = gateway.cli("feedback", "list").stdout
    assert "true" in table and "false" in table


# MARK: Reloads

def findings(gateway, text):
    """The lines of the log that have `text`, as (level, message)."""
    lines = [json.loads(line) for line in gateway.log().splitlines() if line.startswith("{") and text in line]
    return [(line["level"], line["message"]) for line in lines]


def test_a_failed_reload_by_a_signal_is_in_the_log_once(start):
    gateway, key = start()
    whole = gateway.path.read_text()
    gateway.path.write_text(whole + "\nnonsense: 1\nrubbish: 2\n")
    gateway.reload()
    wait_until(lambda: findings(gateway, "configuration not reloaded"), what="a refused reload")
    gateway.path.write_text(whole + "\nerrors: {budget_status: 429}\n")
    gateway.reload()
    # Reloads take turns: now the first has told all that it had to tell.
    wait_until(lambda: findings(gateway, '"configuration reloaded"'), what="a reload that is taken")
    refusal = "configuration not reloaded; the generation before serves on"
    assert findings(gateway, "nonsense") == [("error", refusal)]
    # Further errors are told too, as what they are.
    assert findings(gateway, "rubbish") == [("error", "configuration")]
    assert gateway.chat(key)[0] == 200


def test_what_needs_a_start_is_compared_with_what_runs(start):
    gateway, _ = start()
    text = gateway.path.read_text()
    line = next(line for line in text.splitlines() if line.startswith("listen:"))
    moved = text.replace(line, 'listen: "127.0.0.1:1"', 1)

    def told(content):
        gateway.path.write_text(content)
        answer = json.loads(gateway.cli("reload", "--format", "json").stdout)
        assert answer["reloaded"] is True
        return [each["message"] for each in answer["diagnostics"] if "listen" in each["message"]]

    expected = ["listen is not what the gateway was started with; it takes effect when it is started anew"]
    assert told(moved) == expected
    # Still so: the address that runs is the one of the start, whatever was reloaded since.
    assert told(moved + "\nerrors: {budget_status: 429}\n") == expected
    assert told(text) == []


def test_judgements_as_csv_are_those_of_the_json(start):
    gateway, key = start()
    request = gateway.chat(key)[2]["x-llmgw-request-id"]
    judgements = [{"metric": "helpful", "value": True, "comment": "=1+1, \"so\""}, {"metric": "score", "value": 4.5}]
    for judgement in judgements:
        status, _, _ = gateway.get("/v1/feedback", key, method="POST", body={"request_id": request, **judgement})
        assert status in (200, 201, 202)
    rows = list(csv.DictReader(io.StringIO(gateway.cli("feedback", "list", "--format", "csv").stdout)))
    listed = json.loads(gateway.cli("feedback", "list", "--format", "json").stdout)["feedback"]
    assert [(row["id"], row["metric"], json.loads(row["value"])) for row in rows] == [
        (one["id"], one["metric"], one["value"]) for one in listed]
    # A spreadsheet must not take it for a formula.
    assert rows[0]["comment"] == "'" + judgements[0]["comment"] and rows[0]["request_id"] == request
    european = gateway.cli("feedback", "list", "--format", "csv", "--csv-dialect", "eu").stdout
    assert ";4,5;" in european
