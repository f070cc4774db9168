"""`llmgw reload`, and what an operator sees of reloads and of requests that leave no row."""
import json
import re

from harness import run
from wire import Wire


def metric(gateway, name):
    """The samples of one metric: `{labels: value}`."""
    text = gateway.get("/metrics", admin=True)[1].decode()
    found = re.findall(rf"^{name}(\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def lines(gateway, message):
    found = [json.loads(line) for line in gateway.log().splitlines() if line.startswith("{")]
    return [line for line in found if line["message"] == message]


def test_a_reload_that_is_taken_says_which_generation_serves(start):
    gateway, _ = start()
    before = gateway.get("/healthz", admin=True)[1]["generation"]
    read = metric(gateway, "llmgw_reload_timestamp_seconds")[""]
    gateway.path.write_text(gateway.path.read_text() + "\nerrors: {budget_status: 429}\n")
    result = gateway.cli("reload")
    after = gateway.get("/healthz", admin=True)[1]["generation"]
    assert after != before
    assert result.stdout == f"generation {after} serves from now on\n"
    assert metric(gateway, "llmgw_reload_success") == {"": 1}
    assert metric(gateway, "llmgw_reload_timestamp_seconds")[""] > read


def test_files_that_are_refused_end_it_with_2_and_change_nothing(start):
    gateway, key = start()
    before = gateway.get("/healthz", admin=True)[1]["generation"]
    (gateway.folder / "prompts/greeting.prompt").write_text("---\nmodel: [\n---\nhello")
    result = gateway.cli("reload", check=False)
    assert result.returncode == 2
    assert "greeting.prompt:" in result.stderr and ": error: " in result.stderr
    assert result.stdout == f"nothing has changed; generation {before} serves on\n"
    assert metric(gateway, "llmgw_reload_success") == {"": 0}
    assert gateway.chat(key)[0] == 200
    answer = json.loads(gateway.cli("reload", "--format", "json", check=False).stdout)
    assert answer["reloaded"] is False and answer["diagnostics"][0]["severity"] == "error"
    # Healed by the next one that is taken.
    (gateway.folder / "prompts/greeting.prompt").unlink()
    gateway.cli("reload")
    assert metric(gateway, "llmgw_reload_success") == {"": 1}


def test_a_configuration_that_cannot_be_read_ends_it_with_2(start):
    gateway, _ = start()
    gateway.path.write_text("listen: [\n")
    result = gateway.cli("reload", check=False)
    assert result.returncode == 2 and ":1:" in result.stderr
    # Its ledger is named, and the gateway itself says what is wrong.
    result = run("reload", "--db", gateway.ledger)
    assert result.returncode == 2 and ":1:" in result.stderr and "serves on" in result.stdout


def test_without_a_gateway_it_ends_with_3(gateways):
    result = gateways().cli("reload", check=False)
    assert result.returncode == 3
    assert "no gateway runs" in result.stderr and "serve" in result.stderr


def test_refusals_without_a_row_are_counted_and_told_once(start):
    gateway, _ = start()
    for _ in range(20):
        assert gateway.chat("llmgw-nobody")[0] == 401
        assert gateway.get("/v2/none")[0] == 404
        assert gateway.get("/v1/models", method="DELETE")[0] == 405
    with Wire(gateway.port) as wire:
        wire.send(b"rubbish\r\n\r\n")
        assert wire.head().status == 400
    assert gateway.get("/metrics", key="wrong", admin=True)[0] == 401
    counts = metric(gateway, "llmgw_refusals_total")
    assert counts['{port="public",status="401",code="invalid_api_key"}'] == 20
    assert counts['{port="public",status="404",code="unknown_endpoint"}'] == 20
    assert counts['{port="public",status="405",code="method_not_allowed"}'] == 20
    assert counts['{port="public",status="400",code="invalid_http"}'] == 1
    assert counts['{port="admin",status="401",code="invalid_admin_token"}'] == 1
    told = lines(gateway, "requests were refused before they had a row")
    assert sorted(line["code"] for line in told) == [
        "invalid_admin_token", "invalid_api_key", "invalid_http", "method_not_allowed", "unknown_endpoint"]
    unknown = next(line for line in told if line["code"] == "unknown_endpoint")
    assert unknown["path"] == "/v2/none" and unknown["peer"].startswith("127.0.0.1:")
    assert gateway.query("SELECT * FROM request") == []


def test_a_key_that_is_revoked_or_expired_is_named_to_the_operator_alone(start):
    gateway, _ = start()
    revoked = json.loads(gateway.cli("keys", "create", "app", "--format", "json").stdout)
    gateway.cli("keys", "revoke", revoked["id"])
    status, body, _ = gateway.chat(revoked["key"])
    assert status == 401 and revoked["id"] not in json.dumps(body)
    told = lines(gateway, "requests were refused before they had a row")
    assert [(line["key"], line["application"], line["why"]) for line in told] == [
        (revoked["id"], "app", "the key is revoked")]
    assert revoked["key"] not in gateway.log()
