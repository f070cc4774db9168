"""Checks Tests/ProvidersTests/Golden: recomputes each file's cost with exact fractions, apart from the gateway's code.

    golden.py           exit code 1 when a file's `expect.nano` or `expect.flags` differs from what it comes to
    golden.py --write   puts the recomputed figures into the files
"""
import json
import math
import pathlib
import sys
from fractions import Fraction

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "ProvidersTests/Golden"
INPUTS = ["input", "cached_input", "cache_write", "cache_write_1h", "cache_write_12h", "audio_input", "image_input"]
OUTPUTS = ["output", "audio_output", "image_output"]
USUAL_TIERS = {"default", "standard", "auto", "on_demand"}


def rates_of(price, total_input, tier):
    """The rates that hold: a tier of its own, else the last step of a long input, else the standard ones."""
    if tier in price.get("tiers", {}):
        return price["tiers"][tier]
    chosen = price
    for step in price.get("long_context", []):
        if total_input > step["above_input_tokens"]:
            chosen = step
    return chosen


def charge(price, expect, tier):
    """Nano-units rounded up once, and what is flagged."""
    extras = expect.get("extras", {})
    if extras.get("vendor_cost_nano"):
        return extras["vendor_cost_nano"], []
    rates = rates_of(price, sum(expect.get(name, 0) for name in INPUTS), tier)
    dearer = max(Fraction(rates["input"]), Fraction(rates.get("cache_write", "0")))
    total, flags = Fraction(0), []
    for name in INPUTS + OUTPUTS:
        tokens = expect.get(name, 0)
        if not tokens:
            continue
        if name in rates:
            rate = Fraction(rates[name])
        else:
            rate = dearer if name in INPUTS else max(dearer, Fraction(rates["output"]))
            flags.append(name)
        total += tokens * rate / 1_000_000
    for name, count in sorted(extras.items()):
        if name in price.get("per_call", {}):
            total += count * Fraction(price["per_call"][name])
        else:
            flags.append(f"unpriced:{name}")
    if tier and tier not in price.get("tiers", {}) and tier not in USUAL_TIERS:
        flags.append(f"tier:{tier}")
    return math.ceil(total * 10**9), flags


def main(write):
    faults = 0
    files = sorted(FOLDER.glob("*.json"))
    for path in files:
        golden = json.loads(path.read_text())
        expect = golden["expect"]
        nano, flags = charge(golden["price"], expect, expect.get("tier", golden.get("tier")))
        if write:
            expect["nano"], expect["flags"] = nano, flags
            path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
        elif (expect["nano"], expect["flags"]) != (nano, flags):
            print(f"{path.name}: says {expect['nano']} {expect['flags']}, comes to {nano} {flags}", file=sys.stderr)
            faults += 1
    print(f"{len(files)} files, {faults} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] == ["--write"]))
