"""`llmgw prompts …` on real folders and git repositories: from an empty file to a promoted version and a rollback."""
import hashlib
import json
import os
import pty
import re
import subprocess
import xml.etree.ElementTree as xml

import pytest

from harness import BINARY
from test_prompt_git import Repository, digest, pin, text

PROMPT = """---
version: 1.0.0
model: scripted
llmgw.owner: team-greetings
input:
  schema:
    name: string, whom to greet
---
{{role "system"}}
{{> house}}
{{role "user"}}
Greet {{name}}.
"""
FILES = {"greet.prompt": PROMPT, "_house.prompt": "You are kind.\n"}
NAMES = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
         for part, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))}
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **NAMES}


class Desk:
    """A repository, and the command line in it."""

    def __init__(self, folder):
        self.repository = Repository(folder)
        self.folder = folder

    def __call__(self, *arguments, code=0, **options):
        result = subprocess.run(
            [str(BINARY), "prompts", *map(str, arguments)], cwd=self.folder, env=ENVIRONMENT, capture_output=True,
            text=True, timeout=30, **options)
        assert result.returncode == code, f"{arguments}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result.stdout if code == 0 else result.stdout + result.stderr

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--format", "json", **options))

    def write(self, name, content):
        path = self.folder / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def read(self, name):
        return (self.folder / "prompts" / name).read_text()

    def commit(self, files=None, message="Change prompts"):
        for name in files or {}:
            (self.folder / "prompts" / name).parent.mkdir(parents=True, exist_ok=True)
        return self.repository.commit(files or {}, message)

    def gate(self, name="greet", rows=({"id": "ada", "vars": {"name": "Ada"}},), extra=""):
        self.write(f"evals/{name}.eval.yaml", f"prompt: {name}\ndataset: {name}.jsonl\n{extra}gate:\n  pass_rate: 1\n")
        self.write(f"evals/{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def record(self, name="greet", passed=True, **members):
        """The record that `llmgw eval` would write for the file on disk."""
        shown = self.json("show", name)
        sums = [hashlib.sha256(self.read(f"evals/{name}{ending}").encode()).hexdigest()
                for ending in (".eval.yaml", ".jsonl")]
        record = {"format": 1, "prompt": name, "version": shown["version"], "digest": shown["digest"],
                  "passed": passed, "offline": False, "date": "2026-11-21T08:00:00Z", "program": "llmgw 0.1.0",
                  "gate": "", "gate_digest": sums[0], "dataset_digest": sums[1], "repeat": 1, "seed": None,
                  "models": [], **members}
        self.write(f"evals/records/{name}-{shown['version']}-{shown['digest'][:12]}-{name}.json", json.dumps(record))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "a repository")


def test_the_whole_story_from_an_empty_file_to_a_rollback(desk, gateways, upstream):
    desk.write("greet.prompt", "")
    assert "W205" in desk("lint")
    for name, content in FILES.items():
        desk.write(name, content)
    assert "nothing found" in desk("lint")
    desk.write("vars.json", '{"name": "Ada"}')
    messages = json.loads(desk("render", "greet", "--vars", "prompts/vars.json"))
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["content"] == "Greet Ada."
    (desk.folder / "prompts/vars.json").unlink()
    desk.gate(rows=[{"id": "ada", "vars": {"name": "Ada"}, "assert": [{"type": "render-contains", "value": "Ada"}]}])
    assert desk("test").startswith("1 rows of 1 prompt rendered, 1 assertion, 0 rows failed")
    first = desk.commit()
    assert "has no record" in desk("promote", "greet", "1.0.0", "--to", "production", code=1)
    assert not (desk.folder / "prompts/labels/production.yaml").exists()
    desk.record()
    assert f"+greet: \"1.0.0 sha256:{desk.json('show', 'greet')['digest'][:12]}\"" in desk(
        "promote", "greet", "1.0.0", "--to", "production", "--commit")

    prompts = {"path": str(desk.folder / "prompts"), "repository": str(desk.folder), "ref": "main",
               "sync_every": "0s", "allow_unreleased": False}
    gateway = gateways({"prompts": prompts}, upstream.url).start()
    key = gateway.key()
    status, _, fields = gateway.get(
        "/v1/chat/completions", key, method="POST",
        body={"model": "prompt:greet", "messages": [], "prompt": {"variables": {"name": "Ada"}}})
    assert status == 200 and fields["x-llmgw-prompt"] == "greet@1.0.0"

    desk.write("_house.prompt", "You are kind and brief.\n")
    assert "because _house.prompt changed" in desk("lint", "--against", "HEAD", code=1)
    assert desk("bump", "--minor", "--dependents-of", "house") == "greet 1.0.0 → 1.1.0\n"
    assert "nothing found" in desk("lint", "--against", "HEAD")
    difference = desk("diff", "greet")
    assert "-You are kind.\n+You are kind and brief.\n" in difference and "-version: 1.0.0\n" in difference
    second = desk.commit({}, "Be brief")
    desk.record()
    desk("promote", "greet", "1.1.0", "--to", "production", "--commit")
    desk.commit({}, "Keep the record")
    gateway.cli("prompts", "sync")

    def served():
        _, _, fields = gateway.get(
            "/v1/chat/completions", key, method="POST",
            body={"model": "prompt:greet", "messages": [], "prompt": {"variables": {"name": "Ada"}}})
        return fields["x-llmgw-prompt"], fields.get("x-llmgw-prompt-source")

    assert served() == ("greet@1.1.0", None)
    config = ["--config", gateway.path, "--prompts", "prompts"]
    assert "from the next request on" in desk("rollback", "greet", "--now", "--reason", "too brief", "--commit", *config)
    assert served() == ("greet@1.0.0", "override")
    gateway.cli("prompts", "sync")
    assert served() == ("greet@1.0.0", None), "git says the same now"
    assert "there is none before" in desk("rollback", "greet", code=3), "the way leads back, never forward again"

    events = desk.json("history", "greet", *config)["events"]
    assert [event["what"] for event in events if event["kind"] == "label"] == [
        "production: 1.1.0 → 1.0.0", "production: 1.0.0 → 1.1.0", "production: none → 1.0.0"]
    assert {event["detail"] for event in events if event["kind"] == "version"} == {
        f"commit {first[:12]}", f"commit {second[:12]}"}
    assert sum(event["kind"] == "evaluation" for event in events) == 2
    assert [event["detail"] for event in events if event["kind"] == "override" and "turned" in event["what"]] == ["too brief"]
    page = desk("history", "greet", *config)
    assert "Ann <ann@example.com>" in page and "turned to 1.0.0" in page

    listed = desk.json("list", *config)["prompts"]
    assert listed[0]["labels"] == {"production": "1.0.0"} and listed[0]["requests"] == 4 and listed[0]["days"] == 7
    assert re.search(r"greet +1\.1\.0 +1\.0\.0 +team-greetings +\S+ +0\.6", desk("list", *config))


def test_lint_in_every_form(desk):
    desk.commit({**FILES, "labels/production.yaml": ""})
    desk.write("greet.prompt", PROMPT.replace("{{name}}.", "{{nmae}} <&>."))
    desk.write("other.prompt", "---\nversion: 1.0.0\r\n---\nx\n")
    desk.write("labels/production.yaml", 'greet: "7.0.0 sha256:0123456789ab"\n')
    page = desk("lint", code=1)
    assert "prompts/greet.prompt:12:9: error E101 variable 'nmae' is not declared; did you mean 'name'?\n" in page
    assert "    Greet {{nmae}} <&>.\n            ^\n" in page
    assert "E132" in page and "E120" in page
    assert page.endswith("4 files, 3 errors, 1 warning\n")

    findings = desk.json("lint", code=1)
    assert (findings["errors"], findings["warnings"], findings["files"]) == (3, 1, 4)
    assert findings["findings"][0].keys() == {"file", "line", "column", "severity", "code", "message"}

    quality = json.loads(desk("lint", "--format", "codequality", code=1))
    assert len({entry["fingerprint"] for entry in quality}) == len(quality) == 4
    for entry in quality:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert isinstance(entry["description"], str) and isinstance(entry["check_name"], str)
        path = entry["location"]["path"]
        assert not path.startswith(("/", "./")) and (desk.folder / path).exists()
        assert entry["location"]["lines"]["begin"] >= 1

    report = xml.fromstring(desk("lint", "--format", "junit", code=1))
    cases = report.findall("testsuite/testcase")
    assert len({case.get("name") for case in cases}) == len(cases) == 4
    assert report.find("testsuite").get("failures") == "3" == str(len(report.findall(".//failure")))
    assert "nmae" in report.find(".//failure").text

    assert "greet.prompt" not in desk("lint", "prompts/other.prompt", code=1)
    assert "2 errors" in desk("lint", "prompts/other.prompt", "prompts/labels", code=1)
    assert "is not in the folder" in desk("lint", "/etc/hostname", code=2)


def test_a_finding_that_moves_keeps_its_fingerprint(desk):
    def prints():
        return [entry["fingerprint"] for entry in json.loads(desk("lint", "--format", "codequality", code=1))]
    desk.write("a.prompt", "---\nversion: 1.0.0\n---\n{{x}}\n{{x}}\n")
    before = prints()
    desk.write("a.prompt", "---\n# more\nversion: 1.0.0\n---\n{{x}}\n{{x}}\n")
    assert prints() == before and len(set(before)) == 2


def test_lint_against_a_branch(desk):
    desk.commit(FILES)
    desk.repository.git("checkout", "--quiet", "-b", "change")
    desk.write("greet.prompt", PROMPT.replace("whom to greet", "whom to greet\n    title: string").replace(
        "Greet ", "Greet {{title}} "))
    assert "E122" in desk("lint", "--against", "main", code=1)
    desk("bump", "greet")
    assert "E123 variable 'title' must be given: callers of 1.0.0 would break" in desk("lint", "--against", "main", code=1)
    desk("bump", "--major", "greet")
    assert "nothing found" in desk("lint", "--against", "main")
    assert "there is no commit 'origin/main'" in desk("lint", "--against", "origin/main", code=2)


def test_bump_and_promote_change_one_line(desk):
    label = "# who runs what\n\ngreet: '1.0.0 sha256:{}' # careful\nother: \"1.0.0 sha256:{}\"\n"
    other = text("1.0.0", "x")
    desk.commit({"greet.prompt": text("1.0.0", "one"), "other.prompt": other})
    shown = [desk.json("show", name)["digest"][:12] for name in ("greet", "other")]
    desk.commit({"labels/production.yaml": label.format(*shown)})
    desk.write("greet.prompt", "---\nversion: 1.0.0   # raise me\nmodel: scripted\n---\ntwo é\n")
    desk("bump", "greet")
    assert desk.read("greet.prompt") == "---\nversion: 1.0.1   # raise me\nmodel: scripted\n---\ntwo é\n"
    assert desk.read("other.prompt") == other
    desk("promote", "greet", "1.0.1", "--to", "production")
    digest_now = desk.json("show", "greet")["digest"][:12]
    assert desk.read("labels/production.yaml") == label.format(*shown).replace(
        f"1.0.0 sha256:{shown[0]}", f"1.0.1 sha256:{digest_now}", 1)
    assert "already" in desk("promote", "greet", "1.0.1", "--to", "production")
    assert "is in no commit yet" in desk("promote", "greet", "1.0.1", "--to", "staging", "--commit", code=1)


def test_commit_takes_the_label_alone(desk):
    desk.commit(FILES)
    desk.write("greet.prompt", PROMPT.replace("Greet", "Welcome"))
    desk.repository.git("add", "--all")
    desk("promote", "greet", "1.0.0", "--to", "production", "--commit")
    assert desk.repository.git("show", "--name-only", "--format=%s", "HEAD").split("\n") == [
        "Promote greet 1.0.0 to production", "", "prompts/labels/production.yaml"]
    assert desk.repository.git("status", "--porcelain") == "M  prompts/greet.prompt", "still staged"


def test_a_gateway_that_reads_the_folder_alone_has_no_old_text(desk, gateways, upstream):
    desk.commit({"greet.prompt": text("1.0.0", "one")})
    desk("promote", "greet", "1.0.0", "--to", "production", "--commit")
    desk.write("greet.prompt", text("1.1.0", "two"))
    folder = {"path": str(desk.folder / "prompts"), "allow_unreleased": True}
    config = ["--config", gateways({"prompts": folder}, upstream.url).path]
    assert "404" not in desk("promote", "greet", "1.1.0", "--to", "production", *config)
    result = subprocess.run(
        [str(BINARY), "prompts", "rollback", "greet", *map(str, config)], env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0 and "would be answered 404; set prompts.repository" in result.stderr


def test_a_ledger_that_cannot_be_read_is_not_taken_for_an_empty_one(desk, gateways, upstream):
    desk.commit({"greet.prompt": text("1.0.0", "one")})
    gateway = gateways({"prompts": {"path": str(desk.folder / "prompts")}}, upstream.url)
    config = ["--config", gateway.path, "--prompts", "prompts"]
    assert "greet" in desk("list", *config), "none yet"
    gateway.ledger.parent.mkdir(parents=True, exist_ok=True)
    gateway.ledger.write_bytes(b"no database " * 1000)
    gateway.ledger.chmod(0o600)
    for command in (["list"], ["lint"], ["history", "greet"], ["promote", "greet", "1.0.0", "--to", "production"]):
        output = desk(*command, *config, code=3)
        assert str(gateway.ledger) in output and "cannot be read" in output, command
    assert not (desk.folder / "prompts/labels/production.yaml").exists()
    assert "greet" in desk("list", "--prompts", "prompts")


def test_a_gate_wants_a_passing_record_of_this_very_text(desk):
    desk.commit(FILES)
    desk.gate()
    arguments = ["promote", "greet", "1.0.0", "--to", "production"]
    assert "has no record of an evaluation; run `llmgw eval prompts/evals/greet.eval.yaml" in desk(*arguments, code=1)
    desk.record(passed=False)
    assert "failed its gate" in desk(*arguments, code=1)
    desk.record(offline=True)
    assert "simulated" in desk(*arguments, code=1)
    desk.record(gate_digest="0" * 64)
    assert "a gate that has changed since" in desk(*arguments, code=1)
    desk.record(dataset_digest="0" * 64)
    assert "a dataset that has changed since" in desk(*arguments, code=1)
    assert "belong together" in desk(*arguments, "--force", code=2)
    desk(*arguments, "--force", "--reason", "a typo in the imprint", "--commit")
    assert "Promoted without a passing evaluation: a typo in the imprint" in desk.repository.git("log", "-1", "--format=%B")
    desk.write("labels/production.yaml", "")
    desk.record()
    desk(*arguments)


def test_render_and_diff_of_what_the_model_sees(desk):
    desk.commit({**FILES, "labels/production.yaml": ""})
    desk("promote", "greet", "1.0.0", "--to", "production")
    desk.write("greet.prompt", PROMPT.replace("1.0.0", "2.0.0").replace("Greet {{name}}", "Welcome {{name}}"))
    request = json.loads(desk("render", "greet@production", "--vars", "-", "--request", input='{"name": "Ünï\\n\\"x\\""}'))
    assert request["model"] == "scripted"
    assert request["messages"][1]["content"] == 'Greet Ünï\n"x".'
    history = json.dumps([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}])
    desk.write("../history.json", history)
    rendered = json.loads(desk("render", "greet", "--vars", "-", "--history", "history.json", input='{"name": "Ada"}'))
    assert [message["role"] for message in rendered] == ["system", "user", "assistant", "user"]
    difference = desk("diff", "greet", "production", "worktree", "--rendered", "--vars", "-", input='{"name": "Ada"}')
    assert difference.splitlines()[2:] == [
        "@@ -4,4 +4,4 @@", " You are kind.", " ", " [user]", "-Greet Ada.", "+Welcome Ada."]
    assert desk("diff", "greet", "@2.0.0", "worktree", "--exit-code") == ""
    assert "Welcome" in desk("diff", "greet", "--exit-code", code=1)


@pytest.mark.parametrize("arguments, code, message", [
    (["render", "greet"], 2, "variable 'name' is missing"),
    (["render", "gret"], 2, "there is no prompt 'gret'; did you mean 'greet'?"),
    (["render", "greet", "--vars", "nowhere.json"], 2, "nowhere.json: No such file"),
    (["show", "greet@9.0.0"], 2, "has no version 9.0.0; loaded is 1.0.0"),
    (["show", "greet@production"], 2, "there is no label 'production'"),
    (["diff", "greet", "1.0.0", "--vars", "x"], 2, "--vars and --history are for --rendered"),
    (["list", "--label", "nope"], 2, "labels/nope.yaml"),
    (["bump"], 2, "needs a NAME"),
    (["bump", "gret"], 2, "did you mean 'greet'?"),
    (["bump", "--dependents-of", "hause"], 2, "there is no partial, schema or tool 'hause'"),
    (["bump", "--minor", "--major", "greet"], 2, "choose one"),
    (["promote", "greet", "1.0.0"], 2, "needs --to LABEL"),
    (["promote", "greet", "3.0.0", "--to", "production"], 2, "has no version 3.0.0"),
    (["promote", "greet", "1.0.0", "--to", "latest"], 2, "is not 'latest' or 'worktree'"),
    (["promote", "greet", "1.0.0", "--to", "../x"], 2, "a label's name has letters"),
    (["rollback", "greet"], 3, "names no version of 'greet'"),
    (["rollback", "gret"], 2, "did you mean 'greet'?"),
    (["history", "gret"], 2, "did you mean 'greet'?"),
    (["test"], 2, "there is no gate file"),
    (["list", "--prompts", "nowhere"], 2, "cannot open the folder"),
])
def test_errors_name_what_would_be_right(desk, arguments, code, message):
    desk.commit(FILES)
    assert message in desk(*arguments, code=code)


def test_rows_that_do_not_fit_are_named(desk):
    desk.commit(FILES)
    desk.gate(rows=[
        {"id": "ada", "vars": {"name": "Ada"}, "assert": [{"type": "not-render-contains", "value": "Ada"}]},
        {"id": "typo", "vars": {"nmae": "Ada"}}, {"id": "good", "vars": {"name": "Bob"}}],
        extra="default_assert:\n  - {type: render-tokens-below, value: 100}\n")
    page = desk("test", code=1)
    assert "prompts/evals/greet.jsonl:1: error: ada: not-render-contains: it does\n" in page
    assert "prompts/evals/greet.jsonl:2: error: typo: Prompt 'greet' 1.0.0: variable 'nmae'" in page
    assert page.endswith("3 rows of 1 prompt rendered, 4 assertions, 2 rows failed\n")
    report = xml.fromstring(desk("test", "--format", "junit", code=1))
    assert [case.find("failure") is None for case in report.iter("testcase")] == [False, False, True]
    assert desk.json("test", code=1)["failed"] == 2


def test_colours_are_for_terminals(desk):
    desk.commit(FILES)
    desk("promote", "greet", "1.0.0", "--to", "production")
    desk.write("greet.prompt", PROMPT.replace("Greet", "\x1b[31mWelcome").replace("1.0.0", "1.1.0"))

    def on_terminal(**variables):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [str(BINARY), "prompts", "diff", "greet"], cwd=desk.folder, stdout=theirs, stderr=theirs,
            env={**ENVIRONMENT, "TERM": "xterm", **variables})
        os.close(theirs)
        output = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            output += piece
        os.close(ours)
        assert process.wait() == 0
        return output.decode().replace("\r\n", "\n")

    page = on_terminal()
    assert "\x1b[31m-Greet {{name}}.\x1b[m\n\x1b[32m+\\u{1B}[31mWelcome {{name}}.\x1b[m\n" in page
    assert "\x1b[36m@@ " in page and "\x1b[1m--- greet@1.0.0" in page
    assert "\x1b[36m" not in on_terminal(NO_COLOR="1")
    assert "\x1b[36m" not in desk("diff", "greet")


def test_a_folder_without_git_or_configuration_is_enough(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "greet.prompt").write_text(text("1.0.0", "one"))

    def prompts(*arguments, code=0):
        result = subprocess.run(
            [str(BINARY), "prompts", *arguments, "--prompts", "texts"], cwd=tmp_path, env=ENVIRONMENT,
            capture_output=True, text=True, timeout=30)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    assert "greet   1.0.0\n" in prompts("list")
    assert digest("1.0.0", "one") in prompts("show", "greet")
    assert "has no gate" in prompts("promote", "greet", "1.0.0", "--to", "production")
    assert (folder / "labels/production.yaml").read_text() == pin("1.0.0", "one")
    assert "in no git repository" in prompts("promote", "greet", "1.0.0", "--to", "staging", "--commit", code=2)
    assert "nothing found" in prompts("lint")
    assert "in no git repository" in prompts("lint", "--against", "main", code=2)
    assert "as far as git knows" in prompts("rollback", "greet", code=3)


def test_a_mark_stands_under_its_place_whatever_the_width_of_letters(desk):
    desk.write("wide.prompt", '---\ndescription: 漢字\nversion: 1.0.0\n---\n日本 {{e\u0301}}{{nmae}}\n')
    lines = desk("lint", code=1).splitlines()
    at = next(index for index, line in enumerate(lines) if "nmae" in line and line.startswith("    "))
    # Four columns before the line; two for each of the two ideographs.
    assert lines[at + 1].index("^") >= 4 + 4 + len(" {{")


def test_findings_of_other_files_are_not_passed_tests(desk):
    desk.write("good.prompt", "---\nversion: 1.0.0\n---\nHi\n")
    desk.write("bad.prompt", "---\nversion: 1.0.0\n---\n{{nmae}}\n")
    report = xml.fromstring(desk("lint", "prompts/good.prompt", "--format", "junit"))
    assert [test.get("name") for test in report.iter("testcase")] == ["prompts/good.prompt"]
    assert desk("lint", "prompts/good.prompt") == "1 file, nothing found\n"


def test_a_fingerprint_lasts_while_a_text_is_edited(desk):
    desk.commit(FILES)

    def prints():
        return [finding["fingerprint"] for finding in json.loads(desk("lint", "--format", "codequality", code=1)
                                                                 .removesuffix("\n"))]

    desk.write("greet.prompt", PROMPT.replace("Greet", "Welcome"))
    first = prints()
    desk.write("greet.prompt", PROMPT.replace("Greet", "# moved\nWelcome warmly"))
    assert prints() == first and len(first) == 1


def test_another_finding_has_another_fingerprint(desk):
    def prints(names):
        desk.write("a.prompt", "---\nversion: 1.0.0\n---\n" + "".join(f"{{{{{name}}}}}\n" for name in names))
        return [entry["fingerprint"] for entry in json.loads(desk("lint", "--format", "codequality", code=1))]

    mended, other = prints(["tone"]), prints(["tune"])
    assert len(mended) == 1 and mended != other
    assert prints(["tone", "tune"]) == mended + other, "what one finding is called hangs on no other"


def test_misspelt_names_are_told(desk, tmp_path):
    desk.commit(FILES)
    assert "did you mean 'house'?" in desk("bump", "--dependents-of", "huose", code=2)
    error = desk("verify", "--bundle", "nowhere", "--config", "nofile", code=2)
    assert "nofile" in error
    desk("promote", "greet", "1.0.0", "--to", "production", "--commit")
    result = subprocess.run(
        [str(BINARY), "prompts", "promote", "greet", "1.0.0", "--to", "prodution"], cwd=desk.folder, env=ENVIRONMENT,
        capture_output=True, text=True)
    assert "there was no label 'prodution' before; did you mean 'production'?" in result.stderr


def test_a_prompt_that_does_not_compile_is_told_by_who_cannot_show_it(desk):
    desk.commit(FILES)
    desk.write("broken.prompt", "---\nversion: 1.0.0\nmodel\n---\nx\n")
    result = subprocess.run(
        [str(BINARY), "prompts", "list"], cwd=desk.folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0 and "greet" in result.stdout and "do not compile: broken;" in result.stderr
    assert "prompts/broken.prompt:3:1: error E011" in desk("history", "broken", code=1)


def test_output_that_cannot_be_written_is_no_success(desk):
    desk.commit(FILES)
    for arguments in (("list",), ("lint", "--format", "codequality")):
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                [str(BINARY), "prompts", *arguments], cwd=desk.folder, env=ENVIRONMENT, stdout=full,
                stderr=subprocess.PIPE, text=True)
        assert (result.returncode, result.stderr) == (
            3, "llmgw: standard output cannot be written: No space left on device\n")
