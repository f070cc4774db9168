"""Prompts from git: versions, labels, syncs that fail and heal, and labels turned at run time."""
import concurrent.futures
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import pytest

from harness import StartError, wait_until

SECRET = "webhook-canary-0123456789"


def text(version, sentence):
    return f"---\nversion: {version}\nmodel: scripted\n---\n{sentence}\n"


def digest(version, sentence, name="greet"):
    data = text(version, sentence).encode()
    head = f"llmgw.prompt.v1\nprompts/{name}.prompt {len(data)}\n".encode()
    return hashlib.sha256(head + data + b"\n").hexdigest()


def pin(version, sentence, name="greet"):
    return f'{name}: "{version} sha256:{digest(version, sentence, name)[:12]}"\n'


class Repository:
    def __init__(self, folder):
        self.folder = folder
        (folder / "prompts/labels").mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "Ann", f"GIT_{role}_EMAIL": "ann@example.com"}
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments], check=True, capture_output=True, text=True, env=environment
        ).stdout.strip()

    def commit(self, files, message="Change prompts"):
        for name, content in files.items():
            (self.folder / "prompts" / name).write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "prompt repository")
    made.first = made.commit({"greet.prompt": text("1.0.0", "one"), "labels/production.yaml": pin("1.0.0", "one")})
    return made


@pytest.fixture
def served(gateways, upstream, repository):
    """A gateway that reads the repository when it is asked to: (gateway, key, repository)."""
    def make(**settings):
        prompts = {"path": str(repository.folder / "prompts"), "repository": str(repository.folder), "ref": "main",
                   "sync_every": "0s", "allow_unreleased": False, **settings}
        gateway = gateways({"prompts": prompts}, upstream.url).start()
        return gateway, gateway.key(), repository
    return make


def call(gateway, key, selector="greet"):
    """Version and commit of the answer, or the error's code."""
    status, body, fields = gateway.get(
        "/v1/chat/completions", key, method="POST", body={"model": f"prompt:{selector}", "messages": []})
    if status != 200:
        return body["error"]["code"], None
    return fields["x-llmgw-prompt"].removeprefix("greet@"), fields["x-llmgw-prompt-commit"]


def promote(repository, version="2.0.0", sentence="two"):
    return repository.commit({"greet.prompt": text(version, sentence), "labels/production.yaml": pin(version, sentence)})


def test_a_promoted_label_serves_at_once_and_old_versions_stay(served, upstream):
    gateway, key, repository = served()
    assert call(gateway, key) == ("1.0.0", repository.first)
    second = promote(repository)
    assert call(gateway, key) == ("1.0.0", repository.first), "nothing moves by itself"
    result = gateway.cli("prompts", "sync")
    assert call(gateway, key) == ("2.0.0", second)
    assert "+ greet 2.0.0 sha256:" in result.stdout and "greet@production: 1.0.0 → 2.0.0" in result.stdout
    assert upstream.requests[-1].json["messages"] == [{"role": "user", "content": "two"}]
    assert call(gateway, key, "greet@1.0.0") == ("1.0.0", repository.first)
    assert call(gateway, key, f"greet@git:{repository.first[:7]}") == ("1.0.0", repository.first)
    assert call(gateway, key, f"greet@sha256:{digest('1.0.0', 'one')[:12]}") == ("1.0.0", repository.first)
    for unknown in ("greet@1.0.1", "greet@git:0000000", "greet@sha256:000000000000"):
        assert call(gateway, key, unknown)[0] == "prompt_version_not_found"
    assert call(gateway, key, "greet@latest")[0] == "prompt_label_not_found"
    commits = gateway.query("SELECT DISTINCT prompt_version, prompt_commit FROM identity"
                            " WHERE prompt IS NOT NULL ORDER BY 1")
    assert [(row["prompt_version"], row["prompt_commit"]) for row in commits] == [
        ("1.0.0", repository.first), ("2.0.0", second)]

    back = repository.commit({"labels/production.yaml": pin("1.0.0", "one")})  # a rollback by git alone
    assert back != repository.first
    gateway.cli("prompts", "sync")
    assert call(gateway, key) == ("1.0.0", repository.first)
    assert "nothing has changed" in gateway.cli("prompts", "sync").stdout


def test_a_prompt_is_shown_as_a_call_would_get_it(served):
    gateway, key, repository = served(allow_unreleased=True)
    repository.commit({"greet.prompt": text("3.0.0", "three")})
    assert gateway.get("/admin/v1/prompts/sync", admin=True, method="POST")[0] == 200
    for selector in ("", "@production", "@1.0.0", "@3.0.0", "@latest"):
        status, shown, _ = gateway.get(f"/v1/prompts/greet{selector}", key)
        _, rendered, _ = gateway.get(f"/v1/prompts/greet{selector}/render", key, method="POST", body={})
        assert status == 200 and (shown["version"], shown["digest"]) == (rendered["version"], rendered["digest"])
    production = gateway.get("/v1/prompts/greet", key)[1]
    assert production["labels"] == ["production"] and shown["version"] == "3.0.0" and shown["labels"] == []


def test_a_broken_commit_leaves_the_old_prompts_and_the_next_one_heals(served):
    gateway, key, repository = served()
    repository.commit({"greet.prompt": "---\nversion: 2.0.0\n---\nfine\n{{nmae}}\n"})
    result = gateway.cli("prompts", "sync", check=False)
    assert result.returncode == 1 and "prompts/greet.prompt:5:3: error" in result.stdout
    assert call(gateway, key) == ("1.0.0", repository.first)
    status, ready, _ = gateway.get("/readyz")
    assert status == 200 and "greet.prompt:5:3" in ready["prompts_sync_failed"]
    assert "llmgw_prompts_sync_failed 1" in gateway.get("/metrics", admin=True)[1].decode()
    assert "the newest prompts cannot be served" in gateway.log()
    healed = promote(repository)
    gateway.cli("prompts", "sync")
    assert call(gateway, key) == ("2.0.0", healed)
    assert "prompts_sync_failed" not in gateway.get("/readyz")[1]
    assert "llmgw_prompts_sync_failed 0" in gateway.get("/metrics", admin=True)[1].decode()


def test_a_version_that_was_served_never_changes_its_text(served):
    gateway, key, repository = served()
    repository.git("checkout", "--quiet", "--orphan", "new")
    rewritten = repository.commit(
        {"greet.prompt": text("1.0.0", "other"), "labels/production.yaml": pin("1.0.0", "other")})
    repository.git("branch", "--force", "main", "new")
    result = gateway.cli("prompts", "sync", check=False)
    assert result.returncode == 1
    assert repository.first[:12] in result.stdout and rewritten[:12] in result.stdout
    assert call(gateway, key) == ("1.0.0", repository.first)
    assert gateway.cli("prompts", "verify", check=False).returncode == 1
    gateway.stop()
    with pytest.raises(StartError, match="a version never changes its text"):
        gateway.start()


def test_the_timer_and_webhooks_sync_too(served):
    gateway, key, repository = served(sync_every="1s", webhook_secret=SECRET)
    second = promote(repository)
    wait_until(lambda: call(gateway, key) == ("2.0.0", second), what="the timer")

    def webhook(body, **headers):
        return gateway.get("/admin/v1/prompts/webhook", key="", admin=True, method="POST", body=body, headers=headers)[0]

    def sign(body, secret=SECRET):
        return "sha256=" + hmac.new(secret.encode(), json.dumps(body).encode(), "sha256").hexdigest()

    push = {"ref": "refs/heads/main", "commits": ["x" * 100_000]}
    assert webhook(push) == 401
    assert webhook(push, **{"X-Hub-Signature-256": sign(push, "another secret here")}) == 401
    assert webhook(push, **{"X-Gitlab-Token": SECRET[:-1]}) == 401
    third = promote(repository, "3.0.0", "three")
    assert webhook(push, **{"X-Hub-Signature-256": sign(push)}) == 202
    wait_until(lambda: call(gateway, key) == ("3.0.0", third), timeout=5, what="the webhook")
    assert webhook({}, **{"X-Gitlab-Token": SECRET}) == 202
    assert SECRET not in gateway.log()


def test_a_label_is_turned_at_run_time_until_git_agrees(served):
    gateway, key, repository = served()
    second = promote(repository)
    gateway.cli("prompts", "sync")
    path = "/admin/v1/prompts/overrides"
    body = {"name": "greet", "label": "production", "version": "9.9.9", "reason": "complaints"}
    assert gateway.get(path, admin=True, method="POST", body=body)[0] == 404
    assert gateway.get(path, admin=True, method="POST", body={**body, "reason": ""})[0] == 400
    status, row, _ = gateway.get(path, admin=True, method="POST", body={**body, "version": "1.0.0"})
    assert status == 201 and row["digest"] == digest("1.0.0", "one")
    assert call(gateway, key) == ("1.0.0", repository.first), "from the next request on"
    fields = gateway.chat(key, "prompt:greet", text="")[2]
    assert fields["x-llmgw-prompt-source"] == "override"
    page = json.loads(gateway.cli("requests", fields["x-llmgw-request-id"], "--format", "json").stdout)
    assert page["prompt_override"] == f"{row['by']}: complaints" and page["prompt_label"] == "production"
    assert f"turned by     {row['by']}: complaints" in gateway.cli("requests", fields["x-llmgw-request-id"]).stdout
    assert "x-llmgw-prompt-source" not in gateway.chat(key, "prompt:greet@2.0.0", text="")[2]

    gateway.stop()
    gateway.start()
    assert call(gateway, key) == ("1.0.0", repository.first), "it survives a restart"
    gateway.cli("prompts", "sync")
    assert call(gateway, key)[0] == "1.0.0" and "git says otherwise" in gateway.log()
    repository.commit({"labels/production.yaml": pin("1.0.0", "one")})
    gateway.cli("prompts", "sync")
    assert gateway.get(path, admin=True)[1] == {"overrides": []}, "git agrees"
    assert "x-llmgw-prompt-source" not in gateway.chat(key, "prompt:greet", text="")[2]

    gateway.get(path, admin=True, method="POST", body={**body, "version": "2.0.0"})
    assert call(gateway, key) == ("2.0.0", second)
    assert gateway.get(path + "?name=greet&label=production", admin=True, method="DELETE")[0] == 200
    assert call(gateway, key)[0] == "1.0.0"
    assert gateway.get(path + "?name=greet&label=production", admin=True, method="DELETE")[0] == 404
    gateway.verify()


def make_older(ledger):
    """Writes the ledger anew with the tables that version 2 had."""
    tables = pathlib.Path(__file__).parents[1] / "Vectors" / "ledger" / "version2-tables.sql"
    new = ledger.with_name("newer.db")
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute("VACUUM INTO ?", (str(new),))
    for suffix in ("", "-wal", "-shm"):
        ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL;" + tables.read_text())
        connection.execute("ATTACH ? AS newer", (str(new),))
        for (table,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type='table'").fetchall():
            columns = ",".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            known = "WHERE name IN('skew_ms', 'probe')" if table == "meta" else ""
            connection.execute(
                f"INSERT OR REPLACE INTO main.{table}({columns}) SELECT {columns} FROM newer.{table} {known}")
        connection.commit()
        connection.executescript("DETACH newer; PRAGMA application_id=0x6C6C6D67; PRAGMA user_version=2")
    new.unlink()


def test_a_label_stays_turned_when_a_new_program_brings_the_ledger_up_to_date(served):
    gateway, key, repository = served()
    promote(repository)
    gateway.cli("prompts", "sync")
    body = {"name": "greet", "label": "production", "version": "1.0.0", "reason": "complaints"}
    assert gateway.get("/admin/v1/prompts/overrides", admin=True, method="POST", body=body)[0] == 201
    refused = gateway.get("/admin/v1/prompts/overrides", admin=True, method="POST", body={**body, "label": "prodution"})
    assert refused[0] == 422 and "production" in refused[1]["error"]["message"]
    gateway.stop()
    make_older(gateway.ledger)
    assert gateway.cli("check").returncode == 0
    gateway.start()
    assert gateway.ledger.with_name(gateway.ledger.name + ".v2-backup").exists()
    assert call(gateway, key) == ("1.0.0", repository.first)
    gateway.reload()
    wait_until(lambda: "configuration reloaded" in gateway.log())
    assert call(gateway, key) == ("1.0.0", repository.first)


def test_an_experiment_on_a_turned_label_survives_a_new_program(served):
    gateway, key, repository = served()
    repository.commit({"labels/canary.yaml": "# nobody yet\n"})
    gateway.cli("prompts", "sync")
    body = {"name": "greet", "label": "canary", "version": "1.0.0", "reason": "a trial"}
    assert gateway.get("/admin/v1/prompts/overrides", admin=True, method="POST", body=body)[0] == 201
    (gateway.folder / "experiments/trial.yaml").write_text(
        "id: trial\nprompt: greet\nunit: user\nstatus: running\nvariants:\n"
        "  - {name: a, weight: 1, prompt: greet@canary}\n  - {name: b, weight: 1}\n")
    gateway.reload()
    wait_until(lambda: "configuration reloaded" in gateway.log())
    gateway.stop()
    make_older(gateway.ledger)
    checked = gateway.cli("check")
    assert checked.returncode == 0 and "cannot be read yet" in checked.stdout + checked.stderr
    gateway.start()
    variants = {gateway.chat(key, "prompt:greet", text="", headers={"x-llmgw-user": f"u{n}"})[2]["x-llmgw-experiment"]
                for n in range(20)}
    assert variants == {"trial/a", "trial/b"}
    gateway.stop()
    with contextlib.closing(sqlite3.connect(gateway.ledger)) as connection:
        connection.execute("DELETE FROM prompt_override")
        connection.commit()
    make_older(gateway.ledger)
    with pytest.raises(StartError) as failure:
        gateway.start()
    assert failure.value.code == 2 and "variant 'a'" in failure.value.output


@pytest.fixture
def slow_fetches(tmp_path):
    """A folder with a `git` whose fetches do not end while the folder holds the file `slow`."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(
        f"#!/bin/sh\ncase \" $* \" in *\" fetch \"*) while [ -e '{tools}/slow' ]; do touch '{tools}/begun'; sleep 0.05; done;; esac\n"
        f"exec {shutil.which('git')} \"$@\"\n")
    (tools / "git").chmod(0o755)
    return tools


@pytest.fixture
def fetching(gateways, upstream, repository, slow_fetches):
    """A gateway whose prompts are on another machine, on one processor: (gateway, key)."""
    prompts = {"path": "prompts", "repository": f"file://{repository.folder}", "sync_every": "0s",
               "allow_unreleased": False}
    gateway = gateways({"prompts": prompts, "threads": 1}, upstream.url)
    processor = min(os.sched_getaffinity(0))
    gateway.start(environment={**os.environ, "PATH": f"{slow_fetches}:{os.environ['PATH']}"},
                  wrapper=("taskset", "--cpu-list", str(processor)))
    return gateway, gateway.key()


def test_a_label_is_turned_while_a_fetch_takes_its_time(fetching, slow_fetches, repository):
    gateway, key = fetching
    promote(repository)
    gateway.cli("prompts", "sync")
    (slow_fetches / "slow").touch()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = pool.submit(gateway.get, "/admin/v1/prompts/sync", admin=True, method="POST")
        wait_until(lambda: (slow_fetches / "begun").exists())
        body = {"name": "greet", "label": "production", "version": "1.0.0", "reason": "complaints"}
        assert gateway.get("/admin/v1/prompts/overrides", admin=True, method="POST", body=body)[0] == 201
        assert call(gateway, key) == ("1.0.0", repository.first)
        assert not asked.done(), "it still fetches"
        (slow_fetches / "slow").unlink()
        assert asked.result()[0] == 200
    assert call(gateway, key) == ("1.0.0", repository.first)


def test_a_slow_fetch_holds_up_no_other_call(fetching, slow_fetches, repository):
    gateway, key = fetching
    tools = slow_fetches
    asks = {
        "sync": lambda: gateway.get("/admin/v1/prompts/sync", admin=True, method="POST"),
        "reload": lambda: gateway.get("/admin/v1/reload", admin=True, method="POST"),
        "hangup": gateway.reload,
    }
    for name, ask in asks.items():
        (tools / "slow").touch()
        reloads = gateway.log().count("configuration reloaded")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            asked = pool.submit(ask)
            wait_until(lambda: (tools / "begun").exists())
            assert call(gateway, key) == ("1.0.0", repository.first)
            assert gateway.get("/healthz", admin=True)[0] == 200
            assert gateway.get("/admin/v1/costs", admin=True)[0] == 200
            assert gateway.get("/admin/v1/prompts/overrides", admin=True)[0] == 200
            gateway.cli("keys", "list")  # the control socket lives on the main loop
            assert name == "hangup" or not asked.done(), "it still fetches"
            assert gateway.log().count("configuration reloaded") == reloads
            (tools / "slow").unlink()
            asked.result()
        if name != "sync":
            wait_until(lambda: gateway.log().count("configuration reloaded") == reloads + 1)
        (tools / "begun").unlink()


def test_a_bundle_serves_without_git_and_is_not_believed(served, gateways, upstream, tmp_path):
    gateway, key, repository = served()
    promote(repository)
    gateway.cli("prompts", "sync")
    bundle = tmp_path / "prompts.bundle"
    gateway.cli("prompts", "bundle", "--labels", "production", "--out", bundle)
    assert gateway.cli("prompts", "verify", "--bundle", bundle).stdout.startswith("2 versions")
    assert gateway.cli("prompts", "bundle", "--labels", "stagin", check=False).returncode == 2
    gateway.stop()

    prompts = {"path": None, "allow_unreleased": None, "bundle": str(bundle)}
    other = gateways({"prompts": prompts}, upstream.url).start()
    key = other.key()
    version, commit = call(other, key)
    assert version == "2.0.0" and len(commit) == 40
    assert call(other, key, "greet@1.0.0")[0] == "prompt_version_not_found", "no label named it"
    other.stop()
    bundle.write_text(bundle.read_text().replace("two", "2wo"))
    with pytest.raises(StartError, match="the bundle was changed"):
        other.start()


def test_a_repository_elsewhere_is_fetched(served, gateways, upstream, repository, tmp_path):
    bare = tmp_path / "origin.git"
    repository.git("clone", "--quiet", "--bare", ".", str(bare))
    repository.git("remote", "add", "origin", str(bare))
    prompts = {"path": "prompts", "repository": f"file://{bare}", "sync_every": "0s", "allow_unreleased": False}
    gateway = gateways({"prompts": prompts}, upstream.url).start()
    key = gateway.key()
    assert call(gateway, key) == ("1.0.0", repository.first)
    second = promote(repository)
    gateway.cli("prompts", "sync")
    assert call(gateway, key)[0] == "1.0.0", "not pushed yet"
    repository.git("push", "--quiet", "origin", "main")
    gateway.cli("prompts", "sync")
    assert call(gateway, key) == ("2.0.0", second)
    shutil.move(bare, tmp_path / "gone.git")
    assert gateway.cli("prompts", "sync", check=False).returncode == 1
    assert "prompts_sync_failed" in gateway.get("/readyz")[1]
    assert call(gateway, key) == ("2.0.0", second)
    gateway.stop()
    gateway.start()  # the copy serves
    assert call(gateway, key) == ("2.0.0", second)


def test_each_call_sees_one_whole_generation_while_prompts_change(served, upstream):
    gateway, key, repository = served()
    versions = {"1.0.0": "one"}
    seen = {}
    done = []

    def caller():
        while not done:
            status, body, fields = gateway.get(
                "/v1/chat/completions", key, method="POST", body={"model": "prompt:greet", "messages": []})
            if status == 502 and "the connection broke" in body["error"]["message"]:
                continue  # a kept connection may end at that very moment; it says nothing of generations
            assert status == 200, body
            version = fields["x-llmgw-prompt"].removeprefix("greet@")
            assert fields["x-llmgw-prompt-digest"] == f"sha256:{digest(version, versions[version])}"
            assert seen.setdefault(fields["x-llmgw-generation"], version) == version

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(caller) for _ in range(4)]
        for number in range(2, 12):
            versions[f"{number}.0.0"] = f"number {number}"
            promote(repository, f"{number}.0.0", f"number {number}")
            gateway.cli("prompts", "sync")
            assert call(gateway, key)[0] == f"{number}.0.0"
        done.append(True)
        for future in callers:
            future.result()
    assert len(seen) >= 2
    texts = {request.json["messages"][0]["content"] for request in upstream.requests}
    assert texts <= set(versions.values())


def test_without_a_gateway_sync_says_what_would_be_served(served):
    gateway, key, repository = served()
    gateway.stop()
    promote(repository)
    before = gateway.query("SELECT count(*) AS n FROM prompt_versions")
    result = gateway.cli("prompts", "sync")
    assert "one would serve 1 prompts with 2 versions" in result.stdout
    assert gateway.query("SELECT count(*) AS n FROM prompt_versions") == before
    repository.commit({"greet.prompt": "{{"})
    assert gateway.cli("prompts", "sync", check=False).returncode == 1
    assert gateway.cli("check", check=False).returncode == 2
