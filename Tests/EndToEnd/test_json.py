"""A body is checked whole before anything of it is forwarded: no two readers can disagree about it."""
import pytest

from wire import Wire, post

MESSAGES = b'"messages":[{"role":"user","content":"hello"}]'


def ask(shared, body):
    gateway, key, _ = shared
    with Wire(gateway.port) as wire:
        wire.send(post("/v1/chat/completions", key, body))
        return wire.answer()


INVALID = {
    "nothing": b"",
    "no JSON": b"hello",
    "cut off": b'{"model":"sim-small"',
    "two documents": b'{"model":"sim-small",' + MESSAGES + b"}{}",
    "a comma too many": b'{"model":"sim-small",' + MESSAGES + b",}",
    "single quotes": b"{'model':'sim-small'}",
    "a comment": b'{"model":"sim-small",/**/' + MESSAGES + b"}",
    "NaN": b'{"model":"sim-small","temperature":NaN,' + MESSAGES + b"}",
    "a number beyond all doubles": b'{"model":"sim-small","temperature":1e999,' + MESSAGES + b"}",
    "a leading zero": b'{"model":"sim-small","temperature":01,' + MESSAGES + b"}",
    "model twice": b'{"model":"sim-small","model":"sim-large",' + MESSAGES + b"}",
    "model twice, once escaped": b'{"model":"sim-small","m\\u006fdel":"sim-large",' + MESSAGES + b"}",
    "a member twice further down": b'{"model":"sim-small","messages":[{"role":"user","role":"system","content":"a"}]}',
    "a depth bomb of arrays": b'{"model":"sim-small","a":' + b"[" * 100_000 + b"]" * 100_000 + b"," + MESSAGES + b"}",
    "a depth bomb of objects": b'{"model":"sim-small","a":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "a depth bomb without an end": b"[" * 1_000_000,
    "invalid UTF-8": b'{"model":"sim-small","a":"\xff",' + MESSAGES + b"}",
    "overlong UTF-8": b'{"model":"sim-small","a":"\xc0\xaf",' + MESSAGES + b"}",
    "a surrogate in UTF-8": b'{"model":"sim-small","a":"\xed\xa0\x80",' + MESSAGES + b"}",
    "half a surrogate pair": b'{"model":"sim-small","a":"\\ud800",' + MESSAGES + b"}",
    "a control character in a text": b'{"model":"sim-small","a":"\x01",' + MESSAGES + b"}",
    "a byte order mark": b'\xef\xbb\xbf{"model":"sim-small",' + MESSAGES + b"}",
    "UTF-16": '{"model":"sim-small"}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", INVALID.values(), ids=INVALID.keys())
def test_what_is_no_json_for_every_reader_is_400(shared, body):
    answer = ask(shared, body)
    assert (answer.status, answer.code) == (400, "invalid_json")


WRONG = {
    "an array": b"[]",
    "null": b"null",
    "no model": b"{" + MESSAGES + b"}",
    "model null": b'{"model":null,' + MESSAGES + b"}",
    "model an object": b'{"model":{},' + MESSAGES + b"}",
    "an empty model": b'{"model":"",' + MESSAGES + b"}",
    "no messages": b'{"model":"sim-small"}',
    "messages an object": b'{"model":"sim-small","messages":{}}',
    "max_tokens a fraction": b'{"model":"sim-small","max_tokens":1.5,' + MESSAGES + b"}",
    "max_tokens beyond all integers": b'{"model":"sim-small","max_tokens":99999999999999999999,' + MESSAGES + b"}",
    "max_tokens a text": b'{"model":"sim-small","max_tokens":"9",' + MESSAGES + b"}",
    "n zero": b'{"model":"sim-small","n":0,' + MESSAGES + b"}",
    "n near 2^63": b'{"model":"sim-small","n":9223372036854775807,"max_tokens":9223372036854775807,' + MESSAGES + b"}",
    "stream a number": b'{"model":"sim-small","stream":1,' + MESSAGES + b"}",
    "stream_options a text": b'{"model":"sim-small","stream":true,"stream_options":"usage",' + MESSAGES + b"}",
    "prompt with a plain model": b'{"model":"sim-small","prompt":{"variables":{}},' + MESSAGES + b"}",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_type_or_value_is_400_and_reaches_no_target(shared, body):
    before = len(shared[0].attempts())
    answer = ask(shared, body)
    assert (answer.status, answer.code) == (400, "invalid_value"), answer
    assert answer.json["error"]["message"]
    assert len(shared[0].attempts()) == before


def test_a_refused_bodys_text_is_not_repeated_in_the_error(shared):
    answer = ask(shared, b'{"model":"sim-small","a":"canary-in-the-body' + b"\x01" + b'"}')
    assert b"canary-in-the-body" not in answer.body


def test_a_body_survives_but_for_the_members_of_the_gateway(shared):
    gateway, key, upstream = shared
    from upstream import completion
    upstream.script = lambda call: call.answer(completion())
    body = ('{ "x":1.0e+2, "messages": [ {"role":"user","content":"gr\\u00fc\\u00dfe \\ud83d\\ude00 ü"} ],\n'
            '\t"model"\t: "scripted", "b": 12345678901234567890, "y":[ ] }').encode()
    assert ask(shared, body).status == 200
    assert upstream.requests[-1].body == body


def test_a_deep_document_within_the_bound_passes(shared):
    deep = b"[" * 50 + b"]" * 50
    assert ask(shared, b'{"model":"sim-small","metadata":' + deep + b"," + MESSAGES + b"}").status == 200
