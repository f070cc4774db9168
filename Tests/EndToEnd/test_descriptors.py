"""A crowd of clients that say nothing takes no descriptor from those who work."""
import contextlib
import json
import os
import resource
import subprocess

import pytest

from harness import BINARY, wait_until
from upstream import completion
from wire import Wire, chat, post


@contextlib.contextmanager
def many_files(count):
    """This process may open `count` files meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip("too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(count, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def crowd(port, count):
    """Connections that never send anything."""
    with many_files(count + 200), contextlib.ExitStack() as stack:
        yield [stack.enter_context(Wire(port)) for _ in range(count)]


def limits(gateway):
    with open(f"/proc/{gateway.process.pid}/limits") as file:
        [line] = [line for line in file if line.startswith("Max open files")]
    return int(line.split()[3])


def test_the_soft_limit_is_raised_as_far_as_the_configuration_needs(gateways):
    gateway = gateways({"limits": {"max_connections": 3000, "max_in_flight": 100}})
    gateway.start(wrapper=["prlimit", "--nofile=1024:8192"])
    assert 3100 < limits(gateway) <= 8192
    assert "do not fit" not in gateway.log()


def test_1500_idle_connections_keep_nobody_out(gateways, upstream):
    upstream.script = lambda call: call.answer(completion())
    gateway = gateways(None, upstream.url)
    gateway.start(wrapper=["prlimit", "--nofile=1024"])
    assert "do not fit into the 1024 descriptors" in gateway.log()
    made = json.loads(gateway.cli("keys", "create", "app", "--format", "json").stdout)
    key = made["key"]
    with crowd(gateway.port, 1500):
        for _ in range(30):
            assert gateway.chat(key, "scripted")[0] == 200, "a vendor is reached"
        assert gateway.get("/readyz")[0] == 200
        assert gateway.get("/metrics", admin=True)[0] == 200
        assert gateway.get("/admin/v1/costs", admin=True)[0] == 200
        gateway.path.write_text("# changed\n" + gateway.path.read_text())
        assert gateway.get("/admin/v1/reload", admin=True, method="POST")[0] == 200
        assert len(os.listdir(f"/proc/{gateway.process.pid}/fd")) < 1024
        gateway.cli("keys", "revoke", made["id"])
        assert gateway.chat(key, "scripted")[0] == 401
    gateway.verify()


def test_a_crowd_at_the_admin_port_keeps_nobody_out(gateways):
    gateway = gateways()
    gateway.start(wrapper=["prlimit", "--nofile=1024"])
    key = gateway.key()
    with crowd(gateway.admin_port, 1500):
        assert gateway.get("/metrics", admin=True)[0] == 200
        assert gateway.chat(key)[0] == 200


def test_those_who_talk_stay_and_the_longest_idle_goes(start):
    gateway, key = start({"limits": {"max_connections": 20}, "threads": 1})
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(Wire(gateway.port)) for _ in range(20)]
        for wire in [*held[1:], held[0]]:
            wire.send(post("/v1/chat/completions", key, chat()))
            assert wire.answer().status == 200
        more = stack.enter_context(Wire(gateway.port))
        more.send(post("/v1/chat/completions", key, chat()))
        assert more.answer().status == 200
        assert held[1].is_closed(), "it was idle the longest"
        for wire in [held[0], *held[2:], more]:
            wire.send(post("/v1/chat/completions", key, chat()))
            assert wire.answer().status == 200


def test_when_all_are_at_work_the_next_is_told_so(start, upstream):
    waiting = []
    upstream.script = waiting.append
    gateway, key = start({"limits": {"max_connections": 3}, "threads": 1}, upstream.url)
    with contextlib.ExitStack() as stack:
        busy = [stack.enter_context(Wire(gateway.port)) for _ in range(3)]
        for wire in busy:
            wire.send(post("/v1/chat/completions", key, chat("scripted")))
        wait_until(lambda: len(upstream.requests) == 3, what="three calls")
        more = stack.enter_context(Wire(gateway.port))
        assert more.answer().status == 503


@pytest.mark.parametrize("limit, connections, severity", [
    (128, None, "note"), (1024, None, "note"), (1024, 5000, "warning"), (1024, 300, None)])
def test_check_says_the_numbers(gateways, limit, connections, severity):
    gateway = gateways({"limits": {"max_connections": connections} if connections else {}})
    result = subprocess.run(
        ["prlimit", f"--nofile={limit}", str(BINARY), "check", "--config", str(gateway.path)], capture_output=True,
        text=True, timeout=30)
    assert result.returncode == 0, result.stdout
    assert f"{limit} descriptors: " in result.stdout and " for providers" in result.stdout
    assert ("do not fit" in result.stdout) == (severity is not None)
    assert severity is None or f"{severity}: limits.max_connections: " in result.stdout


def test_a_socket_whose_path_is_too_long_fails_check(gateways):
    for patch in [{"ledger": {"path": "d" * 120 + "/ledger.db"}}, {"listen": "unix:" + "s" * 107}]:
        result = gateways(patch).cli("check", check=False)
        assert result.returncode == 2
        assert "is too long for the name of a socket" in result.stdout or "1 to 107 bytes" in result.stdout
