"""Clients that send everything before they read: a refusal that comes early must still be there for them."""
import http.client
import json
import shutil
import subprocess

import pytest

from wire import Wire, chat

SIZES = [100_000, 4_000_000, 20_000_000]


def body_of(size):
    return json.dumps({**chat(), "padding": "x" * size}).encode()


@pytest.mark.parametrize("size", SIZES)
def test_http_client_reads_why_its_key_is_refused(shared, size):
    gateway = shared[0]
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    connection.request("POST", "/v1/chat/completions", body_of(size), {"authorization": "Bearer llmgw-nobody"})
    answer = connection.getresponse()
    assert answer.status == 401 and json.loads(answer.read())["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize("path, status", [("/nothing", 404), ("/v1/models", 405)])
def test_so_is_a_path_or_method_that_is_not_served(shared, path, status):
    connection = http.client.HTTPConnection("127.0.0.1", shared[0].port, timeout=20)
    connection.request("POST", path, body_of(4_000_000))
    assert connection.getresponse().status == status


def test_a_body_above_the_limit_is_told_so(shared):
    gateway, key, _ = shared
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    connection.request("POST", "/v1/chat/completions", b"x" * (40 << 20), {"authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    assert answer.status == 413 and json.loads(answer.read())["error"]["code"] == "body_too_large"


def test_what_is_read_on_is_bounded(start):
    gateway, _ = start({"limits": {"max_body": "64KiB"}})
    with Wire(gateway.port, timeout=20) as wire:
        wire.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        sent = 0
        with pytest.raises(OSError):
            while sent < 1_000_000_000:
                wire.send(b"x" * (1 << 20))
                sent += 1 << 20
    assert sent < 64 << 20


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
def test_node_reads_why_its_key_is_refused(shared):
    script = """
        const http = require('http');
        const body = Buffer.alloc(4000000, 'x');
        const request = http.request({port: PORT, path: '/v1/chat/completions', method: 'POST',
            headers: {'content-length': body.length}}, answer => { console.log(answer.statusCode); process.exit(0); });
        request.on('error', error => { console.log(error.code); process.exit(1); });
        request.end(body);
        """.replace("PORT", str(shared[0].port))
    result = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=30)
    assert result.stdout.strip() == "401", result
