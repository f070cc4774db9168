#!/usr/bin/env python3
"""Writes texts and what PyYAML reads in them, one JSON object a line, for YAMLTests to compare with.

    yaml_differential.py --count 2000 --seed 1 > Tests/Vectors/pyyaml.jsonl

Members: `text`; `value`, the canonical form of what PyYAML reads, or null where it refuses or where its two
parsers (Python and libyaml) differ; `must`: whether the text is inside the subset, so that a refusal is a fault.
"""
import argparse
import json
import random
import re
import struct
import sys

import yaml

TOKENS = [
    "a", "b", "c d", "- ", "-", ": ", ":", ":", "\n", "\n", "\n  ", "\n    ", "\n ", "\r\n", "[", "]", "{", "}", ", ", ",",
    '"x"', "'y'", '"\\u00e9\\n"', '"\\uD83D\\uDE00"', "'it''s'", "#", " # c", " ", "|\n", ">\n", "|-\n", "|+\n", ">-\n", "|", ">", "1",
    "-7", "1.5", "-0.25e+3", "null", "true", "~", "é", "yes", "?", "? ", "!", "&a", "*a", "---\n", "...", "key: ", "k2:\n",
    "<<: ", "012", "1:30", "2026-11-21", "3.1.0", ".5", "@", "%", "`", "\\", '"', "'", "=", "1_0", "0x1", "+1", "on", "\n- ", "\n  - ",
    "\n\n", "   ", "a: b\n", "  a: b\n", "[a, b]", "{a: b}", "[]", "{}", ", }", "http://x", "64KiB",
]
SCALARS = [
    "a", "two words", "3.1.0", "127.0.0.1:80", "64KiB", "50.00 USD", "http://x/y?z", "..", "true", "false", "null", "~", "0", "-12", "1.50",
    "-0.5e-3", "'single ''quoted'' # no comment'", '"double \\" \\u00e9 \\t"', '"\\uD83D\\uDE00"', "'yes'", '"012"', "a#b", "a:b", "é", "x'y",
]
# Line breaks, spaces and marks that readers may or may not see as such, and characters at the edges of what is allowed.
ODD = [
    "\u0085", "\u2028", "\u2029", "\ufeff", "\u00a0", "\u3000", "\u200b", "\x0b", "\x0c", "\x7f", "\x80", "\x9f", "\ud7ff",
    "\ue000", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0010ffff", "\r", "\r\n", "\n", "\0", "\x1f", "\x1b", "e\u0301", "\u00e9",
    "a", ": ", "- ", "'", '"', "|\n  ", "\\", "\\u0085", "\\N", "\\L", "\\P", "\\_", "\\e", "\\x85", "\\/", "\\ ", "\\\n", " ",
]
NUMERIC = list("0123456789+-._:eExXoObBTZt ") + ["00", "inf", ".nan", "2026", "-01", "e+", "n", "Null", "true", "~", "=", "<<"]
HEADS = ["", "a:\n", "a: ", "- ", "- - ", "- a: ", "k:\n  a: ", "x:\n- ", "x:\n  - "]
TEXTS = ["", "", "x", "y z", "# c", "- i", "k: v", "é", "---", "... ", "x  ", " "]
FLOW_SCALARS = [scalar for scalar in SCALARS if "?" not in scalar]
KEYS = ["a", "b", "key", "with space", "'q k'", '"d\\"k"', "x.y", "lang=de", "f(enum, of:x)", "é", "orders?"]
LINES = ["text", "  deeper", "", "more # text", "- no list", "a: b", "é", "", "tail  "]


def flow(rng, depth):
    choice = rng.random()
    deep = " " * 20  # deeper than any key or dash around it
    gap = rng.choice([" ", " ", "", "\n" + deep, " # c\n" + deep])
    if depth > 2 or choice < 0.5:
        return rng.choice(FLOW_SCALARS)
    tail = rng.choice(["", "", ",", ", "])
    if choice < 0.75:
        items = [flow(rng, depth + 1) for _ in range(rng.randrange(4))]
        return "[" + ("," + (gap or " ")).join(items) + (tail if items else "") + "]"
    keys = rng.sample(["a", "b", '"c"', "'d'", "e f"], rng.randrange(4))
    items = [f"{key}: {flow(rng, depth + 1)}" for key in keys]
    return "{" + ("," + (gap or " ")).join(items) + (tail if items else "") + "}"


def block(rng, indent, depth):
    """A value behind a key or a dash: begins on that line or on the next."""
    pad = " " * indent
    choice = rng.random()
    comment = rng.choice(["", "", "", "  # c"])
    if choice < 0.35 or depth > 3:
        return " " + rng.choice(SCALARS) + comment + "\n"
    if choice < 0.45:
        return " " + flow(rng, 0) + comment + "\n"
    if choice < 0.5:
        return comment + "\n" + pad + rng.choice(SCALARS) + "\n"
    if choice < 0.55:
        return comment + "\n"
    if choice < 0.68:
        header = rng.choice(["|", "|-", "|+", ">", ">-"])
        lines = [rng.choice(LINES) for _ in range(rng.randrange(5))]
        lines = ["first"] + lines if rng.random() < 0.9 else lines
        while lines and lines[0].startswith(" "):
            lines.pop(0)
        return f" {header}{comment}\n" + "".join((pad + line if line else "") + "\n" for line in lines)
    if choice < 0.85:
        return comment + "\n" + mapping(rng, indent, depth + 1)
    return comment + "\n" + sequence(rng, indent, depth + 1)


def mapping(rng, indent, depth):
    pad = " " * indent
    text = ""
    for key in rng.sample(KEYS, rng.randrange(1, 5)):
        step = rng.choice([1, 2, 2, 4])
        if rng.random() < 0.1:
            text += rng.choice(["\n", f"{pad}# comment\n", "# comment\n"])
        if rng.random() < 0.1:
            text += f"{pad}{key}:\n" + sequence(rng, indent, depth + 1)
        else:
            text += f"{pad}{key}{rng.choice(['', '', '', ' '])}:" + block(rng, indent + step, depth)
    return text


def sequence(rng, indent, depth):
    pad = " " * indent
    text = ""
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.3 and depth < 3:
            text += f"{pad}- " + mapping(rng, indent + 2, depth + 1).lstrip("\n ")
            continue
        text += f"{pad}-" + block(rng, indent + rng.choice([1, 2, 4]), depth)
    return text


def block_text(rng):
    """Text behind `|` or `>` whose lines have all sorts of indentation, and whose file may end anywhere."""
    text = rng.choice(HEADS) + rng.choice(["|", "|-", "|+", ">", ">-"]) + rng.choice(["", " ", " # c", " #"]) + "\n"
    for _ in range(rng.randrange(7)):
        text += " " * rng.choice([0, 0, 1, 2, 2, 2, 3, 4, 4, 6]) + rng.choice(TEXTS) + rng.choice(["\n", "\n", "\n\n", "\r\n"])
    if rng.random() < 0.3:
        text = text.rstrip("\n")
    return text + rng.choice(["", "", "b: 1\n", "- 2\n", "  b: 1\n", " # c\n", "   "])


def number(rng):
    """What may or may not be a number, as a key or a value."""
    text = "".join(rng.choice(NUMERIC) for _ in range(rng.randrange(1, 7)))
    return rng.choice(["a: %s", "- %s", "[%s]", "{a: %s}", "%s", "%s: a", "{%s: a}"]) % text


def odd(rng):
    text = "".join(rng.choice(ODD) for _ in range(rng.randrange(1, 9)))
    return rng.choice(["", "a: ", "- ", "a: '", 'a: "', "[ "]) + text + rng.choice(["", "'", '"', " ]", "\n"])


def generate(rng):
    kind = rng.random()
    if kind < 0.3:
        return rng.choice([block_text, number, odd])(rng), False
    if kind < 0.5:
        return "".join(rng.choice(TOKENS) for _ in range(rng.randrange(1, 14))), False
    text = mapping(rng, 0, 0) if rng.random() < 0.8 else sequence(rng, 0, 0)
    if kind < 0.8:
        return text, True
    for _ in range(rng.randrange(1, 3)):  # a small wound
        place = rng.randrange(len(text) + 1)
        end = min(len(text), place + rng.randrange(3))
        text = text[:place] + rng.choice(TOKENS + [""]) + text[end:]
    return text, False


class Other(Exception):
    pass


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + value.encode("utf-16-be", "surrogatepass").hex()
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(canonical(name) + ":" + canonical(item) for name, item in value.items()) + "}"
    raise Other()


def read(text):
    try:
        value = canonical(yaml.load(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, Other, ValueError, TypeError, AttributeError, UnicodeError):
        return None
    if hasattr(yaml, "CSafeLoader") and not re.search(r"\\u[dD][89a-fA-F]", text):  # libyaml refuses surrogates
        try:
            if canonical(yaml.load(text, Loader=yaml.CSafeLoader)) != value:
                return None
        except (yaml.YAMLError, Other, ValueError, TypeError, UnicodeError):
            return None
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.count):
        text, must = generate(rng)
        print(json.dumps({"text": text, "value": read(text), "must": must}))


if __name__ == "__main__":
    main()
