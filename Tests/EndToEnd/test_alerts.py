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
        self.messages, self.status = [], 204
        self.open = threading.Event()  # while it is not set, whoever calls waits for an answer
        self.open.set()
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
        self.server.open.wait(30)
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


def pending(gateway):
    lines = gateway.get("/metrics", admin=True)[1].decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("llmgw_alerts_pending "))


@pytest.fixture
def dear(upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(20, 10)))  # 20 * 150 + 10 * 600 = 9,000
    return upstream


def test_each_share_is_told_once_with_a_signature_that_can_be_checked(start, dear, receiver):
    gateway, key = start(alerting(receiver.url), dear.url)
    for _ in range(6):
        spend(gateway, key, 8)
    wait_until(lambda: {("posted", 0.8), ("held", 0.8)} <= set(receiver.shares), what="the alerts")
    wait_until(lambda: [message for _, message in receiver.messages if message["type"] == "budget.exhausted"])
    wait_until(lambda: pending(gateway) == 0, what="nothing to wait")
    assert len(set(receiver.shares)) == len(receiver.shares), "no share twice"
    assert {share for basis, share in receiver.shares if basis == "posted"} >= {0.5, 0.8}
    assert {share for basis, share in receiver.shares if basis == "held"} >= {0.5, 0.8}
    message = next(message for _, message in receiver.messages if message["type"] != "budget.exhausted")
    assert message["type"] == "budget.alert" and message["budget"]["name"] == "app"
    assert message["budget"]["limit"] == "0.000400000"
    assert gateway.log().count("budget.exhausted: ") == 1
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


def test_a_raised_limit_is_told_anew(start, dear, receiver):
    gateway, key = start(alerting(receiver.url), dear.url)
    spend(gateway, key, 8)
    wait_until(lambda: ("held", 0.5) in receiver.shares)
    text = gateway.path.read_text()
    gateway.path.write_text(text.replace("0.000400000 USD", "0.000080000 USD"))
    gateway.reload()
    wait_until(lambda: "configuration reloaded" in gateway.log())
    spend(gateway, key, 8)
    told = lambda: [(message["basis"], message["share"], message["budget"]["limit"])  # noqa: E731
                    for _, message in receiver.messages if message["type"] == "budget.alert"]
    wait_until(lambda: ("posted", 0.8, "0.000080000") in told())
    assert ("posted", 0.5, "0.000080000") in told()
    assert len(set(told())) == len(told()), "no share of a limit twice"
    gateway.verify()


def test_a_slow_receiver_slows_no_call(start, dear, receiver):
    receiver.open.clear()
    gateway, key = start(alerting(receiver.url, "0.010000000 USD", [0.0001, 0.0002, 0.001]), dear.url)
    assert set(spend(gateway, key, 8)) == {200}
    assert pending(gateway) > 0 and receiver.messages == [], "nobody waits for the receiver"
    receiver.open.set()
    wait_until(lambda: receiver.messages, what="what it was told meanwhile")


def test_without_a_webhook_alerts_are_in_the_log_and_in_the_list(start, dear):
    patch = alerting("http://127.0.0.1:9/")
    del patch["alerts"]
    gateway, key = start(patch, dear.url)
    spend(gateway, key, 8)
    wait_until(lambda: "budget.alert" in gateway.log())
    wait_until(lambda: all(
        row["last_error"] == "no webhook is configured"
        for row in json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]))


def test_a_budget_without_room_is_told_once_though_nobody_asked_for_shares(start, dear, receiver):
    gateway, key = start(alerting(receiver.url, "0.000100000 USD", []), dear.url)
    assert gateway.chat(key, "scripted", "one", max_tokens=20)[0] == 200
    codes = [gateway.chat(key, "scripted", f"too long {number}", max_tokens=200)[0] for number in range(4)]
    assert codes == [402] * 4
    assert gateway.chat(key, "scripted", "short", max_tokens=20)[0] == 200
    wait_until(lambda: receiver.messages and pending(gateway) == 0)
    ((delivery, message),) = receiver.messages
    assert (message["type"], message["id"], message["share"]) == ("budget.exhausted", delivery, 0.09)
    assert message["budget"]["posted"] == "0.000009000" and message["budget"]["limit"] == "0.000100000"
    assert float(message["needed"]) > 0.000091
    assert gateway.log().count("budget.exhausted: a budget has no room for a call") == 1
    (row,) = json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]
    assert (row["basis"], row["share_ppm"], row["needed"]) == ("exhausted", 90_000, message["needed"])
    gateway.verify()


def test_a_call_that_was_shortened_or_given_to_a_smaller_model_exhausts_nothing(start, dear, receiver):
    patch = alerting(receiver.url, "0.000100000 USD", [])
    patch["applications"]["app"]["budgets"][0]["clip"] = 5
    gateway, key = start(patch, dear.url)
    status, _, headers = gateway.chat(key, "scripted", "long", max_tokens=200)
    assert status == 200 and int(headers["x-llmgw-max-tokens-clipped"]) < 200
    wait_until(lambda: "app" in gateway.cli("costs").stdout)
    assert not receiver.messages and json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"] == []


def test_a_refusal_says_how_many_tokens_would_fit_and_they_do(start, dear):
    patch = {"applications": {"app": {"budgets": [{"window": "day", "limit": "0.000100000 USD"}]}}}
    gateway, key = start(patch, dear.url)
    status, body, _ = gateway.chat(key, "scripted", "long", max_tokens=2_000)
    tokens = body["error"]["llmgw"]["fitting_tokens"]
    assert status == 402 and 0 < tokens < 2_000
    assert f"An answer of up to {tokens} tokens would fit now" in body["error"]["message"]
    status, body, _ = gateway.chat(key, "scripted", "long", max_tokens=tokens + 1)
    assert status == 402 and body["error"]["llmgw"]["fitting_tokens"] == tokens
    assert gateway.chat(key, "scripted", "long", max_tokens=tokens)[0] == 200
    status, body, _ = gateway.chat(key, "scripted", "x" * 4_000, max_tokens=1)
    assert status == 402 and body["error"]["llmgw"]["fitting_tokens"] == 0
    assert "not even the shortest answer" in body["error"]["message"]
    gateway.verify()


def test_what_was_given_up_is_delivered_when_somebody_asks(start, dear, receiver):
    receiver.status = 410  # it wants no more
    gateway, key = start(alerting(receiver.url, shares=[0.01]), dear.url)
    assert gateway.chat(key, "scripted", "one", max_tokens=20)[0] == 200
    rows = lambda: json.loads(gateway.cli("alerts", "list", "--format", "json").stdout)["alerts"]  # noqa: E731
    wait_until(lambda: len(rows()) == 2 and all(row["delivered_at"] for row in rows()))
    assert all("410" in row["last_error"] for row in rows()) and not receiver.messages
    receiver.status = 204
    first, second = sorted(row["id"] for row in rows())
    assert gateway.cli("alerts", "resend", first).stdout == "1 alert waits for delivery again\n"
    wait_until(lambda: [delivery for delivery, _ in receiver.messages] == [first])
    refused = gateway.cli("alerts", "resend", first, check=False)
    assert refused.returncode == 2 and f"{first} was delivered" in refused.stderr
    assert gateway.get("/admin/v1/alerts/resend", admin=True, method="POST", body={})[1] == {"resent": 1}
    wait_until(lambda: [delivery for delivery, _ in receiver.messages] == [first, second])
    wait_until(lambda: all(row["delivered_at"] and not row["last_error"] for row in rows()))
    assert gateway.log().count("budget.alert: ") == 2, "the log and the plugins knew"
    wrong = gateway.cli("alerts", "resend", "12", check=False)
    assert wrong.returncode == 2 and "alert-12" in wrong.stderr
    assert gateway.get("/admin/v1/alerts/resend", admin=True, method="POST", body={"id": "x"})[0] == 400
    gateway.stop()
    assert gateway.cli("alerts", "resend").stdout == "no alert was given up\n"
