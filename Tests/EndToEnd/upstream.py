"""A provider that a test scripts byte by byte: a raw socket server, a thread for each connection."""
import json
import os
import socket
import struct
import threading
import time

import pytest

# Every scripted upstream stands behind an nginx that speaks HTTP/2; how that breaks is nginx's own.
BEHIND_NGINX = bool(os.environ.get("LLMGW_HTTP2"))
only_directly = pytest.mark.skipif(BEHIND_NGINX, reason="nginx would answer in its own way")


def usage(prompt=12, completion=7, **more):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion, **more}


def completion(text="Hi.", used=None, **more):
    """A whole chat completion."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1763700000, "model": "scripted-2026",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": used or usage(), **more}


def chunk(delta=None, finish=None, **more):
    """One event of a chat stream."""
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1763700000, "model": "scripted-2026",
            "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more}
    return event(body)


def usage_chunk(used=None):
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1763700000, "model": "scripted-2026",
            "choices": [], "usage": used or usage()}
    return event(body)


def event(body):
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def text_events(words=("Hel", "lo", " wörld")):
    return [chunk({"role": "assistant", "content": ""})] + [chunk({"content": word}) for word in words] + [
        chunk({}, "stop")]


class Request:
    """What the gateway sent."""

    def __init__(self, head, body):
        self.head, self.body = head, body
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ")
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}

    @property
    def json(self):
        return json.loads(self.body)


class Call:
    """One request on its connection, for the script to answer."""

    def __init__(self, connection, request):
        self.connection, self.request = connection, request
        self.closes = False

    def send(self, data):
        self.connection.sendall(data)

    def answer(self, body, status=200, headers=(), content_type="application/json"):
        """A whole answer with its length."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.head(status, [("content-type", content_type), ("content-length", str(len(data))), *headers])
        self.send(data)

    def error(self, status, code="server_error", kind="server_error", headers=()):
        self.answer({"error": {"message": f"scripted {status}", "type": kind, "param": None, "code": code}}, status, headers)

    def head(self, status=200, headers=()):
        lines = [f"HTTP/1.1 {status} Scripted"] + [f"{name}: {value}" for name, value in headers]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def stream(self, *pieces, gap=0.0, end=True):
        """A chunked stream; each piece is a chunk of its own."""
        self.begin_stream()
        for piece in pieces:
            self.piece(piece)
            if gap:
                time.sleep(gap)
        if end:
            self.end_stream()

    def begin_stream(self):
        self.head(200, [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")])

    def piece(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def end_stream(self):
        self.send(b"0\r\n\r\n")

    def close(self):
        """Ends the connection with FIN, without the end of the message."""
        self.closes = True

    def reset(self):
        """Ends the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closes = True

    def wait_for_disconnect(self, timeout=15):
        """Returns whether the gateway left within `timeout` seconds."""
        self.connection.settimeout(timeout)
        try:
            return self.connection.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class ScriptedUpstream:
    """Answers with `script(call)`, which a test sets; by default a whole completion or a short stream."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.front = None
        if BEHIND_NGINX:
            from http2 import shared_nginx
            self.front = shared_nginx(self)
            self.url = self.front.url
        self.requests = []
        self.script = default_script
        self.failures = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        try:
            while request := read_request(reader):
                self.requests.append(request)
                call = Call(connection, request)
                self.script(call)
                if call.closes:
                    break
        except OSError:
            pass  # the gateway left
        except Exception as failure:  # noqa: BLE001: a script's own mistake must not stay unseen
            self.failures.append(failure)
        finally:
            reader.close()
            connection.close()

    def close(self):
        if self.front:
            self.front.close()
        # Closing alone would leave the thread in accept(), with a number that the next socket gets.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.listener.close()
        assert not self.failures, self.failures


def read_request(reader):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline()
        if not line:
            return None
        head += line
    request = Request(head, b"")
    assert "transfer-encoding" not in request.headers, "the gateway sends bodies with their length"
    request.body = reader.read(int(request.headers.get("content-length", 0)))
    return request


def default_script(call):
    if not call.request.json.get("stream"):
        return call.answer(completion())
    call.stream(*text_events(), usage_chunk(), DONE)
