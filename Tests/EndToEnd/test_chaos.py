"""The whole program against a provider that writes down the truth: kills, faults, leavers, reloads; then the books."""
import datetime
import os
import random
import signal
import time
from decimal import Decimal

import pytest

from chaos import Crowd, TruthfulProvider, books, rewrite
from configuration import price, prices
from harness import identifier

def day(offset):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=offset)).date().isoformat()


SMALL, LARGE = "0.010000000 USD", "900.000000000 USD"


def configured(url):
    """Two applications on two levels of windows: one whose money lasts, and one whose money does not."""
    return {
        "providers": {"up": {"timeouts": {"first_byte": "2s", "idle": "1s", "total": "8s"},
                             "disconnect": {"time": "300ms", "bytes": "64KiB", "streams": 20}}},
        "models": {"chaos": {"targets": [{"provider": "up", "model": "scripted"}, {"provider": "up", "model": "second"}],
                             "max_output_tokens": 80}},
        "organisation": "all",
        "budgets": [{"organisation": True, "window": "year", "limit": LARGE},
                    {"team": "red", "window": "week", "limit": LARGE, "alerts": [0.0001, 0.9]}],
        "applications": {
            "rich": {"team": "red", "models": ["chaos"], "budgets": [
                {"window": "day", "limit": LARGE, "each": "user"},
                {"window": "day", "limit": LARGE, "zone": "Pacific/Apia"}, {"window": "month", "limit": LARGE},
                {"window": "total", "limit": LARGE}]},
            "poor": {"models": ["chaos"], "budgets": [
                {"window": "day", "limit": SMALL}, {"window": "year", "limit": LARGE}]},
        },
        "log": {"level": "warning"},
    }


@pytest.mark.parametrize("turn", range(2))
def test_true_spend_is_within_the_limit_and_the_books_balance_whatever_happens(gateways, soak, turn):
    seed = int(os.environ.get("CHAOS_SEED", time.time_ns() % 1_000_000)) + turn
    print(f"CHAOS_SEED={seed - turn}, turn {turn}")
    dice, provider = random.Random(seed), TruthfulProvider(seed)
    book = prices()
    book["prices"].append(price("up", "second"))
    gateway = gateways(configured(provider.url), provider.url, prices_file=book)
    gateway.start()
    keys = [gateway.key("rich"), gateway.key("poor")]
    crowd = Crowd(gateway, keys, seed)
    kills, limit = 0, SMALL
    try:
        for _ in range(150 if soak else 8):
            time.sleep(dice.uniform(0.05, 1.2))
            match dice.choices(["kill", "stop", "reload"], [6, 1, 3])[0]:
                case "kill":
                    gateway.kill()
                    kills += 1
                case "stop":
                    gateway.process.send_signal(signal.SIGTERM)
                    gateway.process.wait(60)
                case "reload":
                    other = "0.016000000 USD" if limit == SMALL else SMALL
                    rewrite(gateway, lambda text: text.replace(limit, other))
                    limit = other
            if gateway.process.poll() is not None:
                gateway.start()
        provider.calm = True
        time.sleep(0.5)
    finally:
        crowd.stop()
    assert gateway.stop(90) == 0
    print(f"{kills} kills, {len(provider.truth)} calls billed, {len(crowd.finished)} answers read, {crowd.statuses}")
    check(gateway, provider, crowd)
    assert len(crowd.finished) > (5_000 if soak else 30)
    provider.close()


def check(gateway, provider, crowd):
    periods = books(gateway)
    for period in periods:
        # A limit that was lowered below what is spent takes nothing back: the larger of the two was in force once.
        bound = 16_000_000 if period["name"] == "poor" and period["window"] == "day" else 900 * 10**9
        assert period["posted_nano"] <= bound, dict(period)
    attempts = gateway.attempts()
    rows = {}
    for row in attempts:
        rows.setdefault(identifier(row["request"]), []).append(row)
    # Nothing lost, nothing doubled: an answer that was read has its row, and its cost is what the provider billed. What the
    # client was told is the request's: attempts before the one that answered are presumed and count.
    for request, (cost, text) in crowd.finished.items():
        last = rows[request][-1]
        assert cost == sum(row["cost_nano"] or 0 for row in rows[request]), (request, cost)
        if last["basis"] == "reported":
            billed = [provider.truth[entry] for entry in provider.by_call[text]]
            assert last["cost_nano"] in billed, (request, last["cost_nano"], billed)
        else:
            assert last["basis"] == "presumed" and last["cost_nano"] == last["bound_nano"]
    # The same key is billed for one request alone: by the first target, and by the second if the first broke off.
    for text in crowd.keyed:
        billed = [entry for entry in provider.by_call.get(text, []) if provider.truth[entry] > 0]
        assert len(billed) <= 2, f"{text} was run again"
    assert len(provider.truth) <= len(attempts), "a call that the provider read has an attempt"
    booked = sum(row["cost_nano"] or 0 for row in attempts)
    assert provider.total <= booked, "what was billed is booked, or presumed at its bound"
    report = gateway.costs("--from", day(-2), "--to", day(2), "--by", "application,day")
    assert Decimal(report["total"]["cost"]) == Decimal(booked) / 10**9
    assert report["total"]["attempts"] == len(attempts)
    gateway.verify()
