"""The pipelines of docs/ci.md: each of their steps runs in a fresh clone, in a merge request that changes a prompt."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as xml

import pytest

from harness import BINARY, ROOT
from test_prompt_git import Repository

PAGE = (ROOT / "docs/ci.md").read_text()
CHANGED = "prompts/hello.prompt"


def block(name):
    return re.search(rf"^```yaml\n# {re.escape(name)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]


def gitlab():
    script = re.search(r"^  script:\n((?:    - .*\n)+)", block(".gitlab-ci.yml"), re.MULTILINE)[1]
    # GitLab runs the lines of a job in one shell.
    return ["\n".join(line.removeprefix("    - ") for line in script.splitlines())]


def github():
    text = block(".github/workflows/prompts.yml")
    steps = re.findall(r"^      - run: (?:\|\n((?:          .*\n)+)|(.*)\n)", text, re.MULTILINE)
    return [textwrap.dedent(several) or one for several, one in steps]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def checkout(tmp_path):
    """A clone on a branch that changes a prompt and raises its version; its origin has the branch `main`."""
    source = Repository(tmp_path / "source")
    shutil.rmtree(source.folder / "prompts")
    for name in ("config", "prompts"):
        shutil.copytree(ROOT / name, source.folder / name)
    # A gate that simulated models pass.
    for path in (source.folder / "prompts/evals").glob("support-reply*"):
        path.unlink()
    config = source.folder / "config/gateway.yaml"
    port = free_port()
    config.write_text(config.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace(
        "127.0.0.1:8081", "127.0.0.1:0"))
    source.commit({})
    clone = tmp_path / "clone"
    source.git("clone", "--quiet", ".", str(clone))
    made = Repository.__new__(Repository)
    made.folder = clone
    made.git("checkout", "--quiet", "-b", "change")
    (clone / ".gitignore").write_text("var/\n")
    (clone / CHANGED).write_text((clone / CHANGED).read_text().replace("one short sentence", "two short sentences"))
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "llmgw").symlink_to(BINARY)
    (clone / "var").mkdir()
    yield made, {
        **os.environ, "PATH": f"{tools}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
        "LLMGW_URL": f"http://127.0.0.1:{port}", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    pid = clone / "gateway.pid"
    if pid.exists():
        subprocess.run(["kill", pid.read_text().strip()], capture_output=True)


def run(steps, folder, environment, check=True):
    for step in steps:
        result = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        assert not check or result.returncode == 0, f"{step}\n{result.stdout}{result.stderr}"
        if result.returncode:
            break
    return result


@pytest.mark.parametrize("steps", [gitlab(), github()], ids=["gitlab", "github"])
def test_a_pipeline_stops_a_change_without_a_version_and_passes_one_with_it(checkout, steps):
    made, environment = checkout
    made.commit({}, "Greet longer")
    result = run(steps, made.folder, environment, check=False)
    assert result.returncode == 1
    quality = made.folder / "gl-code-quality.json"
    report = quality.read_text() if quality.exists() else result.stdout
    assert "E122" in report and CHANGED in report
    subprocess.run([str(BINARY), "prompts", "bump", "hello", "--prompts", "prompts"], cwd=made.folder, check=True)
    made.commit({}, "Raise its version")
    run(steps, made.folder, environment)
    if quality.exists():
        assert json.loads(quality.read_text()) == []
        for name in ("rendering.xml", "evaluation.xml"):
            assert xml.parse(made.folder / name).getroot().find("testsuite").get("failures") == "0"
    else:
        assert "hello" in (made.folder.parent / "summary.md").read_text()
    assert list((made.folder / "prompts/evals/records").glob("hello-1.0.1-*.json"))


def test_both_pipelines_were_read():
    assert len(gitlab()[0].splitlines()) >= 8 and len(github()) == 3
