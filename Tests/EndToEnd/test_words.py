"""What the documentation says exists, and what exists is in the documentation."""
import re

import pytest

from harness import ROOT, run

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "Sources/README.md",
         *sorted((ROOT / "docs").glob("*.md"))]
WORDS = "".join(page.read_text() for page in PAGES)
CODE = "".join(path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift")))


def missing(pattern, but=()):
    """What `pattern` finds in the sources and no page has in backquotes or braces."""
    found = set(re.findall(pattern, CODE)) - set(but)
    return sorted(name for name in found if not re.search(rf"[`{{ ]{re.escape(name)}[`{{:]", WORDS))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_error_codes_are_documented():
    # plugin_unknown never reaches a client: it becomes a finding of `check`.
    assert missing(r'GatewayError\(\s*[\w.]+,\s*"([a-z_]+)"', but=["plugin_unknown"]) == []


def test_headers_are_documented():
    assert missing(r'"(x-llmgw-[a-z-]+)"') == []


def test_metrics_are_documented():
    assert missing(r'"(llmgw_[a-z_]+)"') == []


def test_commands_that_are_shown_exist():
    shown = set(re.findall(r"(?:^|`|\()(?:sudo )?llmgw ([a-z]+)", WORDS, re.MULTILINE))
    known = set(re.findall(r"^  ([a-z]+)", run("--help").stdout, re.MULTILINE))
    assert shown - known == set()


def test_make_targets_that_are_shown_exist():
    shown = set(re.findall(r"(?:^|`)make ([a-z-]+)", WORDS, re.MULTILINE))
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert shown - known == set()
