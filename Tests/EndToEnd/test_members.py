"""What clients can say that a vendor obeys: members, spellings, limits; and models by their vendors' own names."""
import json

import pytest

from configuration import price, prices

BUDGET = {"applications": {"app": {"budgets": [{"window": "day", "limit": "10.00 USD"}]}}}
ASK = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}


def post(gateway, key, path="/v1/chat/completions", **members):
    body = {**ASK, **members} if path == "/v1/chat/completions" else members
    return gateway.get(path, key, method="POST", body=body)


def code(answer):
    return answer[0], answer[1]["error"]["code"], answer[1]["error"]["param"]


@pytest.mark.parametrize("path, members, param", [
    ("/v1/chat/completions", {"Model": "sim-large"}, "Model"),
    ("/v1/chat/completions", {"max_tokens": 1, "MAX_TOKENS": 900000}, "MAX_TOKENS"),
    ("/v1/chat/completions", {"max_tokens": 1, "max_to\u212aens": 900000}, "max_to\u212aens"),
    ("/v1/completions", {"model": "scripted", "prompt": "a", "N": 100}, "N"),
    ("/v1/embeddings", {"model": "scripted", "input": "a", "Input": "b"}, "Input"),
    ("/v1/responses", {"model": "scripted", "input": "a", "Max_Output_Tokens": 9}, "Max_Output_Tokens"),
    ("/v1/prompts/greeting@latest/render", {"variables": {"name": "Ada"}, "messages": [{"role": "user", "Content": "a"}]},
     "messages[0].Content"),
])
def test_no_vendor_sees_another_spelling_of_a_known_member(shared, path, members, param):
    gateway, key, upstream = shared
    before = len(upstream.requests)
    assert code(post(gateway, key, path, **members)) == (400, "invalid_value", param)
    assert len(upstream.requests) == before


def test_feedback_knows_its_members_in_one_spelling(shared):
    gateway, key, _ = shared
    status, body, _ = gateway.get("/v1/feedback", key, method="POST", body={
        "session_id": "s", "metric": "resolved", "Metric": "helpful", "value": True})
    assert (status, body["error"]["param"]) == (400, "Metric")


def test_what_a_vendor_may_obey_is_refused_where_a_hard_budget_counts(start, upstream):
    gateway, key = start(BUDGET, upstream.url)
    for name, value in [("n_predict", 50000), ("data_sources", [{}]), ("extra_body", {"google": {}}), ("unheard_of", 1)]:
        answer = post(gateway, key, max_tokens=1, **{name: value})
        assert code(answer) == (400, "unsupported_parameter", name)
        assert "providers.up.allow_members" in answer[1]["error"]["message"]
    assert not upstream.requests and not gateway.attempts()
    assert post(gateway, key, temperature=1, top_k=5, chat_template_kwargs={"enable_thinking": False})[0] == 200
    assert gateway.period("app")["posted_nano"] > 0


@pytest.mark.parametrize("patch", [
    {},
    {"applications": {"app": {"budgets": [{"window": "day", "limit": "10.00 USD", "on_exhausted": "alert_only"}]}}},
    {**BUDGET, "providers": {"up": {"allow_members": ["n_predict"], "unknown_members": "pass"}}},
])
def test_elsewhere_it_passes_as_it_was_sent(start, upstream, patch):
    gateway, key = start(patch, upstream.url)
    assert post(gateway, key, n_predict=5, unheard_of=[1])[0] == 200
    sent = upstream.requests[-1].json
    assert (sent["n_predict"], sent["unheard_of"]) == (5, [1])


def test_models_are_checked_wherever_they_are_named(start, upstream):
    gateway, key = start({"providers": {"up": {"vendor": "openrouter"}}}, upstream.url)
    for members in [{"models": ["dear"]}, {"models": ["scripted", "dear"]}, {"preset": "x"}, {"route": "fallback"},
                    {"plugins": [{"id": "auto-router"}]}]:
        status, error, param = code(post(gateway, key, **members))
        assert (status, error, param.split("[")[0]) == (403, "model_not_allowed", list(members)[0])
    assert not upstream.requests
    assert post(gateway, key, models=["scripted"])[0] == 200


def test_the_next_target_takes_what_the_first_may_not_be_sent(start, upstream):
    patch = {**BUDGET, "providers": {"vllm": {"kind": "openai", "vendor": "vllm", "base_url": upstream.url}},
             "models": {"two": {"targets": [{"provider": "up", "model": "scripted"},
                                            {"provider": "vllm", "model": "scripted"}], "max_output_tokens": 9}}}
    patch["providers"]["up"] = {"vendor": "groq"}
    patch["applications"] = {"app": {"models": ["two"], "budgets": BUDGET["applications"]["app"]["budgets"]}}
    book = prices()
    book["prices"].append(price("vllm", "scripted"))
    gateway, key = start(patch, upstream.url, prices_file=book)
    status, _, headers = post(gateway, key, model="two", guided_choice=["a", "b"])
    assert (status, headers["x-llmgw-provider"]) == (200, "vllm")


@pytest.mark.parametrize("limit", [128001, 1_000_000_000])
def test_a_limit_beyond_the_context_window_is_refused(start, upstream, limit):
    gateway, key = start({}, upstream.url)
    assert code(post(gateway, key, max_tokens=limit, n=128)) == (400, "invalid_value", "max_tokens")
    assert post(gateway, key, max_tokens=128000)[0] == 200


def test_limits_that_say_nothing_become_the_models(start, upstream):
    gateway, key = start(BUDGET, upstream.url)
    assert code(post(gateway, key, max_tokens=0)) == (400, "invalid_value", "max_tokens")
    assert post(gateway, key, max_tokens=-1)[0] == 200
    assert upstream.requests[-1].json["max_tokens"] == 100


def test_vendors_that_do_not_know_developers_are_told_system(start, upstream):
    gateway, key = start({}, upstream.url)
    assert post(gateway, key, messages=[{"role": "developer", "content": "be brief"}])[0] == 200
    assert upstream.requests[-1].json["messages"] == [{"role": "system", "content": "be brief"}]


def test_check_prints_the_rule_for_each_application(gateways, upstream):
    gateway = gateways({**BUDGET, "providers": {"up": {"vendor": "vllm", "allow_members": ["documents"]}}}, upstream.url)
    assert ("up takes OpenAI's and those of 'vllm', and documents; unknown ones are refused"
            in gateway.cli("check").stdout)
    rules = json.loads(gateway.cli("check", "--format", "json").stdout)["applications"]
    members = {rule["application"]: rule["members"] for rule in rules}
    assert {"provider": "up", "vendor": "vllm", "allowed": ["documents"], "unknown": "refuse"} in members["app"]
    assert members["other"] == [{"provider": "sim", "vendor": "compatible", "allowed": [], "unknown": "pass"}]


def test_check_names_a_base_url_without_a_path_and_targets_without_a_limit(gateways, upstream):
    book = prices()
    book["prices"].append(price("up", "endless", max_output_tokens=None))
    patch = {"providers": {"up": {"base_url": upstream.url.removesuffix("/v1")}},
             "models": {"endless": {"targets": [{"provider": "up", "model": "endless"}]}}}
    result = gateways(patch, upstream.url, prices_file=book).cli("check")
    said = result.stdout + result.stderr
    assert f"'{upstream.url}'" in said and "has no path" in said
    assert "models.endless.targets[0]: neither the model nor the price of up/endless has max_output_tokens" in said


def test_a_providers_models_are_opened_by_their_own_names(start, upstream):
    book = prices()
    book["prices"] += [price("up", "vendor/large"), price("up", "small"), price("sim", "small")]
    patch = {"applications": {"app": {"models": ["up/*", "sim-small"], "budgets": [{"window": "day", "limit": "9.00 USD"}]},
                              "other": {"models": ["sim-small"]}}}
    gateway, key = start(patch, upstream.url, prices_file=book)
    for asked, meant, sent in [("up/vendor/large", "up/vendor/large", "vendor/large"), ("small", "up/small", "small"),
                               ("vendor/large", "up/vendor/large", "vendor/large")]:
        status, _, headers = gateway.chat(key, model=asked)
        assert status == 200
        assert gateway.wait_for_request(headers["x-llmgw-request-id"])["model"] == meant
        assert upstream.requests[-1].json["model"] == sent
    assert code(gateway.chat(key, model="up/unpriced")) == (404, "model_not_found", "model")
    assert code(gateway.chat(gateway.key("other"), model="up/small")) == (404, "model_not_found", "model")
    # A configured model of that name is meant, and not opened.
    assert code(gateway.chat(key, model="scripted"))[:2] == (403, "model_not_allowed")
    listed = [entry["id"] for entry in gateway.get("/v1/models", key)[1]["data"]]
    assert listed[:4] == ["sim-small", "up/scripted", "up/small", "up/vendor/large"]


def test_a_pattern_without_its_provider_is_an_error(gateways, upstream):
    gateway = gateways({"applications": {"app": {"models": ["upp/*"]}}}, upstream.url)
    result = gateway.cli("check", check=False)
    assert result.returncode == 2
    assert "'upp/*' names no provider before its '/'" in result.stdout + result.stderr
    assert "did you mean 'up/*'?" in result.stdout + result.stderr


def test_a_prompt_that_is_called_as_a_model_is_suggested(shared):
    gateway, key, _ = shared
    status, body, _ = gateway.chat(key, model="greeting")
    assert status == 404 and "'prompt:greeting'" in body["error"]["message"]
    assert "prompt:" not in gateway.chat(gateway.key("other"), model="greeting")[1]["error"]["message"]
