"""The official openai package works against the gateway unchanged."""
import asyncio
import time

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from upstream import DONE, chunk, completion, text_events, usage, usage_chunk

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def ask(client, model="sim-small", text="hello", **members):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}], **members)


def test_a_chat_is_answered_with_usage(client):
    answer = ask(client)
    assert answer.choices[0].message.content and answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_stream_gives_the_text_of_the_whole_answer_and_no_usage_unless_asked(client):
    whole = ask(client).choices[0].message.content
    chunks = list(ask(client, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_a_stream_gives_usage_when_asked(client):
    whole = ask(client).usage
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and chunks[-1].usage == whole


def test_a_streams_last_chunk_says_what_headers_cannot(client):
    """The cost is known at the end of a stream: who asks for it has it in a chunk of its own, which clients accept."""
    chunks = list(ask(client, stream=True, extra_headers={"x-llmgw-include": "body"}))
    *rest, last = chunks
    assert all(chunk.choices and not hasattr(chunk, "llmgw") for chunk in rest)
    assert last.choices == [] and last.id == rest[0].id and last.object == "chat.completion.chunk"
    assert last.llmgw["cost"].endswith(" USD") and float(last.llmgw["cost"].split()[0]) > 0
    assert last.llmgw["model"] == "sim-small" and last.llmgw["request_id"].startswith("req_")
    with client.chat.completions.stream(
        model="sim-small", messages=[{"role": "user", "content": "hello"}], stream_options={"include_usage": True},
        extra_headers={"x-llmgw-include": "body"}
    ) as stream:
        chunks = [event.chunk for event in stream if event.type == "chunk"]
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content and answer.usage.total_tokens > 0
    # The usage chunk is the one that has it: clients that add usage up must find it once.
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].llmgw["cost"] and chunks[-1].choices == []
    texts = client.completions.create(
        model="sim-small", prompt="hello", stream=True, extra_headers={"x-llmgw-include": "body"})
    assert [text.llmgw["cost"] for text in texts if hasattr(text, "llmgw")]


def test_the_last_event_of_the_responses_api_says_the_same(client):
    include = {"x-llmgw-include": "body"}
    *rest, last = client.responses.create(model="sim-small", input="hello", stream=True, extra_headers=include)
    assert last.type == "response.completed" and last.response.usage.total_tokens > 0
    assert last.response.llmgw["cost"].endswith(" USD")
    assert not any(hasattr(getattr(event, "response", None), "llmgw") for event in rest)
    assert client.responses.create(model="sim-small", input="hello", extra_headers=include).llmgw["cost"]
    with client.responses.stream(model="sim-small", input="hello", extra_headers=include) as stream:
        stream.until_done()
        assert stream.get_final_response().output_text


def test_the_streaming_helper_accumulates_an_answer(client):
    with client.chat.completions.stream(
        model="sim-small", messages=[{"role": "user", "content": "hello"}]
    ) as stream:
        kinds = {event.type for event in stream}
        assert "content.delta" in kinds and "content.done" in kinds
        assert stream.get_final_completion().choices[0].message.content


def test_a_tool_is_called_and_its_result_answered(client):
    messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
    first = client.chat.completions.create(model="sim-tools", messages=messages, tools=[WEATHER])
    [call] = first.choices[0].message.tool_calls
    assert call.function.name == "weather" and first.choices[0].finish_reason == "tool_calls"
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    second = client.chat.completions.create(model="sim-tools", messages=messages, tools=[WEATHER])
    assert second.choices[0].finish_reason == "stop" and second.choices[0].message.content


def two_tool_calls():
    def part(index, **members):
        return chunk({"tool_calls": [{"index": index, **members}]})

    yield chunk({"role": "assistant", "content": None})
    for index, name in enumerate(["first", "second"]):
        yield part(index, id=f"call_{index}", type="function", function={"name": name, "arguments": ""})
    for index, piece in [(0, '{"a"'), (1, '{"b":'), (0, ":1}"), (1, "2}")]:  # interleaved
        yield part(index, function={"arguments": piece})
    yield chunk({}, "tool_calls")


def test_two_parallel_tool_calls_survive_a_stream(client, shared):
    shared[2].script = lambda call: call.stream(*two_tool_calls(), usage_chunk(), DONE)
    with client.chat.completions.stream(
        model="scripted", messages=[{"role": "user", "content": "both"}], tools=[WEATHER]
    ) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [(call.id, call.function.name, call.function.arguments) for call in calls] == [
        ("call_0", "first", '{"a":1}'), ("call_1", "second", '{"b":2}')]


def test_embeddings_work_with_the_packages_default_of_base64(client):
    answer = client.embeddings.create(model="sim-embedding", input=["one", "two"])
    assert len(answer.data) == 2 and len(answer.data[0].embedding) == 64
    assert all(isinstance(number, float) for number in answer.data[0].embedding)
    plain = client.embeddings.create(model="sim-embedding", input="one", encoding_format="float", dimensions=8)
    assert len(plain.data[0].embedding) == 8 and plain.usage.prompt_tokens > 0


def test_legacy_completions_work_whole_and_streamed(client):
    whole = client.completions.create(model="sim-small", prompt="hello").choices[0].text
    assert whole
    stream = client.completions.create(model="sim-small", prompt="hello", stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream if chunk.choices) == whole


def test_structured_output_follows_its_schema(client):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
              "additionalProperties": False}
    answer = ask(client, response_format={
        "type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": schema}})
    import json
    assert list(json.loads(answer.choices[0].message.content)) == ["city"]


def test_models_are_listed_and_retrieved(client):
    names = [model.id for model in client.models.list()]
    assert "sim-small" in names and "prompt:greeting" in names
    assert client.models.retrieve("sim-small").id == "sim-small"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nothing")


def test_unknown_members_of_request_and_answer_survive(client, shared):
    shared[2].script = lambda call: call.answer(completion(vendor_member={"kept": [1, 2.50]}))
    answer = ask(client, "scripted", extra_body={"future_member": {"kept": True}})
    assert shared[2].requests[-1].json["future_member"] == {"kept": True}
    assert answer.vendor_member == {"kept": [1, 2.5]}


def test_headers_say_what_served_the_call_and_what_it_cost(client, shared):
    raw = client.chat.completions.with_raw_response.create(
        model="sim-small", messages=[{"role": "user", "content": "hello"}])
    fields, used = raw.headers, raw.parse().usage
    assert fields["x-request-id"] == fields["x-llmgw-request-id"] == raw.request_id
    assert fields["x-llmgw-model"] == "sim-small" and fields["x-llmgw-provider"] == "sim"
    nano = used.prompt_tokens * 150 + used.completion_tokens * 600
    assert fields["x-llmgw-cost"] == f"0.{nano:09d} USD"
    [row] = shared[0].requests(raw.request_id)
    assert fields["x-llmgw-generation"] == row["generation"]


def test_fifty_asynchronous_calls_at_once_are_answered(shared):
    gateway, key, _ = shared

    async def everything():
        async with AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
            async def one(number):
                if number % 2:
                    return (await ask(client, text=f"call {number}")).choices[0].message.content
                stream = await ask(client, text=f"call {number}", stream=True)
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
            return await asyncio.gather(*map(one, range(50)))

    texts = asyncio.run(everything())
    assert len(texts) == 50 and all(f"call {number}" in text for number, text in enumerate(texts))


# MARK: Errors

def test_a_wrong_key_raises_authentication_error(shared):
    with OpenAI(base_url=f"{shared[0].url}/v1", api_key="llmgw-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            ask(client)
    assert caught.value.code == "invalid_api_key"
    assert caught.value.response.headers["www-authenticate"].startswith("Bearer")


def test_another_applications_model_raises_permission_denied(shared):
    with OpenAI(base_url=f"{shared[0].url}/v1", api_key=shared[0].key("other"), max_retries=0) as client:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            ask(client, "sim-large")
    assert caught.value.code == "model_not_allowed"


@pytest.mark.parametrize("model, kind, code", [
    ("nothing", openai.NotFoundError, "model_not_found"),
    ("prompt:nothing", openai.NotFoundError, "prompt_not_found"),
    ("sim-context", openai.BadRequestError, "context_length_exceeded"),
    ("sim-429", openai.RateLimitError, "upstream_rate_limited"),
    ("sim-quota", openai.RateLimitError, "insufficient_quota"),
    ("sim-500", openai.InternalServerError, "upstream_error"),
    ("sim-auth", openai.InternalServerError, "upstream_auth"),
    ("sim-garbage", openai.InternalServerError, "upstream_error"),
    ("sim-error-200", openai.InternalServerError, "upstream_error"),
    ("sim-huge", openai.InternalServerError, "upstream_error"),
])
def test_each_failure_raises_its_class(client, model, kind, code):
    with pytest.raises(kind) as caught:
        ask(client, model)
    assert caught.value.code == code, caught.value


@pytest.mark.parametrize("members, param", [
    ({"messages": "text"}, "messages"), ({"max_tokens": -2}, "max_tokens"), ({"max_tokens": 0}, "max_tokens"), ({"n": "two"}, "n"),
    ({"stream": "yes"}, "stream"), ({"model": 7}, "model"),
])
def test_a_wrong_value_raises_bad_request_and_names_the_member(client, members, param):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, extra_body=members)
    assert (caught.value.code, caught.value.param) == ("invalid_value", param)


def test_an_exhausted_budget_is_402_and_not_retried(start, upstream):
    gateway, _ = start({"applications": {"poor": {"models": ["sim-small"], "budgets": [
        {"window": "day", "limit": "0.000000001 USD"}]}}}, upstream.url)
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key("poor"), max_retries=5) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            ask(client)
    assert (caught.value.status_code, caught.value.code, caught.value.type) == (402, "budget_exceeded", "insufficient_quota")
    assert caught.value.response.headers["x-should-retry"] == "false"
    time.sleep(0.2)
    assert len(gateway.requests()) == 1


def test_a_rate_limit_is_retried_after_its_time(shared):
    gateway, key, upstream = shared
    answers = iter([429, 200])

    def script(call):
        if next(answers) == 429:
            return call.error(429, "rate_limit_exceeded", "requests", [("retry-after", "1")])
        call.answer(completion())

    upstream.script = script
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=1) as client:
        assert ask(client, "scripted").choices[0].message.content == "Hi."
    assert next(answers, None) is None, "it asked twice"


def test_a_failure_after_all_attempts_is_not_retried(shared):
    gateway, key, upstream = shared
    upstream.script = lambda call: call.error(500)
    before = len(upstream.requests)
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=3) as client:
        with pytest.raises(openai.InternalServerError):
            ask(client, "scripted")
    assert len(upstream.requests) == before + 1


def test_a_stream_that_dies_raises_an_api_error(client, shared):
    def script(call):
        call.begin_stream()
        for event in text_events()[:3]:
            call.piece(event)
        time.sleep(0.1)  # a reset would overtake them
        call.reset()

    shared[2].script = script
    with pytest.raises(openai.APIError) as caught:
        list(ask(client, "scripted", stream=True))
    assert caught.value.code == "upstream_error"


def test_an_upstream_that_is_too_slow_is_504(client, shared):
    shared[2].script = lambda call: call.wait_for_disconnect()
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, "scripted")
    assert (caught.value.status_code, caught.value.code) == (504, "upstream_timeout")


def test_a_megabyte_of_image_passes_byte_for_byte(client, shared):
    shared[2].script = lambda call: call.answer(completion(used=usage(1000, 2)))
    url = "data:image/png;base64," + "QUJD" * 350_000
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": content}])
    assert shared[2].requests[-1].json["messages"][0]["content"] == content
