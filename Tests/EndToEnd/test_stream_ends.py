"""Which streams count as whole, and what is booked for those that do not."""
import pytest

from configuration import cost
from upstream import DONE, chunk, event, usage, usage_chunk
from wire import Wire, chat, post

TEXT = chunk({"role": "assistant", "content": "Hello"})
USED = usage()


def run(shared, *pieces, gap=0.0, **members):
    """The answer to a stream of `pieces`, and the rows of the request and its attempt."""
    gateway, key, upstream = shared
    upstream.script = lambda call: call.stream(*pieces, gap=gap)
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True, **members)))
        answer = wire.answer()
    request = answer.headers["x-llmgw-request-id"]
    row = gateway.wait_for_request(request)
    [attempt] = gateway.attempts(request)
    return answer, row, attempt


@pytest.mark.parametrize("reason", ["", "null", "error", "partial"])
def test_a_stream_that_is_cut_behind_no_reason_is_not_whole(shared, reason):
    answer, row, _ = run(shared, TEXT, chunk({}, reason))
    assert b"[DONE]" not in answer.body and b'"error"' in answer.body
    assert row["outcome"] == "truncated"


@pytest.mark.parametrize("at", [1, 7, 10_000])
def test_every_choice_ends_for_itself(shared, at):
    def stop(index):
        return event({"choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]})

    def pieces(*events):
        whole = b"".join(events)
        return [whole[start:start + at] for start in range(0, len(whole), at)]

    answer, row, _ = run(shared, *pieces(TEXT, stop(0), stop(0)), n=2)
    assert b"[DONE]" not in answer.body and row["outcome"] == "truncated"
    answer, row, _ = run(shared, *pieces(TEXT, stop(0), stop(1)), n=2)
    assert answer.body.endswith(DONE) and row["outcome"] == "completed"


def test_text_behind_a_reason_begins_anew(shared):
    answer, row, _ = run(shared, TEXT, chunk({}, "stop"), TEXT)
    assert b"[DONE]" not in answer.body and row["outcome"] == "truncated"


def test_the_end_alone_is_no_answer(shared):
    answer, row, attempt = run(shared, DONE)
    assert answer.status == 502 and row["outcome"] == "failed"
    assert attempt["basis"] == "presumed" and attempt["cost_nano"] == attempt["bound_nano"]


@pytest.mark.parametrize("last", [b"data: [DONE]\n", b"data: [DONE]"])
def test_the_end_without_its_blank_line_is_one(shared, last):
    answer, row, attempt = run(shared, TEXT, chunk({}, "stop"), usage_chunk(USED), last)
    assert answer.body.endswith(DONE) and row["outcome"] == "completed"
    assert (attempt["basis"], attempt["cost_nano"]) == ("reported", cost(USED))


@pytest.fixture
def sliced(start, upstream):
    """A budget of 1,666 output tokens, and streams that are held a little at a time."""
    return *start({
        "providers": {"up": {"cancel_stops_billing": {"slack": 16}}},
        "models": {"scripted": {"max_output_tokens": 10_000, "slices": {"first": 64, "ahead": 16}}},
        "applications": {"app": {"budgets": [{"window": "day", "limit": "0.001 USD"}]}}}, upstream.url), upstream


@pytest.mark.parametrize("reason", ["", "null", "stop"])
def test_slices_are_cut_whatever_the_vendor_calls_an_end(sliced, reason):
    """A vendor that names a reason in every chunk has not ended."""
    chunks = [chunk({"content": "x" * 100}, reason)] * 200
    answer, _, attempt = run(sliced, TEXT, *chunks, usage_chunk(usage(10, 5000)), DONE, gap=0.001)
    assert b"cut=budget" in answer.body and attempt["basis"] == "counted"
    assert attempt["cost_nano"] <= 1_000_000
    assert answer.body.endswith(DONE) and answer.body.count(b"x" * 100) < 60
