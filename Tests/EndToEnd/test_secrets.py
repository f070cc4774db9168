"""Keys are in no log, no file, no answer, no command line."""
import pathlib

import pytest

from configuration import ADMIN_TOKEN, PROVIDER_KEY
from upstream import completion, text_events
from wire import Wire, chat, post

CONTENT = "content-canary-5f1d0c"


@pytest.fixture(scope="module")
def haystack(tmp_path_factory):
    """Everything that a gateway left after a day of good and bad calls: name → bytes; with the key that was used."""
    from configuration import configuration
    from harness import Gateway
    from upstream import ScriptedUpstream
    upstream = ScriptedUpstream()
    gateway = Gateway(tmp_path_factory.mktemp("secrets"), configuration(upstream.url)).start()
    found, key = {}, gateway.key()

    def keep(name, answer):
        found[name] = b"%d " % answer[0] + str(answer[1]).encode() + str(dict(answer[2])).encode()

    for model in ["sim-small", "sim-500", "sim-auth", "sim-429", "sim-garbage", "scripted", "nothing", f"x{key}"]:
        keep(f"chat {model[:8]}", gateway.chat(key, model, text=CONTENT, headers={"x-llmgw-tags": "tag"}))
        keep(f"stream {model[:8]}", gateway.chat(key, model, text=CONTENT, stream=True))
    upstream.script = lambda call: call.error(401, "invalid_api_key")
    keep("refused by the provider", gateway.chat(key, "scripted"))
    upstream.script = lambda call: call.answer(
        {"error": {"message": f"Incorrect API key provided: {PROVIDER_KEY}", "code": "x", "type": "y"}}, status=400)
    keep("a provider that repeats its key", gateway.chat(key, "scripted"))
    upstream.script = lambda call: (call.begin_stream(), call.piece(text_events()[0]), call.piece(
        b'data: {"error":{"message":"key ' + PROVIDER_KEY.encode() + b'"}}\n\n'), call.end_stream())
    keep("a stream that repeats the key", gateway.chat(key, "scripted", stream=True))
    upstream.script = lambda call: (call.begin_stream(), call.piece(text_events()[0]), call.piece(
        b'data: {"error":{"code":"invalid_value","message":"key ' + PROVIDER_KEY.encode() + b'"}}\n\n'), call.end_stream())
    keep("a stream that blames the key on the request", gateway.chat(key, "scripted", stream=True))
    upstream.script = lambda call: call.answer(completion(), headers=[("x-echo", PROVIDER_KEY)])
    keep("a header that repeats the key", gateway.chat(key, "scripted"))
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, b'{"a":"' + key.encode() + b'"'))
        found["broken body"] = wire.answer().body
    with Wire(gateway.port) as wire:
        wire.send(f"GET /{key} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n bad\r\n\r\n".encode())
        found["broken head"] = wire.answer().body
    keep("wrong key", gateway.chat(key[:-1] + "!"))
    for path in ["/metrics", "/admin/v1/keys", "/admin/v1/costs", "/admin/v1/budgets", "/admin/v1/requests"]:
        keep(path, gateway.get(path, admin=True))
    for command in [("keys", "list"), ("costs",), ("requests",), ("budgets",), ("check",)]:
        result = gateway.cli(*command, check=False)
        found[f"llmgw {command}"] = (result.stdout + result.stderr).encode()
    gateway.path.write_text(gateway.path.read_text().replace("providers:", "provdiers:", 1))
    gateway.reload()
    keep("reload", gateway.get("/admin/v1/reload", admin=True, method="POST"))
    found["check"] = (result := gateway.cli("check", check=False)).stdout.encode() + result.stderr.encode()
    for name in ["cmdline", "comm"]:
        found[f"/proc {name}"] = pathlib.Path(f"/proc/{gateway.process.pid}/{name}").read_bytes()
    sent = b"".join(request.head for request in upstream.requests)
    gateway.stop()
    for path in [*gateway.folder.glob("serve-*.log"), *gateway.ledger.parent.iterdir()]:
        if path.is_file():
            found[path.name] = path.read_bytes()
    upstream.close()
    return found, key, sent


def test_secrets_are_nowhere(haystack):
    found, key, _ = haystack
    for secret in (key, PROVIDER_KEY, ADMIN_TOKEN):
        places = [name for name, data in found.items() if secret.encode() in data]
        # A client that sends its own key as a model's name gets its own words back, and nobody else does.
        assert [name for name in places if not name.startswith(("chat xllmgw", "stream xllmgw"))] == []


def test_content_is_not_kept(haystack):
    found, _, _ = haystack
    kept = [name for name, data in found.items() if CONTENT.encode() in data and not name.startswith(("chat", "stream"))]
    assert kept == []


def test_a_provider_gets_its_own_key_and_never_the_clients(haystack):
    _, key, sent = haystack
    assert PROVIDER_KEY.encode() in sent and key.encode() not in sent
    assert b"x-llmgw" not in sent.lower() and b"x-forwarded" not in sent.lower()
