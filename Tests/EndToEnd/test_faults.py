"""Disks that fill, fail and lock; files that are no ledger; addresses that are taken; configurations that are wrong."""
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from harness import StartError, run, wait_until
from load import Load
from upstream import completion


# MARK: Disk full

@pytest.fixture
def small_disk(gateways, upstream):
    """A gateway whose ledger lies on a disk of 8 MiB."""
    gateway = gateways(None, upstream.url)
    folder = gateway.ledger.parent
    folder.mkdir(mode=0o700)
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting a small disk takes root")
    yield gateway
    gateway.kill()
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Takes what is left of the disk; returns the file."""
    path = folder / "ballast"
    with open(path, "ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    return path


def test_a_full_disk_refuses_calls_and_recovers_by_itself(small_disk, upstream):
    gateway = small_disk.start()
    key = gateway.key()
    assert gateway.chat(key, "scripted")[0] == 200
    answered = threading.Event()

    def slow(call):
        answered.wait(10)
        call.answer(completion())

    upstream.script = slow
    results = []
    flight = threading.Thread(target=lambda: results.append(gateway.chat(key, "scripted")))
    flight.start()  # is under way when the disk fills
    wait_until(lambda: len(upstream.requests) == 2)
    ballast = fill(gateway.ledger.parent)

    def refused():
        status, body, fields = gateway.chat(key, "sim-small", text="x" * 3000, headers={"x-llmgw-tags": "t" * 1000})
        return status == 503 and (body, fields)

    body, fields = wait_until(refused, what="503")
    assert body["error"]["code"] == "ledger_unavailable" and fields["retry-after"]
    status, ready, _ = gateway.get("/readyz")
    assert status == 503 and "ledger" in ready["reasons"][0]
    assert gateway.get("/healthz")[0] == 200
    answered.set()
    flight.join()
    assert results[0][0] == 200, "the reserve pays for what was under way"

    stop = threading.Event()  # whatever is freed is taken at once
    filler = threading.Thread(target=lambda: [fill(gateway.ledger.parent) for _ in iter(lambda: stop.wait(0.02), True)])
    filler.start()
    wait_until(refused, what="503 again")
    statuses = [gateway.chat(key, "scripted")[0] for _ in range(20)]
    assert set(statuses) <= {200, 503} and 503 in statuses
    stop.set()
    filler.join()

    ballast.unlink()
    wait_until(lambda: gateway.get("/readyz")[0] == 200, 5, "recovery")
    assert gateway.chat(key, "scripted")[0] == 200
    called = [row for row in gateway.attempts() if row["provider"] == "up"]
    assert len(called) == len(upstream.requests), "no call reached the provider unrecorded"
    assert gateway.stop() == 0
    gateway.verify()


# MARK: Locked, failing and foreign files

def test_a_locked_ledger_delays_or_refuses_and_loses_nothing(start, upstream):
    gateway, key = start(None, upstream.url)
    gateway.chat(key, "scripted")
    blocker = sqlite3.connect(gateway.ledger, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    results = []
    threads = [threading.Thread(target=lambda: results.append(gateway.chat(key, "scripted"))) for _ in range(10)]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    time.sleep(2)
    blocker.execute("ROLLBACK")
    blocker.close()
    for thread in threads:
        thread.join()
    assert {status for status, _, _ in results} <= {200, 503}
    assert all(body["error"]["code"] == "ledger_unavailable" for status, body, _ in results if status == 503)
    wait_until(lambda: gateway.chat(key, "scripted")[0] == 200, 2, "recovery")
    served = {fields["x-llmgw-request-id"] for status, _, fields in results if status == 200}
    for request in served:
        assert gateway.attempts(request)[0]["state"] == "posted"
    assert len(gateway.attempts()) == len(upstream.requests)
    gateway.verify()


@pytest.mark.parametrize("when", [3, 20])
def test_a_failing_fsync_ends_the_program_and_no_answer_follows(gateways, upstream, when):
    if not shutil.which("strace"):
        pytest.skip("needs strace: scripts/setup.sh test")
    gateway = gateways(None, upstream.url).start()
    key = gateway.key()
    gateway.stop()
    trace = gateway.folder / "strace.log"
    try:
        gateway.start(wrapper=[
            "strace", "-f", "-qq", "-o", str(trace), "-e", "trace=fdatasync,fsync",
            "-e", f"inject=fdatasync,fsync:error=EIO:when={when}+"])
    except StartError as error:
        if "ptrace" in error.output or "strace:" in error.output:
            pytest.skip("strace may not trace here")
        assert error.code == 3
        return
    load = Load(gateway.port, key, clients=4)
    with load:
        code = gateway.process.wait(20)
    assert code == 3
    gateway.start()
    requests = {row["request"] for row in gateway.requests() if row["outcome"] == "completed"}
    assert len(load.finished) <= len(requests)
    for request, cost in load.finished.items():
        [attempt] = gateway.attempts(request)
        assert attempt["cost_nano"] == cost
    gateway.verify()


def test_a_second_gateway_on_the_same_ledger_is_refused(start, gateways):
    first, key = start()
    second = gateways({"ledger": {"path": str(first.ledger)}})
    with pytest.raises(StartError) as caught:
        second.start()
    assert caught.value.code == 3 and str(first.ledger) in caught.value.output
    assert str(first.process.pid) in caught.value.output
    assert first.chat(key)[0] == 200


DAMAGE = {
    "text": lambda data: b"not a database\n" * 100,
    "no header": lambda data: bytes(4096) + data[4096:],
    "half a file": lambda data: data[:len(data) // 2 + 100],
    "another application": lambda data: data[:68] + b"abcd" + data[72:],
    "a newer schema": lambda data: data[:60] + (9999).to_bytes(4, "big") + data[64:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_file_that_is_no_sound_ledger_is_refused_and_kept(start, damage):
    gateway, key = start()
    for _ in range(20):
        gateway.chat(key)
    assert gateway.stop() == 0
    for suffix in ("-wal", "-shm"):
        gateway.ledger.with_name(gateway.ledger.name + suffix).unlink(missing_ok=True)
    data = damage(gateway.ledger.read_bytes())
    gateway.ledger.write_bytes(data)
    with pytest.raises(StartError) as caught:
        gateway.start()
    assert caught.value.code == 3
    assert str(gateway.ledger) in caught.value.output, "names the file"
    assert gateway.ledger.read_bytes() == data, "nothing was written over it"


def test_a_folder_that_cannot_be_written_is_named(gateways):
    gateway = gateways({"ledger": {"path": "/proc/nothing/ledger.db"}})
    with pytest.raises(StartError) as caught:
        gateway.start()
    assert caught.value.code == 3 and "/proc/nothing" in caught.value.output


def test_ledger_files_are_private(start):
    gateway, key = start()
    gateway.chat(key)
    for file in gateway.ledger.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


# MARK: Addresses

@pytest.mark.parametrize("which", ["listen", "admin"])
def test_a_port_in_use_is_named(gateways, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        gateway = gateways({"listen": address} if which == "listen" else {"admin": {"listen": address}})
        with pytest.raises(StartError) as caught:
            gateway.start()
    assert caught.value.code == 3 and address in caught.value.output


# MARK: Configuration

WRONG = {
    "unknown key": ("log:", "lgo:", "did you mean 'log'"),
    "unknown provider": ('provider: "sim"', 'provider: "smi"', "did you mean 'sim'"),
    "unknown limit": ("limits:\n", "limits:\n  max_haed: 1KiB\n", "did you mean 'max_head'"),
    "duration without unit": ("limits:\n", "limits:\n  head_timeout: 10\n", "30s"),
    "broken yaml": ("admin:", "admin: [", ""),
    "a tab": ("admin:\n  listen", "admin:\n\tlisten", "tab"),
    "not in this version": ("admin:", "tls: {cert: a, key: b}\nadmin:", "not in this version"),
    "repeated key": ("admin:", "listen: 127.0.0.1:0\nadmin:", "listen"),
}


@pytest.mark.parametrize("old, new, remedy", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_configuration_is_refused_with_its_place(gateways, old, new, remedy):
    gateway = gateways()
    gateway.path.write_text(gateway.path.read_text().replace(old, new, 1))
    with pytest.raises(StartError) as caught:
        gateway.start()
    assert caught.value.code == 2
    assert remedy in caught.value.output
    import re
    assert re.search(r"gateway\.yaml:\d+:\d+: ", caught.value.output), caught.value.output
    checked = gateway.cli("check", check=False)
    assert checked.returncode == 2 and remedy in checked.stdout + checked.stderr


@pytest.mark.parametrize("members", [
    {"input": -1}, {"input": 0}, {"currency": "XYZ1"}, {"from": "yesterday"}, {"input": "free"}], ids=str)
def test_a_wrong_price_is_refused(gateways, members):
    from configuration import price
    entry = price("simulated", "sim-small", **members)
    gateway = gateways(None, prices_file={"prices": [entry]})
    with pytest.raises(StartError) as caught:
        gateway.start()
    assert caught.value.code == 2 and "prices.yaml:" in caught.value.output


def test_a_sound_configuration_passes_the_check(gateways):
    assert gateways().cli("check").returncode == 0


def test_a_missing_configuration_is_named(tmp_path):
    result = run("serve", "--config", tmp_path / "nothing.yaml")
    assert result.returncode == 2 and "nothing.yaml" in result.stderr


def test_a_provider_without_its_credential_is_503_and_the_others_work(start):
    gateway, key = start({
        "providers": {"openai": {"kind": "openai", "base_url": "https://api.openai.com/v1", "api_key": "${NOT_SET_ANYWHERE}"}},
        "models": {"chat-openai": {"targets": [{"provider": "openai", "model": "gpt-6.1-terra"}]}},
        "applications": {"app": {"models": ["chat-openai", "sim-small"]}}})
    status, body, _ = gateway.chat(key, "chat-openai")
    assert (status, body["error"]["code"]) == (503, "provider_unconfigured")
    assert gateway.chat(key)[0] == 200
