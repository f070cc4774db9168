"""More than the gateway takes is refused quickly; what it took is served; what was used comes back."""
import concurrent.futures
import resource
import subprocess
import threading
import time

import pytest

from harness import wait_until
from upstream import DONE, completion, text_events, usage, usage_chunk
from wire import Wire, chat, post


def memory(gateway):
    """Resident megabytes."""
    with open(f"/proc/{gateway.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def descriptors(gateway):
    import os
    return len(os.listdir(f"/proc/{gateway.process.pid}/fd"))


def processor_time(gateway):
    with open(f"/proc/{gateway.process.pid}/stat") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / 100


def test_more_than_the_gateway_takes_is_shed_at_once(start, upstream):
    release = threading.Event()

    def script(call):
        release.wait(10)
        call.answer(completion())

    upstream.script = script
    gateway, key = start({"limits": {"max_in_flight": 5}}, upstream.url)
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(gateway.chat, key, "scripted") for _ in range(5)]
        wait_until(lambda: len(upstream.requests) == 5)
        status, body, fields = gateway.chat(key, "scripted")
        assert (status, body["error"]["code"], fields["retry-after"]) == (503, "overloaded", "1")
        assert len(upstream.requests) == 5 and not any(call.done() for call in calls)
        assert gateway.get("/healthz")[0] == 200
        release.set()
        assert [call.result()[0] for call in calls] == [200] * 5
    assert gateway.chat(key)[0] == 200


def test_without_descriptors_the_rest_is_served_and_nothing_spins(gateways, upstream):
    gateway = gateways(None, upstream.url)
    gateway.start(wrapper=["prlimit", "--nofile=128"])
    key = gateway.key()
    assert gateway.chat(key, "scripted")[0] == 200
    crowd = []
    for _ in range(300):
        try:
            crowd.append(Wire(gateway.port, timeout=2))
        except OSError:
            break
    time.sleep(0.3)
    before = processor_time(gateway)
    time.sleep(1)
    assert processor_time(gateway) - before < 0.5, "no busy loop"
    assert gateway.chat(key, "scripted")[0] == 200, "a provider can still be called"
    for wire in crowd:
        wire.socket.close()
    wait_until(lambda: gateway.chat(key)[0] == 200, 5, "new connections")
    gateway.verify()


def test_idle_connections_cost_little(start, soak):
    count = 8000 if soak else 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 200:
        pytest.skip("too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gateway, key = start()
    gateway.chat(key)
    before = memory(gateway)
    idle = [Wire(gateway.port) for _ in range(count)]
    time.sleep(0.3)
    grown = memory(gateway) - before
    assert gateway.chat(key)[0] == 200
    for wire in idle:
        wire.socket.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert grown < count * 0.01, f"{grown} MB for {count} connections"


def test_connections_that_come_and_go_leave_nothing(start):
    gateway, key = start()
    gateway.chat(key)
    before = descriptors(gateway)
    for number in range(2000):
        wire = Wire(gateway.port)
        if number % 3 == 0:
            wire.send(b"POST /v1/chat/compl")
        if number % 3 == 1:
            wire.send(post("/v1/chat/completions", key, chat()))
        wire.reset()
    wait_until(lambda: descriptors(gateway) <= before + 5, what="closed descriptors")
    wait_until(lambda: not gateway.query("SELECT 1 FROM hold"), what="settled holds")
    gateway.verify()


def test_a_client_that_leaves_while_it_waits_for_a_budget_leaves_no_hold(start, upstream):
    release = threading.Event()

    def script(call):
        release.wait(10)
        call.answer(completion())

    upstream.script = script
    gateway, _ = start({
        "applications": {"poor": {"models": ["scripted"], "budgets": [{"window": "day", "limit": "0.000100 USD"}]}},
        "ledger": {"admission_wait": "5s"}}, upstream.url)
    key = gateway.key("poor")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(gateway.chat, key, "scripted", max_tokens=100)
        wait_until(lambda: upstream.requests)
        waiting = [Wire(gateway.port) for _ in range(10)]
        for wire in waiting:
            wire.send(post("/v1/chat/completions", key, chat("scripted", max_tokens=100)))
        time.sleep(0.2)
        for wire in waiting:
            wire.socket.close()
        time.sleep(0.2)
        release.set()
        assert first.result()[0] == 200
    wait_until(lambda: not gateway.query("SELECT 1 FROM hold"), what="settled holds")
    time.sleep(0.3)
    assert gateway.period("poor")["held_nano"] == 0
    called = [row for row in gateway.attempts() if row["state"] != "voided"]
    assert len(called) == len(upstream.requests)
    gateway.verify()


def test_at_most_so_many_streams_are_drained(start, upstream):
    release = threading.Event()

    def script(call):
        events = text_events(["word "] * 8)
        call.stream(*events[:3], end=False)
        release.wait(20)
        for piece in [*events[3:], usage_chunk(usage()), DONE]:
            call.piece(piece)
        call.end_stream()

    upstream.script = script
    gateway, key = start({"providers": {"up": {"disconnect": {"streams": 3, "time": "30s"}}}}, upstream.url)
    wires = [Wire(gateway.port) for _ in range(10)]
    requests = []
    for wire in wires:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        requests.append(wire.head().headers["x-llmgw-request-id"])
    for wire in wires:
        wire.socket.close()
    presumed = lambda: [row["basis"] for row in gateway.attempts()].count("presumed")  # noqa: E731
    wait_until(lambda: presumed() == 7, what="those that are not drained")
    release.set()
    for request in requests:
        assert gateway.wait_for_request(request)["outcome"] == "cancelled"
    bases = [row["basis"] for row in gateway.attempts()]
    assert bases.count("reported") == 3 and bases.count("presumed") == 7


def test_a_storm_of_errors_leaves_the_gateway_well(start, upstream):
    """Half of all calls fail in four ways; memory and descriptors stay."""
    numbers = iter(range(10**9))
    lock = threading.Lock()

    def script(call):
        with lock:
            number = next(numbers)
        match number % 8:
            case 0: call.error(500)
            case 1: call.error(429, "rate_limit_exceeded")
            case 2: call.reset()
            case 3: call.close()
            case _: call.answer(completion())

    upstream.script = script
    gateway, key = start(None, upstream.url)
    def storm(calls):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda _: gateway.chat(key, "scripted")[0], range(calls)))
    storm(200)
    memory_before, descriptors_before = memory(gateway), descriptors(gateway)
    statuses = storm(600)
    assert set(statuses) <= {200, 429, 502, 503}
    assert memory(gateway) - memory_before < 15
    wait_until(lambda: descriptors(gateway) <= descriptors_before + 30)
    upstream.script = lambda call: call.answer(completion())
    wait_until(lambda: gateway.chat(key, "scripted")[0] == 200, 35, "the circuit breaker's probe")
    gateway.verify()


def test_ten_megabytes_cost_little_processor_time(start):
    gateway, key = start()
    gateway.chat(key)
    bodies = {
        "plain": chat(text="a" * 9_000_000),
        "escapes": b'{"model":"sim-small","messages":[{"role":"user","content":"' + b"\\u0041" * 1_500_000 + b'"}]}',
        "many members": b'{"model":"sim-small","messages":[{"role":"user","content":"a"}],"metadata":{' + b",".join(
            b'"%d":1' % number for number in range(600_000)) + b"}}",
        "many messages": {"model": "sim-small", "messages": [{"role": "user", "content": "a"}] * 250_000},
    }
    for name, body in bodies.items():
        before = processor_time(gateway)
        with Wire(gateway.port, timeout=30) as wire:
            wire.send(post("/v1/chat/completions", key, body))
            answer = wire.answer()
        assert answer.status in (200, 400), (name, answer)
        assert processor_time(gateway) - before < 5, name  # a debug build is slow; what is quadratic takes minutes
