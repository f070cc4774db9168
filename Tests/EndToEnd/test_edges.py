"""What stands around a request: headers that decide, origins, paths that nobody serves."""
import json
import time

import pytest

from configuration import ADMIN_TOKEN, configuration, merged
from harness import Gateway
from wire import Wire, chat as members


def chat(**more):
    return json.dumps(members(**more)).encode()


BODY = chat()


def call(port, lines, method="POST", path="/v1/chat/completions", body=BODY):
    """One request whose header lines are the test's own; the answer."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *lines])
    with Wire(port) as wire:
        wire.send(head.encode() + b"\r\n\r\n" + body)
        return wire.answer(method)


# MARK: Fields that decide

@pytest.mark.parametrize("lines", [
    ["Authorization: Bearer {key}", "Authorization: Bearer {key}"],
    ["Authorization: Bearer {key}", "authorization: Bearer llmgw-other"],
    ["Authorization: Bearer llmgw-other", "Authorization: Bearer {key}"],
    ["X-Api-Key: {key}", "X-Api-Key: {key}"],
    ["api-key: {key}", "api-key: llmgw-other"],
    ["Authorization: Bearer {key}", "X-Api-Key: llmgw-other"],
    ["X-Api-Key: {key}", "api-key: llmgw-other"],
    ["Authorization: Basic abc", "X-Api-Key: {key}"],
    ["Authorization: Bearer {key}", "Origin: http://x", "Origin: http://y"],
    ["Authorization: Bearer {key}", "Idempotency-Key: a", "Idempotency-Key: b"],
    ["Authorization: Bearer {key}", "Content-Type: application/json", "Content-Type: text/plain"],
    ["Authorization: Bearer {key}", "x-llmgw-user: a", "X-LLMGW-User: b"],
    ["Authorization: Bearer {key}", "x-llmgw-tags: a=1", "x-llmgw-tags: b=1"],
])
def test_a_field_that_decides_stands_there_once(shared, lines):
    gateway, key, _ = shared
    before = len(gateway.requests())
    answer = call(gateway.port, [line.format(key=key) for line in lines])
    assert (answer.status, answer.code) == (400, "invalid_value")
    assert answer.json["error"]["param"] and len(gateway.requests()) == before


@pytest.mark.parametrize("lines", [
    ["Authorization: Bearer {token}", "Authorization: Bearer {token}"],
    ["Authorization: Bearer {token}", "x-api-key: other"],
    ["Authorization: Bearer {token}", "Origin: http://x", "Origin: http://x"],
    ["Authorization: Bearer {token}", "Content-Type: application/json", "Content-Type: application/json"],
])
def test_on_the_admin_port_too(shared, lines):
    gateway = shared[0]
    lines = [line.format(token=ADMIN_TOKEN) for line in lines]
    head = "\r\n".join(["GET /admin/v1/keys HTTP/1.1", "Host: localhost", *lines, "", ""])
    with Wire(gateway.admin_port) as wire:
        wire.send(head.encode())
        assert wire.answer("GET").status == 400


def test_each_of_three_fields_carries_the_key_and_all_of_them_the_same(shared):
    gateway, key, _ = shared
    places = [f"Authorization: Bearer {key}", f"x-api-key: {key}", f"api-key: {key}"]
    for lines in [[place] for place in places] + [places]:
        assert call(gateway.port, lines).status == 200
    assert call(gateway.port, ["Authorization: Basic abc"]).status == 401
    assert call(gateway.port, []).status == 401


# MARK: Origins

PAGE = "https://app.example.com"


@pytest.fixture(scope="module")
def open_to_a_page(tmp_path_factory):
    config = merged(configuration(), {"cors": {"origins": [PAGE]}})
    gateway = Gateway(tmp_path_factory.mktemp("cors"), config).start()
    yield gateway, gateway.key()
    gateway.kill()


def test_a_preflight_of_a_named_origin_is_answered(open_to_a_page):
    gateway, _ = open_to_a_page
    answer = call(gateway.port, [
        f"Origin: {PAGE}", "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization,content-type,x-stainless-lang"], "OPTIONS", body=b"")
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "x-stainless-lang" in answer.headers["access-control-allow-headers"]
    assert answer.headers["vary"] == "Origin"


def test_every_answer_to_a_named_origin_may_be_read(open_to_a_page):
    gateway, key = open_to_a_page
    stream = chat(stream=True)
    for lines, body in [([f"Authorization: Bearer {key}"], BODY), ([f"Authorization: Bearer {key}"], stream), ([], BODY)]:
        answer = call(gateway.port, [*lines, f"Origin: {PAGE}"], body=body)
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-expose-headers"] == "*"


def test_other_origins_get_nothing(open_to_a_page, shared):
    for gateway, key in [open_to_a_page, shared[:2]]:
        for origin in ["https://evil.example.com", PAGE + ".evil.example", "null"]:
            answer = call(gateway.port, [f"Authorization: Bearer {key}", f"Origin: {origin}"])
            assert answer.status == 200 and "access-control-allow-origin" not in answer.headers
            asked = call(gateway.port, [f"Origin: {origin}", "Access-Control-Request-Method: POST"], "OPTIONS", body=b"")
            assert asked.status == 405 and "access-control-allow-origin" not in asked.headers


# MARK: Paths, hosts, models

@pytest.mark.parametrize("path, meant", [
    ("/v1/v1/chat/completions", "/v1/chat/completions"), ("/chat/completions", "/v1/chat/completions"),
    ("/v1/chat/completions/", "/v1/chat/completions"),
    ("/openai/deployments/m/chat/completions", "/v1/chat/completions"),
])
def test_a_path_that_nobody_serves_names_the_one_that_was_meant(shared, path, meant):
    gateway, key, _ = shared
    answer = call(gateway.port, [f"Authorization: Bearer {key}"], path=path)
    assert (answer.status, answer.code) == (404, "unknown_endpoint")
    assert f"you meant {meant}" in answer.json["error"]["message"] and "base URL" in answer.json["error"]["message"] \
        or path.endswith("/")


def test_calls_at_the_admin_port_are_sent_to_the_other(shared):
    gateway = shared[0]
    status, body, _ = gateway.get("/v1/chat/completions", admin=True)
    assert status == 404 and "address for calls" in body["error"]["message"]


@pytest.mark.parametrize("host", ["", "[fe80::1%25eth0]:8080", "[fe80::1%eth0]", "[::1]:80"])
def test_hosts_that_a_url_can_have_are_taken(shared, host):
    with Wire(shared[0].port) as wire:
        wire.send(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert wire.answer("GET").status == 200


@pytest.mark.parametrize("host", ["[fe80::1%]", "[%25eth0]", "[::1%et h]", "[::1", "a b", "x:y"])
def test_hosts_that_none_can_have_are_not(shared, host):
    with Wire(shared[0].port) as wire:
        wire.send(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert wire.answer("GET").status == 400


def test_an_unknown_model_is_told_without_the_names_of_the_others(shared):
    gateway, key, _ = shared
    status, body, _ = gateway.chat(key, model="nobody")
    assert status == 404 and body["error"]["code"] == "model_not_found"
    assert "GET /v1/models" in body["error"]["message"] and "sim-" not in body["error"]["message"]


def test_models_were_made_on_the_day_of_the_configuration(shared):
    gateway, key, _ = shared
    days = {model["created"] for model in gateway.get("/v1/models", key)[1]["data"]}
    assert len(days) == 1
    [day] = days
    assert day % 86_400 == 0 and 0 <= time.time() - day < 2 * 86_400
    assert gateway.get("/v1/models/sim-small", key)[1]["created"] == day


# MARK: What every answer says

def test_no_answer_is_guessed_at_by_a_browser(shared):
    gateway, key, _ = shared
    answers = [
        call(gateway.port, [f"Authorization: Bearer {key}"]),
        call(gateway.port, [f"Authorization: Bearer {key}"], body=chat(stream=True)),
        call(gateway.port, []), call(gateway.port, [], path="/nothing"), call(gateway.port, ["Host: twice"]),
        call(gateway.admin_port, [f"Authorization: Bearer {ADMIN_TOKEN}"], "GET", "/metrics", b""),
    ]
    assert [answer.status for answer in answers] == [200, 200, 401, 404, 400, 421]
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}
