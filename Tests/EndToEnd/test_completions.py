"""Completion in a shell, and the page of the manual."""
import shutil
import subprocess

import pytest

from harness import BINARY, run

# What bash does when somebody presses the tab key behind these words.
TRY = """
source <("$0" completions bash)
COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; _llmgw
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words, path=BINARY):
    result = subprocess.run(
        ["bash", "-c", TRY, str(path), *map(str, words)], capture_output=True, text=True, timeout=30)
    assert result.stderr == ""
    return result.stdout.split()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The configuration of `llmgw init`, with a label."""
    folder = tmp_path_factory.mktemp("completions")
    run("init", folder)
    (folder / "prompts/labels").mkdir()
    (folder / "prompts/labels/staging.yaml").write_text('hello: "1.0.0"\n')
    return folder / "config/gateway.yaml"


@pytest.mark.parametrize("words, expected", [
    (["keys", "create", ""], "demo"), (["costs", "--app", ""], "demo"), (["budgets", "de"], "demo"),
    (["prompts", "show", "he"], "hello"), (["prompts", "promote", "hello", "1.0.0", "--to", ""], "staging"),
    (["prompts", "rollback", "--label", "s"], "staging"), (["costs", "--format", "j"], "json"),
    (["prompts", "pro"], "promote"), (["rel"], "reload"),
])
def test_names_are_those_of_the_files(made, words, expected):
    line = [*words[:1], "--config", made, *words[1:]] if len(words) > 1 and words[0] in ("costs", "budgets") else (
        [*words[:2], "--config", made, *words[2:]] if len(words) > 2 else words)
    assert expected in complete(*line)


def test_keys_are_those_of_the_ledger(start):
    gateway, _ = start()
    names = gateway.cli("completions", "names", "keys").stdout.split()
    assert names == [row["id"] for row in gateway.query("SELECT id FROM key")]
    gateway.cli("keys", "revoke", names[0])
    assert gateway.cli("completions", "names", "keys").stdout == ""


def test_nothing_to_read_is_no_error_for_who_presses_tab(tmp_path):
    for kind in ["applications", "models", "providers", "prompts", "labels", "keys"]:
        result = run("completions", "names", kind, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (0, "")
    result = run("completions", "names", "application", cwd=tmp_path)
    assert result.returncode == 2 and "did you mean 'applications'?" in result.stderr


def test_the_manual_has_every_command_and_no_macro_by_accident():
    page = run("manual").stdout
    commands = [line[4:].replace("\\-", "-") for line in page.splitlines() if line.startswith(".SS ")]
    overview = run("--help").stdout
    assert len(commands) > 40 and all(name.removeprefix("llmgw ").split(" ")[0] in overview for name in commands)
    macros = {line.split(" ")[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert macros <= {".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".nf", ".fi", ".RS", ".RE"}
    if shutil.which("man"):
        shown = subprocess.run(
            ["man", "--warnings", "-l", "-"], input=page, capture_output=True, text=True, timeout=30,
            env={"PATH": "/usr/bin:/bin", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
        assert shown.returncode == 0 and shown.stderr == "" and "llmgw doctor" in shown.stdout
