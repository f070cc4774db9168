"""What vendors bill by the piece: it is in the hold, and a budget holds whatever they search."""
import random
from decimal import Decimal

import pytest

from configuration import INPUT, OUTPUT, price, prices
from upstream import DONE, completion, text_events, usage, usage_chunk

SEARCH, WINDOW = 5_000_000, 128_000  # nano-dollars a piece; the price's context window


def book(**pieces):
    entries = prices()
    entries["prices"].append(price("up", "scripted", **{"from": "2020-01-02", "per_call": pieces or None}))
    return entries


def patch(usage_of, limit=1000, **model):
    return {
        "providers": {"up": {"usage": usage_of}},
        "models": {"scripted": model},
        "applications": {"poor": {
            "models": ["scripted"], "budgets": [{"window": "day", "limit": f"{Decimal(limit):.9f} USD"}]}},
    }


@pytest.fixture
def searching(start, upstream):
    """Starts a gateway before a vendor that searches; returns it with a key of an application with a budget."""
    def make(usage_of="xai", limit=1000, pieces=None, **model):
        gateway, _ = start(
            patch(usage_of, limit, **model), upstream.url,
            prices_file=book(**({"search_sources": 0.005, "web_search": 0.005} if pieces is None else pieces)))
        return gateway, gateway.key("poor")
    return make


def refused(gateway, key, **members):
    status, body, _ = gateway.chat(key, "scripted", max_tokens=10, **members)
    return status, body["error"]["code"], body["error"]["param"]


def test_searches_are_held_before_they_are_billed(searching, upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(20, 10, num_sources_used=7)))
    gateway, key = searching()
    status, _, fields = gateway.chat(key, "scripted", max_tokens=10, search_parameters={"max_search_results": 7})
    assert status == 200
    (row,) = gateway.attempts(fields["x-llmgw-request-id"])
    assert row["bound_nano"] >= 7 * SEARCH + 10 * OUTPUT
    assert row["cost_nano"] == 20 * INPUT + 10 * OUTPUT + 7 * SEARCH
    assert gateway.period("poor")["overrun_nano"] == 0
    gateway.verify()


def test_a_vendor_that_searches_to_its_limit_never_passes_the_budget(searching, upstream):
    dice = random.Random(7)

    def script(call):
        most = call.request.json["search_parameters"]["max_search_results"]
        used = usage(20, 10, num_sources_used=dice.choice([most, most, dice.randint(0, most)]))
        if call.request.json.get("stream"):
            call.stream(*text_events(), usage_chunk(used), DONE)
        else:
            call.answer(completion(used=used))

    upstream.script = script
    limit = Decimal("0.5")
    gateway, key = searching(limit=limit, max_tool_calls=5)
    statuses = []
    for number in range(60):
        own = {"max_search_results": dice.randint(0, 9)} if number % 3 else {"mode": "auto"}
        statuses.append(gateway.chat(key, "scripted", max_tokens=10, stream=number % 2 == 0, search_parameters=own)[0])
    period = gateway.period("poor")
    assert 200 in statuses and 402 in statuses
    assert period["overrun_nano"] == 0 and period["posted_nano"] <= int(limit * 10**9)
    # Nothing but the bound of the next call was left.
    assert period["posted_nano"] > int(limit * 10**9) - 9 * SEARCH - WINDOW * INPUT - 100 * OUTPUT
    assert gateway.query("SELECT count(*) AS n FROM attempt WHERE cost_nano > bound_nano")[0]["n"] == 0
    gateway.verify()


def test_the_models_ceiling_is_sent_and_named(searching, upstream):
    gateway, key = searching(max_tool_calls=3)
    status, _, fields = gateway.chat(key, "scripted", max_tokens=10, search_parameters={"mode": "on"})
    assert status == 200 and fields["x-llmgw-max-tool-calls"] == "3"
    assert upstream.requests[-1].json["search_parameters"] == {"mode": "on", "max_search_results": 3}
    # A limit of the client's is its own business, unless the model caps it.
    gateway.chat(key, "scripted", max_tokens=10, search_parameters={"max_search_results": 9})
    assert upstream.requests[-1].json["search_parameters"] == {"max_search_results": 9}


def test_a_cap_lowers_the_clients_limit(searching, upstream):
    gateway, key = searching(max_tool_calls=3, cap=True)
    tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": 9}
    status, _, fields = gateway.chat(key, "scripted", max_tokens=10, tools=[tool])
    assert status == 200, fields
    assert upstream.requests[-1].json["tools"] == [tool | {"max_uses": 3}]
    # The model reads its input again after each search, so the input counts four times.
    (row,) = gateway.attempts(fields["x-llmgw-request-id"])
    assert row["bound_nano"] == 3 * SEARCH + 4 * WINDOW * INPUT + 10 * OUTPUT


def test_what_nothing_limits_is_refused_where_a_budget_counts(searching, upstream):
    gateway, key = searching()
    assert refused(gateway, key, search_parameters={}) == (422, "unbounded_request", "search_parameters")
    assert refused(gateway, key, web_search_options={}) == (422, "unbounded_request", "web_search_options")
    assert refused(gateway, key, tools=[{"type": "function", "function": {"name": "f"}}, {"type": "web_search"}]) == (
        422, "unbounded_request", "tools[1]")
    assert upstream.requests == []
    free = gateway.key()
    status, _, fields = gateway.chat(free, "scripted", max_tokens=10, search_parameters={})
    assert status == 200 and "x-llmgw-max-tool-calls" not in fields
    assert upstream.requests[-1].json["search_parameters"] == {}


def test_a_piece_without_a_price_is_refused_where_a_budget_counts(searching, upstream):
    gateway, key = searching(pieces={"web_search": 0.005})
    members = {"search_parameters": {"max_search_results": 1}}
    assert refused(gateway, key, **members) == (422, "unpriced_model", "search_parameters")
    assert upstream.requests == []
    assert gateway.chat(gateway.key(), "scripted", max_tokens=10, **members)[0] == 200


def test_a_search_that_the_vendor_does_not_count_is_billed(searching, upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(20, 10)))
    gateway, key = searching("openai")
    _, _, fields = gateway.chat(key, "scripted", max_tokens=10, n=2, web_search_options={})
    (row,) = gateway.attempts(fields["x-llmgw-request-id"])
    assert row["cost_nano"] == 20 * INPUT + 10 * OUTPUT + 2 * SEARCH <= row["bound_nano"]
    (kept,) = gateway.query("SELECT extras, unpriced FROM attempt")
    assert kept["extras"] == "web_search=2" and kept["unpriced"] == "assumed:web_search"


def test_a_prediction_that_does_not_come_true_is_in_the_hold(searching, upstream):
    text = "It was a dark and stormy night. " * 40
    rejected = len(text) // 4
    upstream.script = lambda call: call.answer(completion(used=usage(20, 10 + rejected)))
    gateway, key = searching("openai")
    prediction = {"type": "content", "content": text}
    _, _, fields = gateway.chat(key, "scripted", max_tokens=10, prediction=prediction)
    (row,) = gateway.attempts(fields["x-llmgw-request-id"])
    assert row["cost_nano"] == 20 * INPUT + (10 + rejected) * OUTPUT <= row["bound_nano"]
    assert row["bound_nano"] >= (10 + len(text)) * OUTPUT
    assert gateway.period("poor")["overrun_nano"] == 0


@pytest.mark.parametrize("endpoint", ["chat", "embeddings"])
def test_a_fee_for_each_request_is_held_and_charged(searching, upstream, endpoint):
    fee = 5_000_000
    upstream.script = lambda call: call.answer(
        {"object": "list", "data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 20, "total_tokens": 20}}
        if "input" in call.request.json else completion(used=usage(20, 10)))
    gateway, key = searching("compatible", pieces={"request": 0.005})
    if endpoint == "chat":
        status, _, fields = gateway.chat(key, "scripted", max_tokens=10, n=2)
    else:
        status, _, fields = gateway.get(
            "/v1/embeddings", key, method="POST", body={"model": "scripted", "input": "x"})
    assert status == 200
    (row,) = gateway.attempts(fields["x-llmgw-request-id"])
    assert row["cost_nano"] == 20 * INPUT + (10 * OUTPUT if endpoint == "chat" else 0) + fee <= row["bound_nano"]
    (kept,) = gateway.query("SELECT extras, unpriced FROM attempt")
    assert kept["extras"] == "request=1" and not kept["unpriced"]
    gateway.verify()
