"""Disorder with book-keeping: a provider that writes down what it bills, and clients that behave in every way."""
import random
import re
import threading
import time

from configuration import cost
from load import nano
from upstream import DONE, ScriptedUpstream, chunk, completion, usage, usage_chunk
from wire import Wire, chat, post

NONCE = re.compile(rb"call \d+-\d+")


class TruthfulProvider:
    """Answers, fails and breaks off by dice, and keeps the truth: what each call that it read was billed.

    The truth is written before the first byte of an answer leaves, and it grows with each token of a stream; so it is
    never behind what a client or the gateway may have seen.
    """

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.truth = []  # nano-dollars, one entry for each call that was read
        self.by_call = {}  # text of the call → its entries in `truth`
        self.calm = False  # the last calls of a run are answered as they should
        self.server = ScriptedUpstream()
        self.server.script = self.script

    @property
    def url(self):
        return self.server.url

    @property
    def total(self):
        with self.lock:
            return sum(self.truth)

    def close(self):
        self.server.close()

    def script(self, call):
        body = call.request.json
        with self.lock:
            entry = len(self.truth)
            self.truth.append(0)
            self.by_call.setdefault(NONCE.search(call.request.body)[0].decode(), []).append(entry)
            mood = "well" if self.calm else self.dice.choices(
                ["well", "refuse", "reset", "hang", "no-usage", "cut", "dear"], [70, 8, 5, 3, 4, 6, 4])[0]
            prompt = self.dice.randrange(8, 40)
            limit = body.get("max_tokens") or body.get("max_completion_tokens")
            assert limit, "a call of an application with a budget has a limit, or its bound is none"
            words = limit if mood == "dear" else self.dice.randrange(1, limit + 1)
        if mood == "refuse":
            return call.error(self.dice.choice([400, 429, 500, 503]))
        if mood == "hang":
            self.bill(entry, usage(prompt, words))
            call.wait_for_disconnect(20)
            return call.reset()
        if body.get("stream"):
            return self.stream(call, entry, mood, prompt, words)
        self.bill(entry, usage(prompt, words))
        if mood == "reset":
            return call.reset()
        answer = completion(used=usage(prompt, words))
        if mood == "no-usage":
            del answer["usage"]
        if mood == "cut":
            call.head(200, [("content-type", "application/json"), ("content-length", "5000")])
            call.send(b'{"id": "chatcmpl-1"')
            return call.reset()
        call.answer(answer)

    def stream(self, call, entry, mood, prompt, words):
        call.begin_stream()
        stop_at = self.dice.randrange(0, words) if mood in ("reset", "cut") else words
        for word in range(words):
            self.bill(entry, usage(prompt, word + 1))  # generated, whether or not anybody reads it
            if word == stop_at:
                return call.reset() if mood == "reset" else call.close()
            call.piece(chunk({"content": f"w{word} "}))
            if word % 16 == 15:
                time.sleep(0.002)
        call.piece(chunk({}, "stop"))
        if mood != "no-usage":
            call.piece(usage_chunk(usage(prompt, words)))
        call.piece(DONE)
        call.end_stream()

    def bill(self, entry, used):
        with self.lock:
            self.truth[entry] = cost(used)


class Crowd:
    """Clients that read to the end, leave early, or ask for too much, until `stop`."""

    def __init__(self, gateway, keys, seed, clients=16):
        self.gateway, self.keys = gateway, keys
        self.finished = {}  # request id → (nano-dollars, text of the call), of answers that were read to their end
        self.statuses = {}
        self.broken = 0
        self.keyed = []  # texts of calls with an Idempotency-Key, which were sent up to three times
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.threads = [
            threading.Thread(target=self._client, args=(number, random.Random(seed * 1000 + number)), daemon=True)
            for number in range(clients)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()

    def _client(self, number, dice):
        count = 0
        while not self.stopped.is_set():
            count += 1
            text = f"call {number}-{count}"
            request, streams, tries = self._request(text, dice)
            for _ in range(tries):
                try:
                    with Wire(self.gateway.port, timeout=10) as wire:
                        self._call(wire, text, request, streams, dice)
                except (OSError, EOFError):
                    self.broken += 1
                    time.sleep(0.01)  # the gateway may be gone for a moment

    def _request(self, text, dice):
        """The bytes of a call, whether it streams, and how often it is sent: under one key for all times."""
        members = {"stream": True} if dice.random() < 0.5 else {}
        if dice.random() < 0.7:
            members["max_tokens"] = dice.randrange(1, 120)
        headers = [f"x-llmgw-user: user-{dice.randrange(4)}"]
        is_keyed = dice.random() < 0.2
        if is_keyed:
            headers.append(f"Idempotency-Key: {text.replace(' ', '-')}")
            self.keyed.append(text)
        body = chat("chaos", text, **members)
        return (post("/v1/chat/completions", dice.choice(self.keys), body, headers), "stream" in members,
                3 if is_keyed else 1)

    def _call(self, wire, text, request, streams, dice):
        wire.send(request)
        if dice.random() < 0.08:
            time.sleep(dice.uniform(0, 0.02))
            return wire.reset()
        answer = wire.head()
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        if not streams or answer.status != 200:
            answer.body = wire._take(int(answer.headers["content-length"]))
            if answer.status == 200:
                self._finish(answer, nano(answer.headers["x-llmgw-cost"]), text)
            return
        leaves_at = dice.randrange(1, 12) if dice.random() < 0.15 else None
        for index, data in enumerate(wire.chunks()):
            answer.body += data
            if index == leaves_at:
                return wire.reset()
        if b"data: [DONE]" in answer.body:
            comment = re.search(rb": llmgw cost=(\S+ \w+)\n", answer.body)
            self._finish(answer, nano(comment[1].decode()), text)
        else:
            assert b'"error"' in answer.body, "what was cut must say so"

    def _finish(self, answer, cost, text):
        with self.lock:
            self.finished[answer.headers["x-llmgw-request-id"]] = (cost, text)


def books(gateway):
    """Derives every period from the rows of the file, with arithmetic of its own; asserts that all agree."""
    settled = gateway.query("SELECT request, attempt, period, held_nano, posted_nano, state FROM attempt"
                            " WHERE period IS NOT NULL")
    further = gateway.query("SELECT line.request, line.attempt, line.period, line.held_nano, line.posted_nano, state"
                            " FROM line JOIN attempt USING(request, attempt)")
    corrections = gateway.query("SELECT period, nano FROM adjustment WHERE period IS NOT NULL"
                                " AND kind <> 'limit_change'")
    assert not gateway.query("SELECT 1 FROM hold"), "a stopped gateway has no open hold"
    names = [(row["request"], row["attempt"], row["period"]) for row in settled + further]
    assert len(names) == len(set(names)), "a line is booked once"
    periods = gateway.query("SELECT * FROM period")
    for period in periods:
        lines = [row for row in settled + further if row["period"] == period["id"]]
        posted = sum(row["posted_nano"] for row in lines)
        posted += sum(row["nano"] for row in corrections if row["period"] == period["id"])
        assert (period["posted_nano"], period["held_nano"]) == (posted, 0), dict(period)
        assert period["presumed_nano"] == sum(row["posted_nano"] for row in lines if row["state"] == "presumed")
        assert period["overrun_nano"] == 0, "the provider kept to its limits, so nothing was billed above a hold"
    return periods


def rewrite(gateway, change):
    """Edits the configuration in place, as an operator would, and has it read again."""
    text = gateway.path.read_text()
    gateway.path.write_text(change(text))
    if gateway.process.poll() is None:
        gateway.reload()
