"""Until the model has said something, the next target may still answer; and what a vendor's failure costs."""
import json
import threading
import time

import pytest

from configuration import cost, price, prices
from upstream import DONE, Call, ScriptedUpstream, chunk, completion, event, text_events, usage, usage_chunk
from wire import Wire, chat, post

USED = usage()
GOOD = [*text_events(), usage_chunk(USED), DONE]
ROLE = chunk({"role": "assistant", "content": ""})


def named(kind, **members):
    return b"event: " + kind.encode() + b"\n" + event({"type": kind, **members})


CREATED = named("response.created", response={"id": "r", "status": "in_progress", "output": [], "usage": None})
DELTA = named("response.output_text.delta", delta="Hel")


def failed(code, used=None, kind="failed"):
    error = {"code": code, "message": f"scripted {code}"} if code else None
    return named(f"response.{kind}", response={
        "id": "r", "status": kind, "error": error, "output": [], "usage": used})


COMPLETED = named("response.completed", response={
    "id": "r", "status": "completed", "error": None, "output": [], "usage": {"input_tokens": 12, "output_tokens": 7}})


@pytest.fixture
def pair(start, upstream):
    """`m` has one target; `two` has another behind it, which is well."""
    second = ScriptedUpstream()
    second.script = lambda call: call.stream(*(
        GOOD if "chat" in call.request.path else [CREATED, DELTA, COMPLETED]))
    gateway, key = start({
        "providers": {"up2": {"kind": "openai", "base_url": second.url, "api_key": "sk-second-0123456789"}},
        "models": {"two": {"targets": [
            {"provider": "up", "model": "scripted"}, {"provider": "up2", "model": "scripted"}],
            "max_output_tokens": 100}},
        "applications": {"app": {"models": ["scripted", "two"]}}}, upstream.url,
        prices_file={"prices": [*prices()["prices"], price("up2", "scripted")]})
    yield gateway, key, upstream, second
    second.close()


def ask(pair, *pieces, model="two", path="/v1/chat/completions", stream=True):
    """The answer, the row of the request and those of its attempts."""
    gateway, key, upstream, _ = pair
    if pieces:
        upstream.script = lambda call: call.stream(*pieces)
    body = chat(model, stream=stream) if "chat" in path else {"model": model, "input": "Hi", "stream": stream}
    with Wire(gateway.port) as wire:
        wire.send(post(path, key, body))
        answer = wire.answer()
    request = answer.headers["x-llmgw-request-id"]
    return answer, gateway.wait_for_request(request), gateway.attempts(request)


def error(code=None, kind=None, **more):
    return event({"error": {"message": "scripted", "type": kind, "code": code, **more}})


# MARK: Beginnings

BEGINNINGS = {
    "comment": b": OPENROUTER PROCESSING\n\n", "no choices": event({"choices": [], "prompt_filter_results": []}),
    "role": ROLE, "ping": b"event: ping\ndata: {\"type\": \"ping\"}\n\n", "nothing": b"",
    "all": b": x\n\n" + event({"choices": []}) + ROLE,
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("end", ["error", "cut", "reset"])
def test_after_a_beginning_that_says_nothing_the_next_target_answers(pair, beginning, end):
    def script(call: Call):
        call.begin_stream()
        if BEGINNINGS[beginning]:
            call.piece(BEGINNINGS[beginning])
        if end == "error":
            call.piece(error("server_error"))
        if end == "reset":
            return call.reset()
        call.end_stream()

    pair[2].script = script
    answer, row, [first, second] = ask(pair)
    assert answer.status == 200 and answer.body.endswith(DONE)
    assert answer.headers["x-llmgw-provider"] == "up2" and row["outcome"] == "completed"
    assert BEGINNINGS["comment"] not in answer.body
    assert first["basis"] == "presumed" and second["basis"] == "reported"


@pytest.mark.parametrize("code, state", [
    ("rate_limit_exceeded", "voided"), ("insufficient_quota", "voided"), ("model_not_found", "voided"),
    ("overloaded_error", "voided"), ("server_error", "presumed"), (None, "presumed")])
def test_an_error_before_the_first_word_is_void_where_its_code_is_never_billed(pair, code, state):
    answer, _, [first, second] = ask(pair, ROLE, error(code))
    assert answer.headers["x-llmgw-provider"] == "up2"
    assert first["state"] == state and second["state"] == "posted"


def test_what_was_held_back_comes_with_the_first_word(pair):
    answer, _, [attempt] = ask(pair, BEGINNINGS["comment"], *GOOD, model="scripted")
    assert answer.body.startswith(BEGINNINGS["comment"] + ROLE)
    assert attempt["cost_nano"] == cost(USED)


def test_a_beginning_is_not_held_back_for_longer_than_it_may(start, upstream):
    """The vendor goes on only when the client has its first byte."""
    gateway, key = start({"limits": {"hold_beginning": "50ms"}}, upstream.url)
    seen = threading.Event()

    def script(call):
        call.begin_stream()
        call.piece(ROLE)
        assert seen.wait(10)
        for piece in [*GOOD[1:]]:
            call.piece(piece)
        call.end_stream()

    upstream.script = script
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        assert wire.head().status == 200
        chunks = wire.chunks()
        assert next(chunks) == ROLE
        seen.set()
        assert b"".join(chunks).endswith(DONE)


@pytest.mark.parametrize("beginning", [[CREATED], [CREATED, named("response.in_progress", response={}), named(
    "response.output_item.added", item={"type": "message", "content": []})]])
def test_a_response_that_was_only_created_may_be_answered_by_the_next(pair, beginning):
    answer, row, [first, second] = ask(pair, *beginning, failed("rate_limit_exceeded"), path="/v1/responses")
    assert answer.headers["x-llmgw-provider"] == "up2" and row["outcome"] == "completed"
    assert first["state"] == "voided" and second["state"] == "posted"
    assert answer.body.count(b"response.created") == 2  # the event and its type, of the second alone


# MARK: Ends of a Response

@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("kind, code", [("failed", "server_error"), ("failed", "rate_limit_exceeded"), ("cancelled", None)])
def test_a_response_that_failed_passes_as_it_came_and_costs_nothing_without_usage(pair, begun, kind, code):
    pieces = [CREATED, *([DELTA] if begun else []), failed(code, kind=kind)]
    answer, row, [attempt] = ask(pair, *pieces, model="scripted", path="/v1/responses")
    assert answer.status == 200 and answer.body == b"".join(pieces)
    assert attempt["state"] == "voided" and not attempt["cost_nano"]
    assert row["outcome"] == ("truncated" if begun else "failed")


def test_a_response_that_failed_is_billed_by_its_usage(pair):
    used = {"input_tokens": 12, "output_tokens": 7, "total_tokens": 19}
    answer, _, [attempt] = ask(
        pair, CREATED, DELTA, failed("server_error", used), model="scripted", path="/v1/responses")
    assert attempt["basis"] == "reported" and attempt["cost_nano"] == cost(USED)
    assert b"llmgw cost=" in answer.body and answer.body.endswith(failed("server_error", used))


def test_a_response_that_is_incomplete_without_anything_costs_nothing(pair):
    end = named("response.incomplete", response={
        "id": "r", "status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": [], "usage": None})
    answer, _, [attempt] = ask(pair, CREATED, end, model="scripted", path="/v1/responses")
    assert answer.body == CREATED + end and attempt["state"] == "voided"
    _, _, [attempt] = ask(pair, CREATED, DELTA, end, model="scripted", path="/v1/responses")
    assert attempt["state"] == "presumed"


# MARK: Errors without a status

ERRORS = [
    ({"code": "rate_limit_exceeded"}, 429, "upstream_rate_limited"), ({"type": "rate_limit_error"}, 429, "upstream_rate_limited"),
    ({"code": 429}, 429, "upstream_rate_limited"), ({"type": "insufficient_quota"}, 429, "insufficient_quota"),
    ({"type": "invalid_request_error", "code": "unsupported_value", "param": "temperature"}, 400, "unsupported_value"),
    ({"type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400}, 400, "tool_use_failed"),
    ({"code": "context_length_exceeded"}, 400, "context_length_exceeded"),
    ({"code": "model_not_found"}, 404, "model_not_found"), ({"code": "invalid_api_key"}, 502, "upstream_auth"),
    ({"type": "overloaded_error"}, 502, "upstream_error"), ({"type": "server_error"}, 502, "upstream_error"),
]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("said, status, code", ERRORS)
def test_an_error_without_a_status_is_told_as_what_it_is(pair, said, status, code, whole):
    body = {"error": {"message": "scripted words", **said}}
    pair[2].script = lambda call: call.answer(body) if whole else call.stream(ROLE, event(body))
    answer, row, [attempt] = ask(pair, model="scripted", stream=not whole)
    told = json.loads(answer.body)["error"]
    assert answer.status == status and "status 200" not in told["message"]
    if not (whole and status in (400, 404)):  # where the vendor's own body passes
        assert told["code"] == code
    assert ("scripted words" in told["message"]) == (status in (400, 404))
    assert row["outcome"] == "failed"
    assert attempt["state"] == ("presumed" if said.get("type") == "server_error" else "voided")


def test_what_is_wrong_with_the_request_is_not_tried_elsewhere(pair):
    for whole in (True, False):
        body = {"error": {"message": "no", "type": "invalid_request_error"}}
        pair[2].script = lambda call: call.answer(body) if whole else call.stream(event(body))
        answer, _, attempts = ask(pair, stream=not whole)
        assert answer.status == 400 and len(attempts) == 1 and attempts[0]["state"] == "voided"


def test_an_error_behind_text_is_presumed_whatever_its_code(pair):
    answer, row, [attempt] = ask(pair, ROLE, chunk({"content": "Hello"}), error("rate_limit_exceeded"))
    assert answer.status == 200 and b"[DONE]" not in answer.body and b"upstream_rate_limited" in answer.body
    assert row["outcome"] == "truncated" and attempt["state"] == "presumed"


def test_an_error_with_usage_is_billed_by_it(pair):
    last = event({"error": {"message": "broke", "code": "server_error"}, "choices": [], "usage": USED})
    _, _, [attempt] = ask(pair, ROLE, chunk({"content": "Hello"}), last)
    assert (attempt["basis"], attempt["cost_nano"]) == ("reported", cost(USED))


def test_usage_from_before_the_text_says_nothing_of_it(pair):
    early = event({"choices": [{"index": 0, "delta": {"role": "assistant"}}], "usage": usage(12, 0)})
    _, _, [attempt] = ask(pair, early, chunk({"content": "Hello"}), error("server_error"))
    assert attempt["state"] == "presumed" and attempt["cost_nano"] == attempt["bound_nano"]


# MARK: Forbidden, but not to us

FORBIDDEN = [
    ({"code": 403, "message": "Your chosen model requires moderation and your input was flagged for \"violence\".",
      "metadata": {"reasons": ["violence"], "flagged_input": "x"}}, False),
    ({"code": "content_policy_violation", "message": "no"}, False),
    ({"code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported"}, True),
    ({"code": "model_not_found", "message": "Project `p` does not have access to model `gpt-x`"}, True),
    ({"message": "You don't have access to the model with the specified model ID."}, True),
]


@pytest.mark.parametrize("said, falls", FORBIDDEN)
def test_a_refusal_that_is_not_of_our_key_is_told_in_the_vendors_words(pair, said, falls):
    body = {"error": said}
    pair[2].script = lambda call: call.answer(body, 403)
    for _ in range(8):  # no circuit opens for it
        answer, _, [attempt] = ask(pair, model="scripted", stream=False)
        assert answer.status == 403 and json.loads(answer.body) == body and attempt["state"] == "voided"
    answer, _, attempts = ask(pair)
    assert len(attempts) == (2 if falls else 1) and answer.status == (200 if falls else 403)


def test_a_key_that_gemini_calls_invalid_is_ours(pair):
    body = [{"error": {"code": 400, "message": "Please pass another.", "status": "INVALID_ARGUMENT",
                       "details": [{"@type": "ErrorInfo", "reason": "API_KEY_INVALID"}]}}]
    pair[2].script = lambda call: call.answer(body, 400)
    answer, _, _ = ask(pair, model="scripted", stream=False)
    assert answer.status == 502 and json.loads(answer.body)["error"]["code"] == "upstream_auth"


# MARK: Answers that are of no use

@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [b"<html>", b'{"choices": [', b"null"])
def test_an_unreadable_answer_is_not_asked_for_again(pair, body, stream):
    pair[2].script = lambda call: call.stream(b"data: " + body + b"\n\n") if stream else call.answer(body)
    answer, row, [attempt] = ask(pair, stream=stream)
    assert answer.status == 502 and json.loads(answer.body)["error"]["code"] == "upstream_error"
    assert row["outcome"] == "failed" and attempt["state"] == "presumed"
    assert len(pair[3].requests) == 0


def test_an_answer_that_is_too_large_is_not_asked_for_again(start, upstream):
    gateway, key = start({
        "limits": {"max_answer": "1KiB"},
        "models": {"two": {"targets": [{"provider": "up", "model": "scripted"}, {"provider": "sim", "model": "sim-small"}],
                           "retries": {"same_target": 1, "attempts": 4}}},
        "applications": {"app": {"models": ["two"]}}}, upstream.url)
    upstream.script = lambda call: call.answer(completion("x" * 2000))
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("two")))
        answer = wire.answer()
    assert answer.status == 502 and "max_answer" in json.loads(answer.body)["error"]["message"]
    [attempt] = gateway.attempts(answer.headers["x-llmgw-request-id"])
    assert attempt["state"] == "presumed" and len(upstream.requests) == 1


def test_a_refusal_with_an_odd_body_is_no_bill(pair):
    pair[2].script = lambda call: call.answer(b"x" * (2 << 20), 400, content_type="text/html")
    answer, _, [attempt] = ask(pair, model="scripted", stream=False)
    assert answer.status == 400 and attempt["state"] == "voided"


# MARK: Cut behind the end of the answer

@pytest.mark.parametrize("end", ["reset", "within an event"])
def test_what_was_used_is_known_before_the_stream_says_that_it_ends(pair, end):
    def script(call):
        call.begin_stream()
        call.piece(b"".join(GOOD[:-1]))
        if end == "reset":
            time.sleep(0.05)
            return call.reset()
        call.piece(b"data: {\"ch")
        call.end_stream()

    pair[2].script = script
    answer, row, [attempt] = ask(pair)
    assert b"[DONE]" not in answer.body and row["outcome"] == "truncated"
    assert (attempt["basis"], attempt["cost_nano"]) == ("reported", cost(USED))


# MARK: What all calls hold together

def test_calls_share_the_room_for_answers(start, upstream):
    """Two answers of 1.5 MiB do not find room in 2 MiB: one at least is given up, and presumed."""
    gateway, key = start(
        {"limits": {"max_body": "1MiB", "max_answer": "2MiB", "max_buffered": "2MiB"}}, upstream.url)
    halves, done = threading.Semaphore(0), threading.Event()
    body = json.dumps(completion("x" * (3 << 19))).encode()

    def script(call):
        call.head(200, [("content-type", "application/json"), ("content-length", str(len(body)))])
        call.send(body[:-10])
        halves.release()
        done.wait(20)
        call.send(body[-10:])

    upstream.script = script
    with Wire(gateway.port) as first, Wire(gateway.port) as second:
        first.send(post("/v1/chat/completions", key, chat("scripted")))
        assert halves.acquire(timeout=10)
        second.send(post("/v1/chat/completions", key, chat("scripted")))
        answers = [second.answer()]
        done.set()
        answers.append(first.answer())
    refused = [answer for answer in answers if answer.status == 503]
    assert refused and {answer.status for answer in answers} <= {200, 503}
    for answer in refused:
        assert json.loads(answer.body)["error"]["code"] == "overloaded"
        [attempt] = gateway.attempts(answer.headers["x-llmgw-request-id"])
        assert attempt["state"] == "presumed"
    assert len(upstream.requests) == 2
    with Wire(gateway.port) as wire:  # the room is free again
        wire.send(post("/v1/chat/completions", key, chat("scripted")))
        assert wire.answer().status == 200


# MARK: Our own credential

@pytest.mark.parametrize("written", [
    "tok/abc-1", "tok\\/abc-1", "tok\\u002fabc-1", "tok%2Fabc-1", "tok%2fabc%2D1", "\\u0074ok/abc-1"])
@pytest.mark.parametrize("how", ["400", "stream"])
def test_a_vendor_that_repeats_our_key_is_not_quoted(start, upstream, written, how):
    gateway, key = start({"providers": {"up": {"api_key": "tok/abc-1"}}}, upstream.url)
    body = b'{"error":{"message":"bad: ' + written.encode() + b'","type":"invalid_request_error","code":"x"}}'
    upstream.script = lambda call: call.answer(body, 400) if how == "400" else call.stream(b"data: " + body + b"\n\n")
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=how == "stream")))
        answer = wire.answer()
    assert answer.status == 400 and b"withheld" in answer.body
    assert b"abc-1" not in answer.body and b"abc%2D1" not in answer.body
    assert "abc-1" not in gateway.log() and "abc%2D1" not in gateway.log()
