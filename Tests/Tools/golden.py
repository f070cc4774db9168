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
USUAL_TIERS = {"default", "standard", "standard_only", "auto", "on_demand", ""}


def rates_of(price, total_input, tier, geo):
    """The rates that hold and their conditions: most conditions first, then the greatest length of the input."""
    entries = [({"tier": name}, rates) for name, rates in price.get("tiers", {}).items()]
    entries += [({"above_input": step["above_input_tokens"]}, step) for step in price.get("long_context", [])]
    entries += [(rates["when"], rates) for rates in price.get("rates", [])]
    fitting = [
        (when, rates) for when, rates in entries
        if when.get("tier", tier) == tier and when.get("geo", geo) == geo and total_input > when.get("above_input", -1)]
    return max(fitting, key=lambda entry: (len(entry[0]), entry[0].get("above_input", -1)), default=({}, price))


def charge(price, expect, tier):
    """Nano-units rounded up once, and what is flagged."""
    extras = expect.get("extras", {})
    if extras.get("vendor_cost_nano"):
        return extras["vendor_cost_nano"], []
    total_input, geo = sum(expect.get(name, 0) for name in INPUTS), expect.get("geo")
    when, rates = rates_of(price, total_input, tier, geo)
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
    if tier and tier != when.get("tier") and tier not in USUAL_TIERS:
        flags.append(f"tier:{tier}")
    if geo and geo != when.get("geo"):
        flags.append(f"geo:{geo}")
    limits = [step["above_input_tokens"] for step in price.get("long_context", [])]
    limits += [entry["when"].get("above_input", -1) for entry in price.get("rates", [])]
    step = max((limit for limit in limits if 0 <= limit < total_input), default=-1)
    if step > when.get("above_input", -1):
        flags.append(f"above_input:{step}")
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
