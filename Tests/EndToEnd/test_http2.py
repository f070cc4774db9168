"""What holds over HTTP/1.1 holds over HTTP/2: answers, streams, refusals, breaks; and what HTTP/2 alone can say."""
import json

import pytest

from configuration import cost
from harness import wait_until
from http2 import HAS_NGINX, FrameServer, Nginx
from upstream import DONE, completion, text_events, usage, usage_chunk
from wire import Wire, chat, post

REFUSED_STREAM, INTERNAL_ERROR, CANCEL = 0x7, 0x2, 0x8


def trusting(server):
    return {"providers": {"up": {"ca_file": str(server.certificate)}}}


def streamed(gateway, key, model="scripted"):
    """The bytes of a stream up to its end, and its request id."""
    with Wire(gateway.port, timeout=30) as wire:
        wire.send(post("/v1/chat/completions", key, chat(model, stream=True)))
        head = wire.head()
        assert head.status == 200, head
        return b"".join(wire.chunks()), head.headers["x-llmgw-request-id"]


# MARK: Through nginx

@pytest.fixture
def behind_nginx(start, upstream, tmp_path):
    if not HAS_NGINX:
        pytest.skip("there is no nginx")
    folder = tmp_path / "nginx"
    folder.mkdir()
    nginx = Nginx(folder, upstream)
    yield (*start(trusting(nginx), nginx.url), upstream)
    nginx.close()


def test_a_whole_answer_passes_and_is_booked(behind_nginx):
    gateway, key, upstream = behind_nginx
    upstream.script = lambda call: call.answer(completion("Hi."))
    for _ in range(5):
        status, body, fields = gateway.chat(key, "scripted")
        assert status == 200 and body["choices"][0]["message"]["content"] == "Hi."
        assert gateway.attempts(fields["x-llmgw-request-id"])[0]["cost_nano"] == cost(usage())
    gateway.verify()


def test_a_whole_answer_above_the_window_passes(behind_nginx):
    gateway, key, upstream = behind_nginx
    text = "x" * (5 << 20)
    upstream.script = lambda call: call.answer(completion(text))
    status, body, _ = gateway.chat(key, "scripted")
    assert status == 200 and body["choices"][0]["message"]["content"] == text


def test_a_stream_passes_event_by_event_and_is_booked(behind_nginx):
    gateway, key, upstream = behind_nginx
    upstream.script = lambda call: call.stream(*text_events(), usage_chunk(usage()), DONE)
    body, request = streamed(gateway, key)
    assert body.endswith(DONE) and b"w\xc3\xb6rld" in body
    [row] = gateway.attempts(request)
    assert (row["basis"], row["cost_nano"]) == ("reported", cost(usage()))


def test_a_stream_that_is_cut_never_looks_finished(behind_nginx):
    gateway, key, upstream = behind_nginx

    def script(call):
        call.stream(*text_events()[:2], end=False)
        call.reset()

    upstream.script = script
    body, request = streamed(gateway, key)
    assert b"[DONE]" not in body and b'"error"' in body
    assert gateway.wait_for_request(request)["outcome"] == "truncated"
    assert gateway.attempts(request)[0]["basis"] == "presumed"


@pytest.mark.parametrize("status, code", [(400, None), (404, None), (422, None), (429, "upstream_rate_limited"),
                                          (401, "upstream_auth"), (500, "upstream_error"), (503, "upstream_error")])
def test_refusals_cost_nothing(behind_nginx, status, code):
    gateway, key, upstream = behind_nginx
    refusal = {"error": {"message": "no", "type": "invalid_request_error", "code": "none_of_ours"}}
    upstream.script = lambda call: call.answer(refusal, status=status)
    got, body, fields = gateway.chat(key, "scripted")
    if code is None:
        assert (got, body) == (status, refusal)
    else:
        assert body["error"]["code"] == code
    assert all(row["basis"] == "not_billed" for row in gateway.attempts())


def test_a_client_that_leaves_is_metered_to_the_end(behind_nginx):
    gateway, key, upstream = behind_nginx
    upstream.script = lambda call: call.stream(*text_events(["word "] * 5), usage_chunk(usage()), DONE, gap=0.1)
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        request = wire.head().headers["x-llmgw-request-id"]
    assert gateway.wait_for_request(request)["outcome"] == "cancelled"
    assert gateway.attempts(request)[0]["basis"] == "reported"


# MARK: What was not processed

@pytest.fixture
def frames(start, tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    server = FrameServer(folder)
    yield (*start({**trusting(server), "threads": 1}, server.url), server)
    server.close()


WHOLE = json.dumps(completion("Hi.")).encode()


def unprocessed(exchange, how):
    if how == "refused":
        exchange.reset(REFUSED_STREAM)
    elif how == "goaway":
        exchange.goodbye(exchange.stream - 1)
    else:
        exchange.goodbye(exchange.stream - 1, ending=how)


@pytest.mark.parametrize("how", ["refused", "goaway", "cleanly", "abruptly"])
@pytest.mark.parametrize("before", [0, 2])
def test_what_was_not_processed_is_void_and_tried_once_more(frames, how, before):
    """`before` requests have gone over the connection: it is fresh, or a kept one."""
    gateway, key, server = frames

    def script(exchange):
        if exchange.number == before + 1:
            unprocessed(exchange, how)
        else:
            exchange.answer(WHOLE)

    server.script = script
    fields = [gateway.chat(key, "scripted")[2] for _ in range(before)]
    assert server.connections == min(before, 1), "one connection is kept"
    status, body, fields = gateway.chat(key, "scripted")
    assert status == 200 and body["choices"][0]["message"]["content"] == "Hi."
    assert len(server.requests) == before + 2
    rows = gateway.attempts(fields["x-llmgw-request-id"])
    assert [(row["basis"], row["cost_nano"]) for row in rows] == [("not_billed", 0), ("reported", cost(usage()))] \
        or [(row["basis"], row["cost_nano"]) for row in rows] == [("not_billed", None), ("reported", cost(usage()))]
    gateway.verify()


def test_what_is_never_processed_ends_after_the_second_time_and_costs_nothing(frames):
    gateway, key, server = frames
    server.script = lambda exchange: exchange.reset(REFUSED_STREAM)
    status, body, _ = gateway.chat(key, "scripted")
    assert (status, body["error"]["code"]) == (502, "upstream_error")
    assert len(server.requests) == 2
    assert [row["basis"] for row in gateway.attempts()] == ["not_billed"] * 2


@pytest.mark.parametrize("code", [INTERNAL_ERROR, CANCEL])
@pytest.mark.parametrize("before", [0, 2])
def test_any_other_reset_may_have_been_billed(frames, code, before):
    gateway, key, server = frames
    server.script = lambda exchange: (
        exchange.reset(code) if exchange.number == before + 1 else exchange.answer(WHOLE))
    for _ in range(before):
        gateway.chat(key, "scripted")
    assert gateway.chat(key, "scripted")[0] == 502
    assert len(server.requests) == before + 1
    assert gateway.attempts()[-1]["basis"] == "presumed"


@pytest.mark.parametrize("before", [0, 2])
def test_a_connection_that_dies_may_have_been_billed(frames, before):
    gateway, key, server = frames
    server.script = lambda exchange: exchange.cut() if exchange.number == before + 1 else exchange.answer(WHOLE)
    for _ in range(before):
        gateway.chat(key, "scripted")
    assert gateway.chat(key, "scripted")[0] == 502
    wait_until(lambda: gateway.attempts()[-1]["state"] != "held", what="the settlement")
    assert gateway.attempts()[-1]["basis"] == "presumed"
