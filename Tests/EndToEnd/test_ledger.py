"""The ledger's own commands, on files that a gateway has written."""
import datetime
import json
import os
import shutil
import sqlite3
import stat
import time

import pytest

from harness import StartError, run


def settled(start, calls=5):
    gateway, key = start()
    for _ in range(calls):
        assert gateway.chat(key)[0] == 200
    return gateway, key


def test_a_backup_of_a_running_gateway_is_whole_verified_and_private(start, tmp_path):
    gateway, key = settled(start)
    copy = tmp_path / "copy.db"
    result = gateway.cli("ledger", "backup", copy)
    assert "its books balance" in result.stdout
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o600
    live = gateway.costs()
    assert json.loads(run("costs", "--db", copy, "--format", "json").stdout)["total"] == live["total"]

    again = gateway.cli("ledger", "backup", copy, check=False)
    assert again.returncode == 2 and "--force" in again.stderr
    assert gateway.chat(key)[0] == 200
    gateway.cli("ledger", "backup", copy, "--force")
    after = json.loads(run("costs", "--db", copy, "--format", "json").stdout)
    assert after["total"]["requests"] == live["total"]["requests"] + 1
    assert not list(tmp_path.glob("copy.db.*"))


def test_a_restored_backup_serves_on(start, tmp_path):
    gateway, key = settled(start)
    gateway.cli("ledger", "backup", tmp_path / "copy.db")
    before = gateway.costs()["total"]
    assert gateway.stop() == 0
    for path in gateway.ledger.parent.glob(gateway.ledger.name + "*"):
        if not path.name.endswith(".unit-key"):
            path.unlink()
    shutil.copy(tmp_path / "copy.db", gateway.ledger)
    gateway.start()
    assert gateway.chat(key)[0] == 200
    assert gateway.costs()["total"]["requests"] == before["requests"] + 1
    gateway.verify()


def test_verify_names_what_differs(start):
    gateway, _ = settled(start)
    assert gateway.stop() == 0
    with sqlite3.connect(gateway.ledger) as file:
        file.execute("UPDATE rollup SET output=output+1")
    result = gateway.cli("ledger", "verify", "--format", "json", check=False)
    assert result.returncode == 1
    assert "output" in json.loads(result.stdout)["findings"][0]["problem"]
    assert gateway.cli("ledger", "audit", "verify").returncode == 0


@pytest.mark.parametrize("damage", ["header", "pages"])
def test_a_damaged_ledger_is_refused_untouched_and_recovered(start, damage, tmp_path):
    gateway, key = settled(start, 40)
    total = gateway.costs()["total"]
    assert gateway.stop() == 0
    content = bytearray(gateway.ledger.read_bytes())
    content[0:100] = bytes(100)
    if damage == "pages":
        root = 4096 * 3
        content[root:root + 4096] = bytes([0xA5]) * 4096
    gateway.ledger.write_bytes(content)

    with pytest.raises(StartError) as refusal:
        gateway.start()
    assert refusal.value.code == 3 and str(gateway.ledger) in refusal.value.output
    assert gateway.ledger.read_bytes() == content

    saved = tmp_path / "saved.db"
    result = gateway.cli("ledger", "recover", "--to", saved, check=False)
    assert result.returncode == 1, result.stdout + result.stderr  # the header was made anew, and it says so
    assert "header" in result.stdout
    assert gateway.ledger.read_bytes() == content
    assert run("ledger", "verify", "--db", saved).returncode == 0
    recovered = json.loads(run("costs", "--db", saved, "--format", "json").stdout)["total"]
    assert recovered["cost"] == total["cost"]
    again = gateway.cli("ledger", "recover", "--to", saved, check=False)
    assert again.returncode == 2 and "exists" in again.stderr


def test_a_running_gateway_is_not_recovered_from(start, tmp_path):
    gateway, _ = settled(start, 1)
    result = gateway.cli("ledger", "recover", "--to", tmp_path / "saved.db", check=False)
    assert result.returncode == 3 and str(gateway.process.pid) in result.stderr


def test_retention_removes_rows_and_keeps_costs(gateways):
    gateway = gateways({"ledger": {"retention": {"attempts": "1d", "refused": "1d"}}}).start()
    key = gateway.key()
    for _ in range(5):
        assert gateway.chat(key)[0] == 200
    assert gateway.stop() == 0
    day = 86_400_000
    # As if it had been ten days ago: all moments, and the bound that says how far ids may be from them.
    with sqlite3.connect(gateway.ledger) as file:
        file.execute("UPDATE attempt SET admitted_at=admitted_at-?, started_at=started_at-?", (10 * day, 10 * day))
        file.execute("UPDATE rollup SET slot=slot-?", (10 * 96,))
        file.execute("UPDATE meta SET value=? WHERE name='skew_ms'", (20 * day,))
        file.execute("UPDATE period SET starts_at=starts_at-?, ends_at=ends_at-?", (40 * day, 40 * day))
    days = [(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=ago)).date() for ago in (20, 0)]
    window = ["costs", "--db", gateway.ledger, "--from", days[0], "--to", days[1], "--format", "json"]
    report = run(*window)
    before = json.loads(report.stdout)["total"]
    gateway.start()
    for _ in range(100):
        if not gateway.query("SELECT 1 FROM attempt"):
            break
        time.sleep(0.1)
    assert gateway.query("SELECT count(*) AS n FROM attempt") == [{"n": 0}]
    report = run(*window)
    assert json.loads(report.stdout)["total"] == before and before["requests"] == 5
    listed = gateway.cli("requests", "--since", "30d")
    assert "were removed" in listed.stderr
    gateway.verify()


def test_a_measurement_with_rows_says_how_long_a_report_takes(tmp_path):
    result = run("ledger", "bench", "--rows", "20000", "--requests", "200", "--db", tmp_path / "ledger.db", timeout=120)
    assert result.returncode == 0, result.stderr
    assert "a month's costs" in result.stdout and "a hold is durable within" in result.stdout
    assert list(tmp_path.iterdir()) == []
