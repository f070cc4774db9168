"""`Idempotency-Key`: the same call is run once and billed once, whatever happens in between."""
import concurrent.futures
import threading
import time

from openai import OpenAI

from harness import wait_until
from test_money import together
from upstream import DONE, completion, text_events, usage, usage_chunk
from wire import Wire, chat, events, post

BUDGET = {"applications": {"app": {"budgets": [{"window": "day", "limit": "1.00 USD"}]}}}
KEEPING = {"applications": {"app": {"store": {"answers": True}, "budgets": [{"window": "day", "limit": "1.00 USD"}]}}}


def ask(gateway, key, name, text="hello", model="scripted", **members):
    return gateway.chat(key, model, text, headers={"idempotency-key": name}, **members)


def test_a_repeated_key_is_told_that_the_first_call_is_under_way_and_then_that_it_is_done(start, upstream):
    release = threading.Event()

    def script(call):
        release.wait(10)
        call.answer(completion())

    upstream.script = script
    gateway, key = start(BUDGET, upstream.url)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(ask, gateway, key, "order-7")
        wait_until(lambda: upstream.requests)
        status, body, fields = ask(gateway, key, "order-7")
        assert (status, body["error"]["code"], fields["x-should-retry"]) == (409, "in_progress", "true")
        release.set()
        status, answer, head = first.result()
    assert status == 200
    status, body, fields = ask(gateway, key, "order-7")
    assert (status, body["error"]["code"], fields["x-should-retry"]) == (409, "already_done", "false")
    assert head["x-llmgw-request-id"] in body["error"]["message"] and head["x-llmgw-cost"] in body["error"]["message"]
    assert len(upstream.requests) == 1
    gateway.verify()


def test_another_body_under_the_same_key_is_an_error(start, upstream):
    gateway, key = start(BUDGET, upstream.url)
    assert ask(gateway, key, "order-7", "one")[0] == 200
    status, body, _ = ask(gateway, key, "order-7", "another")
    assert (status, body["error"]["code"]) == (422, "idempotency_mismatch")
    assert len(upstream.requests) == 1


def test_applications_do_not_see_each_others_keys(start, upstream):
    gateway, key = start({"applications": {"other": {"models": ["scripted"]}}}, upstream.url)
    other = gateway.key("other")
    assert ask(gateway, key, "1")[0] == ask(gateway, other, "1")[0] == 200
    assert len(upstream.requests) == 2


def test_fifty_at_once_make_one_call(start, upstream):
    def script(call):
        time.sleep(0.2)
        call.answer(completion())

    upstream.script = script
    gateway, key = start(BUDGET, upstream.url)
    statuses = together(50, lambda _: ask(gateway, key, "once")[0])
    assert sorted(set(statuses)) == [200, 409] and statuses.count(200) == 1
    assert len(upstream.requests) == len(gateway.attempts()) == 1


def test_a_kept_answer_is_given_again_byte_for_byte(start, upstream):
    gateway, key = start(KEEPING, upstream.url)
    _, first, head = ask(gateway, key, "order-7")
    status, again, fields = ask(gateway, key, "order-7")
    assert (status, again) == (200, first)
    assert fields["x-llmgw-replayed"] == "true"
    assert [fields[name] for name in ("x-llmgw-request-id", "x-llmgw-cost", "x-llmgw-model")] == [
        head[name] for name in ("x-llmgw-request-id", "x-llmgw-cost", "x-llmgw-model")]
    assert len(upstream.requests) == len(gateway.attempts()) == 1
    [row] = gateway.costs()["rows"]
    assert (row["requests"], row["attempts"], row["refused"]) == (1, 1, 0)
    kept = gateway.folder.parent / "var/content.db"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_kept_stream_is_given_again_with_its_end(start, upstream):
    upstream.script = lambda call: call.stream(*text_events(), usage_chunk(usage(9, 3)), DONE)
    gateway, key = start(KEEPING, upstream.url)

    def stream():
        with Wire(gateway.port) as wire:
            wire.send(post("/v1/chat/completions", key, chat("scripted", stream=True), ["Idempotency-Key: s-1"]))
            return wire.answer()

    first, again = stream(), stream()
    assert first.status == again.status == 200
    assert again.body == first.body and events(again.body)[0][-1] == b"[DONE]"
    assert again.headers["x-llmgw-replayed"] == "true"
    assert len(upstream.requests) == 1


def test_kept_answers_survive_a_restart(start, upstream):
    gateway, key = start(KEEPING, upstream.url)
    _, first, _ = ask(gateway, key, "order-7")
    assert gateway.stop() == 0
    gateway.start()
    status, again, _ = ask(gateway, key, "order-7")
    assert (status, again) == (200, first)


def test_after_kill_9_the_key_is_done_and_charged_once(gateways, upstream):
    upstream.script = lambda call: call.wait_for_disconnect(10)
    gateway = gateways(BUDGET, upstream.url).start()
    key = gateway.key()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(ask, gateway, key, "order-7")
        wait_until(lambda: upstream.requests)
        gateway.kill()
        assert first.result()[0] == 0
    gateway.start()
    status, body, _ = ask(gateway, key, "order-7")
    assert (status, body["error"]["code"]) == (409, "already_done")
    [attempt] = gateway.attempts()
    assert attempt["state"] == "presumed"
    assert len(upstream.requests) == 1
    gateway.verify()


def test_a_call_that_cost_nothing_leaves_its_key_free(start, upstream):
    upstream.script = lambda call: call.error(400)
    gateway, key = start(BUDGET, upstream.url)
    assert ask(gateway, key, "order-7")[0] == 400
    upstream.script = lambda call: call.answer(completion())
    assert ask(gateway, key, "order-7")[0] == 200
    assert ask(gateway, key, "order-7")[0] == 409


def test_a_refused_call_leaves_its_key_free(start):
    gateway, _ = start({"applications": {"poor": {
        "models": ["sim-small"], "budgets": [{"window": "day", "limit": "0.000000001 USD"}]}}})
    key = gateway.key("poor")
    for _ in range(2):
        assert ask(gateway, key, "order-7", model="sim-small")[0] == 402


def test_a_key_of_the_wrong_form_is_refused(shared):
    gateway, key, _ = shared
    for name in ["x" * 256, "with space"]:
        status, body, _ = ask(gateway, key, name, model="sim-small")
        assert (status, body["error"]["code"], body["error"]["param"]) == (400, "invalid_value", "idempotency-key")


def test_the_official_package_retries_until_the_answer_is_there(start, upstream):
    def script(call):
        time.sleep(0.7)
        call.answer(completion("once"))

    upstream.script = script
    gateway, key = start(KEEPING, upstream.url)
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=5) as client:
        def create(_):
            return client.chat.completions.create(
                model="scripted", messages=[{"role": "user", "content": "hello"}],
                extra_headers={"Idempotency-Key": "order-7"}).choices[0].message.content

        assert together(4, create) == ["once"] * 4
    assert len(upstream.requests) == 1
