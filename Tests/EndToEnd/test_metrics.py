"""`/metrics`: what is read when somebody asks."""
import re
import threading

from harness import wait_until
from upstream import DONE, text_events, usage, usage_chunk

BUDGETS = {"applications": {"app": {"budgets": [
    {"window": "day", "limit": "1.00 USD"}, {"window": "month", "limit": "9.00 USD", "each": "user"}]}}}


def metrics(gateway):
    """`{name{labels}: value}`."""
    text = gateway.get("/metrics", admin=True)[1].decode()
    assert not re.search(r"^# TYPE (\S+) .*\n(?:.*\n)*# TYPE \1 ", text, re.MULTILINE), "a family stands twice"
    return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}


def test_the_process_and_the_program(start):
    gateway, _ = start()
    found = metrics(gateway)
    assert found["process_cpu_seconds_total"] > 0
    assert 1 << 20 < found["process_resident_memory_bytes"] < found["process_virtual_memory_bytes"]
    assert 5 < found["process_open_fds"] < found["process_max_fds"]
    with open(f"/proc/{gateway.process.pid}/stat") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    with open("/proc/stat") as file:
        boot = int(re.search(r"^btime (\d+)", file.read(), re.MULTILINE)[1])
    assert abs(found["process_start_time_seconds"] - boot - ticks / 100) < 1
    assert any(name.startswith('llmgw_build_info{version="') for name in found)
    assert found["llmgw_ready"] == found["llmgw_ledger_ready"] == 1


def test_requests_in_flight_are_counted_while_they_are(start, upstream):
    go = threading.Event()

    def script(call):
        go.wait(20)
        call.stream(*text_events(), usage_chunk(usage()), DONE)

    upstream.script = script
    gateway, key = start(None, upstream.url)
    assert metrics(gateway)["llmgw_requests_in_flight"] == 0
    caller = threading.Thread(target=gateway.chat, args=(key, "scripted"), kwargs={"stream": True})
    caller.start()
    wait_until(lambda: metrics(gateway)["llmgw_requests_in_flight"] == 1, what="the request")
    go.set()
    caller.join(20)
    wait_until(lambda: metrics(gateway)["llmgw_requests_in_flight"] == 0, what="its end")


def test_what_a_budget_has_left(start):
    gateway, key = start(BUDGETS)
    name = '{scope="application",name="app",window="day",currency="USD"}'
    assert metrics(gateway)["llmgw_budget_limit" + name] == metrics(gateway)["llmgw_budget_remaining" + name] == 1
    _, _, headers = gateway.chat(key, headers={"x-llmgw-user": "ada@example.com"})
    spent = float(headers["x-llmgw-cost"].split()[0])
    found = metrics(gateway)
    assert spent > 0 and round(1 - found["llmgw_budget_remaining" + name], 9) == spent
    # A user's budget is in the reports, and no person is in a metric.
    assert not [one for one in found if one.startswith("llmgw_budget") and "user" in one]


def test_a_budget_that_is_gone_is_gone(start):
    gateway, _ = start(BUDGETS)
    text = gateway.path.read_text()
    gateway.path.write_text(re.sub(r"^    budgets:\n(      - .*\n)+", "", text, flags=re.MULTILINE))
    assert gateway.path.read_text() != text
    gateway.cli("reload")
    assert not [one for one in metrics(gateway) if one.startswith("llmgw_budget_")]


def test_a_ledger_that_cannot_be_read_takes_nothing_else_away(start):
    gateway, _ = start(BUDGETS)
    moved = gateway.ledger.rename(gateway.ledger.with_suffix(".away"))
    found = metrics(gateway)
    assert "process_open_fds" in found and not [one for one in found if one.startswith("llmgw_budget_")]
    moved.rename(gateway.ledger)
