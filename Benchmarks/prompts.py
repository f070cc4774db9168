#!/usr/bin/env python3
"""How long reading 5,000 versions of prompts takes: `llmgw prompts bench` on folders and repositories made for it.

Needs git and the release build. Everything is made in a temporary folder and removed again.
"""
import argparse
import pathlib
import random
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = ("please answer the customer in a calm voice and name the order the invoice the parcel a refund and what happens"
         " next without promising what nobody can keep").split()
AUTHOR = "Ann Author <ann@example.com>"

CASES = {  # name: prompts, versions of each, changes in a commit (None: no repository)
    "5,000 files in a folder": (5000, 1, None),
    "50 prompts of 100 versions, a commit for each": (50, 100, 1),
    "50 prompts of 100 versions, 50 to a commit": (50, 100, 50),
    "5,000 prompts of one version, one commit": (5000, 1, 5000),
    "5,000 prompts of one version, a commit for each": (5000, 1, 1),
}

CONFIGURATION = """ledger: {{path: {folder}/ledger.db}}
prompts: {{path: {folder}/prompts{repository}}}
providers:
  sim: {{kind: simulated}}
models:
  chat-default: {{targets: [{{provider: sim, model: sim-small, free: true}}]}}
"""

HEAD = """---
description: Answers letter {number}, {words}
version: 1.{version}.0
model: chat-default
config: {{temperature: 0.3, max_tokens: 400}}
input:
  schema:
    customer_name: string, how we address them
    message: string, their e-mail
    language?(enum): [de, en]
    orders?(array):
      id: string
      status: string
      days_late?: integer
  default: {{language: en}}
output:
  schema:
    reply: string
    category(enum): [refund, shipping, product, other]
llmgw.owner: support-team
---
{{{{role "system"}}}}
{{{{> house-style}}}}
You answer letter {number} of {{{{customer_name}}}} in {{{{language}}}}.
{{{{#if orders}}}}
{{{{#each orders}}}}
- {{{{id}}}}: {{{{status}}}}{{{{#if days_late}}}} ({{{{days_late}}}} days late){{{{/if}}}}
{{{{/each}}}}
{{{{else}}}}
We know of no orders.
{{{{/if}}}}
"""
TAIL = '{{history}}\n{{role "user"}}\n{{json message}}\n'


def prompt(number, version, size=2048):
    """A prompt of about `size` bytes, different from all others."""
    chance = random.Random(number * 1000 + version)
    words = lambda count: " ".join(chance.choice(WORDS) for _ in range(count))
    text = HEAD.format(number=number, version=version, words=words(5))
    while len(text) + len(TAIL) < size - 40:
        text += words(12) + ".\n"
    return text + TAIL


def change(stream, path, text):
    data = text.encode()
    stream.write(f"M 100644 inline prompts/{path}\ndata {len(data)}\n".encode() + data + b"\n")


def make(folder, prompts, versions, per_commit):
    """Fills `folder`, and returns the path of a configuration that reads it."""
    repository = f", repository: {folder}, ref: main, allow_unreleased: false"
    if per_commit is None:
        repository = ""
        (folder / "prompts/partials").mkdir(parents=True)
        (folder / "prompts/partials/_house-style.prompt").write_text("Be brief and friendly.\n")
        for number in range(prompts):
            (folder / f"prompts/letter-{number}.prompt").write_text(prompt(number, 0))
    else:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        importer = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        changes = [(number, version) for version in range(versions) for number in range(prompts)]
        for start in range(0, len(changes), per_commit):
            moment = 1700000000 + 60 * start
            importer.stdin.write(f"commit refs/heads/main\nauthor {AUTHOR} {moment} +0000\n"
                                 f"committer {AUTHOR} {moment} +0000\ndata 6\nChange\n".encode())
            if start == 0:
                change(importer.stdin, "partials/_house-style.prompt", "Be brief and friendly.\n")
            for number, version in changes[start:start + per_commit]:
                change(importer.stdin, f"letter-{number}.prompt", prompt(number, version))
        importer.stdin.close()
        assert importer.wait() == 0
        subprocess.run(["git", "-C", folder, "reset", "-q", "--hard"], check=True)
    configuration = folder / "gateway.yaml"
    configuration.write_text(CONFIGURATION.format(folder=folder, repository=repository))
    return configuration


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / ".build/release/llmgw")
    parser.add_argument("--only", action="append", help="a part of a case's name; may be given several times")
    options = parser.parse_args()
    for name, (prompts, versions, per_commit) in CASES.items():
        if options.only and not any(part in name for part in options.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            configuration = make(pathlib.Path(folder), prompts, versions, per_commit)
            print(f"{name}:", flush=True)
            subprocess.run([options.binary, "prompts", "bench", "--config", configuration], check=True)


if __name__ == "__main__":
    main()
