"""Exports in FOCUS, held against the validator of the FinOps Foundation; pieces with meters of their own."""
import csv
import io
import re
import subprocess
from decimal import Decimal

import pytest

from configuration import configuration, merged, price, prices
from harness import ROOT, Gateway
from upstream import ScriptedUpstream, completion, usage

VALIDATOR = ROOT / ".venv-focus/bin/focus-validator"
needs_validator = pytest.mark.skipif(
    not VALIDATOR.exists(), reason="focus-validator is not installed: it wants Python 3.12 and PyPI")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Calls with tokens of several classes, images, searches, presumed, free, unpriced, and in two currencies."""
    server = ScriptedUpstream()
    targets = {"euro": {"provider": "up", "model": "euro"}, "free": {"provider": "up", "model": "gratis", "free": True},
               "unknown": {"provider": "up", "model": "unknown"}}
    config = merged(configuration(server.url), {
        "models": {name: {"targets": [target]} for name, target in targets.items()},
        "applications": {"app": {"models": ["scripted", "sim-small", "sim-no-usage", *targets]}}})
    rest = [entry for entry in prices()["prices"] if entry["model"] != "scripted"]
    own = price("up", "scripted", cached_input=0.015, cache_write=0.19, image_output=30, per_call={"web_search": 0.01})
    book = {"prices": [own, price("up", "euro", currency="EUR"), *rest]}
    gateway = Gateway(tmp_path_factory.mktemp("focus"), config, prices_file=book).start()
    used = usage(100, 40, prompt_tokens_details={"cached_tokens": 30, "cache_write_tokens": 20},
                 completion_tokens_details={"image_tokens": 12}, num_search_queries=3)
    server.script = lambda call: call.answer(completion("word " * 30, used))
    try:
        key = gateway.key()
        for model in ["scripted", "scripted", "sim-small", "sim-no-usage", *targets]:
            gateway.chat(key, model, max_tokens=50)
        yield gateway
    finally:
        gateway.kill()
        server.close()


def export(gateway, version):
    return gateway.cli("costs", "--format", version).stdout


def faults(text, version, tmp_path):
    """Names of the validator's rules that an export breaks."""
    path = tmp_path / "focus.csv"
    path.write_text(text)
    # It reads its list of currencies from where it is started, and leaves a log there.
    [packages] = VALIDATOR.parents[1].glob("lib/python*/site-packages")
    result = subprocess.run(
        [VALIDATOR, "--data-file", path, "--validate-version", version, "--focus-dataset", "CostAndUsage",
         "--block-download"], capture_output=True, text=True, timeout=300, cwd=packages)
    if "UnsupportedVersion" in result.stderr:
        pytest.skip(f"focus-validator has no model of FOCUS {version}, and cannot fetch one here")
    assert "PASS" in result.stdout, result.stdout[-2000:] + result.stderr[-2000:]
    return set(re.findall(r"❌ (\S+): FAIL", result.stdout))


@needs_validator
@pytest.mark.parametrize("format, version", [("focus", "1.2.0.1"), ("focus-1.3", "1.3")])
def test_the_official_validator_finds_nothing_but_the_missing_invoice(books, tmp_path, format, version):
    found = faults(export(books, format), version, tmp_path)
    # The gateway sees no invoice.
    assert {name for name in found if not name.startswith("InvoiceId-")} == set()


@needs_validator
def test_the_validator_would_find_a_fault(books, tmp_path):
    broken = export(books, "focus").replace("ServiceCategory,", "Category,")
    assert any(name.startswith("ServiceCategory-") for name in faults(broken, "1.2.0.1", tmp_path))


def test_pieces_and_images_have_meters_of_their_own(books):
    rows = [row for row in csv.DictReader(io.StringIO(export(books, "focus"))) if row["ConsumedQuantity"]]
    of = {row["SkuMeter"]: row for row in rows if row["x_UpstreamModel"] == "scripted"}
    search, image = of["Web Search"], next(row for meter, row in of.items() if "Image" in meter)
    assert (search["ConsumedQuantity"], search["ConsumedUnit"], search["PricingUnit"]) == ("6.0", "Units", "Units")
    assert Decimal(search["ListUnitPrice"]) == Decimal("0.01") and Decimal(search["BilledCost"]) == Decimal("0.06")
    assert (image["ConsumedQuantity"], image["ConsumedUnit"]) == ("24.0", "Tokens")
    assert Decimal(image["ListCost"]) == Decimal(24 * 30) / 1_000_000
    for row in rows:
        assert Decimal(row["PricingQuantity"]) * Decimal(row["ListUnitPrice"]) == Decimal(row["ListCost"])


def test_both_versions_add_up_to_the_costs_and_say_the_provider(books):
    for version in ["focus", "focus-1.3"]:
        rows = list(csv.DictReader(io.StringIO(export(books, version))))
        for currency in ["USD", "EUR"]:
            billed = sum(Decimal(row["BilledCost"]) for row in rows if row["BillingCurrency"] == currency)
            assert billed == Decimal(books.costs("--currency", currency)["total"]["cost"]) > 0
        assert {row["ProviderName"] for row in rows} == {"up", "sim"}
        assert ("ServiceProviderName" in rows[0]) == (version == "focus-1.3")
