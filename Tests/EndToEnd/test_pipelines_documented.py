"""The jobs that docs/ci.md shows, run as pipelines run them: in a clone whose HEAD is a commit and no branch."""
import os
import re
import socket
import subprocess

import pytest

from harness import BINARY, ROOT
from test_prompt_git import Repository

TEXT = "---\nversion: {version}\nmodel: chat\n---\n{{{{role \"user\"}}}}\n{sentence}\n"
GATE = "prompt: greet\ndataset: greet.jsonl\ndefault_assert:\n  - {type: word-count, value: {min: 1, max: 900}}\ngate: {pass_rate: 1}\n"
CONFIGURATION = """
listen: 127.0.0.1:{port}
admin: {{listen: "127.0.0.1:0"}}
ledger: {{path: ../var/ledger.db}}
prices: prices.yaml
prompts: {{path: ../prompts, repository: .., ref: "${{PROMPTS_REF:-main}}", allow_unreleased: true}}
providers: {{sim: {{kind: simulated}}}}
models: {{chat: {{targets: [{{provider: sim, model: sim-small}}]}}}}
applications: {{demo: {{models: [chat], prompts: ["*"]}}}}
"""
PRICES = """prices:
  - {provider: simulated, model: sim-small, from: "2020-01-01", currency: USD, input: 1, output: 2, source: invented}
"""


def job(language):
    """The commands of the job in one script, a step after the other in one shell."""
    text = (ROOT / "docs/ci.md").read_text()
    if language == "gitlab":
        script = text[text.index("  script:\n") + 10:text.index("  retry:")]
        return "\n".join(re.findall(r"^    - (.*)$", script, re.MULTILINE))
    steps = text[text.index("    steps:\n"):text.index("The gateway of the job")]
    lines = re.sub(r"^      - run: (?!\|)(.*)$", r"          \1", steps, flags=re.MULTILINE).splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith("          "))


@pytest.fixture
def checkout(tmp_path):
    """A clone at a commit of a branch that changed the prompt, and its port."""
    origin = Repository(tmp_path / "origin")
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    (origin.folder / "config").mkdir()
    (origin.folder / "config/gateway.yaml").write_text(CONFIGURATION.format(port=port))
    (origin.folder / "config/prices.yaml").write_text(PRICES)
    (origin.folder / "prompts/evals").mkdir()
    (origin.folder / ".gitignore").write_text("var/\n")
    (origin.folder / "prompts/evals/greet.eval.yaml").write_text(GATE)
    (origin.folder / "prompts/evals/greet.jsonl").write_text('{"id": "one"}\n')
    origin.commit({"greet.prompt": TEXT.format(version="1.0.0", sentence="Greet.")})
    origin.git("checkout", "--quiet", "-b", "change")
    origin.commit({"greet.prompt": TEXT.format(version="1.1.0", sentence="Greet kindly.")})
    origin.git("checkout", "--quiet", "main")
    folder = tmp_path / "checkout"
    origin.git("clone", "--quiet", "--no-local", str(origin.folder), str(folder))
    subprocess.run(["git", "-C", folder, "checkout", "--quiet", "--detach", "origin/change"], check=True)
    subprocess.run(["git", "-C", folder, "branch", "--quiet", "-D", "main"], check=True)
    return folder, port


def pipeline(folder, port, language):
    tools = folder.parent / "bin"
    tools.mkdir()
    (tools / "llmgw").symlink_to(BINARY)
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(folder.parent), "LLMGW_URL": f"http://127.0.0.1:{port}",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "GITHUB_BASE_REF": "main", "PROMPTS_REF": "HEAD",
        "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md")}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", job(language)], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=120)


@pytest.mark.parametrize("language", ["gitlab", "github"])
def test_a_job_passes_on_a_detached_head(checkout, language):
    folder, port = checkout
    assert "PROMPTS_REF: HEAD" in (ROOT / "docs/ci.md").read_text()
    result = pipeline(folder, port, language)
    assert result.returncode == 0, result.stdout + result.stderr
    assert list((folder / "prompts/evals/records").glob("greet-1.1.0-*.json"))


@pytest.mark.parametrize("language", ["gitlab", "github"])
def test_a_job_ends_with_the_log_when_the_gateway_does_not_start(checkout, language):
    folder, port = checkout
    path = folder / "config/gateway.yaml"
    path.write_text(path.read_text().replace("../var/ledger.db", "/proc/none/ledger.db"))
    result = pipeline(folder, port, language)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "/proc/none" in result.stdout + result.stderr
