"""HTTP/1.1 as RFC 9110 and 9112 want it; what could be read in two ways is refused."""
import re
import threading
import time

import pytest

from wire import Wire, chat, post


@pytest.fixture
def wire(shared):
    with Wire(shared[0].port) as wire:
        yield wire


@pytest.fixture(scope="module")
def key(shared):
    return shared[1]


def head(key, *lines, start="POST /v1/chat/completions HTTP/1.1", host="Host: gateway"):
    fields = [start, host, f"Authorization: Bearer {key}", "Content-Type: application/json", *lines]
    return "\r\n".join(field for field in fields if field).encode("latin-1") + b"\r\n\r\n"


BODY = b'{"model":"sim-small","messages":[{"role":"user","content":"hello"}]}'


def test_a_connection_serves_many_requests(wire, key):
    for number in range(5):
        wire.send(post("/v1/chat/completions", key, chat(text=f"number {number}")))
        answer = wire.answer()
        assert answer.status == 200 and f"number {number}" in answer.json["choices"][0]["message"]["content"]


def test_pipelined_requests_are_answered_in_order(wire, key):
    wire.send(b"".join(post("/v1/chat/completions", key, chat(text=f"number {number}")) for number in range(5)))
    for number in range(5):
        assert f"number {number}" in wire.answer().json["choices"][0]["message"]["content"]


def test_a_request_may_come_byte_by_byte(wire, key):
    wire.send(post("/v1/chat/completions", key, chat()), size=1)
    assert wire.answer().status == 200


def test_a_chunked_body_is_taken_and_its_trailers_are_dropped(wire, key):
    body = b"%x;ext=1\r\n%s\r\n%X\r\n%s\r\n0\r\nX-Trailer: a\r\n\r\n" % (10, BODY[:10], len(BODY) - 10, BODY[10:])
    wire.send(head(key, "Transfer-Encoding: chunked") + body)
    assert wire.answer().status == 200
    wire.send(post("/v1/chat/completions", key, chat()))  # nothing was left over
    assert wire.answer().status == 200


def test_expect_100_continue_is_answered_before_the_body(wire, key):
    wire.send(head(key, f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
    assert wire.answer().status == 100
    wire.send(BODY)
    assert wire.answer().status == 200


def test_a_refusal_comes_in_place_of_100_continue(wire):
    wire.send(head("llmgw-wrong", "Content-Length: 1000000", "Expect: 100-continue"))
    assert wire.answer().status == 401


def test_head_is_get_without_the_body(wire):
    wire.send(b"HEAD /healthz HTTP/1.1\r\nHost: gateway\r\n\r\nGET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
    first = wire.answer("HEAD")
    second = wire.answer("GET")
    assert first.status == second.status == 200
    assert first.headers["content-length"] == second.headers["content-length"] == str(len(second.body))


def test_answers_carry_the_date(wire):
    wire.send(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", wire.answer().headers["date"])


def test_http_1_0_is_answered_and_closed(wire, key):
    wire.send(head(key, f"Content-Length: {len(BODY)}", start="POST /v1/chat/completions HTTP/1.0") + BODY)
    answer = wire.answer()
    assert answer.status == 200 and "transfer-encoding" not in answer.headers
    assert wire.is_closed()


def test_a_stream_for_http_1_0_ends_with_the_connection(wire, key):
    body = BODY[:-1] + b',"stream":true}'
    wire.send(head(key, f"Content-Length: {len(body)}", start="POST /v1/chat/completions HTTP/1.0") + body)
    answer = wire.answer()
    assert "transfer-encoding" not in answer.headers and answer.body.endswith(b"data: [DONE]\n\n")


def test_connection_close_is_honoured(wire, key):
    wire.send(post("/v1/chat/completions", key, chat(), ["Connection: close"]))
    assert wire.answer().headers["connection"] == "close"
    assert wire.is_closed()


def test_absolute_form_is_accepted(wire, key):
    wire.send(head(key, f"Content-Length: {len(BODY)}", start="POST http://gateway/v1/chat/completions HTTP/1.1") + BODY)
    assert wire.answer().status == 200


def test_an_empty_line_before_a_request_is_tolerated(wire, key):
    wire.send(b"\r\n" + post("/v1/chat/completions", key, chat()))
    assert wire.answer().status == 200


LENGTH = f"Content-Length: {len(BODY)}"

AMBIGUOUS = {
    "length and chunked": dict(lines=[LENGTH, "Transfer-Encoding: chunked"]),
    "two lengths": dict(lines=[LENGTH, LENGTH]),
    "two different lengths": dict(lines=[LENGTH, "Content-Length: 5"]),
    "a list of lengths": dict(lines=[f"Content-Length: {len(BODY)}, {len(BODY)}"]),
    "a length with a sign": dict(lines=[f"Content-Length: +{len(BODY)}"]),
    "a negative length": dict(lines=["Content-Length: -1"]),
    "a length in hex": dict(lines=["Content-Length: 0x44"]),
    "a length beyond all integers": dict(lines=["Content-Length: 99999999999999999999999"]),
    "an empty length": dict(lines=["Content-Length:"]),
    "a coding that does not end in chunked": dict(lines=["Transfer-Encoding: chunked, gzip"]),
    "chunked twice": dict(lines=["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]),
    "chunked in HTTP/1.0": dict(lines=["Transfer-Encoding: chunked"], start="POST /v1/chat/completions HTTP/1.0"),
    "identity": dict(lines=["Transfer-Encoding: identity"]),
    "a blank before the colon": dict(lines=["Content-Length : 5"]),
    "a folded field": dict(lines=[LENGTH, "X-A: 1\r\n 2"]),
    "a bare line feed": dict(lines=[LENGTH + "\nX-A: 1"]),
    "a bare carriage return": dict(lines=[LENGTH, "X-A: 1\r2"]),
    "NUL in a value": dict(lines=[LENGTH, "X-A: a\0b"]),
    "a control character in a name": dict(lines=[LENGTH, "X\x01A: a"]),
    "a field without a name": dict(lines=[LENGTH, ": a"]),
    "a field without a colon": dict(lines=[LENGTH, "nothing"]),
    "no host": dict(lines=[LENGTH], host=""),
    "two hosts": dict(lines=[LENGTH, "Host: other"]),
    "a host with a path": dict(lines=[LENGTH], host="Host: a/b"),
    "a host with a user": dict(lines=[LENGTH], host="Host: a@b"),
    "an absolute form with another host": dict(lines=[LENGTH], start="POST http://evil/v1/chat/completions HTTP/1.1"),
    "a blank in the target": dict(lines=[LENGTH], start="POST /v1/chat completions HTTP/1.1"),
    "two blanks": dict(lines=[LENGTH], start="POST  /v1/chat/completions HTTP/1.1"),
    "a version in small letters": dict(lines=[LENGTH], start="POST /v1/chat/completions http/1.1"),
    "a blank before the first field": dict(lines=[LENGTH], host=" Host: gateway"),
}


@pytest.mark.parametrize("case", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_what_is_ambiguous_is_refused_and_the_connection_closed(wire, key, case):
    wire.send(head(key, *case["lines"], **{k: v for k, v in case.items() if k != "lines"}) + BODY)
    answer = wire.answer()
    assert answer.status == 400 and answer.code == "invalid_http"
    assert wire.is_closed()


BAD_CHUNKS = {
    "no hex digit": b"zz\r\n", "a sign": b"+5\r\nhello\r\n0\r\n\r\n", "a prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "a blank before": b" 5\r\nhello\r\n0\r\n\r\n", "beyond all integers": b"ffffffffffffffffff\r\n",
    "a bare line feed after the size": b"5\nhello\r\n0\r\n\r\n", "more data than the size": b"5\r\nhelloworld\r\n0\r\n\r\n",
    "a bare line feed after the data": b"5\r\nhello\n0\r\n\r\n", "an empty size": b"\r\n",
}


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS.keys())
def test_a_bad_chunk_is_refused_and_the_connection_closed(wire, key, chunks):
    wire.send(head(key, "Transfer-Encoding: chunked") + chunks)
    answer = wire.answer()
    assert answer.status == 400 and answer.code == "invalid_http"
    assert wire.is_closed()


def test_what_follows_an_ambiguous_request_is_never_served(shared, key):
    smuggled = post("/v1/chat/completions", key, chat(text="smuggled"))
    before = len(shared[0].attempts())
    with Wire(shared[0].port) as wire:
        wire.send(head(key, LENGTH, "Transfer-Encoding: chunked") + b"0\r\n\r\n" + smuggled)
        assert wire.answer().status == 400
        assert wire.is_closed()
    assert len(shared[0].attempts()) == before


@pytest.mark.parametrize("line, status, code", [
    ("GET /nothing HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /v1/chat/completions/ HTTP/1.1", 404, "unknown_endpoint"),
    ("GET //v1/models HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /v1/%6dodels HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /v1/../v1/models HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /v1/responses/resp_1 HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /metrics HTTP/1.1", 404, "unknown_endpoint"),
    ("GET /admin/v1/keys HTTP/1.1", 404, "unknown_endpoint"),
    ("TRACE /v1/models HTTP/1.1", 405, "method_not_allowed"),
    ("DELETE /v1/models HTTP/1.1", 405, "method_not_allowed"),
])
def test_one_exact_path_decides(wire, key, line, status, code):
    wire.send(head(key, start=line))
    answer = wire.answer()
    assert (answer.status, answer.code) == (status, code)
    assert status != 405 or answer.headers["allow"] == "GET"


def test_connect_is_refused(wire):
    wire.send(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
    assert wire.answer().status in (400, 404, 405)


@pytest.mark.parametrize("lines, status", [
    (["Content-Length: 40000000"], 413),
    ([LENGTH, "Content-Encoding: gzip"], 415),
    ([LENGTH, "X-Long: " + "a" * 70_000], 431),
    ([LENGTH, *[f"X-{number}: a" for number in range(130)]], 431),
    ([LENGTH, "Transfer-Encoding: gzip, chunked"], 501),
    (["Transfer-Encoding: gzip, chunked"], 501),
    ([LENGTH, "Expect: the-unexpected"], 417),
])
def test_what_is_too_large_or_unknown_has_its_status(wire, key, lines, status):
    wire.send(head(key, *lines) + (BODY if LENGTH in lines else b""))
    assert wire.answer().status == status


def test_a_chunked_body_that_grows_too_large_is_413(wire, key):
    wire.send(head(key, "Transfer-Encoding: chunked"))
    piece = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    with pytest.raises((BrokenPipeError, ConnectionResetError, TimeoutError)):
        for _ in range(400):
            wire.send(piece)
            if wire_has_data(wire):
                raise BrokenPipeError
    assert wire.answer().status == 413


def wire_has_data(wire):
    import select
    return bool(select.select([wire.socket], [], [], 0)[0])


def test_a_target_too_long_is_414(wire, key):
    wire.send(head(key, start="GET /" + "a" * 17_000 + " HTTP/1.1"))
    assert wire.answer().status == 414


def test_an_unknown_version_is_505(wire, key):
    wire.send(head(key, start="GET /v1/models HTTP/2.0"))
    assert wire.answer().status in (400, 505)


@pytest.fixture
def hurried(start):
    return start({"limits": {"head_timeout": "300ms", "body_timeout": "500ms", "idle_timeout": "700ms"}})


def test_a_head_or_body_that_does_not_come_is_408(hurried):
    gateway, key = hurried
    for sent in [b"GET /healthz HTTP/1.1\r\nHost: ga", head(key, LENGTH) + BODY[:5]]:
        with Wire(gateway.port) as wire:
            wire.send(sent)
            assert wire.answer().status == 408
            assert wire.is_closed()


def test_an_idle_connection_is_closed_in_silence(hurried):
    with Wire(hurried[0].port) as wire:
        assert wire.is_closed()


def test_slow_senders_do_not_slow_others(shared, key, soak):
    slow = [Wire(shared[0].port) for _ in range(1000 if soak else 200)]
    try:
        for wire in slow:
            wire.send(b"GET /healthz HT")
        for _ in range(20):
            assert shared[0].chat(key)[0] == 200
        # They were answered while these still had to be: one goes on now.
        slow[0].send(b"TP/1.1\r\nHost: gateway\r\n\r\n")
        assert slow[0].answer().status == 200
    finally:
        for wire in slow:
            wire.socket.close()


def test_a_slow_reader_is_not_buffered_without_bound(shared, key):
    gateway, _, upstream = shared
    sent = [0]

    def script(call):
        from upstream import chunk
        call.begin_stream()
        piece = chunk({"content": "x" * 16_000})
        call.connection.settimeout(3)
        for _ in range(2000):  # 32 MB
            call.piece(piece)
            sent[0] += len(piece)

    upstream.script = script
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True)))
        assert wire.head().status == 200
        last = -1
        while sent[0] != last:  # until nothing moves any more
            last = sent[0]
            time.sleep(0.3)
        assert 0 < sent[0] < 16 << 20, "the rest waits in the sockets of the upstream"


def test_a_hundred_connections_at_once_are_served(shared, key):
    statuses = []

    def one():
        with Wire(shared[0].port) as wire:
            wire.send(post("/v1/chat/completions", key, chat()))
            statuses.append(wire.answer().status)

    threads = [threading.Thread(target=one) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100
