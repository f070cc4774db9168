#!/usr/bin/env python3
"""How far true spend ends from a budget, with many calls in flight: this gateway, beside check-then-charge.

    make overshoot

The same clients and the same provider for both. The provider takes 20 to 80 ms and writes down what it bills. The
baseline is what most gateways do: a call passes while what is booked is below the limit, and its cost is booked when
its answer is there. Clients go on until the budget refuses each of them ten times in a row.
"""
import http.client
import http.server
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from configuration import INPUT, OUTPUT, configuration, merged  # noqa: E402
from harness import Gateway  # noqa: E402
from upstream import ScriptedUpstream, completion, usage  # noqa: E402

LIMIT = 60_000_000  # nano-dollars: some three thousand calls
TOKENS = 80


class Provider:
    """Bills at random within its limits, and remembers the sum."""

    def __init__(self, seed):
        self.dice, self.lock, self.billed, self.calls = random.Random(seed), threading.Lock(), 0, 0
        self.server = ScriptedUpstream()
        self.server.script = self.script

    def script(self, call):
        with self.lock:
            prompt, words = self.dice.randrange(20, 60), self.dice.randrange(1, TOKENS + 1)
            pause = self.dice.uniform(0.02, 0.08)
            self.billed += prompt * INPUT + words * OUTPUT
            self.calls += 1
        self.server.requests.clear()
        time.sleep(pause)
        call.answer(completion(used=usage(prompt, words)))


class CheckThenCharge(http.server.ThreadingHTTPServer):
    """A proxy that asks what is spent before a call, and books the call's cost after it."""

    request_queue_size = 512
    daemon_threads = True

    def __init__(self, upstream_port):
        super().__init__(("127.0.0.1", 0), CheckThenChargeHandler)
        self.upstream_port, self.spent, self.lock = upstream_port, 0, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class CheckThenChargeHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            is_exhausted = self.server.spent >= LIMIT
        if is_exhausted:
            return self.answer(402, b"{}")
        connection = http.client.HTTPConnection("127.0.0.1", self.server.upstream_port)
        connection.request("POST", self.path, body, {"content-type": "application/json"})
        answer = connection.getresponse().read()
        connection.close()
        used = json.loads(answer)["usage"]
        with self.server.lock:
            self.server.spent += used["prompt_tokens"] * INPUT + used["completion_tokens"] * OUTPUT
        self.answer(200, answer)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def exhaust(port, key, clients):
    """Calls from `clients` threads until each was refused ten times in a row; returns the statuses' counts."""
    statuses, lock = {}, threading.Lock()
    body = json.dumps({
        "model": "scripted", "max_tokens": TOKENS, "messages": [{"role": "user", "content": "How far is the moon?"}]})
    fields = {"content-type": "application/json", "authorization": f"Bearer {key}"}

    def client():
        connection, refusals = http.client.HTTPConnection("127.0.0.1", port), 0
        while refusals < 10:
            connection.request("POST", "/v1/chat/completions", body, fields)
            answer = connection.getresponse()
            answer.read()
            refusals = refusals + 1 if answer.status == 402 else 0
            with lock:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def measure_gateway(clients, folder, seed=1):
    """Returns what the provider billed, in per cent of the limit, and the statuses."""
    provider = Provider(seed)
    patch = {
        "applications": {"app": {"budgets": [{"window": "total", "limit": f"0.{LIMIT:09d} USD"}]}},
        "log": {"level": "warning"}}
    gateway = Gateway(folder, merged(configuration(provider.server.url), patch)).start()
    try:
        statuses = exhaust(gateway.port, gateway.key(), clients)
        [period] = gateway.query("SELECT posted_nano, held_nano FROM period")
        assert (period["posted_nano"], period["held_nano"]) == (provider.billed, 0), "the books are the truth"
        gateway.verify()
    finally:
        gateway.stop()
        provider.server.close()
    return 100 * provider.billed / LIMIT, statuses


def measure_baseline(clients, seed=1):
    provider = Provider(seed)
    proxy = CheckThenCharge(provider.server.port)
    statuses = exhaust(proxy.server_address[1], "any", clients)
    proxy.shutdown()
    proxy.server_close()
    provider.server.close()
    return 100 * provider.billed / LIMIT, statuses


def main():
    print("| in flight | llmgw: true spend, % of the limit | refused | check-then-charge: true spend, % | refused |")
    print("|---:|---:|---:|---:|---:|")
    for clients in (16, 64, 256):
        with tempfile.TemporaryDirectory() as folder:
            own, statuses = measure_gateway(clients, folder)
        baseline, others = measure_baseline(clients)
        print(
            f"| {clients} | {own:.2f} | {statuses.get(402, 0) + statuses.get(429, 0)} | {baseline:.2f} |"
            f" {others.get(402, 0)} |", flush=True)


if __name__ == "__main__":
    main()
