"""Starting, stopping, reloading, keys: nothing is lost on the way."""
import concurrent.futures
import re
import signal
import socket
import threading
import time

import pytest

from configuration import ADMIN_TOKEN, price, prices
from harness import run, wait_until
from load import Load
from upstream import DONE, text_events, usage, usage_chunk
from wire import Wire, chat, post


class Streams:
    """Streams that are open side by side, each read to its end by a thread."""

    def __init__(self, gateway, key, count, model="scripted"):
        self.bodies, self.requests = [None] * count, [None] * count
        self.threads = [threading.Thread(target=self._read, args=(gateway.port, key, model, at)) for at in range(count)]
        for thread in self.threads:
            thread.start()
        wait_until(lambda: all(self.requests), what="all streams")

    def _read(self, port, key, model, at):
        with Wire(port, timeout=30) as wire:
            wire.send(post("/v1/chat/completions", key, chat(model, stream=True)))
            self.requests[at] = wire.head().headers["x-llmgw-request-id"]
            self.bodies[at] = b"".join(wire.chunks())

    def join(self):
        for thread in self.threads:
            thread.join(30)
        return self.bodies


def slow_stream(call):
    call.stream(*text_events(["word "] * 10), usage_chunk(usage()), DONE, gap=0.15)


def test_sigterm_lets_streams_end(start, upstream):
    upstream.script = slow_stream
    gateway, key = start(None, upstream.url)
    streams = Streams(gateway, key, 30)
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    with pytest.raises(OSError):
        Wire(gateway.port, timeout=1)
    bodies = streams.join()
    assert all(body.endswith(DONE) for body in bodies)
    assert gateway.process.wait(10) == 0
    for request in streams.requests:
        assert gateway.requests(request)[0]["outcome"] == "completed"
    gateway.verify()


def test_a_kept_connection_is_closed_after_its_answer_while_draining(start, upstream):
    upstream.script = slow_stream
    gateway, key = start(None, upstream.url)
    streams = Streams(gateway, key, 1)
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        head = wire.head()
        assert head.status == 200
        gateway.process.send_signal(signal.SIGTERM)
        assert b"".join(wire.chunks()).endswith(DONE)
        assert wire.is_closed()
    streams.join()
    assert gateway.process.wait(10) == 0


@pytest.mark.parametrize("how", ["second signal", "timeout"])
def test_streams_that_are_cut_at_the_end_say_so_and_have_rows(start, upstream, how):
    upstream.script = lambda call: call.stream(*text_events(["word "] * 100), DONE, gap=0.2)
    gateway, key = start({"limits": {"shutdown_timeout": "500ms" if how == "timeout" else "60s"}}, upstream.url)
    streams = Streams(gateway, key, 10)
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    if how == "second signal":
        gateway.process.send_signal(signal.SIGTERM)
    gateway.process.wait(10)  # the streams would take twenty seconds
    for body in streams.join():
        assert b"[DONE]" not in body and b'"error"' in body
    for request in streams.requests:
        [row], [attempt] = gateway.requests(request), gateway.attempts(request)
        assert row["outcome"] == "truncated" and attempt["basis"] == "presumed"
    gateway.verify()


# MARK: Reload

def test_a_reload_under_load_loses_nothing(start, soak):
    gateway, key = start()
    generations = set()
    with Load(gateway.port, key, clients=4) as load:
        for number in range(100 if soak else 10):
            text = gateway.path.read_text()
            gateway.path.write_text(re.sub(r"^(# change \d+\n)?", f"# change {number}\n", text))
            gateway.reload()
            time.sleep(0.1)
            generations.add(gateway.chat(key)[2]["x-llmgw-generation"])
    assert not load.refused and not load.cut
    assert len(generations) > 3, "each change makes a generation"
    rows = {row["generation"] for row in gateway.requests()}
    assert generations <= rows
    assert len(load.finished) + (100 if soak else 10) == len(gateway.requests())


def test_a_request_keeps_the_generation_that_it_began_with(start, upstream):
    upstream.script = slow_stream
    gateway, key = start(None, upstream.url)
    streams = Streams(gateway, key, 1)
    text = gateway.path.read_text()
    gateway.path.write_text("# changed\n" + text)
    old = gateway.chat(key)[2]["x-llmgw-generation"]
    gateway.reload()
    wait_until(lambda: gateway.chat(key)[2]["x-llmgw-generation"] != old, what="the next generation")
    streams.join()
    assert gateway.requests(streams.requests[0])[0]["generation"] == old


def test_a_bad_file_leaves_the_old_generation_and_is_named_in_the_log(start):
    gateway, key = start()
    before = gateway.chat(key)[2]["x-llmgw-generation"]
    good = gateway.path.read_text()
    gateway.path.write_text(good.replace("models:", "modles:", 1))
    gateway.reload()
    wait_until(lambda: "modles" in gateway.log(), what="the reason in the log")
    assert gateway.chat(key)[2]["x-llmgw-generation"] == before
    status, body, _ = gateway.get("/admin/v1/reload", admin=True, method="POST")
    assert status == 422 and "modles" in str(body)
    gateway.path.write_text(good.replace('listen: "127.0.0.1:0"', '\n\nlisten: "127.0.0.1:0"', 1))
    status, body, _ = gateway.get("/admin/v1/reload", admin=True, method="POST")
    assert status == 200
    assert gateway.chat(key)[2]["x-llmgw-generation"] != before


def test_a_reload_brings_new_prices_and_every_row_has_one_of_them(start):
    from configuration import price, prices, yaml
    gateway, key = start()
    book = prices()
    book["prices"] = [entry for entry in book["prices"] if entry["model"] != "sim-small"]
    book["prices"].append(price("simulated", "sim-small", input=1.5, output=6))
    with Load(gateway.port, key, clients=4) as load:
        time.sleep(0.3)
        (gateway.folder / "prices.yaml").write_text(yaml(book))
        gateway.reload()
        time.sleep(0.5)
    factors = set()
    for row in gateway.attempts():
        standard = row["input"] * 150 + row["output"] * 600
        assert row["cost_nano"] in (standard, 10 * standard)
        factors.add(row["cost_nano"] // standard)
    assert factors == {1, 10} and load.finished


# MARK: Keys

def test_keys_live_while_the_gateway_runs_and_when_it_does_not(gateways):
    gateway = gateways()
    early = gateway.key()  # before the first start
    assert re.fullmatch(r"llmgw-[0-9A-Za-z]{40,}", early)
    gateway.start()
    late = gateway.key("app", "--name", "second")
    assert gateway.chat(early)[0] == gateway.chat(late)[0] == 200
    import json
    listed = json.loads(gateway.cli("keys", "list", "--format", "json").stdout)
    listed = listed["keys"] if isinstance(listed, dict) else listed
    assert sorted(key["name"] for key in listed if key["application"] == "app")[-1] == "second"
    assert early not in gateway.cli("keys", "list").stdout
    gateway.stop()
    third = gateway.key()
    gateway.start()
    assert gateway.chat(third)[0] == 200


def test_a_revoked_key_is_refused_with_the_next_request_on_a_kept_connection(start):
    import json
    gateway, _ = start()
    made = json.loads(gateway.cli("keys", "create", "app", "--format", "json").stdout)
    assert set(made) >= {"id", "application", "name", "key", "expires"}
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", made["key"], chat()))
        assert wire.answer().status == 200
        gateway.cli("keys", "revoke", made["id"])
        wire.send(post("/v1/chat/completions", made["key"], chat()))
        answer = wire.answer()
        assert (answer.status, answer.code) == (401, "invalid_api_key")


def test_a_key_is_rotated_with_an_overlap(start):
    import json
    gateway, _ = start()
    old = json.loads(gateway.cli("keys", "create", "app", "--format", "json").stdout)
    new = json.loads(gateway.cli("keys", "rotate", old["id"], "--overlap", "1s", "--format", "json").stdout)
    assert gateway.chat(old["key"])[0] == gateway.chat(new["key"])[0] == 200
    time.sleep(1.2)
    assert gateway.chat(old["key"])[0] == 401
    assert gateway.chat(new["key"])[0] == 200


def test_an_expired_key_is_refused_like_an_unknown_one(start):
    gateway, _ = start()
    key = gateway.key("app", "--expires", "1s")
    assert gateway.chat(key)[0] == 200
    time.sleep(1.2)
    expired, unknown = gateway.chat(key)[1], gateway.chat("llmgw-unknown")[1]
    assert expired["error"]["message"] == unknown["error"]["message"]


def test_a_key_for_nobody_is_refused_with_a_suggestion(gateways):
    result = gateways().cli("keys", "create", "ap", check=False)
    assert result.returncode == 2 and "app" in result.stderr


def test_either_header_carries_the_key(start):
    gateway, key = start()
    assert gateway.chat(None, headers={"x-api-key": key})[0] == 200
    assert gateway.chat(None)[0] == 401


# MARK: The admin port

def test_the_admin_port_wants_its_token_and_a_known_host(start):
    gateway, key = start()
    for wrong in ("", "wrong", key):
        assert gateway.get("/admin/v1/keys", wrong or "none", admin=True)[0] == 401
    assert gateway.get("/admin/v1/keys", admin=True)[0] == 200
    with Wire(gateway.admin_port) as wire:
        wire.send(f"GET /admin/v1/keys HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n\r\n".encode())
        assert wire.answer().status == 421


def test_metrics_count_what_was_served(start):
    gateway, key = start()
    for _ in range(3):
        gateway.chat(key)
    status, body, fields = gateway.get("/metrics", admin=True)
    text = body.decode()
    assert status == 200 and fields["content-type"].startswith("text/plain")
    assert re.search(r'llmgw_requests_total\{application="app",model="sim-small",status="200"\} 3\b', text), text
    assert re.search(r'llmgw_cost_total\{[^}]*currency="USD"\} 0\.\d+', text)


# MARK: The command line

def test_help_and_version_answer_without_a_configuration(tmp_path):
    assert re.match(r"llmgw \d+\.\d+\.\d+", run("--version", cwd=tmp_path).stdout)
    text = run("--help", cwd=tmp_path).stdout
    for command in ["serve", "check", "sim", "keys", "costs", "budgets", "requests", "demo"]:
        assert command in text
        helped = run(command, "--help", cwd=tmp_path)
        assert helped.returncode == 0 and "llmgw " + command in helped.stdout
    assert run("csots").returncode == 2 and "costs" in run("csots").stderr


def test_one_request_can_be_looked_at(start):
    gateway, key = start()
    request = gateway.chat(key)[2]["x-llmgw-request-id"]
    page = gateway.cli("requests", request).stdout
    assert request in page and "sim-small" in page
    assert request in gateway.cli("requests", "--app", "app").stdout


def test_demo_tells_its_story(tmp_path):
    result = run("demo", cwd=tmp_path, timeout=90)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_call_that_waited_for_its_budget_is_not_begun_while_the_gateway_ends(start, upstream):
    # A port that takes no connection: its backlog is full, so that the first call's hold is void when it is cut.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        crowd = [socket.socket() for _ in range(8)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        stuck = {"kind": "openai", "base_url": f"http://127.0.0.1:{deaf.getsockname()[1]}/v1",
                 "timeouts": {"connect": "60s", "first_byte": "60s", "idle": "60s", "total": "90s"}}
        gateway, key = start({
            "ledger": {"admission_wait": "60s"}, "providers": {"stuck": stuck},
            "models": {"stuck": {"targets": [{"provider": "stuck", "model": "scripted"}], "max_output_tokens": 100}},
            "applications": {"app": {"models": ["stuck", "scripted"], "budgets": [
                {"window": "day", "limit": "0.000100000 USD"}]}},  # room for one of the two calls
        }, upstream.url, prices_file={"prices": [price("stuck", "scripted"), *prices()["prices"]]})
        with concurrent.futures.ThreadPoolExecutor() as pool:
            first = pool.submit(gateway.chat, key, "stuck", max_tokens=100)
            wait_until(lambda: gateway.query("SELECT * FROM hold"), what="the first call's hold")
            second = pool.submit(gateway.chat, key, "scripted", max_tokens=100)
            wait_until(lambda: metric_in_flight(gateway) == 2, what="the second call")
            gateway.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "requests under way go on" in gateway.log(), what="the first signal")
            gateway.process.send_signal(signal.SIGTERM)
            gateway.process.wait(20)
            assert {first.result()[0], second.result()[0]} <= {0, 502, 503}
        for one in crowd:
            one.close()
    assert upstream.requests == [], "what was waiting was not sent"
    gateway.verify()
    [period] = gateway.query("SELECT * FROM period")
    assert (period["held_nano"], period["posted_nano"]) == (0, 0)


def metric_in_flight(gateway):
    text = gateway.get("/metrics", admin=True)[1].decode()
    return int(re.search(r"^llmgw_requests_in_flight (\d+)$", text, re.MULTILINE)[1])
