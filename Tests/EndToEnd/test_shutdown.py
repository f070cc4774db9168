"""The end of a gateway as a load balancer sees it: it is told before the address closes."""
import signal

import pytest

from harness import wait_until
from wire import Wire, chat, post

LONG = {"limits": {"shutdown_delay": "60s"}}


def test_after_sigterm_readiness_is_gone_and_calls_are_still_taken(start):
    gateway, key = start(LONG)
    with Wire(gateway.port) as kept:
        kept.send(post("/v1/chat/completions", key, chat()))
        assert kept.answer().status == 200
        gateway.process.send_signal(signal.SIGTERM)
        wait_until(lambda: gateway.get("/readyz")[0] == 503, what="the end on /readyz")
        assert "the gateway is stopping" in gateway.get("/readyz")[1]["reasons"]
        assert gateway.get("/healthz")[0] == 200
        assert gateway.chat(key)[0] == 200, "a new connection"
        kept.send(post("/v1/chat/completions", key, chat()))
        assert kept.answer().status == 200, "a kept connection"
    gateway.process.send_signal(signal.SIGTERM)  # a second one ends the wait
    assert gateway.process.wait(30) == 0
    assert [row["outcome"] for row in gateway.requests()] == ["completed"] * 3
    gateway.verify()


def test_the_address_closes_when_the_delay_is_over(start):
    gateway, key = start({"limits": {"shutdown_delay": "1s"}})
    gateway.process.send_signal(signal.SIGTERM)
    wait_until(lambda: gateway.get("/readyz")[0] == 503, what="the end on /readyz")
    assert gateway.process.wait(30) == 0
    text = gateway.log()
    assert text.index("about to stop") < text.index("stopping; requests under way go on") < text.index('"stopped"')
    with pytest.raises(OSError):
        Wire(gateway.port, timeout=1)


def test_an_interrupt_waits_for_nobody(start):
    gateway, key = start(LONG)
    gateway.process.send_signal(signal.SIGINT)
    assert gateway.process.wait(30) == 0
    assert "about to stop" not in gateway.log()
