"""The price book, and the books made by it: checked, repriced, released, reconciled with what vendors say."""
import csv
import datetime
import io
import json
import subprocess
import sys
from decimal import Decimal

import pytest

from configuration import price, prices, yaml
from harness import ROOT, run
from upstream import DONE, completion, text_events, usage, usage_chunk

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
YESTERDAY = TODAY - datetime.timedelta(days=1)


def book(*entries):
    """The usual prices, with `entries` in place of those of the scripted upstream."""
    return {"prices": [entry for entry in prices()["prices"] if entry["provider"] != "up"] + list(entries)}


def write_prices(gateway, *entries, **more):
    (gateway.folder / "prices.yaml").write_text(yaml({**book(*entries), **more}))


def reload(gateway):
    assert gateway.get("/admin/v1/reload", admin=True, method="POST")[0] == 200


def answer_with(upstream, used, **more):
    upstream.script = lambda call: call.answer(completion(used=used, **more))


# MARK: Golden files and classes


def test_golden_figures_are_recomputed_with_fractions():
    result = subprocess.run([sys.executable, ROOT / "Tests/Tools/golden.py"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_is_billed_by_the_piece_has_its_price_or_is_flagged(start, upstream):
    entry = price("up", "scripted", per_call={"search_sources": 0.025})
    gateway, key = start({"providers": {"up": {"usage": "xai"}}}, upstream.url, prices_file=book(entry))
    answer_with(upstream, usage(32, 9, num_sources_used=4))
    status, _, fields = gateway.chat(key, "scripted")
    assert status == 200
    cost = 32 * 150 + 9 * 600 + 4 * 25_000_000
    assert fields["x-llmgw-cost"] == f"{Decimal(cost) / 10**9:.9f} USD"
    row = gateway.query("SELECT extras, unpriced, cost_nano FROM attempt")[0]
    assert row == {"extras": "search_sources=4", "unpriced": None, "cost_nano": cost}

    write_prices(gateway, price("up", "scripted"))
    reload(gateway)
    gateway.chat(key, "scripted")
    row = gateway.query("SELECT extras, unpriced, cost_nano FROM attempt ORDER BY request DESC LIMIT 1")[0]
    assert row == {"extras": "search_sources=4", "unpriced": "unpriced:search_sources", "cost_nano": 32 * 150 + 9 * 600}
    gateway.verify()


def test_the_cost_that_openrouter_reports_is_the_charge(start, upstream):
    gateway, key = start({"providers": {"up": {"usage": "openrouter"}}}, upstream.url)
    upstream.script = lambda call: call.stream(*text_events(), usage_chunk(usage(cost=1.4e-05)), DONE)
    status, body, fields = gateway.chat(key, "scripted", stream=True)
    assert status == 200 and "cost=0.000014000 USD" in (body if isinstance(body, str) else body.decode())
    assert gateway.query("SELECT cost_nano, extras FROM attempt")[0] == {
        "cost_nano": 14_000, "extras": "vendor_cost_nano=14000"}


# MARK: Check


def test_a_price_a_hundred_times_its_predecessor_is_refused_everywhere(start, upstream):
    entry = price("up", "scripted")
    gateway, key = start(None, upstream.url)
    slip = price("up", "scripted", **{"from": YESTERDAY.isoformat(), "input": 0.0001})
    write_prices(gateway, entry, slip)
    result = gateway.cli("prices", "check", check=False)
    assert result.returncode == 1 and "more than 100 times below" in result.stdout, result.stdout + result.stderr
    assert gateway.cli("check", check=False).returncode == 2
    before = gateway.get("/admin/v1/reload", admin=True, method="POST")
    assert before[0] != 200
    answer_with(upstream, usage(1000, 1))
    assert gateway.chat(key, "scripted")[2]["x-llmgw-cost"] == "0.000150600 USD"  # the old book still serves

    write_prices(gateway, entry, {**slip, "unusual": True})
    assert gateway.cli("prices", "check").returncode == 0
    reload(gateway)
    assert gateway.chat(key, "scripted")[2]["x-llmgw-cost"] == "0.000000700 USD"


def test_check_compares_with_an_earlier_state(tmp_path):
    old, new = tmp_path / "old.yaml", tmp_path / "prices.yaml"
    old.write_text(yaml(book(price("up", "scripted"))))
    new.write_text(yaml(book(price("up", "scripted", input=0.2), price("up", "other"))))
    result = run("prices", "check", new, "--against", old)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "added: up/other from 2020-01-01" in result.stdout
    assert "changed: up/scripted from 2020-01-01: input 0.15 → 0.2" in result.stdout
    assert "changes what calls were billed at" in result.stdout

    git = ["git", "-C", tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    new.write_text(yaml(book(price("up", "scripted"))))
    subprocess.run([*git, "add", "prices.yaml"], check=True)
    subprocess.run([*git, "commit", "-qm", "prices"], check=True)
    new.write_text(yaml(book(price("up", "scripted", input=20))))
    result = run("prices", "check", new, "--against", "HEAD", "--format", "json")
    found = json.loads(result.stdout)
    assert result.returncode == 1 and not found["valid"]
    assert [change["details"] for change in found["changes"]] == [["input 0.15 → 20"]]
    assert run("prices", "check", new, "--against", "nowhere").returncode == 2


def test_list_shows_what_is_in_force(start, upstream):
    later = price("up", "scripted", **{"from": "2999-01-01", "input": 0.2, "note": "announced"})
    gateway, _ = start(None, upstream.url, prices_file=book(price("up", "scripted", per_call={"web_search": 0.01}), later))
    text = gateway.cli("prices", "list", "--provider", "up").stdout
    assert "2020-01-01" in text and "2999" not in text and "web_search 0.01 each" in text
    rows = list(csv.DictReader(io.StringIO(gateway.cli("prices", "list", "--provider", "up", "--all", "--format", "csv").stdout)))
    assert {(row["from"], row["class"], row["price"]) for row in rows} >= {
        ("2020-01-01", "input", "0.150000000"), ("2999-01-01", "input", "0.200000000"),
        ("2020-01-01", "per_call.web_search", "0.010000000")}
    listed = json.loads(gateway.cli("prices", "list", "--on", "2999-01-02", "--model", "scripted", "--format", "json").stdout)
    assert [(entry["from"], entry["note"]) for entry in listed["prices"]] == [("2999-01-01", "announced")]


# MARK: Reprice


def corrections(gateway):
    return gateway.query("SELECT kind, nano, by_whom, reason FROM adjustment WHERE period IS NULL ORDER BY id")


@pytest.mark.parametrize("running", [True, False])
def test_reprice_books_the_difference_once(start, upstream, running):
    gateway, key = start({"applications": {"app": {"budgets": [{"window": "day", "limit": "5.00 EUR"}]}}}, upstream.url,
                         prices_file={**book(price("up", "scripted")), "fx": [
                             {"date": TODAY.isoformat(), "base": "EUR", "quote": "USD", "rate": 1.25, "source": "t"}]})
    answer_with(upstream, usage(1000, 100))
    for _ in range(3):
        assert gateway.chat(key, "scripted")[0] == 200
    answer_with(upstream, usage(1000, 100), service_tier="flex")
    gateway.chat(key, "scripted")
    booked = Decimal(gateway.costs()["total"]["cost"])
    assert booked == Decimal("0.00084")

    fx = [{"date": TODAY.isoformat(), "base": "EUR", "quote": "USD", "rate": 1.25, "source": "t"}]
    write_prices(gateway, price("up", "scripted", input=0.3, tiers={"flex": {"input": 0.1, "output": 0.1}}), fx=fx)
    if not running:
        gateway.stop()
    report = json.loads(gateway.cli("prices", "reprice", "--from", TODAY, "--format", "json").stdout)
    row = report["rows"][0]
    assert (row["attempts"], row["booked"], row["recomputed"], row["differing"]) == (4, "0.000840000", "0.001190000", 4)
    assert report["applied"] is None and corrections(gateway) == []

    assert gateway.cli("prices", "reprice", "--from", TODAY, "--apply", check=False).returncode == 2  # no reason
    options = ("prices", "reprice", "--from", TODAY, "--apply", "--reason", "wrong input price", "--by", "alice")
    assert json.loads(gateway.cli(*options, "--format", "json").stdout)["applied"] == 4
    assert [row["nano"] for row in corrections(gateway)] == [150_000] * 3 + [-100_000]
    assert {(row["kind"], row["by_whom"], row["reason"]) for row in corrections(gateway)} == {
        ("reprice", "cli: alice", "wrong input price")}
    assert json.loads(gateway.cli(*options, "--format", "json").stdout)["applied"] == 0
    assert len(corrections(gateway)) == 4
    assert gateway.costs()["total"]["cost"] == "0.001190000"
    period = gateway.query("SELECT posted_nano FROM period")[0]["posted_nano"]
    assert abs(period - 952_000) <= 8  # 0.00119 USD at 0.8 EUR, each part rounded up
    entries = gateway.query("SELECT actor, action, detail FROM audit WHERE action LIKE 'adjustments.%'")
    assert len(entries) == 1 and "count=4" in entries[0]["detail"] and "alice" in entries[0]["actor"]
    gateway.verify()


def test_calls_without_a_price_get_one_later(start, upstream):
    gateway, key = start(None, upstream.url, prices_file=book())
    answer_with(upstream, usage(1000, 100))
    for _ in range(2):
        gateway.chat(key, "scripted")
    total = gateway.costs()["total"]
    assert total["cost"] is None and total["unpriced_requests"] == 2
    write_prices(gateway, price("up", "scripted"))
    text = gateway.cli("prices", "reprice", "--day", TODAY, "--apply", "--reason", "the price was missing").stdout
    assert "2 corrections are booked" in text
    total = gateway.costs()["total"]
    assert total["cost"] == "0.000420000" and total["unpriced_requests"] == 0, total
    assert "agree with the price book" in gateway.cli("prices", "reprice", "--day", TODAY).stdout
    gateway.verify()


def test_a_presumed_charge_is_released_with_a_reason(start):
    gateway, key = start({"applications": {"app": {"budgets": [{"window": "day", "limit": "5.00 USD"}]}}})
    _, _, fields = gateway.chat(key, "sim-no-usage")
    request = fields["x-llmgw-request-id"]
    row = gateway.attempts(request)[0]
    assert row["state"] == "presumed" and row["cost_nano"] > 1000
    assert gateway.cli("prices", "release", request, check=False).returncode == 2
    assert gateway.cli("prices", "release", request, "--to", "999", "--reason", "r", check=False).returncode == 2
    gateway.cli("prices", "release", request, "--to", "0.000001", "--reason", "the vendor's log", "--by", "bob")
    assert gateway.costs()["total"]["cost"] == "0.000001000"
    assert gateway.costs()["total"]["presumed"] == "0.000001000"
    period = gateway.period("app")
    assert (period["posted_nano"], period["presumed_nano"]) == (1000, 1000)
    again = gateway.cli("prices", "release", f"{request}/1", "--to", "0.000001", "--reason", "the vendor's log")
    assert "already" in again.stdout and len(corrections(gateway)) == 1
    gateway.cli("prices", "release", request, "--reason", "not billed at all", "--format", "json")
    assert gateway.period("app")["posted_nano"] == 0
    gateway.verify()


def test_the_admin_port_books_only_what_it_understands(start):
    gateway, key = start()
    request = gateway.chat(key)[2]["x-llmgw-request-id"]

    def post(**members):
        body = {"kind": "reprice", "reason": "r", "adjustments": [{"request": request, "attempt": 1, "nano": 5}], **members}
        return gateway.get("/admin/v1/adjustments", admin=True, method="POST", body=body)

    assert post(kind="manual")[0] == post(reason="")[0] == post(adjustments=[])[0] == post(more=1)[0] == 400
    assert post(adjustments=[{"request": "x", "attempt": 1, "nano": 5}])[0] == 400
    assert post(adjustments=[{"request": request, "attempt": 2, "nano": 5}])[0] == 404
    assert post(adjustments=[{"request": request, "attempt": 1, "nano": -10**12}])[0] == 409
    named = {"request": request, "attempt": 1, "nano": 5, "id": "once"}
    assert post(adjustments=[named])[1] == {"booked": 1}
    assert post(adjustments=[{**named, "id": "other"}, named])[0] == 409  # whole or not at all
    assert len(corrections(gateway)) == 1
    assert gateway.get("/admin/v1/adjustments", key="wrong", admin=True, method="POST", body={})[0] == 401
    gateway.verify()


# MARK: Currency


def test_a_budget_in_another_currency_by_the_central_banks_file(start, upstream, tmp_path):
    friday = TODAY - datetime.timedelta(days=2)
    rates = f"Date,USD,GBP,\n{friday.isoformat()},1.25,0.8,\n"
    (tmp_path / "rates.csv").write_text(rates)
    gateway, key = start(
        {"applications": {"app": {"budgets": [{"window": "day", "limit": "5.00 GBP"}]}}}, upstream.url,
        prices_file={**prices(), "fx_file": str(tmp_path / "rates.csv")})
    answer_with(upstream, usage(1000, 100))
    assert gateway.chat(key, "scripted")[0] == 200
    assert gateway.period("app")["posted_nano"] == 134_400  # 0.00021 USD at 0.8 / 1.25
    rate = gateway.query("SELECT * FROM fx_rate")[0]
    assert (rate["day"], rate["nano"]) == (friday.isoformat(), 640_000_000) and "through EUR" in rate["source"]

    (tmp_path / "rates.csv").write_text(rates.replace("1.25", "1,25x"))
    result = gateway.cli("check", check=False)
    assert result.returncode == 2 and "rates.csv:2:" in result.stdout, result.stdout
    (tmp_path / "rates.csv").write_text(rates.replace(friday.isoformat(), "2024-01-02"))
    result = gateway.cli("check", check=False)
    assert result.returncode == 2 and "no rate" in result.stdout
    write_prices(gateway, price("up", "scripted"), fx_file=str(tmp_path / "rates.csv"), fx_missing="last")
    reload(gateway)
    assert gateway.chat(key, "scripted")[0] == 200


# MARK: Reconcile


def seconds(day):
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc).timestamp())


def openai_page(*results, day=TODAY):
    """As OpenAI's API reference shows a page of costs."""
    return {"object": "page", "has_more": False, "next_page": None, "data": [
        {"object": "bucket", "start_time": seconds(day), "end_time": seconds(day) + 86400, "results": [
            {"object": "organization.costs.result", "amount": {"value": value, "currency": "usd"}, "line_item": item,
             "project_id": None} for item, value in results]}]}


@pytest.fixture
def billed(start, upstream, tmp_path):
    """A gateway with 10 calls of 1,000 and 100 tokens: 0.0021 USD, and a function that reconciles an export."""
    gateway, key = start(None, upstream.url)
    answer_with(upstream, usage(1000, 100))
    for _ in range(10):
        assert gateway.chat(key, "scripted")[0] == 200

    def reconcile(content, *options, kind="openai", check=None):
        path = tmp_path / "export"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        result = gateway.cli("prices", "reconcile", path, "--format-of", kind, "--format", "json", *options, check=False)
        assert check is None or result.returncode == check, result.stdout + result.stderr
        return json.loads(result.stdout) if result.returncode in (0, 1) else result.stderr
    return gateway, key, reconcile


def test_openai_costs_agree_with_the_ledger(billed):
    gateway, _, reconcile = billed
    page = openai_page(("scripted, input", 0.0015), ("scripted, output", 0.0006))
    found = reconcile(page, check=0)
    assert found["within"] and found["rows"][0]["vendor"] == found["rows"][0]["ledger"] == "0.002100000"
    assert found["providers"] == ["up"]
    # The name that served is the vendor's; it counts as the model that was asked for. Exponents and pages are read, too.
    assert reconcile([openai_page(("scripted-2026, input", 1.5e-3)), openai_page(("scripted, output", 6e-4))])["within"]
    assert reconcile(openai_page((None, 0.0021)))["rows"][0]["model"] is None
    assert gateway.cli("prices", "reconcile", gateway.folder / "prices.yaml", "--format-of", "openai", check=False).returncode == 2


def test_causes_are_named(billed, upstream):
    gateway, key, reconcile = billed

    def causes(content, *options, **more):
        row = reconcile(content, *options, check=1, **more)["rows"]
        return [cause.split(":")[0] for entry in row for cause in entry["causes"]]

    assert causes(openai_page(("scripted, input", 0.0021), ("elsewhere, input", 3))) == ["calls past the gateway"]
    # Twice as much, and nothing says why: no cause is named.
    assert causes(openai_page(("scripted, input", 0.0042))) == ["unexplained"]
    assert causes(openai_page(("scripted, input", 0.0021), ("web search", 0.01))) == ["fees"]
    tokens = f"date,sku,usd,in,out\n{TODAY},scripted,0.0042,10000,1000\n"
    columns = ("--columns", "day=date,model=sku,cost=usd,input=in,output=out")
    assert causes(tokens, *columns, kind="csv") == ["prices"]
    assert causes(tokens.replace("10000", "20000"), *columns, kind="csv") == ["tokens", "calls past the gateway"]
    upstream.script = lambda call: call.close()
    gateway.chat(key, "scripted")
    assert causes(openai_page(("scripted, input", 0.0021)))[0] == "presumed"
    write_prices(gateway)
    reload(gateway)
    answer_with(upstream, usage(10, 1))
    gateway.chat(key, "scripted")
    assert causes(openai_page(("scripted, input", 9))) == ["unpriced"]


def test_anthropic_reports_are_in_cents_and_usage_in_tokens(billed):
    _, _, reconcile = billed
    start = f"{TODAY}T00:00:00Z"
    page = {"has_more": False, "next_page": None, "data": [{"starting_at": start, "ending_at": start, "results": [
        {"currency": "USD", "amount": "0.15", "model": "scripted", "cost_type": "tokens", "service_tier": "standard",
         "token_type": "uncached_input_tokens", "description": "d", "workspace_id": None, "context_window": "0-200k"},
        {"currency": "USD", "amount": "0.06", "model": "scripted", "cost_type": "tokens", "token_type": "output_tokens"}]}]}
    assert reconcile(page, kind="anthropic", check=0)["rows"][0]["vendor"] == "0.002100000"
    page["data"][0]["results"] = [
        {"uncached_input_tokens": 4000, "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
         "cache_read_input_tokens": 4500, "output_tokens": 1000, "server_tool_use": {"web_search_requests": 0},
         "model": "scripted"}]
    assert reconcile(page, kind="anthropic", check=0)["rows"][0]["vendor"] is None
    page["data"][0]["results"][0]["output_tokens"] = 2000
    assert reconcile(page, kind="anthropic", check=1)["rows"][0]["causes"][0].startswith("tokens: the vendor has")


@pytest.mark.parametrize("legacy", [False, True])
def test_aws_reports_are_read_with_both_names(billed, legacy):
    _, _, reconcile = billed
    names = (["lineItem/UsageStartDate", "lineItem/ProductCode", "lineItem/UsageType", "lineItem/LineItemType",
              "lineItem/UsageAmount", "lineItem/CurrencyCode", "lineItem/UnblendedCost", "pricing/unit"] if legacy else
             ["line_item_usage_start_date", "line_item_product_code", "line_item_usage_type", "line_item_line_item_type",
              "line_item_usage_amount", "line_item_currency_code", "line_item_unblended_cost", "pricing_unit"])
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(names)
    rows.writerow([f"{TODAY}T01:00:00Z", "AmazonBedrock", "USE1-Nova-Lite-input-tokens", "Usage", "10", "USD", "0.0015", "1K tokens"])
    rows.writerow([f"{TODAY}T02:00:00Z", "AmazonBedrock", "USE1-Nova-Lite-output-tokens", "Usage", "1", "USD", "6E-04", "1K tokens"])
    rows.writerow([f"{TODAY}T02:00:00Z", "AmazonEC2", "BoxUsage:t3.micro", "Usage", "1", "USD", "77", "Hrs"])
    found = reconcile(out.getvalue(), "--map", "Nova-Lite=scripted", kind="aws", check=0)
    assert [row["vendor"] for row in found["rows"]] == ["0.002100000"]
    assert "use --map" in reconcile(out.getvalue(), kind="aws", check=2)


@pytest.mark.parametrize("content, kind", [
    ("", "openai"), ("{}", "openai"), ('{"data": [{"results": [{}]}]}', "openai"), ("[1]", "anthropic"), ("a,b\n1,2\n", "aws"),
    ('"', "aws"), ("date,usd\nyesterday,1\n", "csv"), ("date,usd\n2026-11-20,1e999\n", "csv"), ("date,usd\n", "csv"),
    ("date\n2026-11-20\n", "csv"), ("[" * 100_000, "openai"),
])
def test_an_export_that_cannot_be_read_is_refused(billed, content, kind):
    _, _, reconcile = billed
    options = ("--columns", "day=date,cost=usd") if kind == "csv" else ()
    assert "export" in reconcile(content, *options, kind=kind, check=2) or kind == "csv"
