"""`llmgw eval` against a gateway: verdicts, exit codes, reports, and what happens when something breaks."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree as xml
from decimal import Decimal

import pytest

from configuration import yaml
from harness import BINARY, ROOT, run
from test_prompt_git import Repository, pin, text
from upstream import completion

ANSWER = """---
version: 1.0.0
model: {model}
config: {{maxOutputTokens: 100}}
input:
  schema:
    text: string
---
{{{{role "system"}}}}
You answer.
{{{{role "user"}}}}
{{{{text}}}}
"""

JUDGE = """---
version: 1.0.0
model: scripted
input:
  schema:
    input: string
    answer: string
    rubric?: string
output:
  format: json
  schema:
    reason: string
    score: number
    pass: boolean
---
{{role "user"}}
JUDGE {{json input}} {{json answer}}
{{#if rubric}}
{{rubric}}
{{/if}}
"""


class Bench:
    """A gateway with the prompt `answer`, a key, and a place for gates."""

    def __init__(self, gateways, upstream, model="scripted", patch=None):
        self.gateway = gateways(patch, upstream.url, prompts={"answer": ANSWER.format(model=model)})
        self.folder = self.gateway.folder
        self.prompts = self.folder / "prompts"
        for name in ("evals", "judges"):
            (self.prompts / name).mkdir()
        (self.prompts / "judges/strict.prompt").write_text(JUDGE)
        self.gateway.start()
        self.key = self.gateway.key()

    def write(self, rows, gate=None, **members):
        """A dataset and its gate file; returns the path of the latter."""
        (self.prompts / "evals/answer.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        path = self.prompts / "evals/answer.eval.yaml"
        path.write_text(yaml({"prompt": "answer", "dataset": "answer.jsonl", "gate": gate or {"pass_rate": 1}, **members}))
        return path

    def command(self, *arguments):
        return [str(BINARY), "eval", *map(str, arguments), "--base-url", f"{self.gateway.url}/v1"]

    def environment(self, key=None):
        return {**os.environ, "LLMGW_API_KEY": key or self.key, "LLMGW_JUDGE_KEY": ""}

    def eval(self, *arguments, code=0, key=None):
        result = subprocess.run(
            self.command(*arguments), env=self.environment(key), cwd=self.folder, capture_output=True, text=True,
            timeout=120)
        assert result.returncode == code, f"{result.returncode}\n{result.stdout}{result.stderr}"
        return result

    def out(self, gate, *arguments, code=0):
        path = self.folder / "out.json"
        self.eval(gate, "--out", path, *arguments, code=code)
        return json.loads(path.read_text())["gates"][0]


@pytest.fixture
def bench(gateways, upstream):
    return Bench(gateways, upstream)


def case(name, *assertions, **members):
    assertions = list(assertions) or [{"type": "not-refusal"}]
    return {"id": name, "vars": {"text": f"question {name}"}, "assert": assertions, **members}


def test_a_gate_that_is_passed(gateways, upstream):
    bench = Bench(gateways, upstream, model="sim-small")
    gate = bench.write(
        [case("a", {"type": "contains", "value": "question a"}), case("b", {"type": "not-refusal"})],
        {"pass_rate": 1}, repeat=3)
    report = bench.out(gate)
    assert report["verdict"] == "passed" and len(report["samples"]) == 6
    assert {sample["answered_by"] for sample in report["samples"]} == {"sim-small"}
    # Every call is in the books, and they agree with the report to the nano-dollar.
    booked = bench.gateway.costs()["total"]
    assert booked["requests"] == 6 and Decimal(booked["cost"]) == Decimal(report["cost"]["USD"]) > 0


def test_a_gate_that_fails_says_why(bench):
    gate = bench.write(
        [case("good", {"type": "contains", "value": "Hi"}), case("bad", {"type": "icontains", "value": "parcel"})],
        {"pass_rate": 0.9})
    result = bench.eval(gate, "--markdown", "note.md", code=1)
    assert "FAILED: " in result.stdout and "icontains: the answer does not contain 'parcel'" in result.stdout
    note = (bench.folder / "note.md").read_text()
    assert "❌ failed" in note and "| bad | 0/1 |" in note


def test_junit_as_gitlab_reads_it(bench, upstream):
    def script(call):
        text = call.request.json["messages"][-1]["content"]
        if "broken" in text:
            return call.error(500)
        call.answer(completion("\x1b[31mred \x00 <b>&amp;</b> ]]>"))

    upstream.script = script
    rows = [case("nasty \"<&>\" ü", {"type": "equals", "value": "x"}, description="a \x07 bell"), case("broken"), case("fine")]
    gate = bench.write(rows, {"pass_rate": 0.1, "max_errors": 0.5}, repeat=2)
    bench.eval(gate, "--junit", "report.xml", "--attachments", "eval", code=0)
    root = xml.parse(bench.folder / "report.xml").getroot()
    tests = root.findall(".//testcase")
    names = [test.get("name") for test in tests]
    assert len(names) == len(set(names)) == 6 + 2
    assert {test.get("classname") for test in tests} == {"answer@1.0.0 / its own model"}
    failures = [test for test in tests if test.find("failure") is not None]
    assert len(failures) == 2 and all("equals: " in test.find("failure").text for test in failures)
    assert all(test.get("file", "").endswith("answer.jsonl") for test in failures)
    attachment = failures[0].find("system-out").text
    assert attachment.startswith("[[ATTACHMENT|eval/") and (bench.folder / attachment[13:-2]).exists()
    errors = [test for test in tests if test.find("error") is not None]
    assert len(errors) == 2 and all(test.get("name").startswith("broken") for test in errors)


def test_errors_of_providers_are_not_the_prompts(bench, upstream):
    upstream.script = lambda call: call.error(500)
    gate = bench.write([case("a")], {"pass_rate": 0})
    result = bench.eval(gate, code=3)
    assert "COULD NOT TELL" in result.stdout and "502" in result.stdout


def test_what_is_presumed_counts_against_the_ceiling(bench, upstream):
    upstream.script = lambda call: call.reset()
    gate = bench.write([case(str(index)) for index in range(9)], {"pass_rate": 0, "max_errors": 1, "max_cost_usd": 0.5})
    gate.write_text(gate.read_text().replace("0.5", "0.0001"))
    report = bench.out(gate, "--concurrency", 1, code=3)
    assert "is spent" in report["stopped"] and len(report["samples"]) < 9
    assert Decimal(report["cost"]["USD"]) == Decimal(bench.gateway.costs()["total"]["cost"]) > 0


def test_the_ceiling_of_cost_stops_the_run(bench, upstream):
    # 12 input and 7 output tokens: 6000 nano-dollars a call.
    gate = bench.write([case(str(index)) for index in range(20)], {"pass_rate": 1, "max_cost_usd": 0.5})
    gate.write_text(gate.read_text().replace("0.5", "0.00002"))  # Python writes 2e-05
    result = bench.eval(gate, "--concurrency", 1, code=3)
    assert len(upstream.requests) == 4 and "0.000024000 USD is spent" in result.stdout
    assert not (bench.prompts / "evals/records").exists()


def test_a_ceiling_needs_prices(bench, upstream, gateways):
    patch = {"models": {"scripted": {"targets": [{"provider": "up", "model": "unknown-model"}]}}}
    bench = Bench(gateways, upstream, patch=patch)
    gate = bench.write([case("a"), case("b")], {"pass_rate": 1, "max_cost_usd": 1})
    assert "has no price" in bench.eval(gate, "--concurrency", 1, code=3).stdout


def test_a_killed_run_goes_on_where_it_ended(bench, upstream):
    release = threading.Semaphore(10)

    def script(call):
        release.acquire(timeout=60)
        call.answer(completion())

    upstream.script = script
    gate = bench.write([case(f"c{index:02}", {"type": "contains", "value": "Hi"}) for index in range(24)], {"pass_rate": 1})
    process = subprocess.Popen(
        bench.command(gate, "--resume", "run.jsonl", "--concurrency", 4), env=bench.environment(), cwd=bench.folder,
        stdout=subprocess.DEVNULL)
    journal = bench.folder / "run.jsonl"
    deadline = time.monotonic() + 30
    while (not journal.exists() or journal.read_text().count("\n") < 11) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = journal.read_text().count("\n") - 1
    assert done == 10
    with open(journal, "a") as file:
        file.write('{"role":"candidate","case":"c2')  # torn
    release.release(1000)
    report = bench.out(gate, "--resume", "run.jsonl")
    assert report["verdict"] == "passed" and len(report["samples"]) == 24
    # Four calls were under way when it died; no other is made twice.
    assert len(upstream.requests) <= 24 + 4
    again = len(upstream.requests)
    bench.out(gate, "--resume", "run.jsonl")
    assert len(upstream.requests) == again
    # Another text is run anew.
    path = bench.prompts / "answer.prompt"
    path.write_text(path.read_text().replace("1.0.0", "1.0.1"))
    assert bench.gateway.get("/admin/v1/reload", admin=True, method="POST")[0] == 200
    bench.eval(gate, "--resume", "run.jsonl")
    assert len(upstream.requests) == again + 24
    # Of another dataset, or no journal at all: it stays as it is.
    gate = bench.write([case("new")], {"pass_rate": 0})
    before = journal.read_bytes()
    assert "is the journal of another run" in bench.eval(gate, "--resume", "run.jsonl", code=2).stderr
    assert journal.read_bytes() == before
    (bench.folder / "notes.md").write_text("# Notes\n")
    assert "is no journal of an evaluation" in bench.eval(gate, "--resume", "notes.md", code=2).stderr
    assert (bench.folder / "notes.md").read_text() == "# Notes\n"
    # Simulated answers never stand for real ones.
    bench.eval(gate, "--offline", "--resume", "simulated.jsonl")
    assert "another run" in bench.eval(gate, "--resume", "simulated.jsonl", code=2).stderr


def test_two_gates_of_one_prompt_have_records_of_their_own(bench):
    bench.write([case("a")], {"pass_rate": 1})
    strict = bench.prompts / "evals/strict.eval.yaml"
    strict.write_text(yaml({
        "prompt": "answer", "dataset": "answer.jsonl", "gate": {"pass_rate": 1},
        "default_assert": [{"type": "contains", "value": "parcel"}]}))
    bench.eval(strict, code=1)
    bench.eval(bench.prompts / "evals/answer.eval.yaml")
    records = (json.loads(path.read_text()) for path in (bench.prompts / "evals/records").iterdir())
    assert sorted((record["gate"].rsplit("/")[-1], record["passed"]) for record in records) == [
        ("answer.eval.yaml", True), ("strict.eval.yaml", False)]
    result = run("prompts", "promote", "answer", "1.0.0", "--to", "production", "--prompts", bench.prompts)
    assert result.returncode == 1 and "strict.eval.yaml" in result.stderr and "failed its gate" in result.stderr


def test_an_answer_that_its_prompt_withholds_is_a_failure(bench, upstream):
    path = bench.prompts / "answer.prompt"
    schema = "output: {format: json, schema: {reply: string}}\nllmgw.enforce_output: true\n---\n{{role"
    path.write_text(path.read_text().replace("1.0.0", "1.1.0").replace("---\n{{role", schema))
    bench.gateway.stop()
    bench.gateway.start()
    gate = bench.write([case("a")], {"pass_rate": 1})
    assert "does not fit output.schema" in bench.eval(gate, code=1).stdout
    # The vendor has billed it: the report says so, the record and a journal keep it, and the ceiling counts it.
    report = bench.out(gate, "--resume", "run.jsonl", code=1)
    assert report["cost"]["USD"] == "0.000006000" and report["unpriced"] == 0
    assert report["samples"][0]["prompt"] == "answer@1.1.0" and report["samples"][0]["digest"]
    count = len(upstream.requests)
    bench.eval(gate, "--resume", "run.jsonl", code=1)
    assert len(upstream.requests) == count
    gate = bench.write([case(str(index)) for index in range(20)], {"pass_rate": 1, "max_cost_usd": 0.5})
    gate.write_text(gate.read_text().replace("0.5", "0.00002"))
    result = bench.eval(gate, "--concurrency", 1, code=3)
    assert len(upstream.requests) == count + 4 and "0.000024000 USD is spent" in result.stdout


def test_a_judge_that_its_prompt_withholds_is_an_error_that_costs(bench, upstream):
    path = bench.prompts / "judges/strict.prompt"
    path.write_text(path.read_text().replace("output:", "llmgw.enforce_output: true\noutput:").replace("1.0.0", "1.1.0"))
    bench.gateway.stop()
    bench.gateway.start()
    upstream.script = judge_script(lambda _: "great!")
    gate = bench.write([case("a", {"type": "judge", "value": "judges/strict@1.1.0"})], {"pass_rate": 1})
    report = bench.out(gate, code=3)
    assert report["judging_cost"] == {"USD": "0.000006000"} and "strict@1.1.0" in report["samples"][0]["error"]


def test_an_embedding_that_fails_leaves_the_answer_its_cost(bench, upstream):
    def script(call):
        call.reset() if call.request.path.endswith("/embeddings") else call.answer(completion())

    upstream.script = script
    gate = bench.write([case("a", {"type": "similar", "value": "Hello.", "model": "scripted"})], {"pass_rate": 1})
    report = bench.out(gate, code=3)
    booked = Decimal(bench.gateway.costs()["total"]["cost"])
    assert report["cost"] == {"USD": "0.000006000"} and report["samples"][0]["error"]
    assert Decimal(report["judging_cost"]["USD"]) == booked - Decimal("0.000006") > 0


def test_a_budget_that_is_used_up_stops_the_run_whatever_its_status(gateways, upstream):
    bench = Bench(gateways, upstream, patch={
        "errors": {"budget_status": 429}, "applications": {"app": {"budgets": [{"window": "day", "limit": "0.00001 USD"}]}}})
    gate = bench.write([case(str(index)) for index in range(9)])
    result = bench.eval(gate, "--concurrency", 1, code=3)
    assert "429 budget_exceeded" in result.stdout and "stopped: " in result.stdout


def judge_script(verdict):
    def script(call):
        text = call.request.json["messages"][-1]["content"]
        call.answer(completion(verdict(text) if text.startswith("JUDGE") else "Hi."))
    return script


@pytest.mark.parametrize("verdict, code, word", [
    ('{"reason": "fine", "score": 0.9, "pass": true}', 0, "passed"),
    ('{"reason": "rude", "score": 0.9, "pass": false}', 1, "judge: rude"),
    ('{"reason": "weak", "score": 0.5, "pass": true}', 1, "judge: weak"),
    ('{"reason": "fine", "score": 0.9}', 3, "has no 'pass'"),
    ("I'm sorry, but I can't help with that.", 3, "the judge refused"),
    ("great answer!", 3, "is not a JSON object"),
])
def test_judges_fail_closed(bench, upstream, verdict, code, word):
    upstream.script = judge_script(lambda _: verdict)
    judge = {"type": "judge", "value": "judges/strict@1.0.0", "threshold": 0.8, "rubric": "polite"}
    gate = bench.write([case("a", judge)], {"pass_rate": 1})
    assert word in bench.eval(gate, code=code).stdout
    asked = [request.json for request in upstream.requests if "JUDGE" in request.json["messages"][-1]["content"]]
    assert len(asked) == 1 and "polite" in asked[0]["messages"][-1]["content"]
    assert asked[0]["response_format"]["type"] == "json_schema"


def test_a_judge_is_measured_against_people(bench, upstream):
    path = bench.prompts / "judges/strict.calibration.jsonl"
    rows = [{"id": f"r{index}", "answer": "good" if index % 2 else "bad", "pass": index % 2 == 1} for index in range(20)]
    rows[0]["answer"] = "good"  # one mistake
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    say = '{{"reason": "so", "score": 1, "pass": {}}}'
    upstream.script = judge_script(lambda text: say.format("true" if "good" in text else "false"))
    result = bench.eval("judge", path, "--record", "--floor", "0.8", "--format", "json")
    record = json.loads(result.stdout)
    assert (record["both_pass"], record["both_fail"], record["judge_alone"], record["people_alone"]) == (10, 9, 1, 0)
    assert record["kappa"] == 0.9 and record["specificity"] == 0.9
    # A report corrects what this judge passes: 100 % of which some would be wrong.
    judge = {"type": "judge", "value": "judges/strict@1.0.0"}
    gate = bench.write([case(name, judge) for name in ("good", "also good", "bad")], {"pass_rate": 0.6})
    upstream.script = judge_script(lambda text: say.format("false" if "question bad" in text else "true"))
    corrected = bench.out(gate)["models"][0]["corrected"][0]
    assert corrected["passed"] == pytest.approx(2 / 3, abs=1e-5)
    assert corrected["share"] == pytest.approx((2 / 3 + 0.9 - 1) / 0.9, abs=1e-5)
    # The judge changes its mind: kappa falls below the floor.
    upstream.script = judge_script(lambda text: say.format("true"))
    assert "below the floor" in bench.eval("judge", path, code=1).stdout


def test_models_answer_in_turn(bench, upstream):
    gate = bench.write([case("a"), case("b")], {"pass_rate": 1}, models=["scripted", "sim-large"])
    report = bench.out(gate, "--junit", "report.xml")
    assert [model["answered_by"] for model in report["models"]] == [["scripted-2026"], ["sim-large"]]
    assert {model["prompt"] for model in report["models"]} == {"answer@1.0.0"}
    names = [test.get("name") for test in xml.parse(bench.folder / "report.xml").getroot().iter("testcase")]
    assert len(names) == len(set(names)) == 2 * (2 + 2)


def test_names_and_attachments_that_would_come_out_the_same_are_kept_apart(bench):
    rows = [case("a b"), case("a", description="b"), case("x/y"), case("x_y")]
    for row in rows:
        row["assert"] = [{"type": "contains", "value": f"never {row['id']}"}]
    bench.write(rows)
    (bench.prompts / "evals/other.eval.yaml").write_text((bench.prompts / "evals/answer.eval.yaml").read_text())
    bench.eval(bench.prompts / "evals", "--junit", "report.xml", "--attachments", "eval", code=1)
    tests = xml.parse(bench.folder / "report.xml").getroot().findall(".//testcase")
    names = [test.get("name") for test in tests]
    assert len(names) == len(set(names)) == 2 * (4 + 2)
    paths = {}
    for test in tests:
        if "#" in test.get("name"):
            path = test.find("system-out").text[13:-2]
            assert path not in paths
            paths[path] = (bench.folder / path).read_text().splitlines()[0]
            assert paths[path] in test.find("failure").text
    assert len(paths) == 8
    # Without a report they are written all the same.
    result = bench.eval(bench.prompts / "evals/other.eval.yaml", "--attachments", "alone", code=1)
    assert len(list((bench.folder / "alone").iterdir())) == 4


def test_each_gate_keeps_its_journal_when_another_has_passed(bench, upstream):
    bench.write([case("a")])
    strict = bench.prompts / "evals/strict.eval.yaml"
    strict.write_text(yaml({
        "prompt": "answer", "dataset": "answer.jsonl", "gate": {"pass_rate": 1},
        "default_assert": [{"type": "contains", "value": "parcel"}]}))
    arguments = (bench.prompts / "evals", "--changed-only", "--resume", "run")
    bench.eval(*arguments, code=1)
    assert len(upstream.requests) == 2 and (bench.folder / "run.2").exists()
    result = bench.eval(*arguments, code=1)
    assert "unchanged: " in result.stderr and len(upstream.requests) == 2


def test_reports_are_written_when_nothing_had_to_run(bench):
    gate = bench.write([case("a")])
    bench.eval(gate)
    bench.eval(gate, "--changed-only", "--junit", "report.xml", "--markdown", "note.md", "--out", "out.json")
    assert xml.parse(bench.folder / "report.xml").getroot().findall(".//testcase") == []
    assert (bench.folder / "note.md").read_text() == "No gate had to run.\n"
    assert json.loads((bench.folder / "out.json").read_text())["gates"] == []


def test_a_report_that_cannot_be_written_is_told_before_anything_is_paid(bench, upstream):
    gate = bench.write([case("a")])
    for option in ("--junit", "--out", "--markdown"):
        result = bench.eval(gate, option, "nowhere/report", code=2)
        assert f"{option}: nowhere/report cannot be written: No such file" in result.stderr
        assert "is a folder" in bench.eval(gate, option, "prompts", code=2).stderr
    assert "--attachments: nowhere/eval cannot be made" in bench.eval(gate, "--attachments", "nowhere/eval", code=2).stderr
    assert upstream.requests == []


def test_an_answer_that_cannot_be_kept_is_told_before_anything_is_paid(bench, upstream):
    gate = bench.write([case("a", {"type": "contains", "value": "never"})])
    (bench.folder / "taken").write_text("mine")
    assert "--attachments: taken is no folder" in bench.eval(gate, "--attachments", "taken", code=2).stderr
    assert upstream.requests == [] and (bench.folder / "taken").read_text() == "mine"
    (bench.folder / "kept").mkdir()
    for place in ("kept", "kept/", "kept/new/"):
        bench.eval(gate, "--attachments", place, code=1)
        assert len(list((bench.folder / place).glob("*.txt"))) == 1


def test_a_report_to_an_open_output_is_added_where_the_output_is(bench):
    gate = bench.write([case("a")])
    log = bench.folder / "job.log"

    def logged(*arguments, **options):
        log.write_text("before\n")
        inode = log.stat().st_ino
        with open(log, "ab") as file:
            places = {name: file if end else subprocess.PIPE for name, end in options.items()}
            passed = [str(argument).replace("N", str(file.fileno())) for argument in arguments]
            result = subprocess.run(
                bench.command(gate, *passed), env=bench.environment(), cwd=bench.folder, timeout=60,
                pass_fds=[file.fileno()], **places)
        assert result.returncode == 0 and log.stat().st_ino == inode
        assert list(bench.folder.glob("*.new")) == []
        text = log.read_text()
        assert text.startswith("before\n")
        return text.removeprefix("before\n")

    for place in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "job.log"):
        table, mark, note = logged("--markdown", place, stdout=True, stderr=False).partition("### ")
        assert "passed" in table and mark and "passed" in note, place
    for place in ("/dev/stderr", "job.log"):
        assert "### " in logged("--markdown", place, stdout=False, stderr=True), place
    assert json.loads(logged("--out", "/dev/fd/N", stdout=False, stderr=False))["gates"]
    assert "/dev/fd/999 cannot be written: Bad file" in bench.eval(gate, "--out", "/dev/fd/999", code=2).stderr


def test_what_is_no_file_is_written_to_and_a_file_keeps_its_permissions(bench):
    gate = bench.write([case("a")])
    pipe = bench.folder / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    (bench.folder / "kept.md").write_text("old")
    (bench.folder / "kept.md").chmod(0o600)
    (bench.folder / "link.xml").symlink_to("target.xml")
    (bench.folder / "target.xml").write_text("old")
    bench.eval(gate, "--out", pipe, "--markdown", "kept.md", "--junit", "link.xml")
    assert json.loads(reader.communicate(timeout=30)[0])["gates"] and pipe.is_fifo()
    assert (bench.folder / "kept.md").stat().st_mode & 0o777 == 0o600 and (bench.folder / "link.xml").is_symlink()
    assert (bench.folder / "target.xml").read_text().startswith("<?xml")


def test_an_address_without_its_path_is_a_mistake_and_not_a_provider_that_failed(bench):
    gate = bench.write([case("a"), case("b")])
    bench.command = lambda *arguments: [str(BINARY), "eval", *map(str, arguments), "--base-url", bench.gateway.url]
    assert "--base-url ends in /v1" in bench.eval(gate, code=2).stderr


def test_the_baseline_is_paid_once(gateways, upstream, tmp_path):
    repository = Repository(tmp_path / "repository")
    repository.commit({"greet.prompt": text("1.0.0", "one"), "labels/production.yaml": pin("1.0.0", "one")})
    repository.commit({"greet.prompt": text("2.0.0", "two")})
    prompts = repository.folder / "prompts"
    gateway = gateways({"prompts": {
        "path": str(prompts), "repository": str(repository.folder), "ref": "main", "sync_every": "0s",
        "allow_unreleased": True}}, upstream.url).start()
    (prompts / "evals").mkdir()
    (prompts / "evals/greet.jsonl").write_text(json.dumps({"id": "a", "assert": [{"type": "not-refusal"}]}) + "\n")
    gate = prompts / "evals/greet.eval.yaml"
    gate.write_text(yaml({"prompt": "greet", "dataset": "greet.jsonl", "gate": {"no_regression": {"margin": 0.1}}}))
    result = subprocess.run(
        [BINARY, "eval", gate, "--base-url", f"{gateway.url}/v1", "--format", "json"], capture_output=True, text=True,
        env={**os.environ, "LLMGW_API_KEY": gateway.key()}, timeout=60)
    assert result.returncode == 0 and len(upstream.requests) == 2
    assert json.loads(result.stdout)["gates"][0]["cost"]["USD"] == gateway.costs()["total"]["cost"]


def test_an_unchanged_prompt_is_left_out(bench, upstream):
    gate = bench.write([case("a")], {"pass_rate": 1})
    bench.eval(gate, "--changed-only")
    record = json.loads(next((bench.prompts / "evals/records").iterdir()).read_text())
    assert record["passed"] and record["version"] == "1.0.0" and record["models"][0]["cases"][0]["passed"] == 1
    count = len(upstream.requests)
    assert "unchanged" in bench.eval(bench.prompts / "evals", "--changed-only").stderr
    assert len(upstream.requests) == count
    bench.write([case("a"), case("b")], {"pass_rate": 1})
    bench.eval(gate, "--changed-only")
    assert len(upstream.requests) == count + 2


def test_a_baseline_that_is_the_same_or_missing(bench, upstream):
    gate = bench.write([case("a")], {"no_regression": {"baseline": "@1.0.0"}})
    assert "@1.0.0 is the same text" in bench.eval(gate).stdout
    gate = bench.write([case("a")], {"no_regression": {"baseline": "@staging"}})
    assert "no @staging to compare with" in bench.eval(gate).stdout
    gate = bench.write([case("a")], {"no_regression": {"baseline": "@0.9.0"}})
    assert "answer@0.9.0 cannot be compared with" in bench.eval(gate, code=3).stdout


def test_a_worse_text_than_production_is_a_regression(gateways, upstream, tmp_path):
    repository = Repository(tmp_path / "repository")
    repository.commit({"greet.prompt": text("1.0.0", "one"), "labels/production.yaml": pin("1.0.0", "one")})
    repository.commit({"greet.prompt": text("2.0.0", "two")})
    prompts = repository.folder / "prompts"
    gateway = gateways({"prompts": {
        "path": str(prompts), "repository": str(repository.folder), "ref": "main", "sync_every": "0s",
        "allow_unreleased": True}}, upstream.url).start()
    (prompts / "evals").mkdir()
    rows = [{"id": f"c{index}", "messages": [{"role": "user", "content": f"question {index}"}],
             "assert": [{"type": "contains", "value": "good"}]} for index in range(8)]
    (prompts / "evals/greet.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    gate = prompts / "evals/greet.eval.yaml"
    gate.write_text(yaml({"prompt": "greet", "dataset": "greet.jsonl", "gate": {"no_regression": {"margin": 0.1}}}))

    def evaluate(worse):
        def script(call):
            new = any(message["content"] == "two" for message in call.request.json["messages"])
            bad = new and any(f"question {index}" in call.request.body.decode() for index in range(worse))
            call.answer(completion("poor" if bad else "good"))

        upstream.script = script
        environment = {**os.environ, "LLMGW_API_KEY": gateway.key()}
        return subprocess.run(
            [BINARY, "eval", gate, "--base-url", f"{gateway.url}/v1"], env=environment, capture_output=True, text=True,
            timeout=60)

    result = evaluate(worse=5)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "no_regression: 0 better, 5 worse, p = 0.031 (exact McNemar)" in result.stdout
    assert re.search(r"no_regression +FAIL +not below greet@1.0.0 by > 10.0 points +100.0 % → 37.5 %$", result.stdout, re.M)
    assert max(map(len, result.stdout.splitlines()[3:7])) <= 100
    # Four of four could be chance; the report says what eight cases can show.
    result = evaluate(worse=4)
    assert result.returncode == 0 and "8 cases cannot show a drop below" in result.stdout


def test_what_is_wrong_is_named_before_anything_is_called(bench, upstream):
    gate = bench.write([case("a", {"type": "contians", "value": "x"})])
    assert "answer.jsonl:1: error: assert[0]: there is no assertion 'contians'; did you mean 'contains'?" in (
        bench.eval(gate, code=2).stderr)
    gate = bench.write([case("a")], {"pas_rate": 1})
    assert "unknown key 'pas_rate'; did you mean 'pass_rate'?" in bench.eval(gate, code=2).stderr
    gate = bench.write([case("a", metadata={"lang": "de"})], {"slices": {"lang=ed": 1}})
    assert "slices lang=ed: no case of" in bench.eval(gate, code=2).stderr
    assert upstream.requests == []
    gate = bench.write([case("a")], {"max_errors": 0.5})
    assert "'gate' needs pass_rate" in bench.eval(gate, code=2).stderr
    gate = bench.write([case("a"), {"id": "b", "vars": {"text": "x"}}])
    assert "answer.jsonl:2: error: case 'b' has no assertion about its answer" in bench.eval(gate, code=2).stderr
    assert "--changed-only looks at" in bench.eval(gate, "--changed-only", "--selector", "@1.0.0", code=2).stderr
    assert "leave one of them out" in bench.eval("judge", "x.calibration.jsonl", "--record", "--offline", code=2).stderr
    assert upstream.requests == []
    gate = bench.write([{**case("a"), "vars": {"txet": "x"}}])
    error = bench.eval(gate, code=2).stderr
    assert "answer.jsonl:1: case 'a': 400 prompt_variable_unknown" in error
    gate = bench.write([case("a")])
    assert "401" in bench.eval(gate, code=2, key="llmgw-wrong").stderr
    bench.gateway.stop()
    assert "no gateway at" in bench.eval(gate, code=3).stdout


def test_shipped_gates_run_offline(tmp_path):
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    result = run("eval", "prompts/evals", "--offline", "--format", "json", cwd=tmp_path, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    assert all(gate["verdict"] == "passed" and gate["offline"] for gate in report["gates"])
    assert not (tmp_path / "prompts/evals/records").exists()
    result = run("eval", "judge", "prompts/judges/helpful.calibration.jsonl", "--offline", cwd=tmp_path, timeout=120)
    assert result.returncode == 0 and "8 labelled answers" in result.stdout


def test_other_programs_tests_are_imported(tmp_path):
    (tmp_path / "cases.csv").write_text('name,__expected\nAda,icontains: ada\n"Bob, B.",contains: Bob\n')
    result = run("eval", "import", tmp_path / "cases.csv")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["vars"]["name"] for row in rows] == ["Ada", "Bob, B."]
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    (tmp_path / "prompts/evals/hello.jsonl").write_text(result.stdout)
    assert run("eval", "prompts/evals/hello.eval.yaml", "--offline", cwd=tmp_path, timeout=60).returncode == 0


def test_what_was_imported_is_what_a_run_takes(tmp_path):
    suite = """
        defaultTest: {weight: 0, description: 7}
        tests:
          - {id: 7, vars: {name: Ada}, threshold: 5}
          - {id: 7, vars: {name: Bob}, threshold: "0.5"}
          - {id: "7 (2)", vars: {name: [Cy, Di]}}
          - {vars: {name: Ed}}
        """
    (tmp_path / "suite.yaml").write_text(suite)
    result = run("eval", "import", tmp_path / "suite.yaml")
    assert result.returncode == 1
    assert result.stderr.count("the threshold is no share above 0") == 2 and "'7 (2)'" in result.stderr
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    (tmp_path / "prompts/evals/hello.jsonl").write_text(result.stdout)
    tried = run("eval", "prompts/evals/hello.eval.yaml", "--offline", cwd=tmp_path, timeout=60)
    assert tried.returncode in (0, 1), tried.stderr
