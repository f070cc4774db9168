"""The configuration that tests start the gateway with, and how it is written: dictionaries in, YAML out."""
import copy
import json
import pathlib
import re

ADMIN_TOKEN = "admin-canary-0123456789abcdef0123456789abcdef"
PROVIDER_KEY = "sk-provider-canary-89dd1f0c77aa4e0b"

SIMULATED = [
    "sim-small", "sim-large", "sim-tools", "sim-429", "sim-quota", "sim-500", "sim-auth", "sim-context", "sim-hang",
    "sim-hang-stream", "sim-reset-stream", "sim-truncated", "sim-malformed", "sim-no-usage", "sim-error-200",
    "sim-garbage", "sim-huge",
]

# Nano-dollars a token of sim-small and of the scripted upstream: 0.15 and 0.60 USD a million.
INPUT, OUTPUT = 150, 600


def cost(usage):
    """What `usage` (OpenAI's object) costs at those prices, in nano-dollars."""
    return usage["prompt_tokens"] * INPUT + usage.get("completion_tokens", 0) * OUTPUT


def price(provider, model, **more):
    entry = {"provider": provider, "model": model, "from": "2020-01-01", "currency": "USD", "input": 0.15,
             "output": 0.60, "context_window": 128000, "max_output_tokens": 16384, "source": "invented, for tests"}
    entry.update(more)
    return {name: value for name, value in entry.items() if value is not None}


def prices():
    entries = [price("simulated", model) for model in SIMULATED] + [price("up", "scripted")]
    entries.append(price("simulated", "sim-embedding", input=0.02, mode="embedding", output=None, max_output_tokens=None))
    return {"prices": entries}


# For tests of a scripted upstream that is silent.
IMPATIENT = {"providers": {"up": {"timeouts": {"first_byte": "2s", "idle": "1s"}}}}


def configuration(upstream_url=None):
    """A gateway with every simulated model under its own name, and `scripted`, which a test's own upstream answers."""
    providers = {"sim": {"kind": "simulated"}}
    models = {name: {"targets": [{"provider": "sim", "model": name}]} for name in SIMULATED + ["sim-embedding"]}
    if upstream_url:
        providers["up"] = {
            "kind": "openai", "base_url": upstream_url, "api_key": PROVIDER_KEY,
            "timeouts": {"connect": "5s", "first_byte": "15s", "idle": "15s", "total": "30s"},
        }
        if upstream_url.startswith("https://127.0.0.1:"):
            from http2 import authority
            providers["up"]["ca_file"] = authority()
        models["scripted"] = {"targets": [{"provider": "up", "model": "scripted"}], "max_output_tokens": 100}
    names = list(models)
    return {
        "listen": "127.0.0.1:0",
        "admin": {"listen": "127.0.0.1:0", "token": ADMIN_TOKEN},
        "ledger": {"path": "data/ledger.db"},
        "prices": "prices.yaml",
        "metrics": "metrics.yaml",
        "experiments": "experiments",
        "prompts": {"path": "prompts", "allow_unreleased": True},
        "limits": {"shutdown_delay": "0s"},  # tests have no load balancer that must notice
        "log": {"level": "debug", "format": "json"},
        "providers": providers,
        "models": models,
        "applications": {
            "app": {"team": "one", "models": names, "prompts": ["*"]},
            "other": {"models": ["sim-small"]},
        },
    }


METRICS = {
    "helpful": {"type": "boolean", "level": "request", "goal": "increase"},
    "resolved": {"type": "boolean", "level": "session", "goal": "increase", "window": "72h"},
    "score": {"type": "number", "level": "request", "goal": "increase", "min": 1, "max": 5},
}

GREETING = """---
description: Greets somebody.
version: 1.2.0
model: sim-small
config:
  maxOutputTokens: 40
input:
  schema:
    name: string, who is greeted
---
{{role "system"}}
You greet politely.

{{role "user"}}
Say hello to {{name}}.
"""


def write(folder, config, prices_file=None, metrics=None, prompts=None, experiments=None, labels=None,
          tools=None):
    """Writes a configuration's files into `folder`; returns the path of gateway.yaml."""
    folder = pathlib.Path(folder)
    for name in ("prompts/labels", "experiments"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    path = folder / "gateway.yaml"
    path.write_text(yaml(config))
    path.chmod(0o600)  # it holds literal secrets
    (folder / "prices.yaml").write_text(yaml(prices_file or prices()))
    (folder / "metrics.yaml").write_text(yaml(metrics or METRICS))
    for name, text in (prompts or {"greeting": GREETING}).items():
        (folder / "prompts" / f"{name}.prompt").write_text(text)
    for name, experiment in (experiments or {}).items():
        (folder / "experiments" / f"{name}.yaml").write_text(yaml(experiment))
    for name, tool in (tools or {}).items():
        (folder / "prompts/tools").mkdir(exist_ok=True)
        (folder / "prompts/tools" / f"{name}.json").write_text(json.dumps(tool))
    for name, entries in (labels or {}).items():
        (folder / "prompts/labels" / f"{name}.yaml").write_text(yaml(entries))
    return path


def merged(base, patch):
    """`base` with what `patch` says in its place, member by member; None removes."""
    result = copy.deepcopy(base)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = copy.deepcopy(value)
    return result


def yaml(value, indent=0):
    """Block mappings, flow sequences of scalars, every text in quotes: within the gateway's subset of YAML."""
    lines, space = [], " " * indent
    for name, item in value.items():
        key = name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name) else json.dumps(name)
        if isinstance(item, dict):
            lines.append(f"{space}{key}:" + (" {}" if not item else "\n" + yaml(item, indent + 2)))
        elif isinstance(item, list):
            lines.append(f"{space}{key}:" + sequence(item, indent))
        else:
            lines.append(f"{space}{key}: {json.dumps(item)}")
    return "\n".join(lines) + ("\n" if indent == 0 else "")


def sequence(items, indent):
    if not any(isinstance(item, dict) for item in items):
        return " [" + ", ".join(json.dumps(item) for item in items) + "]"
    return "".join(f"\n{' ' * indent}  - {flow(item)}" for item in items)


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return json.dumps(value)
