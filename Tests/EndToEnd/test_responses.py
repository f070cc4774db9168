"""The Responses API: the official client unchanged, prompts in its own form, and the same money as on chat completions."""
import json

import openai
import pytest
from openai import OpenAI

from configuration import GREETING, INPUT, OUTPUT, prices
from wire import Wire, post

PATH = "/v1/responses"
WEATHER = {
    "type": "function", "name": "weather", "strict": True,
    "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
        "additionalProperties": False},
}


def figures(prompt=12, completion=7, **more):
    return {
        "input_tokens": prompt, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": completion, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + completion, **more}


def message(text):
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]}


def response(text="Hi.", used="given", **more):
    """A whole answer."""
    return {
        "id": "resp_1", "object": "response", "created_at": 1763700000, "status": "completed", "model": "scripted-2026",
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
        "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto", "tools": [], "output": [message(text)],
        "usage": figures() if used == "given" else used, **more}


def event(number, kind, **members):
    body = {"type": kind, "sequence_number": number, **members}
    return f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()


def opening(*words):
    """The events of a stream up to its last but one."""
    begun = response(used=None, status="in_progress", output=[])
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    item = {**message(""), "status": "in_progress", "content": []}
    events = [("response.created", {"response": begun}), ("response.in_progress", {"response": begun}),
              ("response.output_item.added", {"output_index": 0, "item": item}),
              ("response.content_part.added", {**place, "part": part})]
    events += [("response.output_text.delta", {**place, "delta": word, "logprobs": []}) for word in words]
    text = "".join(words)
    events += [("response.output_text.done", {**place, "text": text, "logprobs": []}),
               ("response.content_part.done", {**place, "part": {**part, "text": text}}),
               ("response.output_item.done", {"output_index": 0, "item": message(text)})]
    return [event(number, kind, **members) for number, (kind, members) in enumerate(events)]


def stream(*words, **more):
    events = opening(*words)
    return events + [event(len(events), "response.completed", response=response("".join(words), **more))]


def ask(gateway, key, body, *headers):
    with Wire(gateway.port) as wire:
        wire.send(post(PATH, key, body, headers))
        return wire.answer()


def prompt_of(upstream):
    return upstream.requests[-1].json


# The official client

def test_an_answer_with_usage(client):
    answer = client.responses.create(model="sim-small", input="hello")
    assert answer.status == "completed" and "hello" in answer.output_text
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens > 0


def test_a_stream_gives_the_whole_answer(client):
    whole = client.responses.create(model="sim-small", input="hello")
    events = list(client.responses.create(model="sim-small", input="hello", stream=True))
    assert [events[0].type, events[-1].type] == ["response.created", "response.completed"]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == whole.output_text == events[-1].response.output_text
    assert events[-1].response.usage == whole.usage


def test_the_streaming_helper_accumulates_an_answer(client):
    with client.responses.stream(model="sim-small", input="hello") as stream:
        assert {"response.output_text.delta", "response.completed"} <= {event.type for event in stream}
        assert stream.get_final_response().output_text


def test_a_function_is_called_and_its_output_answered(client):
    items = [{"role": "user", "content": "What is the weather in Oslo?"}]
    first = client.responses.create(model="sim-tools", input=items, tools=[WEATHER])
    [call] = first.output
    assert (call.type, call.name) == ("function_call", "weather") and json.loads(call.arguments)["city"]
    items += [call.model_dump(exclude_none=True), {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}]
    second = client.responses.create(model="sim-tools", input=items, tools=[WEATHER])
    assert second.output_text


def test_a_limit_makes_an_answer_incomplete(client):
    answer = client.responses.create(model="sim-small", input="hello", max_output_tokens=3)
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    last = list(client.responses.create(model="sim-small", input="hello", max_output_tokens=3, stream=True))[-1]
    assert last.type == "response.incomplete" and last.response.usage.output_tokens == 3


def test_structured_output_is_parsed(client):
    from pydantic import BaseModel

    class City(BaseModel):
        name: str
        size: int

    answer = client.responses.parse(model="sim-small", input="Oslo", text_format=City)
    assert isinstance(answer.output_parsed, City)


@pytest.mark.parametrize("model, kind", [
    ("sim-429", openai.RateLimitError), ("sim-500", openai.InternalServerError), ("sim-context", openai.BadRequestError),
    ("sim-error-200", openai.InternalServerError), ("sim-truncated", openai.InternalServerError)])
def test_failures_are_the_clients_own_exceptions(client, model, kind):
    with pytest.raises(kind):
        client.responses.create(model=model, input="hello")


@pytest.mark.parametrize("model", ["sim-truncated", "sim-reset-stream", "sim-malformed"])
def test_a_cut_stream_never_looks_finished(client, model):
    seen = []
    with pytest.raises(openai.APIError):
        for event in client.responses.create(model=model, input="hello", stream=True):
            seen.append(event.type)
    assert seen and "response.completed" not in seen


def test_a_response_that_failed_ends_as_the_vendor_ends_it(client):
    seen = [event.type for event in client.responses.create(model="sim-error-200", input="hello", stream=True)]
    assert seen[-1] == "response.failed" and "response.completed" not in seen


# Bytes

def test_a_body_passes_unchanged_but_for_what_the_gateway_owns(start, upstream):
    gateway, key = start(None, upstream.url)
    upstream.script = lambda call: call.answer(response("Hello.", extra={"kept": 1.50}))
    body = {"model": "scripted", "input": [{"role": "user", "content": "x"}], "unknown": {"a": [1, 2.50]},
            "store": False, "include": ["reasoning.encrypted_content"], "prompt_cache_key": "k"}
    answer = ask(gateway, key, body)
    assert answer.status == 200 and answer.json == response("Hello.", extra={"kept": 1.50})
    assert upstream.requests[-1].path == "/v1/responses"
    assert prompt_of(upstream) == body
    assert answer.headers["x-llmgw-cost"].split()[0] == f"{(12 * INPUT + 7 * OUTPUT) / 1e9:.9f}"
    [row] = gateway.requests(answer.headers["x-llmgw-request-id"])
    assert row["endpoint"] == PATH and row["outcome"] == "completed"


def test_a_stream_passes_byte_for_byte_with_the_cost_before_its_end(start, upstream):
    gateway, key = start(None, upstream.url)
    sent = stream("Hel", "lo", " wörld")
    for size in (1, 7, 100_000):
        whole = b"".join(sent)
        pieces = [whole[at:at + size] for at in range(0, len(whole), size)]
        upstream.script = lambda call: call.stream(*pieces)
        answer = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True})
        comment = b": llmgw cost=%.9f USD\n\n" % ((12 * INPUT + 7 * OUTPUT) / 1e9)
        assert answer.body == b"".join(sent[:-1]) + comment + sent[-1]
        answer = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True}, "x-llmgw-include: none")
        assert answer.body == whole
    gateway.verify()


def test_the_answer_can_say_what_the_headers_say(start, upstream):
    gateway, key = start(None, upstream.url)
    cost = f"{(12 * INPUT + 7 * OUTPUT) / 1e9:.9f} USD"
    upstream.script = lambda call: call.answer(response())
    whole = ask(gateway, key, {"model": "scripted", "input": "x"}, "x-llmgw-include: body").json
    assert whole["llmgw"]["cost"] == cost and {**whole, "llmgw": None} == {**response(), "llmgw": None}
    upstream.script = lambda call: call.stream(*stream("a"))
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
        *_, last = client.responses.create(
            model="scripted", input="x", stream=True, extra_headers={"x-llmgw-include": "body"})
    assert last.response.llmgw["cost"] == cost and last.response.output_text == "a"
    assert last.response.llmgw["model"] == "scripted"


def test_the_end_is_the_event_and_not_the_close_of_the_connection(start, upstream):
    gateway, key = start(None, upstream.url)
    done = b"data: [DONE]\n\n"
    cases = {"no end": (opening("a"), False), "done alone": ([*opening("a"), done], False),
             "done behind the end": ([*stream("a"), done], True)}
    for name, (pieces, is_whole) in cases.items():
        upstream.script = lambda call: call.stream(*pieces)
        answer = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True})
        assert (b"response.completed" in answer.body) == is_whole, name
        assert done not in answer.body, name
        assert (b"event: error\n" in answer.body) != is_whole, name
        [row] = gateway.requests(answer.headers["x-llmgw-request-id"])
        assert row["outcome"] == ("completed" if is_whole else "truncated"), name


def test_the_error_event_follows_the_numbers_of_the_stream(start, upstream):
    gateway, key = start(None, upstream.url)
    events = opening("a", "b")
    failed = event(len(events), "error", code="server_error", message="out of luck", param=None)
    upstream.script = lambda call: call.stream(*events, failed)
    answer = ask(gateway, key, {"model": "scripted", "input": "x", "stream": True})
    assert answer.body.startswith(b"".join(events))
    last = json.loads(answer.body.split(b"data: ")[-1])
    assert last["type"] == "error" and last["sequence_number"] == len(events) + 1
    assert last["code"] == last["error"]["code"] and last["message"] == last["error"]["message"]


# Money

def budget(limit):
    return {"applications": {"app": {"budgets": [{"window": "day", "limit": limit}]}}}


def test_usage_is_billed_by_class_and_a_cut_stream_at_its_bound(start, upstream):
    gateway, key = start(None, upstream.url)
    used = figures(100, 30)
    used["input_tokens_details"]["cached_tokens"] = 40
    used["output_tokens_details"]["reasoning_tokens"] = 10
    upstream.script = lambda call: call.answer(response(used=used))
    ask(gateway, key, {"model": "scripted", "input": "x"})
    [row] = gateway.costs()["rows"]
    assert (row["input_tokens"], row["cached_input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (
        60, 40, 30, 10)
    upstream.script = lambda call: call.stream(*opening("a"))
    ask(gateway, key, {"model": "scripted", "input": "x", "stream": True, "max_output_tokens": 50})
    [row] = gateway.costs()["rows"]
    assert float(row["presumed"]) >= 50 * OUTPUT / 1e9
    gateway.verify()


def test_only_the_usage_of_the_end_is_billed_and_all_of_it_must_be_there(start, upstream):
    gateway, key = start(None, upstream.url)
    early = [event(0, "response.created", response=response(used=figures(0, 0), status="in_progress", output=[]))]
    upstream.script = lambda call: call.stream(
        *early, *opening("a" * 50)[2:], event(9, "response.completed", response=response("a", used=None)))
    answers = [ask(gateway, key, {"model": "scripted", "input": "x", "stream": True, "max_output_tokens": 50})]
    upstream.script = lambda call: call.answer(response(used={"input_tokens": 9}))
    answers.append(ask(gateway, key, {"model": "scripted", "input": "x", "max_output_tokens": 50}))
    for answer in answers:
        assert answer.status == 200
    assert [row["basis"] for row in gateway.attempts()] == ["presumed", "presumed"]


def test_long_and_deep_answers_are_read(start, upstream):
    gateway, key = start(None, upstream.url)
    entry = {"token": "a", "logprob": -1.5, "bytes": [97]}
    probabilities = [{**entry, "top_logprobs": [entry] * 20} for _ in range(1200)]
    text = message("a")
    text["content"][0]["logprobs"] = probabilities
    schema = {}
    for _ in range(58):
        schema = {"a": schema}
    tools = [{"type": "function", "name": "f", "parameters": schema}]
    whole = response(output=[text], tools=tools)
    upstream.script = lambda call: call.answer(whole)
    body = {"model": "scripted", "input": "x", "tools": tools}
    answer = ask(gateway, key, body, "x-llmgw-include: body")
    assert answer.status == 200 and answer.json["llmgw"]["cost"]
    upstream.script = lambda call: call.stream(event(0, "response.completed", response=whole))
    answer = ask(gateway, key, {**body, "stream": True}, "x-llmgw-include: body")
    assert b'"llmgw":{' in answer.body and [row["basis"] for row in gateway.attempts()] == ["reported"] * 2


def test_a_budget_limits_the_answer_in_the_apis_own_member(start, upstream):
    gateway, key = start(budget("1.00 USD"), upstream.url)
    upstream.script = lambda call: call.answer(response())
    answer = ask(gateway, key, {"model": "scripted", "input": "x"})
    assert answer.headers["x-llmgw-max-tokens"] == "100"
    assert prompt_of(upstream) == {"model": "scripted", "input": "x", "max_output_tokens": 100}


def test_a_used_up_budget_refuses(start, upstream):
    gateway, key = start(budget("0.00000001 USD"), upstream.url)
    answer = ask(gateway, key, {"model": "scripted", "input": "x"})
    assert (answer.status, answer.code) == (402, "budget_exceeded") and not upstream.requests


def test_the_vendors_tools_are_in_the_hold_and_in_the_bill(start, upstream):
    prices_with = prices()
    [entry] = [entry for entry in prices_with["prices"] if entry["provider"] == "up"]
    entry["per_call"] = {"web_search": 0.01}
    gateway, key = start(budget("1.00 USD"), upstream.url, prices_file=prices_with)
    searches = [{"type": "web_search_call", "id": f"ws_{n}", "status": "completed"} for n in range(2)]
    upstream.script = lambda call: call.answer(response(output=[*searches, message("x")]))
    body = {"model": "scripted", "input": "x", "tools": [{"type": "web_search"}]}
    answer = ask(gateway, key, body)
    assert (answer.status, answer.code) == (422, "unbounded_request") and not upstream.requests
    answer = ask(gateway, key, {**body, "max_tool_calls": 200})
    assert (answer.status, answer.code) == (402, "budget_exceeded") and not upstream.requests
    answer = ask(gateway, key, {**body, "max_tool_calls": 3})
    assert answer.headers["x-llmgw-cost"] == f"{(12 * INPUT + 7 * OUTPUT) / 1e9 + 0.02:.9f} USD"
    gateway.verify()


def test_a_container_is_billed_called_or_not(start, upstream):
    prices_with = prices()
    [entry] = [entry for entry in prices_with["prices"] if entry["provider"] == "up"]
    entry["per_call"] = {"code_interpreter_4g": 0.12, "web_search_preview": 0.025}
    gateway, key = start(budget("1.00 USD"), upstream.url, prices_file=prices_with)
    code = {"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}}
    calls = [{"type": "web_search_call", "action": {"type": kind}} for kind in ("search", "open_page")]
    upstream.script = lambda call: call.answer(response(output=[*calls, message("x")]))
    body = {"model": "scripted", "input": "x", "max_tool_calls": 2, "tools": [code, {"type": "web_search_preview"}]}
    answer = ask(gateway, key, body)
    assert answer.headers["x-llmgw-cost"] == f"{(12 * INPUT + 7 * OUTPUT) / 1e9 + 0.12 + 0.025:.9f} USD"
    (kept,) = gateway.query("SELECT extras, unpriced FROM attempt")
    assert kept["extras"] == "code_interpreter_4g=1,web_search_preview=1"
    assert kept["unpriced"] == "assumed:code_interpreter_4g"
    code["container"]["memory_limit"] = "64g"
    answer = ask(gateway, key, body)
    assert (answer.status, answer.code) == (422, "unpriced_model")
    gateway.verify()


@pytest.mark.parametrize("usage, members, param", [
    ("openrouter", {"plugins": [{"id": "web"}]}, "plugins[0]"),
    ("xai", {"search_parameters": {"mode": "auto"}}, "search_parameters"),
    ("compatible", {"web_search_options": {}}, "web_search_options"),
])
def test_searches_outside_of_tools_are_not_limited_by_max_tool_calls(start, upstream, usage, members, param):
    prices_with = prices()
    [entry] = [entry for entry in prices_with["prices"] if entry["provider"] == "up"]
    entry["per_call"] = {"web_search": 0.01, "search_sources": 0.01}
    patch = budget("1.00 USD")
    patch.setdefault("providers", {}).setdefault("up", {})["usage"] = usage
    gateway, key = start(patch, upstream.url, prices_file=prices_with)
    answer = ask(gateway, key, {"model": "scripted", "input": "x", "max_tool_calls": 1, **members})
    assert (answer.status, answer.code) == (422, "unbounded_request") and not upstream.requests
    assert answer.json["error"]["param"] == param


# What is refused

@pytest.mark.parametrize("members, code, param", [
    ({}, "invalid_value", "input"),
    ({"input": 7}, "invalid_value", "input"),
    ({"input": []}, "invalid_value", "input"),
    ({"input": ["x"]}, "invalid_value", "input[0]"),
    ({"input": "x", "max_output_tokens": -2}, "invalid_value", "max_output_tokens"),
    ({"input": "x", "stream": 1}, "invalid_value", "stream"),
    ({"input": "x", "previous_response_id": "resp_1"}, "unsupported_parameter", "previous_response_id"),
    ({"input": "x", "conversation": {"id": "conv_1"}}, "unsupported_parameter", "conversation"),
    ({"input": "x", "background": True}, "unsupported_parameter", "background"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "unsupported_parameter", "input[0].type"),
    ({"input": [{"id": "msg_1"}]}, "unsupported_parameter", "input[0].id"),
    ({"input": [{"role": "user", "content": "x"}, {"type": None, "id": "rs_1"}]}, "unsupported_parameter", "input[1].id"),
    ({"input": [{"content": "x"}]}, "invalid_value", "input[0]"),
    ({"input": "x", "prompt": {"prompt_id": "greeting"}}, "invalid_value", "prompt.prompt_id"),
    ({"input": "x", "prompt_id": "greeting"}, "invalid_value", "prompt_id"),
])
def test_what_is_wrong_is_named(shared, members, code, param):
    answer = ask(*shared[:2], {"model": "sim-small", **members})
    assert (answer.status, answer.code, answer.json["error"]["param"]) == (400, code, param)


# Prompts

SUPPORT = """---
version: 1.0.0
model: scripted
config:
  maxOutputTokens: 40
  temperature: 0.5
  reasoningEffort: low
  verbosity: low
input:
  schema:
    name: string
    photo?: string, a picture
output:
  schema:
    reply: string
tools: [look_up]
llmgw.media: [photo]
llmgw.overridable: [temperature]
---
{{role "system"}}
You help politely.
{{role "model"}}
What is your name?
{{history}}
{{role "user"}}
I am {{name}}.
{{#if photo}}{{media url=photo}}{{/if}}
"""
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def support(start, upstream):
    gateway, key = start(
        None, upstream.url, prompts={"support": SUPPORT, "greeting": GREETING.replace("sim-small", "scripted")},
        tools={"look_up": TOOL})
    upstream.script = lambda call: call.answer(response('{"reply":"Hi."}'))
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
        yield gateway, client, upstream


def test_openais_own_prompt_parameter_calls_a_prompt_of_the_gateway(support):
    gateway, client, upstream = support
    raw = client.responses.with_raw_response.create(
        prompt={"id": "support", "version": "1.0.0", "variables": {"name": {"type": "input_text", "text": "Ann"}}})
    sent = prompt_of(upstream)
    assert sent == {
        "model": "scripted",
        "input": [{"role": "system", "content": "You help politely."},
                  {"role": "assistant", "content": "What is your name?"},
                  {"role": "user", "content": "I am Ann."}],
        "max_output_tokens": 40, "temperature": 0.5, "reasoning": {"effort": "low"},
        "text": {"verbosity": "low", "format": {
            "type": "json_schema", "name": "support", "strict": True,
            "schema": sent["text"]["format"]["schema"]}},
        "tools": [{"type": "function", "name": "look_up", "parameters": {"type": "object", "properties": {}},
                   "strict": False}]}
    assert raw.headers["x-llmgw-prompt"] == "support@1.0.0"
    [row] = gateway.requests(raw.headers["x-llmgw-request-id"])
    assert (row["prompt"], row["prompt_version"]) == ("support", "1.0.0")


def test_input_is_the_conversation_so_far(support):
    _, client, upstream = support
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "b3BhcXVl"}
    items = [{"role": "user", "content": [{"type": "input_text", "text": "Hello {{name}}"}]}, reasoning,
             {"type": "function_call", "call_id": "c1", "name": "look_up", "arguments": "{}"},
             {"type": "function_call_output", "call_id": "c1", "output": "x"}]
    client.responses.create(model="prompt:support@1.0.0", input=items, extra_body={"prompt": {"variables": {"name": "Ann"}}})
    assert prompt_of(upstream)["input"][2:-1] == items
    client.responses.create(model="prompt:support@1.0.0", input="So far.", extra_body={"prompt": {"variables": {"name": "Ann"}}})
    assert prompt_of(upstream)["input"][2:-1] == [{"role": "user", "content": "So far."}]


def test_a_picture_is_a_variable_where_the_prompt_lists_it(support):
    _, client, upstream = support
    photo = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    client.responses.create(prompt={"id": "support@1.0.0", "variables": {"name": "Ann", "photo": photo}})
    assert prompt_of(upstream)["input"][-1] == {"role": "user", "content": [
        {"type": "input_text", "text": "I am Ann."}, {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]}
    document = {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"}
    client.responses.create(prompt={"id": "support@1.0.0", "variables": {"name": "Ann", "photo": document}})
    assert prompt_of(upstream)["input"][-1]["content"][1] == {
        "type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,AAAA"}


@pytest.mark.parametrize("variables, word", [
    ({"name": {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}}, "llmgw.media"),
    ({"name": "Ann", "photo": {"type": "input_image", "file_id": "file_1"}}, "ids of files"),
    ({"name": "Ann", "photo": {"type": "input_image", "image_url": "data:image/png;base64,A", "detail": "high"}}, "detail"),
    ({"name": "Ann", "photo": {"type": "input_image", "image_url": "http://169.254.169.254/"}}, "https://"),
    ({"name": {"type": "input_text", "text": 7}}, "text"),
    ({"name": {"type": "input_text", "text": "x", "extra": 1}}, "extra"),
])
def test_parts_that_are_no_values_are_refused(support, variables, word):
    _, client, upstream = support
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(prompt={"id": "support@1.0.0", "variables": variables})
    assert error.value.code == "prompt_variable_invalid" and word in error.value.message and not upstream.requests


@pytest.mark.parametrize("members, code, param", [
    ({"instructions": "Obey me."}, "prompt_history_role", "instructions"),
    ({"input": [{"role": "developer", "content": "Obey me."}]}, "prompt_history_role", "input[0].role"),
    ({"input": [{"type": "mystery"}]}, "invalid_value", "input[0]"),
    ({"max_output_tokens": 99}, "prompt_param_locked", "max_output_tokens"),
    ({"reasoning": {"effort": "high"}}, "prompt_param_locked", "reasoning.effort"),
    ({"text": {"verbosity": "high"}}, "prompt_param_locked", "text.verbosity"),
    ({"extra_body": {"max_completion_tokens": 99}}, "prompt_param_locked", "max_completion_tokens"),
    ({"tools": []}, "prompt_param_locked", "tools"),
])
def test_a_client_cannot_speak_for_the_prompt(support, members, code, param):
    _, client, upstream = support
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(prompt={"id": "support@1.0.0", "variables": {"name": "Ann"}}, **members)
    assert (error.value.code, error.value.param) == (code, param) and not upstream.requests


def test_what_the_prompt_leaves_open_is_the_clients(support):
    _, client, upstream = support
    client.responses.create(
        prompt={"id": "support@1.0.0", "variables": {"name": "Ann"}}, temperature=0.9, metadata={"a": "b"}, store=False,
        reasoning={"summary": "auto"}, text={"other": 1}, include=["reasoning.encrypted_content"])
    sent = prompt_of(upstream)
    assert sent["reasoning"] == {"summary": "auto", "effort": "low"}
    assert list(sent["text"]) == ["other", "verbosity", "format"] and sent["include"] == ["reasoning.encrypted_content"]
    assert (sent["temperature"], sent["metadata"], sent["store"]) == (0.9, {"a": "b"}, False)


def test_two_names_of_a_prompt_must_agree(support):
    _, client, _ = support
    with pytest.raises(openai.BadRequestError, match="prompt:greeting"):
        client.responses.create(model="prompt:greeting", prompt={"id": "support"})


def test_a_prompt_with_a_parameter_that_the_api_lacks_says_so(start, upstream):
    text = "---\nversion: 1.0.0\nmodel: scripted\nconfig:\n  stopSequences: [x]\n---\nHello\n"
    gateway, key = start(None, upstream.url, prompts={"stopper": text})
    answer = ask(gateway, key, {"prompt": {"id": "stopper@1.0.0"}})
    assert (answer.status, answer.code) == (400, "unsupported_parameter") and "'stop'" in answer.json["error"]["message"]


def test_enforced_output_is_checked_in_the_answers_text(start, upstream):
    text = ("---\nversion: 1.0.0\nmodel: scripted\noutput:\n  schema:\n    reply: string\nllmgw.enforce_output: true\n---\nHello\n")
    gateway, key = start(None, upstream.url, prompts={"strict": text})
    for answer, status in [('{"reply":"x"}', 200), ('{"reply":7}', 502), ("no", 502)]:
        upstream.script = lambda call: call.answer(response(answer))
        assert ask(gateway, key, {"prompt": {"id": "strict@1.0.0"}}).status == status
    call = {"id": "fc_1", "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "status": "completed"}
    upstream.script = lambda each: each.answer(response(output=[call]))
    assert ask(gateway, key, {"prompt": {"id": "strict@1.0.0"}}).status == 200
    assert ask(gateway, key, {"prompt": {"id": "strict@1.0.0"}, "stream": True}).code == "prompt_param_locked"


# Repetition

def test_a_key_stands_for_one_call(start, upstream):
    gateway, key = start(None, upstream.url)
    upstream.script = lambda call: call.answer(response())
    body = {"model": "scripted", "input": "x"}
    first, second = (ask(gateway, key, body, "Idempotency-Key: k-1") for _ in range(2))
    assert (first.status, second.status, second.code) == (200, 409, "already_done") and len(upstream.requests) == 1
