"""`llmgw init`: from an empty folder to the first answer; and what the program says to habits of other programs."""
import os
import re
import signal
import subprocess

import pytest

from harness import BINARY, run

FILES = ["config/gateway.yaml", "config/prices.yaml", "config/metrics.yaml", "prompts/hello.prompt"]


def serve(folder):
    """Starts what was written on free ports, in that folder; returns the process and its two ports."""
    process = subprocess.Popen(
        [str(BINARY), "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"], cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = ""
    while "Ctrl-C ends it." not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    return process, re.search(r"calls +http://127\.0\.0\.1:(\d+)", text)[1], text


def test_what_it_writes_runs_without_a_change(tmp_path):
    result = run("init", cwd=tmp_path)
    assert result.returncode == 0 and result.stderr == ""
    assert all(name in result.stdout for name in [*FILES, ".gitignore", "serve", "keys create demo", "curl"])
    assert (tmp_path / ".gitignore").read_text() == "/var/\n"
    check = run("check", cwd=tmp_path)
    assert (check.returncode, "0 errors, 0 warnings" in check.stdout) == (0, True), check.stdout
    process, port, _ = serve(tmp_path)
    try:
        key = run("keys", "create", "demo", cwd=tmp_path).stdout.strip()
        # The very command that was shown, at the port of this test.
        command = result.stdout[result.stdout.index("curl "):].split("\n\n")[0].replace(":8080", f":{port}")
        answer = subprocess.run(["bash", "-c", command], env={**os.environ, "KEY": key}, capture_output=True, text=True)
        assert '"chat.completion"' in answer.stdout, answer.stdout + answer.stderr
        costs = run("costs", "--format", "json", cwd=tmp_path)
        assert '"application":"demo"' in costs.stdout.replace(" ", "")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_new_folder_is_made_and_its_name_quoted(tmp_path):
    result = run("init", "my gateway/one", cwd=tmp_path)
    assert result.returncode == 0
    assert "cd 'my gateway/one' && " in result.stdout
    assert all((tmp_path / "my gateway/one" / name).is_file() for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_written_where_one_of_its_files_is(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    result = run("init", cwd=tmp_path)
    assert result.returncode == 2 and f"{name}: is there already; nothing was written" in result.stderr
    assert path.read_text() == "mine"
    assert [str(found.relative_to(tmp_path)) for found in tmp_path.rglob("*") if found.is_file()] == [name]


def test_a_gitignore_keeps_its_lines(tmp_path):
    (tmp_path / ".gitignore").write_text("/build")
    run("init", cwd=tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "/build\n/var/\n"


def test_a_folder_that_cannot_be_made_leaves_nothing_behind(tmp_path):
    (tmp_path / "prompts").write_text("no folder")
    result = run("init", cwd=tmp_path)
    assert result.returncode == 3 and "prompts" in result.stderr
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == ["prompts"]


@pytest.mark.parametrize("command", [["serve"], ["check"], ["costs"], ["keys", "create", "demo"]])
def test_a_folder_without_a_configuration_points_to_it(tmp_path, command):
    result = run(*command, cwd=tmp_path)
    assert result.returncode == 2
    assert "config/gateway.yaml: error: there is no such file; `llmgw init` writes" in result.stdout + result.stderr


def test_alone_it_shows_the_help():
    result = run()
    assert result.returncode == 0 and result.stdout == run("--help").stdout


@pytest.mark.parametrize("words, meant", [
    (["-v"], "--version"),
    (["costs", "-o", "json"], "--format json"),
    (["costs", "--json"], "--format json"),
    (["costs", "--output=csv"], "--format csv"),
    (["check", "-c", "other.yaml"], "--config other.yaml"),
    (["check", "--csv"], "--format text|json"),
])
def test_habits_of_other_programs_are_understood_and_corrected(words, meant):
    result = run(*words)
    assert result.returncode == 2 and f"did you mean '{meant}'?" in result.stderr
