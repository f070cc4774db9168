"""Commands that the documentation shows are run: fenced blocks with the info string `sh test`.

A block runs in a copy of the repository's `config` and `prompts` with bash -eu, `llmgw` and this Python on the PATH, and
must end with 0. A gateway with that configuration runs beside it; $LLMGW_URL is its address, and KEY a key of `demo`.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

from harness import BINARY, ROOT, Gateway

FENCE = re.compile(r"^```sh test\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        if path.exists():
            text = path.read_text()
            for match in FENCE.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield pytest.param(match[1], id=f"{path.relative_to(ROOT)}:{line}")


class ShippedGateway(Gateway):
    """The repository's own configuration, on free ports."""

    def __init__(self, folder):
        self.folder, self.process, self.starts = folder, None, 0
        for name in ("config", "prompts"):
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, folder / name)
        self.path, self.ledger = folder / "config/gateway.yaml", folder / "var/ledger.db"
        self.path.chmod(0o600)


@pytest.fixture
def shipped(tmp_path):
    gateway = ShippedGateway(tmp_path)
    gateway.start(arguments=["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
    yield gateway
    gateway.kill()


def test_the_shipped_configuration_serves(shipped):
    key = shipped.key("demo")
    assert shipped.chat(key, "chat-default")[0] == 200
    assert shipped.cli("check").returncode == 0


@pytest.mark.parametrize("script", list(blocks()))
def test_a_documented_command_works(shipped, script):
    tools = shipped.folder / "bin"
    tools.mkdir()
    (tools / "llmgw").symlink_to(BINARY)
    environment = {
        **os.environ, "PATH": f"{tools}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
        "LLMGW_CONFIG": str(shipped.path), "LLMGW_URL": shipped.url, "KEY": shipped.key("demo")}
    # Documents name the default address; the gateway of this test has another.
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{shipped.port}").replace(
        "127.0.0.1:8081", f"127.0.0.1:{shipped.admin_port}")
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=shipped.folder, env=environment, capture_output=True, text=True,
        timeout=60)
    assert result.returncode == 0, f"{script}\n{result.stdout}{result.stderr}"
