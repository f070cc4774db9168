"""Alerts of budgets: each share once, to a webhook that can check who speaks, through crashes and dead receivers."""
import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest

from harness import wait_until
from test_money import together
from upstream import completion, usage

SECRET = "webhook-canary-0123456789abcdef"


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook's receiver, as an operator would write it."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), ReceiverHandler)
        self.messages, self.status, self.pause = [], 204, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/llmgw"

    @property
    def shares(self):
        return sorted((message["basis"], message["share"]) for _, message in self.messages)

    def close(self):
        self.shutdown()
        self.server_close()


class ReceiverHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        time.sleep(self.server.pause)
        fields = dict(part.split("=", 1) for part in self.headers["x-llmgw-signature"].split(","))
        digest = hmac.new(SECRET.encode(), fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(digest, fields["v1"]) and abs(time.time() - int(fields["t"])) < 300
        status = self.server.status if genuine else 401
        if status == 204:
            self.server.messages.append((self.headers["x-llmgw-delivery"], json.loads(body)))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def alerting(url, limit="0.000400000 USD", shares=(0.5, 0.8, 1.0)):
    return {
        "alerts": {"webhook": {"url": url, "secret": SECRET}},
        "applications": {"app": {"budgets": [{"window": "day", "limit": limit, "alerts": list(shares)}]}}}


def spend(gateway, key, calls):
    """Calls that cost 9,000 nano-dollars each, and are held at some 40,000."""
    return together(calls, lambda number: gateway.chat(key, "scripted", f"call {number}", max_tokens=20)[0])


@pytest.fixture
def dear(upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(20, 10)))  # 20 * 150 + 10 * 600 = 9,000
    return upstream


def test_each_share_is_told_once_with_a_signature_that_can_be_checked(start, dear, receiver):
    gateway, key = start(alerting(receiver.url), dear.url)
    for _ in range(6):
        spend(gateway, key, 8)
    wait_until(lambda: len(receiver.messages) >= 4, what="the alerts")
    time.sleep(0.5)
    assert len(set(receiver.shares)) == len(receiver.shares), "no share twice"
    assert {share for basis, share in receiver.shares if basis == "posted"} >= {0.5, 0.8}
    assert {share for basis, share in receiver.shares if basis == "held"} >= {0.5, 0.8}
    _, message = receiver.messages[0]
    assert message["type"] == "budget.alert" and message["budget"]["name"] == "app"
    assert message["budget"]["limit"] == "0.000400000"
    told = json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]
    assert len(told) == len(receiver.messages) and all(row["delivered_at"] and not row["last_error"] for row in told)
    status, body, _ = gateway.get("/admin/v1/alerts?app=app", admin=True)
    assert status == 200 and body["alerts"] == told
    assert "app" in gateway.cli("alerts", "list").stdout
    assert SECRET not in gateway.log()
    gateway.verify()


def test_a_receiver_that_was_down_is_told_when_it_is_back(start, dear, receiver):
    receiver.status = 503
    gateway, key = start(alerting(receiver.url), dear.url)
    for _ in range(4):
        spend(gateway, key, 8)
    wait_until(lambda: "an alert was not delivered" in gateway.log())
    assert not receiver.messages
    receiver.status = 204

    def told():
        rows = json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]
        return all(row["delivered_at"] for row in rows) and any(row["tries"] >= 2 for row in rows)

    wait_until(told, timeout=15)
    assert receiver.messages


def test_what_a_crash_left_untold_is_told_by_the_next_process(gateways, dear):
    receiver = Receiver()
    url = receiver.url
    receiver.close()  # nobody listens there now
    gateway = gateways(alerting(url), dear.url).start()
    spend(gateway, gateway.key(), 8)
    wait_until(lambda: "an alert was not delivered" in gateway.log())
    gateway.kill()
    receiver = Receiver(int(url.split(":")[2].split("/")[0]))
    try:
        gateway.start()
        wait_until(lambda: receiver.messages, timeout=15)
        assert len(set(receiver.shares)) == len(receiver.shares)
    finally:
        receiver.close()


def test_a_raised_limit_does_not_tell_again(start, dear, receiver):
    gateway, key = start(alerting(receiver.url), dear.url)
    spend(gateway, key, 8)
    wait_until(lambda: ("held", 0.5) in receiver.shares)
    text = gateway.path.read_text()
    gateway.path.write_text(text.replace("0.000400000 USD", "0.000600000 USD"))
    gateway.reload()
    wait_until(lambda: "configuration reloaded" in gateway.log())
    spend(gateway, key, 8)
    time.sleep(0.5)
    assert len(set(receiver.shares)) == len(receiver.shares)


def test_a_slow_receiver_slows_no_call(start, dear, receiver):
    receiver.pause = 2
    gateway, key = start(alerting(receiver.url, "0.010000000 USD", [0.0001, 0.0002, 0.001]), dear.url)
    begin = time.monotonic()
    assert set(spend(gateway, key, 8)) == {200}
    assert time.monotonic() - begin < 2, "nobody waits for the receiver"


def test_without_a_webhook_alerts_are_in_the_log_and_in_the_list(start, dear):
    patch = alerting("http://127.0.0.1:9/")
    del patch["alerts"]
    gateway, key = start(patch, dear.url)
    spend(gateway, key, 8)
    wait_until(lambda: "budget.alert" in gateway.log())
    wait_until(lambda: all(
        row["last_error"] == "no webhook is configured"
        for row in json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]))
