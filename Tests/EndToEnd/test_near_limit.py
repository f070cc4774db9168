"""Near the limit: wait, shorten, a smaller model, refuse; and streams that are held in slices."""
import json
import time
from decimal import Decimal

from configuration import INPUT, OUTPUT, cost, price, prices
from harness import wait_until
from test_money import bound_of, together
from upstream import DONE, chunk, completion, usage, usage_chunk
from wire import Wire, chat, events, post


def nano(amount):
    return f"{Decimal(amount) / 10**9:.9f} USD"


def near(limit, budget=None, **application):
    """`poor` with one budget, whose policy is `budget`; `small` costs a tenth of `scripted`."""
    return {
        "models": {"small": {"targets": [{"provider": "up", "model": "small"}], "max_output_tokens": 100}},
        "applications": {"poor": {"models": ["scripted"], "budgets": [
            {"window": "day", "limit": nano(limit), **(budget or {})}], **application}}}


def book():
    own = prices()
    own["prices"].append(price("up", "small", input=0.015, output=0.06))
    return own


def obedient(call):
    """A vendor that writes as much as it may."""
    limit = call.request.json["max_tokens"]
    call.answer(completion(used=usage(20, limit)))


def test_an_answer_is_shortened_to_what_is_left_and_says_so(start, upstream):
    upstream.script = obedient
    gateway, key = start(None, upstream.url)
    bound = bound_of(gateway, key, max_tokens=100)
    gateway.stop()
    gateway, _ = start(near(bound - 30 * OUTPUT, {"clip": 10}), upstream.url, prices_file=book())
    key = gateway.key("poor")
    status, _, fields = gateway.chat(key, "scripted", max_tokens=100)
    assert (status, fields["x-llmgw-max-tokens-clipped"], fields["x-llmgw-max-tokens"]) == (200, "70", "70")
    assert upstream.requests[-1].json["max_tokens"] == 70
    request = fields["x-llmgw-request-id"]
    assert "70" in gateway.cli("requests", request).stdout
    assert json.loads(gateway.cli("requests", request, "--format", "json").stdout)["clipped_to"] == 70
    period = gateway.period("poor")
    assert period["posted_nano"] <= period["limit_nano"]
    gateway.verify()


def test_an_answer_that_would_be_too_short_or_useless_is_refused(start, upstream):
    upstream.script = obedient
    gateway, key = start(None, upstream.url)
    bound = bound_of(gateway, key, max_tokens=100)
    gateway.stop()
    gateway, _ = start(near(bound - 30 * OUTPUT, {"clip": 71}), upstream.url, prices_file=book())
    assert gateway.chat(gateway.key("poor"), "scripted", max_tokens=100)[0] == 402
    gateway.stop()
    gateway, _ = start(near(bound, {"clip": 1}), upstream.url, prices_file=book())
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    key = gateway.key("poor")
    assert gateway.chat(key, "scripted", max_tokens=400, tools=[tool])[0] == 402
    assert gateway.chat(key, "scripted", max_tokens=400)[0] == 200


def test_from_a_share_of_the_budget_on_a_smaller_model_serves(start, upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(20, 60)))
    limit = 10 * cost(usage(20, 60))
    gateway, _ = start(
        near(limit, {"degrade": {"at": 0.5, "to": "small"}}), upstream.url, prices_file=book())
    key = gateway.key("poor")
    served = []
    for _ in range(150):
        status, body, fields = gateway.chat(key, "scripted", max_tokens=60)
        if status != 200:
            assert status == 402
            break
        served.append((fields["x-llmgw-model"], fields.get("x-llmgw-degraded-from")))
    large, small = ("scripted", None), ("small", "scripted")
    assert served[0] == large and served[-1] == small
    assert served == [large] * served.count(large) + [small] * served.count(small), "never back"
    period = gateway.period("poor")
    assert served.count(large) * cost(usage(20, 60)) <= limit / 2
    assert period["posted_nano"] <= limit
    [row] = [row for row in gateway.costs("--by", "application,model")["rows"] if row["model"] == "small"]
    assert row["requests"] == served.count(small)
    assert status == 402, "in the end the smaller model is refused too"
    gateway.verify()


def test_the_steps_come_in_their_order(start, upstream):
    """There is room for a tenth of the answer: shortening comes before the smaller model, which comes before a refusal."""
    upstream.script = obedient
    gateway, key = start(None, upstream.url)
    bound = bound_of(gateway, key, max_tokens=100)
    gateway.stop()
    seen = []
    for policy in [{"clip": 5, "degrade": {"at": 1.0, "to": "small"}},
                   {"clip": 50, "degrade": {"at": 1.0, "to": "small"}}, {"clip": 50}]:
        gateway, _ = start(near(bound - 90 * OUTPUT, policy), upstream.url, prices_file=book())
        status, _, fields = gateway.chat(gateway.key("poor"), "scripted", max_tokens=100)
        seen.append((status, fields.get("x-llmgw-max-tokens-clipped"), fields.get("x-llmgw-degraded-from")))
        gateway.stop()
    assert seen == [(200, "10", None), (200, None, "scripted"), (402, None, None)]


def test_a_shortened_call_takes_no_more_than_is_left_however_many_ask(start, upstream):
    def script(call):
        time.sleep(0.02)
        obedient(call)

    upstream.script = script
    gateway, _ = start(near(2_000_000, {"clip": 5}), upstream.url, prices_file=book())
    key = gateway.key("poor")
    statuses = together(64, lambda number: gateway.chat(key, "scripted", f"call {number}", max_tokens=100)[0])
    assert set(statuses) <= {200, 402, 429}
    billed = sum(cost(usage(20, request.json["max_tokens"])) for request in upstream.requests)
    period = gateway.period("poor")
    assert billed == period["posted_nano"] <= period["limit_nano"]
    gateway.verify()


def sliced(limit, **more):
    patch = near(limit)
    patch["providers"] = {"up": {"cancel_stops_billing": {"slack": 16}}}
    patch["models"]["scripted"] = {"slices": {"first": 64, "ahead": 16}, "max_output_tokens": 4000}
    return {**patch, **more}


class Writer:
    """A vendor that streams a token a time, stops when it is left, and knows what it wrote."""

    def __init__(self, upstream, words=400, gap=0.0005):
        self.written, self.words, self.gap = {}, words, gap
        upstream.script = self.script

    def script(self, call):
        number = len(self.written)
        self.written[number] = 0
        call.begin_stream()
        for word in range(self.words):
            self.written[number] += 1
            call.piece(chunk({"content": "abcd"}))
            time.sleep(self.gap)
        for piece in [chunk({}, "stop"), usage_chunk(usage(10, self.words)), DONE]:
            call.piece(piece)
        call.end_stream()

    @property
    def billed(self):
        return sum(10 * INPUT + words * OUTPUT for words in self.written.values())


def stream(gateway, key, **members):
    with Wire(gateway.port, timeout=30) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True, **members)))
        return wire.answer()


def test_a_stream_in_slices_is_held_a_little_at_a_time_and_billed_by_its_usage(start, upstream):
    writer = Writer(upstream)
    gateway, _ = start(sliced(10_000_000), upstream.url, prices_file=book())
    key = gateway.key("poor")
    answer = stream(gateway, key)
    data, comments = events(answer.body)
    assert data[-1] == b"[DONE]" and "cut" not in comments[-1]
    [attempt] = gateway.query("SELECT * FROM attempt")
    assert attempt["state"] == "posted" and attempt["cost_nano"] == writer.billed
    assert attempt["seq"] > 1, "the hold grew"
    assert attempt["bound_nano"] >= attempt["cost_nano"]
    gateway.verify()


def test_a_stream_whose_budget_ends_is_cut_as_at_a_limit_of_length(start, upstream):
    writer = Writer(upstream, words=4000, gap=0)
    gateway, _ = start(sliced(600_000), upstream.url, prices_file=book())
    key = gateway.key("poor")
    answer = stream(gateway, key)
    data, comments = events(answer.body)
    last = json.loads(data[-2])
    assert data[-1] == b"[DONE]" and last["choices"][0]["finish_reason"] == "length"
    assert last["llmgw"] == {"cut": "budget"} and "cut=budget" in comments[-1]
    [attempt] = gateway.query("SELECT * FROM attempt")
    assert (attempt["state"], attempt["basis"], attempt["cut"]) == ("posted", "counted", 1)
    [row] = gateway.requests()
    assert row["outcome"] == "completed"
    page = gateway.cli("requests", answer.headers["x-llmgw-request-id"]).stdout
    assert "budget" in page
    period = gateway.period("poor")
    assert period["posted_nano"] <= period["limit_nano"]
    gateway.verify()
    assert writer.written[0] < writer.words, "the vendor was left"


def test_many_streams_in_slices_share_a_budget_that_none_oversteps(start, upstream):
    writer = Writer(upstream, words=300)
    gateway, _ = start(sliced(4_000_000), upstream.url, prices_file=book())
    key = gateway.key("poor")
    answers = together(48, lambda _: stream(gateway, key))
    assert {answer.status for answer in answers} <= {200, 402, 429}
    finished = [answer for answer in answers if answer.status == 200]
    assert all(answer.body.endswith(b"data: [DONE]\n\n") for answer in finished)
    assert any(b'"cut":"budget"' in answer.body for answer in finished), "the budget is smaller than all of them"
    wait_until(lambda: not gateway.query("SELECT 1 FROM hold"))
    period = gateway.period("poor")
    assert period["posted_nano"] <= period["limit_nano"] and period["overrun_nano"] == 0
    # Of a stream that was cut, what was under way when the vendor was left is not read by anybody, and not billed.
    complete = sum(10 * INPUT + 300 * OUTPUT for answer in finished if b'"cut"' not in answer.body)
    assert complete <= period["posted_nano"]
    gateway.verify()


def test_slices_need_a_vendor_that_stops_billing(gateways, upstream):
    patch = sliced(1_000_000)
    del patch["providers"]
    gateway = gateways(patch, upstream.url, prices_file=book())
    result = gateway.cli("check", check=False)
    assert result.returncode == 2 and "cancel_stops_billing" in result.stdout + result.stderr
