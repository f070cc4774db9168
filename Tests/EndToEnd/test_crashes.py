"""kill -9 at any moment: what a client has read to its end is in the ledger, once and exactly."""
import random
import time

from harness import identifier
from load import Load

BUDGET = {"applications": {"app": {"budgets": [{"window": "day", "limit": "50.00 USD"}]}}}


def check(gateway, finished):
    """Holds the ledger of a stopped or running gateway against what clients have."""
    requests = {identifier(row["request"]): row for row in gateway.requests()}
    costs = {}
    for row in gateway.attempts():
        costs.setdefault(identifier(row["request"]), []).append(row)
    lost = [request for request in finished if request not in requests]
    assert not lost, f"{len(lost)} of {len(finished)} have no row"
    for request, cost in finished.items():
        assert (requests[request]["outcome"], requests[request]["attempts"]) == ("completed", 1)
        [attempt] = costs[request]
        assert (attempt["state"], attempt["basis"], attempt["cost_nano"]) == ("posted", "reported", cost), request
    assert not gateway.query("SELECT 1 FROM hold"), "no hold stays open"
    [period] = gateway.query("SELECT * FROM period")
    [sums] = gateway.query("SELECT sum(cost_nano) AS cost FROM attempt")
    assert (period["held_nano"], period["posted_nano"]) == (0, sums["cost"] or 0)
    gateway.verify()


def test_after_kill_9_every_answer_that_was_read_has_its_row(gateways, soak):
    gateway = gateways(BUDGET).start()
    key, finished, dice = gateway.key(), {}, random.Random(9)
    for _ in range(200 if soak else 10):
        with Load(gateway.port, key) as load:
            time.sleep(dice.uniform(0.05, 1.5 if soak else 0.6))
            gateway.kill()
        finished.update(load.finished)
        assert not load.refused, load.refused[0]
        gateway.start()
        check(gateway, finished)
    assert len(finished) > (20_000 if soak else 200)
    # A start of its own does not change what is in the books.
    costs = gateway.costs()
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.costs() == costs


def test_holds_of_a_crash_are_presumed_and_never_refunded(gateways, upstream):
    upstream.script = lambda call: call.wait_for_disconnect(5)
    gateway = gateways(BUDGET, upstream.url).start()
    key = gateway.key()
    with Load(gateway.port, key, clients=20, model="scripted"):
        deadline = time.monotonic() + 5
        while len(upstream.requests) < 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        gateway.kill()
    held = gateway.query("SELECT count(*) AS n, sum(bound_nano) AS nano FROM hold")[0]
    assert held["n"] >= 20
    gateway.start()
    [period] = gateway.query("SELECT * FROM period")
    assert period["held_nano"] == 0
    assert period["posted_nano"] == period["presumed_nano"] >= held["nano"]
    report = gateway.costs()
    assert report["total"]["presumed"] == report["total"]["cost"] and report["complete"] is True
    gateway.verify()
