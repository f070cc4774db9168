"""Load whose book-keeping a ledger can be held against: a call counts once its last byte was read, and not before."""
import re
import threading

from wire import Wire, chat, post


class Load:
    """Clients on kept connections, half of them streaming, until `stop` or until the gateway is gone."""

    def __init__(self, port, key, clients=8, model="sim-small", streams=True):
        self.port, self.key, self.model, self.streams = port, key, model, streams
        self.finished = {}  # request id → cost in nano-dollars, of answers that were read to their end
        self.refused = []  # other statuses than 200
        self.cut = 0  # answers that broke off
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._client, args=(number,), daemon=True) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(15)

    def _client(self, client):
        number = 0
        while not self.stopped.is_set():
            try:
                with Wire(self.port) as wire:
                    while not self.stopped.is_set():
                        number += 1
                        self._call(wire, client, self.streams and number % 2 == 0, number)
            except (OSError, EOFError):
                if self._gone():
                    return

    def _gone(self):
        """Whether nobody listens any more."""
        try:
            with Wire(self.port):
                return False
        except OSError:
            return True

    def _call(self, wire, client, streams, number):
        body = chat(self.model, f"client {client}, call {number}", **({"stream": True} if streams else {}))
        wire.send(post("/v1/chat/completions", self.key, body))
        answer = wire.head()
        try:
            if answer.status == 200 and streams:
                answer.body = b"".join(wire.chunks())
            else:
                answer.body = wire._take(int(answer.headers["content-length"]))
        except (OSError, EOFError):
            self.cut += 1
            raise
        with self.lock:
            if answer.status != 200:
                self.refused.append(answer)
            elif not streams:
                self.finished[answer.headers["x-llmgw-request-id"]] = nano(answer.headers["x-llmgw-cost"])
            elif b"data: [DONE]" in answer.body:
                cost = re.search(rb": llmgw cost=(\S+ \w+)\n", answer.body)[1].decode()
                self.finished[answer.headers["x-llmgw-request-id"]] = nano(cost)
            else:
                self.cut += 1


def nano(text):
    """Nano-dollars of `0.000648900 USD`."""
    amount, currency = text.split(" ")
    assert currency == "USD"
    whole, _, fraction = amount.partition(".")
    assert len(fraction) == 9
    return int(whole + fraction)
