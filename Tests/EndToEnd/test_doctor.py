"""`llmgw doctor`: each thing that it looks at, found whole and found broken."""
import email.utils
import functools
import json
import os
import resource
import socket

import pytest

from configuration import PROVIDER_KEY
from harness import run


def doctor(gateway, *options, **settings):
    """`{subject: (verdict, finding, remedy)}`, and the exit code."""
    result = gateway.cli("doctor", "--format", "json", "--timeout", "5s", *options, check=False, **settings)
    body = json.loads(result.stdout)
    found = {one["subject"]: (one["verdict"], one["finding"], one["remedy"]) for one in body["findings"]}
    assert len(found) == len(body["findings"])
    return found, result.returncode


def models(call, status=200, headers=()):
    call.answer({"object": "list", "data": []}, status, headers)


def test_a_gateway_that_is_well(gateways, upstream):
    asked = []

    def script(call):
        asked.append((call.request.method, call.request.path, call.request.headers["authorization"]))
        models(call)

    upstream.script = script
    found, code = doctor(gateways(None, upstream.url))
    assert code == 0
    assert found["provider up"][0] == "fine" and asked == [("GET", "/v1/models", f"Bearer {PROVIDER_KEY}")]
    assert found["configuration"][0] == found["ledger"][0] == found["disk space"][0] == "fine"
    assert found["descriptors"][0] == "fine" and "for clients" in found["descriptors"][1]
    assert "none runs" in found["gateway"][1]
    assert all(name in found["versions"][1] for name in ["llmgw", "SQLite", "libcurl"])
    assert "provider sim" not in found


@pytest.mark.parametrize("status, verdict, word", [
    (401, "fault", "refuses the credential"), (403, "fault", "refuses the credential"),
    (404, "warning", "no list of models"), (500, "fault", "fails with status 500"), (429, "warning", "too many calls"),
])
def test_what_a_provider_answers(gateways, upstream, status, verdict, word):
    upstream.script = lambda call: models(call, status)
    found, code = doctor(gateways(None, upstream.url))
    assert found["provider up"][0] == verdict and word in found["provider up"][1] and found["provider up"][2]
    assert code == (1 if verdict == "fault" else 0)


def test_a_provider_that_is_not_there(gateways):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found, code = doctor(gateways(None, f"http://127.0.0.1:{port}/v1"))
    assert code == 1 and found["provider up"][0] == "fault" and f"127.0.0.1:{port}" in found["provider up"][1]


def test_a_provider_without_a_credential_is_not_asked(gateways, upstream):
    asked = []
    upstream.script = lambda call: asked.append(call) or models(call)
    gateway = gateways({"providers": {"up": {"api_key": "${LLMGW_TEST_NOBODY_SETS_THIS}"}}}, upstream.url)
    found, code = doctor(gateway)
    assert code == 1 and "LLMGW_TEST_NOBODY_SETS_THIS" in found["provider up"][1] and asked == []


def test_a_clock_that_goes_differently_at_the_provider(gateways, upstream):
    then = email.utils.formatdate(1763700000, usegmt=True)
    upstream.script = lambda call: models(call, 200, [("date", then)])
    verdict, text, _ = doctor(gateways(None, upstream.url))[0]["provider up"]
    assert verdict == "warning" and "behind this one" in text


def test_offline_nobody_is_asked(gateways, upstream):
    asked = []
    upstream.script = lambda call: asked.append(call) or models(call)
    found, code = doctor(gateways(None, upstream.url), "--offline")
    assert code == 0 and "provider up" not in found and asked == []


def test_a_running_gateway_that_serves_other_files(start):
    gateway, _ = start()
    assert doctor(gateway)[0]["gateway"][0] == "fine"
    gateway.path.write_text(gateway.path.read_text() + "\nerrors: {budget_status: 429}\n")
    verdict, text, remedy = doctor(gateway)[0]["gateway"]
    assert verdict == "warning" and "serves generation" in text and "llmgw reload" in remedy


def test_a_configuration_that_cannot_be_served(gateways):
    gateway = gateways()
    gateway.path.write_text(gateway.path.read_text() + "\nlimt: 5\n")
    found, code = doctor(gateway)
    assert code == 2 and found["configuration"][0] == "fault" and "limt" in found["configuration"][1]


def test_a_damaged_ledger(start):
    gateway, _ = start()
    gateway.stop()
    gateway.ledger.write_bytes(b"no ledger" * 1000)
    found, code = doctor(gateway)
    assert code == 2 and found["configuration"][0] == "fault"  # what prompts meant is in it
    assert found["ledger"][0] == "fault" and "recover" in found["ledger"][2]
    assert gateway.ledger.read_bytes() == b"no ledger" * 1000


def test_more_connections_than_descriptors(gateways):
    gateway = gateways({"limits": {"max_connections": 5000}})
    few = functools.partial(resource.setrlimit, resource.RLIMIT_NOFILE, (1024, 1024))
    verdict, text, remedy = doctor(gateway, preexec_fn=few)[0]["descriptors"]
    assert verdict == "warning" and "5000 do not fit into the 1024" in text and "max_connections" in remedy


def test_it_leaves_nothing_behind(gateways):
    gateway = gateways()
    (gateway.folder / "data").mkdir()
    doctor(gateway)
    assert os.listdir(gateway.folder / "data") == []


def test_the_page_says_what_to_do(gateways):
    result = run("doctor", "--config", gateways(None, "http://127.0.0.1:1/v1").path)
    assert result.returncode == 1
    assert "→ look at base_url" in result.stdout
    assert result.stdout.strip().splitlines()[-1].startswith("1 fault")
