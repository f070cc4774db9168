"""Budgets hold, every cent has its row, and reports are the sum of the rows."""
import concurrent.futures
import csv
import io
import threading
import time
from decimal import Decimal

import pytest

from configuration import INPUT, OUTPUT, cost, price, prices
from harness import wait_until
from upstream import DONE, completion, only_directly, text_events, usage, usage_chunk
from wire import Wire, chat, post


def budgeted(limit, model="scripted", **more):
    """The application `poor` with a daily budget, beside the usual ones."""
    return {"applications": {"poor": {
        "models": [model] if isinstance(model, str) else model,
        "budgets": [{"window": "day", "limit": f"{Decimal(limit):.9f} USD"}], **more}}}


def bound_of(gateway, key, **members):
    """What one call of that form is held at."""
    _, _, fields = gateway.chat(key, "scripted", **members)
    return gateway.attempts(fields["x-llmgw-request-id"])[0]["bound_nano"]


@pytest.fixture
def call_bound(start, upstream):
    """The bound of one call to `scripted` with 10 output tokens, in nano-dollars."""
    gateway, key = start(None, upstream.url)
    bound = bound_of(gateway, key, max_tokens=10)
    gateway.stop()
    upstream.requests.clear()
    return bound


def together(count, function):
    """`function(number)` in as many threads, let go at once."""
    barrier = threading.Barrier(count)

    def one(number):
        barrier.wait()
        return function(number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def watch_budget(gateway, samples, stop):
    """Samples the period while calls run: the limit must hold at every instant."""
    while not stop.is_set():
        for row in gateway.query("SELECT posted_nano + held_nano AS used, limit_nano FROM period"):
            samples.append((row["used"], row["limit_nano"]))
        time.sleep(0.005)


def test_two_hundred_clients_at_once_never_overspend(start, upstream, call_bound):
    limit = 20 * call_bound + call_bound // 2
    used = usage(20, 10)

    def script(call):
        time.sleep(0.05)
        call.stream(*text_events(), usage_chunk(used), DONE) if call.request.json.get("stream") else call.answer(
            completion(used=used))

    upstream.script = script
    gateway, _ = start(budgeted(Decimal(limit) / 10**9), upstream.url)
    key = gateway.key("poor")
    samples, stop = [], threading.Event()
    watcher = threading.Thread(target=watch_budget, args=(gateway, samples, stop))
    watcher.start()
    statuses = together(200, lambda number: gateway.chat(key, "scripted", max_tokens=10, stream=number % 2 == 0)[0])
    stop.set()
    watcher.join()
    assert set(statuses) <= {200, 402, 429}, set(statuses)
    served = statuses.count(200)
    period = gateway.period("poor")
    assert all(used_nano <= limit_nano for used_nano, limit_nano in samples)
    assert period["held_nano"] == period["overrun_nano"] == 0
    assert period["posted_nano"] == served * cost(used) <= limit
    assert served == len(upstream.requests) >= 20
    wait_until(lambda: len(gateway.requests()) == 200)
    gateway.verify()


def test_exactly_as_many_are_served_as_fit_when_the_cost_is_the_bound(start, upstream, call_bound):
    upstream.script = lambda call: call.answer({"choices": [{"index": 0, "finish_reason": "stop", "message": {
        "role": "assistant", "content": "no usage"}}]})  # presumed at the bound
    gateway, _ = start(budgeted(Decimal(10 * call_bound) / 10**9), upstream.url)
    key = gateway.key("poor")
    statuses = together(60, lambda _: gateway.chat(key, "scripted", max_tokens=10)[0])
    assert statuses.count(200) == 10 == len(upstream.requests)
    period = gateway.period("poor")
    assert period["posted_nano"] == period["presumed_nano"] == period["limit_nano"] == 10 * call_bound
    status, body, _ = gateway.chat(key, "scripted", max_tokens=10)
    assert (status, body["error"]["code"]) == (402, "budget_exceeded")
    gateway.verify()


def test_a_call_waits_for_holds_and_is_then_told_that_the_budget_is_busy(start, upstream, call_bound):
    release = threading.Event()

    def script(call):
        release.wait(10)
        call.answer(completion())

    upstream.script = script
    limit = Decimal(call_bound + call_bound // 2) / 10**9
    gateway, _ = start({**budgeted(limit), "ledger": {"admission_wait": "500ms"}}, upstream.url)
    key = gateway.key("poor")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(gateway.chat, key, "scripted", max_tokens=10)
        wait_until(lambda: upstream.requests)
        status, body, fields = gateway.chat(key, "scripted", max_tokens=10)
        assert (status, body["error"]["code"], fields["retry-after"]) == (429, "budget_busy", "1")
        second = pool.submit(gateway.chat, key, "scripted", max_tokens=10)
        time.sleep(0.2)
        release.set()
        assert first.result()[0] == second.result()[0] == 200, "who waits is served when the hold comes back"


def test_the_status_of_an_exhausted_budget_can_be_429(start):
    gateway, _ = start({**budgeted("0.000000001", "sim-small"), "errors": {"budget_status": 429}})
    status, body, fields = gateway.chat(gateway.key("poor"))
    assert (status, body["error"]["code"], fields["x-should-retry"]) == (429, "budget_exceeded", "false")


def test_one_call_without_a_limit_does_not_block_a_second(start, upstream):
    started = threading.Semaphore(0)

    def script(call):
        started.release()
        time.sleep(0.5)
        call.answer(completion())

    upstream.script = script
    gateway, _ = start(budgeted("0.001"), upstream.url)  # max_output_tokens 100: some 0.00008 a call
    key = gateway.key("poor")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        calls = [pool.submit(gateway.chat, key, "scripted") for _ in range(2)]
        assert started.acquire(timeout=0.4) and started.acquire(timeout=0.4), "both are under way together"
        assert all(call.result()[2]["x-llmgw-max-tokens"] == "100" for call in calls)
    assert [request.json["max_tokens"] for request in upstream.requests] == [100, 100]


def test_an_unpriced_model_is_refused_with_a_budget_and_metered_as_unknown_without(start, upstream):
    patch = budgeted("1", "odd")
    patch["models"] = {"odd": {"targets": [{"provider": "up", "model": "unheard-of"}]}}
    patch["applications"]["app"] = {"models": ["odd"]}
    gateway, key = start(patch, upstream.url)
    status, body, _ = gateway.chat(gateway.key("poor"), "odd")
    assert (status, body["error"]["code"]) == (422, "unpriced_model")
    assert not upstream.requests
    status, _, fields = gateway.chat(key, "odd")
    assert (status, fields["x-llmgw-cost"]) == (200, "unpriced")
    [row] = [row for row in gateway.costs()["rows"] if row["application"] == "app"]
    assert row["cost"] is None and row["unpriced_requests"] == 1


def test_an_unpriced_target_is_passed_by_for_a_priced_one(start, upstream):
    patch = budgeted("1", "two")
    patch["models"] = {"two": {"targets": [
        {"provider": "up", "model": "unheard-of"}, {"provider": "sim", "model": "sim-small"}]}}
    gateway, _ = start(patch, upstream.url)
    status, _, fields = gateway.chat(gateway.key("poor"), "two")
    assert (status, fields["x-llmgw-provider"]) == (200, "sim")


def test_a_free_target_costs_nothing_and_is_counted(start, upstream):
    patch = budgeted("0.000000001", "gratis")
    patch["models"] = {"gratis": {"targets": [{"provider": "up", "model": "own", "free": True}]}}
    gateway, _ = start(patch, upstream.url)
    status, _, fields = gateway.chat(gateway.key("poor"), "gratis")
    assert (status, fields["x-llmgw-cost"]) == (200, "0.000000000 USD")
    [row] = gateway.costs()["rows"]
    assert (row["requests"], row["cost"], row["unpriced_requests"]) == (1, "0.000000000", 0)


def test_a_free_target_with_a_paid_fallback_does_not_escape_the_budget(start, upstream):
    upstream.script = lambda call: call.error(500)
    patch = budgeted("0.000000001", "two")
    patch["models"] = {"two": {"targets": [
        {"provider": "up", "model": "own", "free": True}, {"provider": "sim", "model": "sim-small"}]}}
    gateway, _ = start(patch, upstream.url)
    assert gateway.chat(gateway.key("poor"), "two")[0] == 402


def test_embeddings_are_priced_by_their_input(shared):
    gateway, key, _ = shared
    status, body, fields = gateway.get("/v1/embeddings", key, method="POST", body={
        "model": "sim-embedding", "input": ["one", "two"]})
    assert status == 200
    assert fields["x-llmgw-cost"] == f"0.{body['usage']['prompt_tokens'] * 20:09d} USD"


def test_each_class_of_tokens_has_its_price(start, upstream):
    book = prices()
    book["prices"] = [entry for entry in book["prices"] if entry["model"] != "scripted"]
    book["prices"].append(price("up", "scripted", cached_input=0.015))
    used = usage(1000, 50, prompt_tokens_details={"cached_tokens": 600},
                 completion_tokens_details={"reasoning_tokens": 20})
    upstream.script = lambda call: call.answer(completion(used=used))
    gateway, key = start(None, upstream.url, prices_file=book)
    _, _, fields = gateway.chat(key, "scripted")
    nano = 400 * INPUT + 600 * 15 + 50 * OUTPUT
    assert fields["x-llmgw-cost"] == f"0.{nano:09d} USD"
    [row] = gateway.costs()["rows"]
    assert (row["input_tokens"], row["cached_input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (
        400, 600, 50, 20)


@only_directly
def test_fallback_gives_three_attempts_and_one_request(start, upstream):
    failures = iter(["500", "reset"])

    def script(call):
        match next(failures, None):
            case "500": call.error(500)
            case "reset": call.reset()
            case _: call.answer(completion(used=usage(5, 5)))

    upstream.script = script
    book = prices()
    book["prices"] += [price("up", "b"), price("up", "c", input=1, output=2)]
    gateway, key = start(
        {"models": {"three": {"targets": [{"provider": "up", "model": name} for name in ("scripted", "b", "c")]}},
         "applications": {"app": {"models": ["three"]}}}, upstream.url, prices_file=book)
    status, _, fields = gateway.chat(key, "three", max_tokens=10)
    assert (status, fields["x-llmgw-model"]) == (200, "c")
    first, second, third = gateway.attempts(fields["x-llmgw-request-id"])
    assert (first["state"], first["cost_nano"]) == ("voided", None) or first["cost_nano"] == 0
    assert (second["state"], second["cost_nano"]) == ("presumed", second["bound_nano"])
    assert (third["state"], third["cost_nano"]) == ("posted", 5 * 1000 + 5 * 2000)
    [row] = gateway.costs()["rows"]
    assert (row["requests"], row["attempts"]) == (1, 3)
    assert Decimal(row["cost"]) == Decimal(second["bound_nano"] + third["cost_nano"]) / 10**9
    assert Decimal(row["presumed"]) == Decimal(second["bound_nano"]) / 10**9
    gateway.verify()


def mixed_load(gateway, key, upstream):
    used = iter(usage(10 + number, 1 + number) for number in range(1000))
    lock = threading.Lock()

    def script(call):
        with lock:
            mine = next(used)
        call.stream(*text_events(), usage_chunk(mine), DONE) if call.request.json.get("stream") else call.answer(
            completion(used=mine))

    upstream.script = script
    models = ["scripted", "sim-small", "sim-large", "sim-500", "sim-no-usage", "nothing"]
    together(48, lambda number: gateway.chat(key, models[number % 6], stream=number % 4 == 0, text=f"call {number}"))


def test_costs_are_the_sum_of_the_rows_in_every_grouping(start, upstream):
    gateway, key = start(None, upstream.url)
    mixed_load(gateway, key, upstream)
    rows = [row for row in gateway.attempts() if row["cost_nano"]]
    total = Decimal(sum(row["cost_nano"] for row in rows)) / 10**9
    presumed = Decimal(sum(row["cost_nano"] for row in rows if row["basis"] == "presumed")) / 10**9
    for by in ["application", "model", "day", "provider", "prompt", "experiment", "variant", "key", "team",
               "application,model,day"]:
        report = gateway.costs("--by", by)
        assert Decimal(report["total"]["cost"]) == total, by
        assert sum(Decimal(row["cost"] or 0) for row in report["rows"]) == total, by
        assert Decimal(report["total"]["presumed"]) == presumed
        assert report["complete"] is True
        assert all(name in report["rows"][0] for name in by.split(","))
    assert report["total"]["attempts"] == len(gateway.attempts())
    written = gateway.cli("costs", "--format", "csv", "--by", "model").stdout
    table = list(csv.DictReader(io.StringIO(written)))
    assert sum(Decimal(row["cost"] or 0) for row in table if row["model"] != "total") == total
    status, report, _ = gateway.get("/admin/v1/costs?by=model", admin=True)
    assert status == 200 and Decimal(report["total"]["cost"]) == total


def test_costs_are_the_same_while_the_gateway_runs_and_when_it_does_not(start, upstream):
    gateway, key = start(None, upstream.url)
    mixed_load(gateway, key, upstream)
    running = gateway.costs("--by", "model")
    assert gateway.stop() == 0
    assert gateway.costs("--by", "model") == running
    assert gateway.costs("--day", "2020-01-01")["rows"] == []


def test_every_route_that_is_billed_writes_exactly_one_row(shared):
    gateway, key, _ = shared
    bodies = {
        "/v1/chat/completions": chat(), "/v1/completions": {"model": "sim-small", "prompt": "hello"},
        "/v1/embeddings": {"model": "sim-embedding", "input": "hello"},
    }
    for path, body in bodies.items():
        for streams in [False, True] if path != "/v1/embeddings" else [False]:
            with Wire(gateway.port) as wire:
                wire.send(post(path, key, {**body, **({"stream": True} if streams else {})}))
                answer = wire.answer()
            assert answer.status == 200, answer
            request = answer.headers["x-llmgw-request-id"]
            [row], [attempt] = gateway.requests(request), gateway.attempts(request)
            assert (row["endpoint"], row["status"], row["attempts"]) == (path, 200, 1)
            assert attempt["cost_nano"] > 0
            assert attempt["upstream_status"] == 200


def test_routes_that_are_not_billed_write_none(shared):
    gateway, key, _ = shared
    before = len(gateway.requests())
    for path in ["/v1/models", "/v1/models/sim-small", "/v1/budget", "/healthz", "/readyz"]:
        assert gateway.get(path, key)[0] == 200
    assert len(gateway.requests()) == before


def test_a_refused_request_has_a_row_without_attempts(start):
    gateway, _ = start(budgeted("0.000000001", "sim-small"))
    gateway.chat(gateway.key("poor"))
    [row] = wait_until(gateway.requests)
    assert (row["outcome"], row["status"], row["attempts"], row["error_code"]) == ("refused", 402, 0, "budget_exceeded")
    [row] = gateway.costs()["rows"]
    assert (row["requests"], row["refused"]) == (0, 1)


def test_the_budget_endpoint_shows_what_is_left(start):
    gateway, _ = start(budgeted("0.01", "sim-small"))
    key = gateway.key("poor")
    _, answer, fields = gateway.chat(key, max_tokens=20)
    spent = Decimal(cost(answer["usage"])) / 10**9
    _, body, _ = gateway.get("/v1/budget", key)
    [budget] = body["budgets"]
    assert body["application"] == "poor" and budget["currency"] == "USD"
    assert Decimal(budget["posted"]) == spent and Decimal(budget["held"]) == 0
    assert Decimal(budget["remaining"]) == Decimal(budget["limit"]) - spent
    assert Decimal(fields["x-llmgw-budget-remaining"].split()[0]) <= Decimal(budget["remaining"])


def test_a_vendor_that_bills_above_the_bound_stops_the_budget_and_is_reported(start, upstream):
    upstream.script = lambda call: call.answer(completion(used=usage(10, 1_000_000)))
    gateway, _ = start(budgeted("1"), upstream.url)
    key = gateway.key("poor")
    status, _, fields = gateway.chat(key, "scripted", max_tokens=10)
    [attempt] = gateway.attempts(fields["x-llmgw-request-id"])
    assert status == 200 and attempt["violation"] == 1
    assert attempt["cost_nano"] == 10 * INPUT + 1_000_000 * OUTPUT
    assert gateway.period("poor")["overrun_nano"] >= 0
    assert "bound_violation" in gateway.log()
    gateway.verify()


@pytest.mark.parametrize("lie", [
    {"prompt_tokens": -5, "completion_tokens": 5}, {"prompt_tokens": 5, "completion_tokens": -5},
    {"prompt_tokens": 1.5, "completion_tokens": 2}, {"prompt_tokens": "12", "completion_tokens": 3},
    {"prompt_tokens": 10**30, "completion_tokens": 1}, {"prompt_tokens": 9223372036854775807, "completion_tokens": 9223372036854775807},
    {"prompt_tokens": 5, "completion_tokens": 15 * 10**15}, {"prompt_tokens": None, "completion_tokens": None}, {}, [],
    "usage", 7, True,
    {"prompt_tokens": 5, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 50}},
], ids=str)
def test_false_usage_never_lowers_what_was_spent(shared, lie):
    gateway, key, upstream = shared
    for streams in (False, True):
        upstream.script = lambda call: call.stream(
            *text_events(), usage_chunk(lie if lie else {}), DONE) if streams else call.answer({**completion(), "usage": lie})
        with Wire(gateway.port) as wire:
            wire.send(post("/v1/chat/completions", key, chat("scripted", stream=streams, max_tokens=10)))
            answer = wire.answer()
        attempts = gateway.attempts(answer.headers["x-llmgw-request-id"])
        assert len(attempts) == 1 and attempts[0]["cost_nano"] > 0, (attempts, answer)
    assert gateway.get("/readyz")[0] == 200
    gateway.verify()
