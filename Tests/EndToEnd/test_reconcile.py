"""A vendor's export beside the ledger: what is not whole, what is gone, and causes with their evidence."""

import datetime
import json
import sqlite3
import time

from configuration import price
from test_prices import TODAY, YESTERDAY, answer_with, billed, openai_page, reload, usage, write_prices  # noqa: F401


def test_an_export_that_is_not_whole_is_refused(billed):
    _, _, reconcile = billed
    page = openai_page(("scripted, input", 0.0021))
    assert reconcile(page, check=0)["notes"] == [f"{TODAY} is not over; vendors write charges down hours later"]
    assert "has_more" in reconcile({**page, "has_more": True}, check=2)
    twice = reconcile([page, page], check=0)
    assert twice["rows"][0]["vendor"] == "0.002100000" and twice["notes"][0] == "1 page is there twice and counts once"
    contradicting = [page, openai_page(("scripted, input", 0.0022))]
    assert "says two things of 'scripted, input'" in reconcile(contradicting, check=2)
    assert "shares no model" in reconcile(openai_page(("elsewhere, input", 1)), check=2)
    assert "two columns" in reconcile(f"day,usd,usd\n{TODAY},1,2\n", "--columns", "day=day,cost=usd", kind="csv", check=2)


def test_a_day_that_is_missing_is_named_and_blames_nobody(billed):
    _, _, reconcile = billed
    older = YESTERDAY - datetime.timedelta(days=2)
    table = f"day;model;eur\n{older:%d.%m.%Y};scripted;0,5\n{TODAY + datetime.timedelta(days=1):%d.%m.%Y};scripted;0,25\n"
    columns = ("--columns", "day=day,model=model,cost=eur")
    found = reconcile(table, *columns, kind="csv", check=1)
    assert f"no line of them: {TODAY}" in "".join(found["notes"])
    assert str(TODAY) not in [row["day"] for row in found["rows"]]
    assert [row["vendor"] for row in found["rows"]] == ["0.500000000", "0.250000000"]


def test_bills_of_azure_and_google_are_compared(billed):
    _, _, reconcile = billed
    azure = (f"Date,MeterCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrencyCode\n"
             f"{TODAY:%m/%d/%Y},Foundry Models,scripted-Inp-glbl Tokens,1K,10,0.0015,USD\n"
             f"{TODAY:%m/%d/%Y},Foundry Models,scripted-Outp-glbl Tokens,1K,1,0.0006,USD\n")
    assert [row["vendor"] for row in reconcile(azure, kind="azure", check=0)["rows"]] == ["0.002100000"]
    google = "\n".join(json.dumps({
        "service": {"description": "Gemini API"}, "currency": "USD", "cost": cost, "usage_start_time": f"{TODAY} 01:00:00 UTC",
        "sku": {"description": f"Generate content {way} token count scripted text"}, "usage": {"amount": n, "unit": "count"}})
        for way, n, cost in (("input", 10000, "0.0015"), ("output", 1000, 6e-4)))
    assert [row["vendor"] for row in reconcile(google, kind="google", check=0)["rows"]] == ["0.002100000"]


def age(gateway, days):
    """As if all had been some days ago, and retention had removed its rows."""
    assert gateway.stop() == 0
    day = 86_400_000
    with sqlite3.connect(gateway.ledger) as file:
        file.execute("UPDATE attempt SET admitted_at=admitted_at-?, started_at=started_at-?", (days * day, days * day))
        file.execute("UPDATE rollup SET slot=slot-?", (days * 96,))
        file.execute("UPDATE meta SET value=? WHERE name='skew_ms'", (2 * days * day,))
        file.execute("UPDATE period SET starts_at=starts_at-?, ends_at=ends_at-?", (40 * day, 40 * day))
    gateway.start()
    for _ in range(100):
        if not gateway.query("SELECT 1 FROM attempt"):
            break
        time.sleep(0.1)
    assert gateway.query("SELECT count(*) AS n FROM attempt") == [{"n": 0}]


def test_after_retention_sums_are_compared_and_nothing_is_repriced(start, upstream, tmp_path):
    gateway, key = start({"ledger": {"retention": {"attempts": "1d"}}}, upstream.url)
    answer_with(upstream, usage(1000, 100))
    for _ in range(10):
        assert gateway.chat(key, "scripted")[0] == 200
    age(gateway, 10)
    day = TODAY - datetime.timedelta(days=10)
    path = tmp_path / "export"
    path.write_text(json.dumps(openai_page(("scripted, input", 0.0021), day=day)))
    result = gateway.cli("prices", "reconcile", path, "--format-of", "openai", "--format", "json")
    found = json.loads(result.stdout)
    assert found["within"] and found["rows"][0]["ledger"] == "0.002100000"
    assert any("are gone" in note for note in found["notes"])
    repriced = json.loads(gateway.cli("prices", "reprice", "--day", day, "--format", "json").stdout)
    assert repriced["complete"] is False and repriced["rows"][0]["kept"] == 10
    assert repriced["rows"][0]["booked"] == "0.002100000"
    text = gateway.cli("prices", "reprice", "--day", day).stdout
    assert "10 kept as booked: their rows are gone" in text and "the books agree" not in text


def test_a_correction_in_another_currency_is_a_conflict(billed):
    gateway, _, _ = billed
    request = json.loads(gateway.cli("requests", "--format", "json").stdout)["requests"][0]["id"]

    def post(**members):
        body = {"kind": "reprice", "reason": "r", "adjustments": [{"request": request, "attempt": 1, "nano": 5, **members}]}
        return gateway.get("/admin/v1/adjustments", admin=True, method="POST", body=body)
    status, answer = post(currency="EUR")[:2]
    assert status == 409 and "in USD, not in EUR" in json.dumps(answer)
    before = json.loads(gateway.cli("costs", "--format", "json").stdout)["total"]
    assert before["unpriced_requests"] == 0 and before["cost"] == "0.002100000"
    assert post(currency="USD")[0] == 200
    after = json.loads(gateway.cli("costs", "--format", "json").stdout)["total"]
    assert after["unpriced_requests"] == 0 and after["cost"] == "0.002100005"
    gateway.verify()


def test_calls_in_another_currency_are_not_said_to_agree(billed):
    gateway, _, _ = billed
    write_prices(gateway, price("up", "scripted", currency="EUR"))
    reload(gateway)
    found = json.loads(gateway.cli("prices", "reprice", "--day", TODAY, "--format", "json").stdout)
    assert found["kept"] == {"booked in USD, the book has a price in EUR": 10} and found["complete"] is False
    assert "the books agree" not in gateway.cli("prices", "reprice", "--day", TODAY).stdout
