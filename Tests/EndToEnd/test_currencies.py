"""Calls whose attempts are charged in several currencies."""
import json

import pytest

from configuration import INPUT, OUTPUT, price
from upstream import DONE, completion, text_events, usage, usage_chunk


@pytest.fixture
def mixed(start, upstream):
    """A target with a price in euros, and behind it one with a price in dollars."""
    gateway, key = start(
        {"models": {"scripted": {"targets": [
            {"provider": "up", "model": "scripted"}, {"provider": "up", "model": "other"}]}}},
        upstream.url, prices_file={"prices": [price("up", "scripted", currency="EUR"), price("up", "other")]})

    def script(call):
        if call.request.json["model"] == "scripted":
            return call.reset()
        if call.request.json.get("stream"):
            return call.stream(*text_events(), usage_chunk(), DONE)
        call.answer({**completion("Hi."), "model": "other"})

    upstream.script = script
    return gateway, key


def expected(gateway):
    first, second = gateway.attempts()
    assert first["basis"] == "presumed" and second["cost_nano"] == 12 * INPUT + 7 * OUTPUT
    return f"{second['cost_nano'] / 1e9:.9f} USD, {first['cost_nano'] / 1e9:.9f} EUR"


def test_the_header_names_every_currency_that_was_charged(mixed):
    gateway, key = mixed
    status, _, fields = gateway.chat(key, "scripted")
    assert status == 200 and fields["x-llmgw-cost"] == expected(gateway)


def test_so_does_the_comment_of_a_stream(mixed):
    gateway, key = mixed
    status, body, _ = gateway.chat(key, "scripted", stream=True)
    assert status == 200 and f": llmgw cost={expected(gateway)}\n\n".encode() in body


def test_refused_calls_have_no_cost_in_a_report_of_one_currency(mixed):
    gateway, key = mixed
    gateway.chat(key, "scripted")
    assert gateway.chat(key, "nothing")[0] == 404
    report = gateway.costs("--by", "model", "--currency", "USD")
    rows = {row["model"]: row for row in report["rows"]}
    assert rows["scripted"]["cost"] == f"{(12 * INPUT + 7 * OUTPUT) / 1e9:.9f}"
    [refused] = [row for row in report["rows"] if row["refused"]]
    assert refused["cost"] is None, json.dumps(report)
