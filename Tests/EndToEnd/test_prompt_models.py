"""A model that a prompt, a gate or a judge names and nobody has: told by every command, and served by no gateway."""
import json
import os
import subprocess

import pytest

from harness import StartError, run
from test_prompt_git import Repository

JUDGE = """---
version: 1.0.0
model: {model}
input: {{schema: {{input: string, answer: string}}}}
output: {{format: json, schema: {{reason: string, score: number, pass: boolean}}}}
---
{{{{json input}}}} {{{{json answer}}}}
"""


def prompt(version="1.0.0", model="sim-small", text="Greet."):
    return f"---\nversion: {version}\nmodel: {model}\n---\n{text}\n"


class Place:
    """A folder with a configuration and prompts, and the commands in it."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.prompts = gateway.folder / "prompts"

    def write(self, name, text):
        path = self.prompts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def gate(self, extra="", rows=({"id": "one"},)):
        self.write("evals/greet.eval.yaml", f"prompt: greet\ndataset: greet.jsonl\n{extra}gate: {{pass_rate: 1}}\n"
                   "default_assert:\n  - {type: word-count, value: {min: 1, max: 900}}\n")
        self.write("evals/greet.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def __call__(self, *arguments, code, config=True, folder=None):
        more = ["--config", self.gateway.path] if config else []
        result = run(*arguments, *more, cwd=folder or self.gateway.folder)
        assert result.returncode == code, f"{arguments}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result.stdout + result.stderr


@pytest.fixture
def place(gateways):
    return Place(gateways(prompts={"greet": prompt()}))


WRONG = "the configuration has no model 'sim-smal'; did you mean 'sim-small'?"


def test_every_command_names_the_prompt_s_line(place):
    place.gate()
    place("check", code=0)
    place.write("greet.prompt", prompt(model="sim-smal"))
    line = f"greet.prompt:3:8: error E117 {WRONG}"
    assert line in place("prompts", "lint", code=1)
    assert line in place("prompts", "lint", "--strict", code=1)
    assert f"prompts/greet.prompt:3:8: error: {WRONG}" in place("check", code=2)
    names = "Prompt 'greet' 1.0.0 names the model 'sim-smal', which the configuration does not have; did you mean"
    assert f"evals/greet.eval.yaml:1: error: references: prompt: {names}" in place("prompts", "test", code=1)
    assert f"evals/greet.eval.yaml:1: error: prompt: {names}" in place(
        "eval", "prompts/evals", "--offline", "--no-record", code=2)
    assert names in place("prompts", "promote", "greet", "1.0.0", "--to", "production", code=1)
    assert not (place.prompts / "labels/production.yaml").exists()
    forced = place("prompts", "promote", "greet", "1.0.0", "--to", "staging", "--force", "--reason", "on its way", code=0)
    assert f"warning: forced: {names}" in forced
    with pytest.raises(StartError) as error:
        place.gateway.start()
    assert error.value.code == 2 and WRONG in error.value.output


def test_a_reload_keeps_the_prompts_whose_models_are_there(place):
    gateway = place.gateway.start()
    key = gateway.key()
    place.write("greet.prompt", prompt("1.1.0", "sim-smal"))
    status, body, _ = gateway.get("/admin/v1/reload", admin=True, method="POST")
    assert status >= 400 and WRONG in json.dumps(body)
    status, _, fields = gateway.get(
        "/v1/chat/completions", key, method="POST", body={"model": "prompt:greet@worktree", "messages": []})
    assert status == 200 and fields["x-llmgw-prompt"] == "greet@1.0.0"


@pytest.mark.parametrize("extra, rows, told", [
    ("models: [sim-small, sim-lage]\n", [{"id": "one"}],
     "greet.eval.yaml:3: error: {}models: the configuration has no model 'sim-lage'; did you mean 'sim-large'?"),
    ("", [{"id": "one"}, {"id": "two", "assert": [{"type": "judge", "value": "judges/kind@1.0.0"}]}],
     "greet.jsonl:2: error: {}case 'two': judge: there is no prompt 'judges/kind'"),
    ("", [{"id": "one", "assert": [{"type": "judge", "value": "judges/strict@1.0.1"}]}],
     "greet.jsonl:1: error: {}case 'one': judge: prompt 'judges/strict' has no version 1.0.1"),
    ("", [{"id": "one", "assert": [{"type": "similar", "value": "x", "model": "sim-embeding"}]}],
     "greet.jsonl:1: error: {}case 'one': similar: the configuration has no model 'sim-embeding'"),
])
def test_what_a_gate_names_is_looked_up(place, extra, rows, told):
    place.write("judges/strict.prompt", JUDGE.format(model="sim-small"))
    place.gate(extra, rows)
    file, line, rest = told.split(":", 2)
    message = rest.removeprefix(" error: {}")
    assert f"evals/{file}:{line}:1: error E140 {message}" in place("prompts", "lint", code=1)
    assert told.format("references: ") in place("prompts", "test", code=1)
    assert told.format("") in place("eval", "prompts/evals", "--offline", "--no-record", code=2)
    assert f"evals/{file}:{line}:1: error: {message}" in place("check", code=1)
    place.gateway.start()


def test_a_judge_s_model_is_looked_up(place):
    place.write("judges/strict.prompt", JUDGE.format(model="sim-smal"))
    place.write("judges/strict.calibration.jsonl", json.dumps(
        {"id": "a", "vars": {}, "answer": "x", "pass": True}) + "\n")
    place.gate(rows=[{"id": "one", "assert": [{"type": "judge", "value": "judges/strict@1.0.0"}]}])
    assert f"strict.prompt:3:8: error E117 {WRONG}" in place("prompts", "lint", code=1)
    names = "Prompt 'judges/strict' 1.0.0 names the model 'sim-smal'"
    for arguments, code in [(["prompts", "test"], 1), (["eval", "prompts/evals", "--offline", "--no-record"], 2),
                            (["eval", "judge", "prompts/judges/strict.calibration.jsonl", "--offline"], 2)]:
        assert names in place(*arguments, code=code)


def test_without_a_configuration_a_note_says_what_was_not_looked_up(place, tmp_path):
    place.write("greet.prompt", prompt(model="sim-smal"))
    place.gate(rows=[{"id": "one", "assert": [{"type": "judge", "value": "judges/none@1.0.0"}]}])
    told = place("prompts", "lint", "--prompts", "prompts", config=False, code=1)
    assert "E117" not in told and "error E140 case 'one': judge: there is no prompt 'judges/none'" in told
    assert "name one with --config" in place(
        "eval", place.prompts / "evals", "--offline", "--no-record", config=False, folder=tmp_path, code=2)
    place.gate()
    for command in ("lint", "test"):
        told = place("prompts", command, "--prompts", "prompts", config=False, code=0)
        assert "note: whether the models of prompts and gates exist is not checked" in told


def test_the_configuration_beside_the_prompts_is_taken_unasked(place):
    (place.gateway.folder / "config").mkdir()
    for name in ("gateway.yaml", "prices.yaml", "metrics.yaml"):
        os.rename(place.gateway.folder / name, place.gateway.folder / "config" / name)
    (place.gateway.folder / "config/experiments").mkdir()
    path = place.gateway.folder / "config/gateway.yaml"
    path.write_text(path.read_text().replace("path: prompts", "path: ../prompts").replace('"prompts"', '"../prompts"'))
    place.write("greet.prompt", prompt(model="sim-smal"))
    place.gate()
    assert WRONG in place("prompts", "lint", config=False, code=1)
    assert "names the model 'sim-smal'" in place(
        "eval", "prompts/evals", "--offline", "--no-record", config=False, code=2)


@pytest.fixture
def history(gateways, tmp_path):
    """A repository whose first version names a model that is gone, and a gateway on it."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"greet.prompt": prompt("1.0.0", "gone-model", "one")})
    repository.commit({"greet.prompt": prompt("1.1.0", "sim-small", "two")})
    prompts = {"path": str(repository.folder / "prompts"), "repository": str(repository.folder), "ref": "main",
               "sync_every": "0s", "allow_unreleased": False}
    return repository, gateways({"prompts": prompts})


def test_a_call_of_an_old_version_names_prompt_version_and_file(history):
    _, gateway = history
    key = gateway.start().key()
    status, body, _ = gateway.get(
        "/v1/chat/completions", key, method="POST", body={"model": "prompt:greet@1.0.0", "messages": []})
    error = body["error"]
    assert (status, error["code"]) == (404, "model_not_found")
    assert error["message"].startswith("Prompt 'greet' 1.0.0 names the model 'gone-model'")
    assert "prompts/greet.prompt" in error["message"]
    about = error["llmgw"]
    assert (about["prompt"], about["version"], about["file"], about["line"]) == (
        "greet", "1.0.0", "prompts/greet.prompt", 3)
    assert gateway.get("/v1/chat/completions", key, method="POST",
                       body={"model": "prompt:greet@1.1.0", "messages": []})[0] == 200


def test_a_label_of_a_version_whose_model_is_gone_is_refused(history):
    repository, gateway = history
    gateway.start()
    versions = {version: json.loads(gateway.cli("prompts", "show", f"greet@{version}", "--format", "json").stdout)
                for version in ("1.0.0", "1.1.0")}

    def label(version):
        pin = f'greet: "{version} sha256:{versions[version]["digest"][:12]}"\n'
        repository.commit({"labels/production.yaml": pin})
        result = gateway.cli("prompts", "sync", check=False)
        return result.returncode, result.stdout + result.stderr

    assert label("1.1.0")[0] == 0
    status, body, _ = gateway.get(
        "/admin/v1/prompts/overrides", admin=True, method="POST",
        body={"name": "greet", "label": "production", "version": "1.0.0", "reason": "try"})
    assert (status, body["error"]["code"]) == (422, "model_not_found"), body
    code, told = label("1.0.0")
    assert code != 0 and "1.0.0, which label 'production' stands for, names it: the configuration has no model" in told
