"""`llmgw prompts new`, variables on the command line, and a lint that names everything at once."""
import json

import pytest

from harness import run


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "prompts").mkdir()
    return tmp_path


def prompts(folder, *arguments, code=0):
    result = run("prompts", *arguments, cwd=folder)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout if code == 0 else result.stdout + result.stderr


def test_a_new_prompt_renders_and_lints_at_once(folder):
    told = prompts(folder, "new", "billing/dunning")
    assert told.startswith("prompts/billing/dunning.prompt\n") and "prompts render billing/dunning --var name=Ada" in told
    messages = json.loads(prompts(folder, "render", "billing/dunning", "--var", "name=Ada"))
    assert messages[-1] == {"role": "user", "content": "My name is Ada."}
    assert "nothing found" in prompts(folder, "lint", "--strict")
    text = (folder / "prompts/billing/dunning.prompt").read_text()
    assert "is there already" in prompts(folder, "new", "billing/dunning", code=2)
    assert (folder / "prompts/billing/dunning.prompt").read_text() == text
    prompts(folder, "new", "billing/dunning.terse", "--model", "chat-large")
    assert "model: chat-large\n" in (folder / "prompts/billing/dunning.terse.prompt").read_text()


@pytest.mark.parametrize("name", ["../evil", "/etc/x", "_part", "a b", "a.b.c", ""])
def test_a_name_that_is_none_is_refused(folder, name):
    assert "is no name of a prompt" in prompts(folder, "new", name, code=2)


def test_a_new_prompt_has_a_model_that_is_there(gateways):
    gateway = gateways(prompts={})
    gateway.cli("prompts", "new", "welcome")
    assert gateway.cli("prompts", "lint").returncode == 0
    told = gateway.cli("prompts", "new", "other", "--model", "sim-smal", check=False)
    assert told.returncode == 2 and "did you mean 'sim-small'?" in told.stderr


TYPED = """---
version: 1.0.0
input:
  schema:
    name: string
    count?: integer
    tags?(array): string
    note?: string
---
{{name}} {{#if count}}{{count}}{{/if}} {{#if tags}}{{json tags}}{{/if}} {{#if note}}{{note}}{{/if}}
"""


def test_variables_on_the_command_line(folder):
    (folder / "prompts/typed.prompt").write_text(TYPED)
    (folder / "vars.json").write_text('{"name": "Bob", "note": "kept"}')

    def content(*arguments):
        return json.loads(prompts(folder, "render", "typed", *arguments))[0]["content"]

    assert content("--var", "name=7", "--var", "count=3", "--var=tags=[\"a=b\"]") == '7 3 ["a=b"] '
    assert content("--vars", "vars.json", "--var", "name=Ada") == "Ada   kept"
    assert content("--var", "name=") == "   "
    assert "variable 'count'" in prompts(folder, "render", "typed", "--var", "name=x", "--var", "count=many", code=2)
    assert "did you mean 'name'?" in prompts(folder, "render", "typed", "--var", "nmae=x", code=2)
    assert "'name' is not NAME=VALUE" in prompts(folder, "render", "typed", "--var", "name", code=2)


def test_lint_names_everything_in_one_run(folder):
    (folder / "prompts/a.prompt").write_text(
        "---\nversion: 1.0.0\ninput:\n  schema:\n    name: string\n---\n"
        "{{upper name}}\n{{nmae}}\n{{name | upper}}\nHello {name}. {% if name %}x{% endif %}\n{{#if name}}\n")
    (folder / "prompts/b.prompt").write_text("---\nversion: 1\nmdoel: x\n---\n{{#each}}\n")
    told = prompts(folder, "lint", code=1)
    for place in ("a.prompt:7:1: error E102", "a.prompt:8:3: error E101", "a.prompt:9:1: error E102",
                  "a.prompt:10:7: warning W210", "a.prompt:10:15: warning W210", "a.prompt:10:29: warning W210",
                  "a.prompt:11:1: error E100", "b.prompt:2:10: error E112", "b.prompt:3:1: error E111",
                  "b.prompt:5:1: error E100"):
        assert place in told, f"{place} in\n{told}"
