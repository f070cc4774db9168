"""Providers that misbehave: the client gets a clear error or a visibly broken stream, and the books say what is known."""
import concurrent.futures
import os
import socket
import time

import pytest

from configuration import PROVIDER_KEY
from harness import Gateway
from upstream import (
    BEHIND_NGINX, DONE, ScriptedUpstream, completion, only_directly, text_events, usage, usage_chunk)
from wire import Wire, chat, post


def ask(shared, script, **members):
    gateway, key, upstream = shared
    upstream.script = script
    before = len(upstream.requests)

    def once():
        with Wire(gateway.port) as wire:
            wire.send(post("/v1/chat/completions", key, chat("scripted", **members)))
            return wire.answer()

    answer = once()
    # The provider of the test before may close a kept connection just when this request is written to it. It never
    # read the request, so nothing was claimed of it yet.
    return once() if answer.status == 502 and len(upstream.requests) == before else answer


def attempts(shared, answer):
    return shared[0].attempts(answer.json["error"]["llmgw"]["request_id"])


def raw(data, reset=False):
    def script(call):
        call.send(data)
        time.sleep(0.05)
        call.reset() if reset else call.close()
    return script


JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

MISBEHAVIOURS = {
    "closes without a word": (raw(b""), "presumed"),
    "resets without a word": (raw(b"", reset=True), "presumed"),
    "half a head": (raw(b"HTTP/1.1 200 OK\r\ncontent-ty"), "presumed"),
    "no HTTP": (raw(b"220 smtp.example.com ESMTP\r\n"), "presumed"),
    "HTTP/0.9": (raw(b"hello"), "presumed"),
    "half a body": (raw(JSON + b"content-length: 1000\r\n\r\n{"), "presumed"),
    "a body cut by a reset": (raw(JSON + b"content-length: 1000\r\n\r\n{", reset=True), "presumed"),
    "a bad chunk": (raw(JSON + b"transfer-encoding: chunked\r\n\r\nzz\r\n"), "presumed"),
    "two lengths": (raw(JSON + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{} "), "presumed"),
    "HTML with status 200": (raw(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n<html>hi</html>"), "presumed"),
    "an empty object": (lambda call: call.answer({}), "presumed"),
    "an array": (lambda call: call.answer([]), "presumed"),
    "no choices and no usage": (lambda call: call.answer({"id": "x", "object": "chat.completion"}), "presumed"),
    "a repeated member": (lambda call: call.answer(b'{"choices":[],"choices":[]'), "presumed"),
    "a depth bomb": (lambda call: call.answer(b"[" * 100_000), "presumed"),
    "an endless head": (raw(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"a" * 1_000_000 + b"\r\n\r\n"), "presumed"),
    "many fields": (raw(b"HTTP/1.1 200 OK\r\n" + b"x-a: a\r\n" * 50_000 + b"\r\n"), "presumed"),
    "a gzip body": (raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\0"), "presumed"),
    "500": (lambda call: call.error(500), "voided"),
    "503 with HTML": (raw(b"HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\n<html></h"), "voided"),
    "a redirect": (raw(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"), None),
    "204": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "presumed"),
}


@pytest.mark.parametrize("script, state", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS.keys())
def test_a_whole_answer_that_is_none_is_a_gateway_error(shared, script, state):
    answer = ask(shared, script)
    assert 500 <= answer.status < 600 and answer.headers["x-should-retry"] == "false", answer
    [attempt] = attempts(shared, answer)
    turned = BEHIND_NGINX and attempt["upstream_status"] == 502  # nginx's answer in place of what it cannot pass on
    assert state in (None, attempt["state"]) or turned and attempt["state"] == "voided"
    assert shared[0].get("/readyz")[0] == 200


@pytest.mark.parametrize("script", [script for script, _ in MISBEHAVIOURS.values()], ids=MISBEHAVIOURS.keys())
def test_a_stream_that_is_none_never_ends_well(shared, script):
    answer = ask(shared, script, stream=True)
    assert answer.status >= 500 or b'"error"' in answer.body, answer
    assert b"[DONE]" not in answer.body


def test_redirects_are_not_followed(shared):
    trap = ScriptedUpstream()
    ask(shared, raw(b"HTTP/1.1 307 Temporary\r\nlocation: %s\r\ncontent-length: 0\r\n\r\n" % trap.url.encode()))
    assert not trap.requests
    trap.close()


def test_proxies_and_netrc_of_the_environment_change_nothing(gateways, upstream, tmp_path):
    trap = ScriptedUpstream()
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / ".curlrc").write_text(f"proxy = http://127.0.0.1:{trap.port}\n")
    proxy = f"http://127.0.0.1:{trap.port}"
    environment = {**os.environ, "HOME": str(tmp_path), "CURL_HOME": str(tmp_path), **dict.fromkeys(
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"], proxy)}
    gateway = gateways(None, upstream.url).start(environment=environment)
    assert gateway.chat(gateway.key(), "scripted")[0] == 200
    assert not trap.requests and len(upstream.requests) == 1
    assert upstream.requests[0].headers["authorization"] == f"Bearer {PROVIDER_KEY}"
    trap.close()


def test_nothing_of_a_providers_head_reaches_the_client(shared):
    answer = ask(shared, lambda call: call.answer(completion(), headers=[
        ("set-cookie", "a=b"), ("x-ratelimit-remaining-requests", "1"), ("server", "vendor"), ("connection", "close"),
        ("x-llmgw-cost", "0"), ("access-control-allow-origin", "*")]))
    assert answer.status == 200
    assert not {"set-cookie", "x-ratelimit-remaining-requests", "access-control-allow-origin"} & set(answer.headers)
    assert answer.headers["x-llmgw-cost"] != "0" and answer.headers.get("server") != "vendor"


@only_directly
def test_nothing_of_a_clients_head_reaches_the_provider(shared):
    gateway, key, upstream = shared
    upstream.script = lambda call: call.answer(completion())
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted"), [
            "Cookie: a=b", "X-Forwarded-For: 1.2.3.4", "OpenAI-Organization: org-1", "User-Agent: me", "X-A: 1",
            "Accept-Encoding: gzip", "Connection: keep-alive, X-A"]))
        assert wire.answer().status == 200
    allowed = {"host", "authorization", "content-type", "content-length", "accept", "accept-encoding", "user-agent"}
    assert set(upstream.requests[-1].headers) <= allowed
    assert upstream.requests[-1].headers.get("user-agent") != "me"


def test_an_address_that_nobody_listens_on_costs_nothing(start):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    gateway, key = start(None, f"http://127.0.0.1:{port}/v1")
    status, body, _ = gateway.chat(key, "scripted")
    assert (status, body["error"]["code"]) == (502, "upstream_error")
    assert gateway.attempts()[0]["state"] == "voided"


def test_a_providers_refusal_of_the_request_passes_byte_for_byte(shared):
    body = b'{"error": {"message":"max_tokens is too large: 5 > 4","type":"invalid_request_error",\n "param":"max_tokens","code":null, "x": 1.0}}'
    answer = ask(shared, lambda call: call.answer(body, status=400))
    assert (answer.status, answer.body) == (400, body)
    [attempt] = shared[0].attempts(answer.headers["x-llmgw-request-id"])
    assert attempt["state"] == "voided"


def test_a_refusal_is_not_tried_elsewhere(start, upstream):
    upstream.script = lambda call: call.error(400, "invalid_value", "invalid_request_error")
    gateway, key = start({"models": {"two": {"targets": [
        {"provider": "up", "model": "scripted"}, {"provider": "sim", "model": "sim-small"}]}},
        "applications": {"app": {"models": ["two"]}}}, upstream.url)
    assert gateway.chat(key, "two")[0] == 400
    assert len(gateway.attempts()) == 1


@pytest.mark.parametrize("phase", ["before the head", "within the body"])
def test_a_silent_provider_is_left_in_time(shared, phase):
    def script(call):
        if phase == "within the body":
            call.send(JSON + b"content-length: 1000\r\n\r\n{")
        call.wait_for_disconnect()

    answer = ask(shared, script)
    assert answer.status == 504
    assert attempts(shared, answer)[0]["basis"] == "presumed"


def test_a_trickle_is_ended_by_the_total_timeout(start, upstream):
    sent = []

    def script(call):
        call.begin_stream()
        for number in range(200):
            call.piece(text_events()[1])
            sent.append(number)
            time.sleep(0.1)

    upstream.script = script
    gateway, key = start({"providers": {"up": {"timeouts": {"total": "700ms"}}}}, upstream.url)
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        answer = wire.answer()
    assert b'"error"' in answer.body and b"[DONE]" not in answer.body
    assert len(sent) < 200, "it was ended before the provider had said all"


def test_retry_after_is_passed_on(shared):
    answer = ask(shared, lambda call: call.error(429, "rate_limit_exceeded", "requests", [("retry-after", "7")]))
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "upstream_rate_limited", "7")


@only_directly
def test_connections_to_a_provider_are_kept(start, upstream):
    gateway, key = start({"threads": 1}, upstream.url)
    addresses = set()

    def script(call):
        addresses.add(call.connection.getpeername())
        call.answer(completion())

    upstream.script = script
    for _ in range(10):
        assert gateway.chat(key, "scripted")[0] == 200
    assert len(addresses) == 1


def test_every_call_of_a_provider_is_a_row(start, upstream):
    calls = []

    def script(call):
        calls.append(1)
        match len(calls) % 5:
            case 0: call.error(500)
            case 1: call.reset()
            case 2: call.stream(*text_events(), usage_chunk(usage()), DONE) if call.request.json.get("stream") else (
                call.answer(completion()))
            case 3: call.error(503)
            case 4: call.close()

    upstream.script = script
    gateway, key = start({"models": {"scripted": {"retries": {"same_target": 2, "attempts": 3}}}}, upstream.url)
    with concurrent.futures.ThreadPoolExecutor(15) as pool:
        list(pool.map(lambda number: gateway.chat(key, "scripted", stream=number % 2 == 0), range(30)))
    assert len(calls) > 30
    assert len([row for row in gateway.attempts() if row["provider"] == "up"]) == len(calls)
    gateway.verify()
