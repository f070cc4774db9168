"""HTTP with bare sockets: what is sent is what the test says, what is read is taken apart without mercy."""
import json
import socket
import time


class Answer:
    def __init__(self, status, headers, body, raw_head):
        self.status, self.headers, self.body, self.raw_head = status, headers, body, raw_head

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class Wire:
    """One connection."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data, size=None, gap=0.0):
        """Sends `data`, in pieces of `size` bytes when that is given."""
        for start in range(0, len(data), size or len(data) or 1):
            self.socket.sendall(data[start:start + (size or len(data))])
            if gap:
                time.sleep(gap)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"the connection ended; so far {self.buffer[:300]!r}")
        self.buffer += data

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        part, _, self.buffer = self.buffer.partition(mark)
        return part

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def head(self):
        raw = self._until(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            assert colon and name == name.strip(), line
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value.strip()
        return Answer(int(status), headers, b"", raw)

    def answer(self, method="POST"):
        """One whole answer."""
        answer = self.head()
        if method == "HEAD" or answer.status in (204, 304) or answer.status < 200:
            return answer
        if answer.headers.get("transfer-encoding") == "chunked":
            answer.body = b"".join(self.chunks())
        elif "content-length" in answer.headers:
            answer.body = self._take(int(answer.headers["content-length"]))
        else:
            answer.body = self.rest()
        return answer

    def chunks(self):
        """The chunks of a body as they come."""
        while True:
            size = int(self._until(b"\r\n"), 16)
            data = self._take(size)
            assert self._take(2) == b"\r\n"
            if size == 0:
                return
            yield data

    def rest(self):
        """Everything to the end of the connection."""
        try:
            while True:
                self._more()
        except EOFError:
            pass
        data, self.buffer = self.buffer, b""
        return data

    def is_closed(self, timeout=5):
        """Whether the other side ends the connection now, with nothing further to say."""
        self.socket.settimeout(timeout)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def reset(self):
        import struct
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def post(path, key, body, headers=(), method="POST"):
    """The bytes of a request with a length."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway", f"Content-Length: {len(data)}", "Content-Type: application/json"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    return "\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + data


def chat(model="sim-small", text="hello", **members):
    return {"model": model, "messages": [{"role": "user", "content": text}], **members}


def events(body):
    """The events of a stream's bytes: (data of each, comments)."""
    data, comments = [], []
    for block in body.split(b"\n\n"):
        if block.startswith(b"data: "):
            data.append(block[6:])
        elif block.startswith(b":"):
            comments.append(block.decode())
        else:
            assert block == b"", block
    return data, comments
