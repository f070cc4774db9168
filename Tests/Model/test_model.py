"""The whole path on a real model: prompt, stream, usage, cost, feedback."""
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from openai import OpenAI

from configuration import configuration, merged, price, prices
from harness import ROOT, Gateway, wait_until

MODEL = "SmolLM2-135M-Instruct"

STORY = """---
description: Tells a very short story.
version: 1.0.0
model: story-teller
config:
  temperature: 0
  maxOutputTokens: 24
input:
  schema:
    hero: string, whom the story is about
---
{{role "system"}}
You tell very short stories.

{{role "user"}}
Tell a story about {{hero}}.
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def model_url():
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts/model_server.py"), "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/v1/models"), 60, "the model")
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}/v1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stdout.read().splitlines()[-1] == "stopped"
    finally:
        process.kill()


@pytest.fixture(scope="module")
def gateway(model_url, tmp_path_factory):
    book = prices()
    book["prices"].append(price("local", MODEL, input=0.1, output=0.4, context_window=4096, max_output_tokens=2048))
    config = merged(configuration(), {
        "providers": {"local": {"kind": "openai", "base_url": model_url}},
        "models": {
            "story-teller": {"targets": [{"provider": "local", "model": MODEL}]},
            "gratis": {"targets": [{"provider": "local", "model": MODEL, "free": True}]},
        },
        "applications": {"app": {
            "models": ["story-teller", "gratis"], "prompts": ["*"],
            "budgets": [{"window": "day", "limit": "1.00 USD"}]}},
    })
    gateway = Gateway(tmp_path_factory.mktemp("model"), config, prices_file=book, prompts={"story": STORY}).start()
    yield gateway
    assert gateway.stop() == 0
    gateway.verify()


@pytest.fixture(scope="module")
def client(gateway):
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0) as client:
        yield client


def cost_of(used):
    """At 0.10 and 0.40 USD a million; what came from llama.cpp's cache has no price of its own here."""
    return used.prompt_tokens * 100 + used.completion_tokens * 400


def test_a_prompt_is_answered_priced_and_judged(gateway, client):
    raw = client.chat.completions.with_raw_response.create(
        model="prompt:story@latest", messages=[], extra_body={"prompt": {"variables": {"hero": "a fox"}}})
    answer, request = raw.parse(), raw.headers["x-llmgw-request-id"]
    assert answer.choices[0].message.content.strip()
    assert 0 < answer.usage.completion_tokens <= 24 < answer.usage.prompt_tokens
    assert raw.headers["x-llmgw-prompt"] == "story@1.0.0"
    assert raw.headers["x-llmgw-cost"] == f"0.{cost_of(answer.usage):09d} USD"
    [attempt] = gateway.attempts(request)
    assert attempt["cost_nano"] == cost_of(answer.usage) <= attempt["bound_nano"]
    assert attempt["output"] == answer.usage.completion_tokens
    status, body, _ = gateway.get("/v1/feedback", client.api_key, method="POST", body={
        "request_id": request, "metric": "helpful", "value": True})
    assert status == 201 and body["attributed_to"]["prompt"] == "story"


def test_a_stream_is_metered(gateway, client):
    stream = client.chat.completions.create(
        model="story-teller", stream=True, stream_options={"include_usage": True}, max_tokens=16,
        messages=[{"role": "user", "content": "Count from one to five."}])
    chunks = list(stream)
    used = chunks[-1].usage
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert 0 < used.completion_tokens <= 16
    last = gateway.attempts()[-1]
    assert (last["state"], last["cost_nano"]) == ("posted", cost_of(used))


def test_usage_is_known_when_the_client_did_not_ask(gateway, client):
    chunks = list(client.chat.completions.create(
        model="story-teller", stream=True, max_tokens=8, messages=[{"role": "user", "content": "Say hello."}]))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    last = gateway.attempts()[-1]
    assert last["basis"] == "reported" and last["output"] > 0


def test_a_free_target_costs_nothing_and_is_counted(gateway, client):
    raw = client.chat.completions.with_raw_response.create(
        model="gratis", max_tokens=4, messages=[{"role": "user", "content": "Say hello."}])
    assert raw.headers["x-llmgw-cost"] == "0.000000000 USD"
    [row] = [row for row in gateway.costs("--by", "model")["rows"] if row["model"] == "gratis"]
    assert row["cost"] == "0.000000000" and row["output_tokens"] > 0


def test_text_completions_work_too(client):
    answer = client.completions.create(model="story-teller", prompt="One, two, three,", max_tokens=6)
    assert answer.choices[0].text and answer.usage.completion_tokens <= 6
