"""What is written to a vendor's cache: from the price file over the vendor's figures to the row."""
import pytest

from configuration import price, prices
from upstream import completion, usage

# USD a million; in nano-dollars a token a thousand times as much.
RATES = {"input": 1, "output": 10, "cached_input": 0.1, "cache_write": 1.25, "cache_write_1h": 2}


@pytest.mark.parametrize("used, cost", [
    # 100 read: 40 of them from the cache, 20 into it.
    (usage(100, 10, prompt_tokens_details={"cached_tokens": 40, "cache_write_tokens": 20}),
     40 * 1000 + 40 * 100 + 20 * 1250 + 10 * 10000),
    # Beside the prompt, as Anthropic has it, by lifetime.
    ({"input_tokens": 40, "output_tokens": 10, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 30,
      "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}},
     40 * 1000 + 40 * 100 + 20 * 1250 + 10 * 2000 + 10 * 10000),
])
def test_cache_writes_are_billed_at_the_price_in_the_file(start, upstream, used, cost):
    upstream.script = lambda call: call.answer(completion("Hi there, how are you?", used))
    rest = [entry for entry in prices()["prices"] if entry["model"] != "scripted"]
    gateway, key = start(None, upstream.url, prices_file={"prices": [price("up", "scripted", **RATES), *rest]})
    status, _, headers = gateway.chat(key, "scripted")
    assert (status, headers["x-llmgw-cost"]) == (200, f"{cost / 1e9:.9f} USD")
    [attempt] = gateway.attempts()
    assert attempt["cost_nano"] == cost and attempt["basis"] == "reported"
    gateway.verify()
