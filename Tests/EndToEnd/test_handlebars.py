"""Templates made at random render as handlebars.js renders them; needs the package `handlebars` (4.7.8 for Python)."""
import json
import os
import random
import re

import pytest

handlebars = pytest.importorskip("handlebars", reason="pip install handlebars")

COUNT = int(os.environ.get("HANDLEBARS_CASES", 40))  # a second each: the reference is JavaScript, run by Python
DATA = {
    "name": "Ann", "empty": "", "yes": True, "no": False, "zero": 0, "five": 5, "list": ["a", "b", "c"], "none": [],
    "rows": [{"id": 1, "tags": ["x", "y"], "name": "R1"}, {"id": 2, "tags": [], "name": "R2"}],
    "person": {"name": "Bob", "mail": "b@example.com", "address": {"city": "Köln"}}, "quote": "{{name}}: b\n",
}
VALUES = ["name", "person.name", "person.address.city", "quote", "five", "empty", "yes", "@root.name", "list.[1]"]
TEXTS = ["a", " b ", "\n", "\n\n", "  \n", "c\n", "\n  ", "<x>", "é", " - "]
PARTIALS = {"word": "W", "lines": "p {{name}}\n  q\n", "rest": "{{#if yes}}\nr\n{{/if}}\n"}


def tag(rng, inside):
    left, right = rng.choice(["", "", "", "", "~"]), rng.choice(["", "", "", "", "~"])
    return "{{" + left + inside + right + "}}"


def block(rng, depth):
    kind, argument, values = rng.choice([
        ("if", rng.choice(["yes", "no", "empty", "list", "none", "zero", "person"]), None),
        ("unless", rng.choice(["yes", "no", "zero", "none"]), None),
        ("each", "list", ["this", "@index", "../name", "@root.five"]),
        ("each", "rows", ["id", "name", "@key", "../name"]),
        ("each", "none", ["this"]),
        ("with", "person", ["name", "mail", "../name"]),
        ("list", "", ["this", "../name"]), ("person", "", ["name", "address.city"]), ("no", "", None), ("yes", "", None),
    ])
    body = template(rng, depth + 1, values)
    inverse = ""
    if rng.random() < 0.4:
        inverse = tag(rng, "else") + template(rng, depth + 1, ["@root.name"] if values else None)
    opening = f"#{kind} {argument}".rstrip()
    return tag(rng, opening) + body + inverse + tag(rng, "/" + kind)


def template(rng, depth=0, values=None):
    """Names differ by context, so only what is there is read: a missing name is an error here, and empty there."""
    text = ""
    for _ in range(rng.randrange(1, 6)):
        draw = rng.random()
        if draw < 0.45:
            text += rng.choice(TEXTS)
        elif draw < 0.7:
            text += tag(rng, rng.choice(values or VALUES))
        elif draw < 0.78:
            text += tag(rng, "! a comment ")
        elif draw < 0.84:
            call = "> " + rng.choice(list(PARTIALS)) + rng.choice(["", "", " person", " name=five", " @root.person name='x'"])
            text += rng.choice(["", "\n", "\n  "]) + tag(rng, call) + rng.choice(["", "\n"])
        elif depth < 3:
            text += rng.choice(["", "\n"]) + block(rng, depth) + rng.choice(["", "\n"])
    return text


def prompt(body):
    matter = {"version": "1.0.0", "model": "sim-small", "input": {"schema": {"(*)": "any"}}}
    return f"---\n{json.dumps(matter)}\n---\n[\n{body}\n]"


def test_random_templates_render_as_handlebars_renders_them(start):
    seed = int(os.environ.get("HANDLEBARS_SEED", random.randrange(2**32)))
    rng = random.Random(seed)
    # Blanks before a line break are left out: Python's `$` matches there, and makes the reference err.
    bodies = {f"t{number}": re.sub(r"[ ]+\n", "\n", template(rng)) for number in range(COUNT)}
    files = {name: prompt(body) for name, body in bodies.items()}
    files |= {f"_{name}": text for name, text in PARTIALS.items()}
    gateway, key = start(None, prompts=files)
    reference = handlebars.Handlebars
    for name, text in PARTIALS.items():
        reference.registerPartial(name, text)
    wrong = []
    for name, body in bodies.items():
        status, answer, _ = gateway.get(
            f"/v1/prompts/{name}@latest/render", key, method="POST", body={"variables": DATA})
        ours = answer["messages"][0]["content"] if status == 200 else answer
        # With `noEscape` JavaScript adds neighbouring numbers up; nothing here needs escaping.
        theirs = reference.compile(f"[\n{body}\n]")(DATA)
        if ours != theirs:
            wrong.append((body, ours, theirs))
    assert not wrong, f"seed {seed}: {len(wrong)} of {COUNT}: {min(wrong, key=lambda case: len(case[0]))}"
