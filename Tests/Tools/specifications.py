#!/usr/bin/env python3
"""Fetches the public test cases of dotprompt, Mustache and YAML and writes them as JSON, for the Swift tests to run.

    specifications.py --into var/specifications

What lies in ../shared/vectors or was fetched before is not fetched; what cannot be had is named, and the exit code is 1.
The cases are their authors' and stay out of this repository; commits are pinned, so a run can be repeated.
Writes `dotprompt.json` and `mustache.json`: lists of suites, each with the name of its file. `yaml.json` is a list of
texts in the form of `yaml_differential.py`: `value` is null for what must be refused. Needs git and PyYAML.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

BESIDE = pathlib.Path(__file__).resolve().parents[2] / "../shared/vectors"
SOURCES = {
    "dotprompt": ("https://github.com/google/dotprompt", "aa4bf02119c3c018e6e384e59cb9038655c00580", "spec"),
    "mustache": ("https://github.com/mustache/spec", "9cb20c3d6ed32f4b800fd9db36b0706aec485b6a", "specs"),
    "yaml": ("https://github.com/yaml/yaml-test-suite", "6ad3d2c62885d82fc349026c136ef560838fdf3d", "."),
}


def checkout(url, commit, folder):
    def git(*arguments):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True)

    git("init", "-q")
    git("fetch", "-q", "--depth", "1", url, commit)
    git("checkout", "-q", commit)


def texts(folder):
    """Each text with what every reader must see in it; one document a text is all that the gateway reads."""
    import yaml_differential

    for path in sorted(folder.rglob("in.yaml")):
        documents, rest, decoder = [], "", json.JSONDecoder()
        if (path.parent / "in.json").exists():
            rest = (path.parent / "in.json").read_text().strip()
        while rest:
            document, end = decoder.raw_decode(rest)
            documents.append(document)
            rest = rest[end:].strip()
        isRefused = (path.parent / "error").exists() or len(documents) > 1
        value = None if isRefused else yaml_differential.canonical(documents[0] if documents else None)
        name = path.parent.relative_to(folder).as_posix()
        yield {"file": name, "text": path.read_bytes().decode(), "value": value, "must": False}


def suites(name, folder):
    if name == "mustache":
        for path in sorted(folder.glob("*.json")):
            for test in json.loads(path.read_text())["tests"]:
                yield {"file": path.stem, **test}
        return
    if name == "yaml":
        yield from texts(folder)
        return
    import yaml

    for path in sorted(folder.rglob("*.yaml")):
        for suite in yaml.safe_load(path.read_text()):
            yield {"file": path.relative_to(folder).with_suffix("").as_posix(), **suite}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=pathlib.Path, required=True)
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name, (url, commit, folder) in SOURCES.items():
        if any((place / f"{name}.json").is_file() for place in (BESIDE, into)):
            continue
        try:
            with tempfile.TemporaryDirectory() as temporary:
                checkout(url, commit, temporary)
                found = list(suites(name, pathlib.Path(temporary) / folder))
        except (OSError, ImportError, subprocess.CalledProcessError) as error:
            lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            reason = next((line for line in lines if line.startswith(("fatal", "error"))), lines[0])
            print(f"{name}: not fetched: {reason}", file=sys.stderr)
            missing += 1
            continue
        (into / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        print(f"{name}: {len(found)} suites of {commit[:12]}")
    return 1 if missing else 0


sys.exit(main())
