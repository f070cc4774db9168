"""The Responses API from providers that speak chat completions alone, and chat completions in the words of the other."""
import json

import openai
import pytest
from openai import OpenAI

from configuration import GREETING, INPUT, OUTPUT, cost
from test_responses import WEATHER, ask, budget, prompt_of
from upstream import DONE, chunk, completion, usage, usage_chunk
from wire import Wire, events, post

CHATS = {"providers": {"up": {"responses_api": False}}}


@pytest.fixture
def bridge(start, upstream):
    """A gateway before a provider of chat completions, and a client of it."""
    gateway, key = start(CHATS, upstream.url, prompts={"greeting": GREETING.replace("sim-small", "scripted")})
    upstream.script = lambda call: call.answer(completion("Hi."))
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
        yield gateway, key, client, upstream


def stream(*deltas, finish="stop", end=(usage_chunk(), DONE)):
    return [chunk({"role": "assistant", "content": ""}), *map(chunk, deltas), chunk({}, finish), *end]


def test_an_answer(bridge):
    gateway, _, client, upstream = bridge
    raw = client.responses.with_raw_response.create(
        model="scripted", input="hello", instructions="Be brief.", max_output_tokens=50,
        reasoning={"effort": "low"}, metadata={"a": "b"})
    assert prompt_of(upstream) == {
        "model": "scripted", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "max_tokens": 50, "reasoning_effort": "low", "metadata": {"a": "b"}}
    assert upstream.requests[-1].path == "/v1/chat/completions"
    answer = raw.parse()
    assert (answer.output_text, answer.status, answer.model) == ("Hi.", "completed", "scripted-2026")
    assert (answer.instructions, answer.metadata) == ("Be brief.", {"a": "b"})
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 7)
    request = raw.headers["x-llmgw-request-id"]
    assert answer.id.startswith("resp_") and request.removeprefix("req_") in answer.id
    assert raw.headers["x-llmgw-cost"] == f"{cost(usage()) / 1e9:.9f} USD"
    [row] = gateway.requests(request)
    assert row["endpoint"] == "/v1/responses" and row["outcome"] == "completed"


def test_a_stream(bridge):
    gateway, key, client, upstream = bridge
    upstream.script = lambda call: call.stream(*stream({"content": "Hel"}, {"content": "lo"}))
    got = list(client.responses.create(model="scripted", input="x", stream=True))
    assert prompt_of(upstream)["stream_options"] == {"include_usage": True}
    assert [event.type for event in got] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.completed"]
    assert got[-1].response.output_text == "Hello" and got[-1].response.usage.output_tokens == 7
    answer = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True}, "x-llmgw-include: body")
    assert b": llmgw cost=" in answer.body.split(b"event: response.completed")[0]
    last = json.loads(answer.body.split(b"data: ")[-1])
    assert last["response"]["llmgw"]["cost"] == f"{cost(usage()) / 1e9:.9f} USD"
    gateway.verify()


def test_functions_and_their_results(bridge):
    _, _, client, upstream = bridge
    upstream.script = lambda call: call.stream(*stream(
        {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"Oslo"}'}}]}, finish="tool_calls"))
    with client.responses.stream(model="scripted", input="x", tools=[WEATHER]) as live:
        for _ in live:
            pass
        [call] = live.get_final_response().output
    assert (call.name, call.arguments, call.call_id) == ("weather", '{"city":"Oslo"}', "call_1")
    assert prompt_of(upstream)["tools"][0]["function"]["name"] == "weather"
    upstream.script = lambda call: call.answer(completion("Rain."))
    client.responses.create(model="scripted", tools=[WEATHER], input=[
        {"role": "user", "content": "x"}, call.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": "call_1", "output": "rain"}])
    sent = prompt_of(upstream)["messages"]
    assert sent[1]["tool_calls"][0]["id"] == "call_1"
    assert sent[2] == {"role": "tool", "tool_call_id": "call_1", "content": "rain"}


@pytest.mark.parametrize("pieces", [
    stream({"content": "a"}, end=())[:-1],
    [chunk({"content": "a"}), b'data: {"error": {"message": "out of luck"}}\n\n'], [chunk({"content": "a"}), b"data: {\n\n"],
])
def test_a_cut_stream_never_looks_finished(bridge, pieces):
    gateway, key, client, upstream = bridge
    upstream.script = lambda call: call.stream(*pieces)
    seen = []
    with pytest.raises(openai.APIError):
        for event in client.responses.create(model="scripted", input="x", stream=True):
            seen.append((event.type, event.sequence_number))
    assert "response.completed" not in dict(seen)
    body = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True}).body
    last = json.loads(body.split(b"data: ")[-1])
    assert (last["type"], last["sequence_number"]) == ("error", seen[-1][1] + 1)
    gateway.verify()


@pytest.mark.parametrize("members, param", [
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://example.org/a"}]}]},
     "input[0].content[0].file_url"),
])
def test_what_a_chat_cannot_say_is_refused_by_its_place(bridge, members, param):
    gateway, key, _, upstream = bridge
    answer = ask(gateway, key, {"model": "scripted", "input": "x", **members})
    assert (answer.status, answer.code, answer.json["error"]["param"]) == (400, "unsupported_parameter", param)
    assert not upstream.requests


def test_a_prompt_called_in_openais_way(bridge):
    gateway, _, client, upstream = bridge
    raw = client.responses.with_raw_response.create(prompt={"id": "greeting@1.2.0", "variables": {"name": "Ann"}})
    sent = prompt_of(upstream)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"] and sent["max_tokens"] == 40
    assert raw.headers["x-llmgw-prompt"] == "greeting@1.2.0" and raw.parse().output_text == "Hi."


def test_a_budget_holds_and_limits_what_is_sent(start, upstream):
    gateway, key = start({**CHATS, **budget("1.00 USD")}, upstream.url)
    upstream.script = lambda call: call.answer(completion("Hi.", finish_reason="stop"))
    answer = ask(gateway, key, {"model": "scripted", "input": "x"})
    assert prompt_of(upstream)["max_tokens"] == 100 and answer.headers["x-llmgw-max-tokens"] == "100"
    upstream.script = lambda call: call.answer({"id": "x", "choices": [], "usage": usage(5, 6)})
    assert ask(gateway, key, {"model": "scripted", "input": "x"}).status == 502
    period = gateway.period("app")
    assert period["posted_nano"] == cost(usage()) + 5 * INPUT + 6 * OUTPUT and period["held_nano"] == 0
    gateway.verify()


def test_another_target_of_the_model_may_speak_the_api_itself(start, upstream):
    patch = {**CHATS, "models": {"scripted": {"targets": [
        {"provider": "up", "model": "scripted"}, {"provider": "sim", "model": "sim-small"}]}}}
    gateway, key = start(patch, upstream.url)
    upstream.script = lambda call: call.error(500)
    answer = ask(gateway, key, {"model": "scripted", "input": "hello"})
    assert answer.json["id"].startswith("resp_sim") and answer.headers["x-llmgw-provider"] == "sim"
    answer = ask(gateway, key, {"model": "scripted", "input": "hello", "tools": [{"type": "web_search"}]})
    assert answer.status == 200 and len(upstream.requests) == 1


def test_a_chat_may_be_written_as_for_the_responses_api(start, upstream):
    gateway, key = start(None, upstream.url)
    upstream.script = lambda call: call.answer(completion("Hi."))
    body = {"model": "scripted", "input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}],
            "tools": [WEATHER, {"name": "other", "input_schema": {"type": "object"}}], "include": [], "store": False}
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, body))
        answer = wire.answer()
    assert answer.json["choices"][0]["message"]["content"] == "Hi."
    sent = prompt_of(upstream)
    assert sent["messages"][0]["role"] == "user" and "input" not in sent
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["weather", "other"]
    upstream.script = lambda call: call.stream(*stream({"content": "Hi."}))
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, {**body, "stream": True, "stream_options": {"include_usage": True}}))
        data, _ = events(wire.answer().body)
    assert data[-1] == b"[DONE]" and json.loads(data[-2])["usage"] == usage()
