"""A stream passes byte for byte, is metered to the end, and never looks finished when it is not."""
import random
import re
import time

import pytest

from configuration import IMPATIENT, INPUT, OUTPUT, cost
from harness import wait_until
from upstream import BEHIND_NGINX, DONE, chunk, event, text_events, usage, usage_chunk
from wire import Wire, chat, events, post

EVENTS = text_events()
PLAIN = b"".join(EVENTS)
USED = usage()


def stream(shared, headers=(), model="scripted", **members):
    """One stream to its end: the head, with the whole body's bytes."""
    gateway, key, _ = shared
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat(model, stream=True, **members), headers))
        return wire.answer()


def comment(nano):
    return f": llmgw cost=0.{nano:09d} USD\n\n".encode()


def test_a_stream_passes_byte_for_byte_with_usage_hidden_and_the_cost_before_the_end(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE)
    answer = stream(shared)
    assert answer.body == PLAIN + comment(cost(USED)) + DONE
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert shared[2].requests[-1].json["stream_options"] == {"include_usage": True}


def test_usage_passes_when_it_was_asked_for(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE)
    answer = stream(shared, stream_options={"include_usage": True})
    assert answer.body == PLAIN + usage_chunk(USED) + comment(cost(USED)) + DONE


def test_the_comment_is_left_out_on_request(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE)
    assert stream(shared, ["x-llmgw-include: none"]).body == PLAIN + DONE


def test_usage_within_an_event_with_choices_passes(shared):
    last = chunk({}, "stop", usage=USED)
    shared[2].script = lambda call: call.stream(*EVENTS[:-1], last, DONE)
    assert stream(shared).body == b"".join(EVENTS[:-1]) + last + comment(cost(USED)) + DONE


def test_vendor_comments_line_endings_and_unknown_members_pass(shared):
    odd = b": keep-alive\n\n" + EVENTS[0].replace(b"\n", b"\r\n") + chunk({"content": "a"}, obfuscation="xyz")
    shared[2].script = lambda call: call.stream(odd, EVENTS[-1], usage_chunk(USED), DONE)
    assert stream(shared).body == odd + EVENTS[-1] + comment(cost(USED)) + DONE


def test_a_stream_that_comes_byte_by_byte_is_the_same(shared):
    whole = PLAIN + usage_chunk(USED) + DONE
    shared[2].script = lambda call: call.stream(*[whole[at:at + 1] for at in range(len(whole))])
    assert stream(shared).body == PLAIN + comment(cost(USED)) + DONE


def test_a_stream_cut_anywhere_is_the_same(shared, soak):
    whole, dice = PLAIN + usage_chunk(USED) + DONE, random.Random(1)
    for _ in range(200 if soak else 20):
        cuts = sorted(dice.sample(range(1, len(whole)), dice.randrange(1, 12)))
        pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)])]
        shared[2].script = lambda call: call.stream(*pieces)
        assert stream(shared).body == PLAIN + comment(cost(USED)) + DONE


def test_no_event_waits_for_the_next(shared):
    seen = []

    def script(call):
        call.begin_stream()
        call.piece(EVENTS[0])  # says nothing yet
        for event in EVENTS[1:]:
            call.piece(event)
            wait_until(lambda: event in b"".join(seen), what=f"{event} at the client")
        call.piece(usage_chunk(USED) + DONE)
        call.end_stream()

    gateway, key, shared[2].script = shared[0], shared[1], script
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        assert wire.head().status == 200
        for piece in wire.chunks():
            seen.append(piece)
    assert b"".join(seen) == PLAIN + comment(cost(USED)) + DONE


def test_what_follows_done_is_dropped(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE, chunk({"content": "late"}))
    assert stream(shared).body == PLAIN + comment(cost(USED)) + DONE


def test_a_stream_without_done_but_with_its_finish_reason_is_whole(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED))
    assert stream(shared).body == PLAIN + comment(cost(USED)) + DONE


def test_a_stream_without_usage_is_presumed_at_its_bound(shared):
    shared[2].script = lambda call: call.stream(*EVENTS, DONE)
    answer = stream(shared)
    [attempt] = shared[0].attempts(answer.headers["x-llmgw-request-id"])
    assert attempt["basis"] == "presumed" and attempt["cost_nano"] == attempt["bound_nano"] > 0
    assert answer.body == PLAIN + comment(attempt["bound_nano"]) + DONE


def test_the_row_is_there_before_the_terminator(shared):
    gateway, key, upstream = shared
    upstream.script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE)
    for _ in range(20):
        with Wire(gateway.port) as wire:
            wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
            request = wire.head().headers["x-llmgw-request-id"]
            b"".join(wire.chunks())
            [row] = gateway.requests(request)
            [attempt] = gateway.attempts(request)
        assert row["outcome"] == "completed" and attempt["state"] == "posted"
        assert attempt["cost_nano"] == USED["prompt_tokens"] * INPUT + USED["completion_tokens"] * OUTPUT


# MARK: Broken streams

def begun(call, *more):
    call.begin_stream()
    for piece in (*EVENTS[:3], *more):
        call.piece(piece)
    time.sleep(0.05)


def reset(call):
    begun(call)
    call.reset()


def cut_off(call):
    begun(call)
    call.close()


def clean_end_too_early(call):
    begun(call)
    call.end_stream()


def hang(call):
    begun(call)
    call.wait_for_disconnect()


def garbage(call):
    begun(call, b"data: {not json\n\n")
    call.end_stream()


def within_an_event(call):
    begun(call, b'data: {"id":"chat')
    call.end_stream()


def error_event(call):
    begun(call, event({"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}}))
    call.end_stream()


def bad_chunk(call):
    begun(call)
    call.send(b"zz\r\nhello\r\n")
    call.close()


def endless_event(call):
    begun(call)
    for _ in range(40):
        call.piece(b"x" * 65536)


BROKEN = [reset, cut_off, clean_end_too_early, hang, garbage, within_an_event, error_event, bad_chunk, endless_event]


@pytest.mark.parametrize("script", BROKEN, ids=lambda script: script.__name__)
def test_a_broken_stream_ends_in_an_error_and_is_presumed(shared, script):
    shared[2].script = script
    answer = stream(shared)
    data, _ = events(answer.body)
    assert answer.body.startswith(b"".join(EVENTS[:3])), "what had come was passed on"
    assert b"[DONE]" not in answer.body
    assert b'"error"' in data[-1] and b'"code":"upstream_' in data[-1]
    request = answer.headers["x-llmgw-request-id"]
    [row], [attempt] = shared[0].requests(request), shared[0].attempts(request)
    assert row["outcome"] == "truncated"
    assert (attempt["state"], attempt["basis"]) == ("presumed", "presumed")
    assert attempt["cost_nano"] == attempt["bound_nano"] > 0


@pytest.mark.parametrize("model", ["sim-reset-stream", "sim-truncated", "sim-malformed", "sim-error-200"])
def test_the_simulated_providers_broken_streams_are_truncated_too(start, model):
    gateway, key = start()
    answer = stream((gateway, key, None), model=model)
    assert b"[DONE]" not in answer.body and b'"error"' in answer.body
    assert gateway.requests(answer.headers["x-llmgw-request-id"])[0]["outcome"] == "truncated"


def test_a_connection_reset_at_any_byte_never_looks_finished(shared, soak):
    whole = PLAIN + usage_chunk(USED) + DONE
    end = len(PLAIN + usage_chunk(USED))
    for at in range(1, end, 7 if soak else 97):
        def script(call, at=at):
            call.begin_stream()
            call.piece(whole[:at])
            time.sleep(0.01)
            call.reset()

        shared[2].script = script
        answer = stream(shared)
        assert b"[DONE]" not in answer.body and b'"error"' in answer.body, at


# MARK: Fallback

@pytest.fixture
def fallback(start, upstream):
    """`two` tries the scripted upstream first, then the simulated provider."""
    return start({**IMPATIENT, "models": {"two": {"targets": [
        {"provider": "up", "model": "scripted"}, {"provider": "sim", "model": "sim-small"}]}},
        "applications": {"app": {"models": ["two"]}}}, upstream.url)


@pytest.mark.parametrize("failure", ["500", "429", "reset", "timeout", "empty", "error first"])
def test_before_the_first_byte_the_next_target_answers(fallback, upstream, failure):
    def script(call):
        match failure:
            case "500": call.error(500)
            case "429": call.error(429, "rate_limit_exceeded")
            case "reset": call.reset()
            case "timeout": call.wait_for_disconnect()
            case "empty": call.stream()
            case "error first": call.stream(event({"error": {"message": "overloaded", "code": "server_error"}}))

    upstream.script = script
    gateway, key = fallback
    answer = stream((gateway, key, upstream), model="two")
    assert answer.status == 200 and answer.body.endswith(DONE)
    assert answer.headers["x-llmgw-provider"] == "sim"
    first, second = gateway.attempts(answer.headers["x-llmgw-request-id"])
    assert second["state"] == "posted" and first["superseded"] == 1
    voided = ("500", "429", "reset") if BEHIND_NGINX else ("500", "429")  # nginx makes a reset a 502
    assert first["state"] == ("voided" if failure in voided else "presumed")


def test_after_the_first_byte_no_other_target_is_asked(fallback, upstream):
    upstream.script = reset
    gateway, key = fallback
    answer = stream((gateway, key, upstream), model="two")
    assert b"[DONE]" not in answer.body and b'"error"' in answer.body
    assert len(gateway.attempts(answer.headers["x-llmgw-request-id"])) == 1


# MARK: Clients that leave

def leave(gateway, key, model="scripted", after=1, rst=False):
    """Begins a stream, reads `after` chunks, and leaves. Returns the request's id."""
    wire = Wire(gateway.port)
    wire.send(post("/v1/chat/completions", key, chat(model, stream=True)))
    request = wire.head().headers["x-llmgw-request-id"]
    chunks = wire.chunks()
    for _ in range(after):
        next(chunks)
    wire.reset() if rst else wire.socket.close()
    return request


@pytest.mark.parametrize("rst", [False, True], ids=["FIN", "RST"])
def test_a_client_that_leaves_is_metered_to_the_end(shared, rst):
    shared[2].script = lambda call: call.stream(*EVENTS, usage_chunk(USED), DONE, gap=0.1)
    request = leave(*shared[:2], rst=rst)
    row = shared[0].wait_for_request(request)
    [attempt] = shared[0].attempts(request)
    assert row["outcome"] == "cancelled"
    assert (attempt["state"], attempt["basis"], attempt["cost_nano"]) == ("posted", "reported", cost(USED))


def test_draining_is_bounded_in_time(start, upstream):
    gateway, key = start({"providers": {"up": {"disconnect": {"time": "300ms"}}}}, upstream.url)
    sent = []

    def script(call):
        call.begin_stream()
        for number in range(400):
            call.piece(chunk({"content": "more "}))
            sent.append(number)
            time.sleep(0.05)

    upstream.script = script
    request = leave(gateway, key)
    row = gateway.wait_for_request(request)
    [attempt] = gateway.attempts(request)
    assert row["outcome"] == "cancelled" and attempt["basis"] == "presumed"
    assert len(sent) < 400, "the provider was left before it had said all"


def test_draining_is_bounded_in_bytes(start, upstream):
    gateway, key = start({"providers": {"up": {"disconnect": {"time": "20s", "bytes": "64KiB"}}}}, upstream.url)

    sent = []

    def script(call):
        call.begin_stream()
        for number in range(5000):
            call.piece(chunk({"content": "x" * 1000}))
            sent.append(number)
            time.sleep(0.002)

    upstream.script = script
    request = leave(gateway, key)
    gateway.wait_for_request(request)
    assert len(sent) < 5000, "the provider was left before it had said all"
    assert gateway.attempts(request)[0]["basis"] == "presumed"


def test_abort_cuts_at_once(start, upstream):
    # Nothing else would end it before the test gives up.
    slow = {"on_disconnect": "abort", "disconnect": {"time": "60s"}, "timeouts": {"idle": "60s", "total": "90s"}}
    gateway, key = start({"providers": {"up": slow}}, upstream.url)
    upstream.script = hang
    request = leave(gateway, key)
    gateway.wait_for_request(request)
    assert gateway.attempts(request)[0]["basis"] == "presumed"


def test_a_client_that_leaves_before_the_head_is_metered(shared):
    gateway, key, upstream = shared
    arrived = []

    def script(call):
        arrived.append(1)
        time.sleep(0.3)
        call.stream(*EVENTS, usage_chunk(USED), DONE)

    upstream.script = script
    before = {row["request"] for row in gateway.requests()}
    wire = Wire(gateway.port)
    wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
    wait_until(lambda: arrived)
    wire.socket.close()
    [row] = wait_until(lambda: [row for row in gateway.requests() if row["request"] not in before])
    assert row["outcome"] == "cancelled"


def test_half_a_request_leaves_no_row(shared):
    gateway, key, _ = shared
    before = len(gateway.requests())
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat())[:-10])
    time.sleep(0.2)
    assert len(gateway.requests()) == before


def test_an_unpriced_stream_says_so(start, upstream):
    gateway, key = start({"models": {"scripted": {"targets": [{"provider": "up", "model": "unheard-of"}]}}}, upstream.url)
    answer = stream((gateway, key, upstream))
    assert b": llmgw cost=unpriced\n\n" in answer.body
    assert re.search(rb"\[DONE\]\n\n$", answer.body)
