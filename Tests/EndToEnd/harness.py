"""Starts the real binary, and reads what it wrote: its log, its ledger, its reports."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

from configuration import ADMIN_TOKEN, write

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LLMGW", ROOT / ".build/release/llmgw")).resolve()
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32


class StartError(Exception):
    """The gateway ended in place of getting ready."""

    def __init__(self, code, output):
        super().__init__(f"llmgw serve ended with {code}:\n{output}")
        self.code, self.output = code, output


def run(*arguments, timeout=30, **options):
    """One call of the program, to its end."""
    return subprocess.run(
        [str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options)


class Gateway:
    """A gateway of its own in `folder`: start and stop it as often as a test needs."""

    def __init__(self, folder, config, **files):
        self.folder = pathlib.Path(folder)
        self.path = write(self.folder, config, **files)
        self.ledger = self.folder / config["ledger"]["path"]
        self.process = None
        self.port = self.admin_port = None
        self.output = ""
        self.starts = 0

    # MARK: The process

    def start(self, wrapper=(), timeout=20, environment=None, arguments=()):
        """Starts it and waits until it is ready. `wrapper` is a command to run it under, such as strace."""
        self.starts += 1
        self.log_path = self.folder / f"serve-{self.starts}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*wrapper, str(BINARY), "serve", "--config", str(self.path), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment or os.environ.copy())
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise StartError(self.process.returncode, self.log())
            if self._find_ports() and self.get("/readyz")[0] == 200:
                return self
            time.sleep(0.01)
        self.kill()
        raise StartError(None, "not ready in time\n" + self.log())

    def _find_ports(self):
        # The first lines name both addresses, with the ports that the system chose.
        text = self.log()
        public = re.search(r"^\s*calls\s+http://127\.0\.0\.1:(\d+)/v1", text, re.MULTILINE)
        admin = re.search(r"^\s*admin\s+http://127\.0\.0\.1:(\d+)", text, re.MULTILINE)
        if public and admin:
            self.port, self.admin_port = int(public[1]), int(admin[1])
        return bool(public and admin)

    def stop(self, timeout=30):
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def log(self):
        return self.log_path.read_text(errors="replace")

    # MARK: Calls

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, key=None, admin=False, method="GET", body=None, headers=None):
        """Returns status, body (parsed where it is JSON) and headers."""
        port = self.admin_port if admin else self.port
        key = ADMIN_TOKEN if admin and key is None else key
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", method=method,
            data=json.dumps(body).encode() if body is not None else None, headers=headers or {})
        if key:
            request.add_header("authorization", f"Bearer {key}")
        if body is not None:
            request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, data, fields = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, data, fields = error.code, error.read(), error.headers
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return 0, None, {}
        with contextlib.suppress(ValueError):
            data = json.loads(data)
        return status, data, fields

    def chat(self, key, model="sim-small", text="hello", headers=None, **members):
        """One whole chat completion: status, body, headers."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], **members}
        return self.get("/v1/chat/completions", key, method="POST", body=body, headers=headers)

    # MARK: The command line

    def cli(self, *arguments, check=True, **options):
        result = run(*arguments, "--config", self.path, **options)
        assert not check or result.returncode == 0, f"{arguments}: {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    def key(self, application="app", *options):
        """A new key. Printed alone on standard output, so that scripts can take it."""
        return self.cli("keys", "create", application, *options).stdout.strip()

    def costs(self, *options):
        return json.loads(self.cli("costs", "--format", "json", *options).stdout)

    # MARK: The ledger

    def query(self, sql, *values):
        """Rows of the ledger as dictionaries, read beside the gateway and without writing."""
        connection = sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def requests(self, request=None):
        """How requests ended, oldest first. A request that reached a target ends in the row of its last attempt."""
        columns = ("request, attempt AS attempts, endpoint, outcome, status, stream, started_at, total_ms, session,"
                   " unit, tags, request_error AS error_code, fallback, max_tokens, identity")
        return self._identified(
            f"SELECT {columns} FROM request UNION ALL SELECT {columns} FROM attempt WHERE outcome IS NOT NULL"
            " ORDER BY request", request)

    def attempts(self, request=None):
        """Calls to targets, oldest first; those under way with the state `held`."""
        settled = ("state, basis, cost_nano, violation, input, cached_input, output, reasoning, upstream_status,"
                   " error_code")
        columns = "request, attempt, identity, superseded, admitted_at, bound_nano"
        return self._identified(
            f"SELECT {columns}, {settled} FROM attempt UNION ALL"
            f" SELECT {columns}, 'held'{', NULL' * settled.count(',')} FROM hold ORDER BY request, attempt", request)

    def _identified(self, sql, request):
        rows = self.query(
            "SELECT r.*, i.application, i.model, i.prompt, i.prompt_version, i.prompt_digest, i.experiment, i.phase,"
            f" i.variant, i.generation, i.provider, i.upstream_model FROM ({sql}) r JOIN identity i ON i.id = r.identity")
        return [row for row in rows if request in (None, identifier(row["request"]))]

    def wait_for_request(self, request, timeout=10):
        """The row of a request, once it is there."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if rows := self.requests(request):
                return rows[0]
            time.sleep(0.02)
        raise AssertionError(f"no row of {request} within {timeout} s; attempts: {self.attempts(request)}\n{self.log()}")

    def period(self, application):
        """The one budget period of `application`."""
        rows = self.query("SELECT * FROM period WHERE name = ?", application)
        assert len(rows) == 1, rows
        return rows[0]

    def verify(self):
        """What must hold of every ledger at every time."""
        assert self.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        result = self.cli("ledger", "verify", check=False)
        assert result.returncode == 0, result.stdout + result.stderr


def identifier(blob):
    """`req_…` of the 16 bytes in the ledger."""
    value = int.from_bytes(blob, "big")
    return "req_" + "".join(ALPHABET[value >> 5 * index & 31] for index in reversed(range(26)))


def wait_until(condition, timeout=10, what="condition"):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {timeout} s")
