"""True spend against the limit with many calls in flight: never above it, and hardly below."""
import sys

import pytest

from harness import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks"))
import overshoot  # noqa: E402


@pytest.mark.parametrize("clients", [16, 128])
def test_a_budget_is_spent_to_the_last_per_cent_and_never_beyond(tmp_path, monkeypatch, clients):
    monkeypatch.setattr(overshoot, "LIMIT", 25_000_000)
    percent, statuses = overshoot.measure_gateway(clients, tmp_path)
    assert 99 <= percent <= 100, (percent, statuses)
    assert set(statuses) <= {200, 402, 429}
