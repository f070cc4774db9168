"""What a vendor reports of its usage, under whichever names, and what nobody can believe."""
import pytest

from configuration import INPUT, OUTPUT
from upstream import DONE, chunk, completion, event, text_events, usage, usage_chunk

SAID = "Hi."


def attempt(gateway, fields):
    [row] = gateway.query(
        "SELECT basis, state, cost_nano, bound_nano, input, cached_input, cache_write, output, reasoning, extras,"
        " unpriced AS flags FROM attempt ORDER BY request DESC LIMIT 1")
    assert fields["x-llmgw-request-id"]
    return row


def whole(shared, used, text=SAID, **members):
    gateway, key, upstream = shared
    upstream.script = lambda call: call.answer(completion(text, used=used))
    status, _, fields = gateway.chat(key, "scripted", **members)
    assert status == 200
    return attempt(gateway, fields)


def streamed(shared, *events):
    gateway, key, upstream = shared
    upstream.script = lambda call: call.stream(*events)
    status, _, fields = gateway.chat(key, "scripted", stream=True)
    assert status == 200
    return attempt(gateway, fields)


@pytest.mark.parametrize("names", [
    {"cached_tokens": 60}, {"num_cached_tokens": 60}, {"prompt_cache_hit_tokens": 60},
    {"prompt_tokens_details": {"cached_tokens": 60}}, {"input_tokens_details": {"cached_tokens": 60}},
    {"cache_read_input_tokens": 60}])
def test_what_a_cache_gave_is_known_by_every_name(shared, names):
    row = whole(shared, usage(100, 5, **names))
    assert (row["input"], row["cached_input"], row["output"], row["basis"]) == (40, 60, 5, "reported")


def test_what_was_written_to_a_cache_is_known_without_a_sum(shared):
    row = whole(shared, usage(100, 5, cache_creation={"ephemeral_5m_input_tokens": 60}))
    assert (row["input"], row["cache_write"]) == (40, 60)


def test_usage_of_a_choice_counts(shared):
    gateway, key, upstream = shared
    answer = completion(SAID)
    answer["choices"][0]["usage"] = answer.pop("usage")
    upstream.script = lambda call: call.answer(answer)
    row = attempt(gateway, gateway.chat(key, "scripted")[2])
    assert (row["cost_nano"], row["basis"]) == (12 * INPUT + 7 * OUTPUT, "reported")


def test_names_of_the_responses_api_count_on_chat(shared):
    row = whole(shared, {"input_tokens": 12, "output_tokens": 7})
    assert (row["cost_nano"], row["basis"]) == (12 * INPUT + 7 * OUTPUT, "reported")


def test_a_vendors_own_cost_is_the_charge(shared):
    assert whole(shared, usage(estimated_cost=1.4e-05))["cost_nano"] == 14_000


def test_searches_without_a_price_are_flagged(shared):
    row = whole(shared, usage(num_search_queries=2))
    assert (row["extras"], row["flags"]) == ("web_search=2", "unpriced:web_search")


def test_usage_in_the_error_that_ends_a_stream_is_billed(shared):
    gateway, key, upstream = shared
    error = {"error": {"code": 502, "message": "gone"}, "usage": usage(40, 5), "choices": []}
    upstream.script = lambda call: call.stream(*text_events()[:2], event(error))
    status, _, fields = gateway.chat(key, "scripted", stream=True)
    row = attempt(gateway, fields)
    assert (row["basis"], row["cost_nano"]) == ("reported", 40 * INPUT + 5 * OUTPUT)


@pytest.mark.parametrize("used, flag", [
    ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, "implausible:input"),
    (usage(12, 0), "implausible:output"), ({"total_tokens": 19}, "implausible:total"),
    (usage(-5, 7), "implausible:input"), (usage(10.5, 500.5), "implausible:input"),
    ({"prompt_tokens": 1e30, "completion_tokens": 7}, "implausible:input"),
    (usage(10**18, 7), "implausible:input")])
def test_figures_that_cannot_be_are_presumed_without_tokens(shared, used, flag):
    row = whole(shared, used)
    assert row["basis"] == "presumed" and row["cost_nano"] == row["bound_nano"] > 0
    assert (row["input"], row["output"]) == (0, 0) and flag in row["flags"].split(",")


def test_figures_that_contradict_each_other_are_counted_at_the_dearer(shared):
    row = whole(shared, usage(10, 100, completion_tokens_details={"reasoning_tokens": 500}))
    assert row["basis"] == "counted" and "implausible:reasoning" in row["flags"]
    assert row["cost_nano"] >= 10 * INPUT + 500 * OUTPUT


def test_a_later_zero_takes_nothing_back(shared):
    row = streamed(shared, *text_events(), usage_chunk(usage(40, 5)), usage_chunk(usage(0, 0)), DONE)
    assert row["cost_nano"] == 40 * INPUT + 5 * OUTPUT and "implausible:output" in row["flags"]


def test_figures_from_before_the_text_are_presumed(shared):
    first = chunk({"role": "assistant", "content": ""}, usage=usage(10, 1))
    row = streamed(shared, first, *text_events()[1:], DONE)
    assert (row["basis"], row["flags"]) == ("presumed", "implausible:output")


def test_embeddings_without_input_are_presumed(start, upstream):
    gateway, key = start(None, upstream.url)
    vector = {"object": "list", "data": [{"index": 0, "embedding": [0.5]}], "model": "scripted"}
    upstream.script = lambda call: call.answer({**vector, "usage": usage(0, 0)})
    assert gateway.get("/v1/embeddings", key, method="POST", body={"model": "scripted", "input": "Hi"})[0] == 200
    [row] = gateway.query("SELECT basis, cost_nano, bound_nano, unpriced FROM attempt")
    assert row["basis"] == "presumed" and row["cost_nano"] == row["bound_nano"] > 0
    assert row["unpriced"] == "implausible:input"


def test_another_model_than_was_asked_for_is_flagged(start, upstream):
    gateway, key = start(None, upstream.url)
    for served in ["scripted-2026-11-01", "dear"]:
        upstream.script = lambda call: call.answer({**completion(SAID), "model": served})
        fields = gateway.chat(key, "scripted")[2]
        detail = gateway.cli("requests", fields["x-llmgw-request-id"], "--format", "json").stdout
        assert (f"served:{served}" in detail) == (served == "dear")
        page = gateway.cli("requests", fields["x-llmgw-request-id"]).stdout
        assert ("not the model asked for" in page) == (served == "dear")


def test_lists_of_token_ids_are_as_long_as_a_body_may_be(start, upstream):
    gateway, key = start(None, upstream.url)
    vector = {"object": "list", "data": [{"index": 0, "embedding": [0.5]}], "usage": usage(300_000, 0)}
    upstream.script = lambda call: call.answer(vector)
    body = {"model": "scripted", "input": [list(range(300_000))]}
    assert gateway.get("/v1/embeddings", key, method="POST", body=body)[0] == 200
    status, answer, _ = gateway.get(
        "/v1/embeddings", key, method="POST", body={"model": "scripted", "input": [[1] * 2_200_000]})
    assert status == 400 and "limits.max_body" in str(answer)


def test_an_event_is_as_long_as_an_answer_may_be(shared):
    gateway, key, upstream = shared
    long = chunk({"content": "a" * 1_500_000})
    used = usage(10, 500_000)
    upstream.script = lambda call: call.stream(text_events()[0], long, chunk({}, "stop"), usage_chunk(used), DONE)
    status, body, _ = gateway.chat(key, "scripted", stream=True)
    assert status == 200 and len(body) > 1_500_000
