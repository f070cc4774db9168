"""A good answer in another wrapping than was asked for is served as it was asked for, and billed by what is in it."""
import gzip
import json
import zlib

import pytest

from configuration import cost
from upstream import DONE, completion, event, text_events, usage, usage_chunk
from wire import Wire, chat, post

WHOLE = json.dumps(completion("Hi."), ensure_ascii=False).encode()
STREAM = b"".join([*text_events(), usage_chunk(), DONE])
USED = usage()


def send(call, body, kind="application/json", status=200, headers=()):
    call.answer(body, status, headers, kind)


def billed(gateway):
    return gateway.query("SELECT basis, state, cost_nano FROM attempt ORDER BY request DESC LIMIT 1")[0]


def ask_whole(shared):
    gateway, key, _ = shared
    status, body, _ = gateway.chat(key, "scripted")
    return status, body


def ask_stream(shared):
    gateway, key, _ = shared
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        return wire.answer()


BODIES = {
    "done behind it": (WHOLE + b"\n\ndata: [DONE]\n\n", "application/json"),
    "a mark": (b"\xef\xbb\xbf" + WHOLE, "application/json"),
    "comments": (b": OPENROUTER PROCESSING\n\n" + WHOLE, "application/json"),
    "an event": (b"data: " + WHOLE + b"\n\ndata: [DONE]\n\n", "text/event-stream"),
    "a doubled type": (WHOLE, "application/json, application/json"),
    "plain text": (WHOLE, "text/plain"),
    "a stream": (STREAM, "text/event-stream"),
    "a stream that says it is JSON": (STREAM, "application/json"),
    "lines": (b"\n".join(line[6:] for line in STREAM.split(b"\n") if line.startswith(b"data: {")), "application/x-ndjson"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_whole_answer_is_served_whole(shared, name):
    body, kind = BODIES[name]
    shared[2].script = lambda call: send(call, body, kind)
    status, answer = ask_whole(shared)
    assert status == 200 and answer["choices"][0]["message"]["content"] in ("Hi.", "Hello wörld")
    assert answer["usage"] == USED
    assert billed(shared[0]) == {"basis": "reported", "state": "posted", "cost_nano": cost(USED)}


@pytest.mark.parametrize("name", BODIES)
def test_a_stream_is_served_as_one(shared, name):
    body, kind = BODIES[name]
    shared[2].script = lambda call: send(call, body, kind)
    answer = ask_stream(shared)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/event-stream")
    assert answer.body.endswith(f": llmgw cost=0.{cost(USED):09d} USD\n\n".encode() + DONE)
    told = [json.loads(line[6:]) for line in answer.body.split(b"\n") if line.startswith(b"data: {")]
    text = "".join(choice["delta"].get("content") or "" for item in told for choice in item["choices"])
    assert text in ("Hi.", "Hello wörld") and all(not item.get("usage") for item in told)
    assert billed(shared[0]) == {"basis": "reported", "state": "posted", "cost_nano": cost(USED)}


@pytest.mark.parametrize("coding, pack", [
    ("gzip", gzip.compress), ("deflate", zlib.compress), (None, gzip.compress), ("none", bytes), ("utf-8", bytes)])
def test_a_coded_answer_is_read(shared, coding, pack):
    headers = [("content-encoding", coding)] if coding else []
    shared[2].script = lambda call: send(call, pack(WHOLE), headers=headers)
    assert ask_whole(shared)[0] == 200 and billed(shared[0])["cost_nano"] == cost(USED)
    shared[2].script = lambda call: send(call, pack(STREAM), "text/event-stream", headers=headers)
    assert ask_stream(shared).body.endswith(DONE) and billed(shared[0])["cost_nano"] == cost(USED)


@pytest.mark.parametrize("headers, pack", [
    ([("content-encoding", "gzip")], gzip.compress), ([("content-encoding", "gzip")], bytes),
    ([("content-encoding", "none")], bytes), ([("content-encoding", "utf-8")], bytes),
    ([("content-encoding", "br")], lambda body: b"\x8b\x00\x80garbage\xff\xfe")])
@pytest.mark.parametrize("status", [400, 422, 429])
def test_an_odd_head_does_not_turn_a_refusal_into_a_bill(shared, headers, pack, status):
    gateway, key, upstream = shared
    body = json.dumps({"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}).encode()
    upstream.script = lambda call: send(call, pack(body), status=status, headers=[*headers, ("retry-after", "7")])
    seen, _, fields = gateway.chat(key, "scripted")
    assert seen == status and billed(gateway)["state"] == "voided"
    assert status != 429 or fields["retry-after"] == "7"


def test_a_length_said_twice_is_one(shared):
    body = b'{"error":{"message":"no","type":"invalid_request_error","code":null}}'

    def script(call):
        length = ("content-length", str(len(body)))
        call.head(422, [("content-type", "application/json"), length, length])
        call.send(body)

    shared[2].script = script
    assert ask_whole(shared)[0] == 422 and billed(shared[0])["state"] == "voided"


def test_created_is_a_success(shared):
    shared[2].script = lambda call: send(call, WHOLE, status=201)
    assert ask_whole(shared)[0] in (200, 201) and billed(shared[0])["cost_nano"] == cost(USED)


def test_numbers_that_are_none_do_not_spoil_an_answer(shared):
    spoiled = WHOLE.replace(b'"finish_reason"', b'"logprobs": {"content": [{"logprob": NaN}]}, "finish_reason"')
    shared[2].script = lambda call: send(call, spoiled)
    gateway, key, _ = shared
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted")))
        answer = wire.answer()
    assert answer.status == 200 and answer.body == spoiled and billed(gateway)["cost_nano"] == cost(USED)


def test_a_page_of_a_proxy_is_no_answer(shared):
    shared[2].script = lambda call: send(call, b"<html>It works!</html>", "text/html")
    assert ask_whole(shared)[0] == 502 and ask_stream(shared).status == 502


def test_a_cut_stream_is_no_whole_answer(shared):
    shared[2].script = lambda call: send(call, b"".join(text_events()[:2]), "text/event-stream")
    assert ask_whole(shared)[0] == 502
    assert billed(shared[0])["basis"] == "presumed"


def test_half_a_character_does_not_spoil_a_response(shared):
    gateway, key, upstream = shared
    done = {"id": "r", "object": "response", "status": "completed", "model": "scripted", "output": [],
            "usage": {"input_tokens": 12, "output_tokens": 7, "total_tokens": 19}}
    half = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"\\ud83d"}\n\n'
    upstream.script = lambda call: call.stream(half, b"event: response.completed\n" + event(
        {"type": "response.completed", "response": done}))
    status, body, _ = gateway.get(
        "/v1/responses", key, method="POST", body={"model": "scripted", "input": "Hi", "stream": True})
    assert status == 200 and "response.completed" in str(body)
    assert billed(gateway)["cost_nano"] == cost(USED)


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_is_told_in_the_form_that_was_asked_for(shared, stream):
    gateway, key, upstream = shared
    message = {"id": "i", "type": "message", "role": "assistant", "status": "completed",
               "content": [{"type": "output_text", "text": "Hi.", "annotations": []}]}
    done = {"id": "r", "object": "response", "status": "completed", "model": "scripted", "output": [message],
            "usage": {"input_tokens": 12, "output_tokens": 7, "total_tokens": 19}}
    told = b"event: response.completed\n" + event({"type": "response.completed", "response": done})
    upstream.script = lambda call: call.answer(done) if stream else send(call, told, "text/event-stream")
    status, body, _ = gateway.get(
        "/v1/responses", key, method="POST", body={"model": "scripted", "input": "Hi", "stream": stream})
    assert status == 200 and billed(gateway)["cost_nano"] == cost(USED)
    assert ("response.output_text.delta" in str(body)) == stream and "Hi." in str(body)
