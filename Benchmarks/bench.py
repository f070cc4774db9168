#!/usr/bin/env python3
"""Measures the gateway beside nginx and beside no proxy at all, in turn, in one run.

    make bench                       everything, in about a minute and a half
    Benchmarks/bench.py --only cpu   one part: cpu, prompt, latency, streams, memory, start; may be given several times

The upstream is `llmgw sim`, or the load generator's own where events carry the time at which they were sent. Proxies
run on the first processor, everything else on the second. The ledger is durable (`synchronous: full`) and lies in the
folder of this project, on its disk; the application has a budget. Nothing but the standard library is needed.
"""

import argparse
import json
import os
import re
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
NGINX, GATEWAY, ADMIN, SIM, SLOW, STAMPED = 18181, 18180, 18182, 18183, 18184, 18185
PROXY_CPU, OTHER_CPU = {0}, {1}

GATEWAY_CONFIG = f"""
listen: 127.0.0.1:{GATEWAY}
admin: {{listen: "127.0.0.1:{ADMIN}"}}
ledger: {{path: ledger.db, synchronous: full}}
prices: prices.yaml
log: {{level: warning}}
providers:
  sim: {{kind: openai, base_url: "http://127.0.0.1:{SIM}/v1", api_key: "${{BENCH_KEY}}"}}
  slow: {{kind: openai, base_url: "http://127.0.0.1:{SLOW}/v1", api_key: "${{BENCH_KEY}}"}}
  stamped: {{kind: openai, base_url: "http://127.0.0.1:{STAMPED}/v1", api_key: "${{BENCH_KEY}}"}}
models:
  sim-small: {{targets: [{{provider: sim, model: sim-small}}], max_output_tokens: 256}}
  slow: {{targets: [{{provider: slow, model: sim-small}}], max_output_tokens: 256}}
  stamped: {{targets: [{{provider: stamped, model: stamped}}], max_output_tokens: 256}}
applications:
  bench:
    models: [sim-small, slow, stamped]
    budgets: [{{window: day, limit: 1000000.00 USD, zone: UTC}}]
plugins: [budget]
"""
PRICES = "prices:\n" + "".join(
    f'  - {{provider: {provider}, model: {model}, from: "2020-01-01", currency: USD, input: 1, output: 4, source: bench}}\n'
    for provider, model in [("sim", "sim-small"), ("slow", "sim-small"), ("stamped", "stamped")])


class Run:
    """The folder, the servers and the requests of a run; ends every server that it started."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=os.path.join(ROOT, "var"))
        self.servers = []
        self.environment = dict(os.environ, BENCH_KEY="sk-bench")
        self.load = os.path.join(self.folder, "load")
        subprocess.run(["cc", "-O2", "-o", self.load, os.path.join(HERE, "load.c")], check=True)
        self.write("gateway.yaml", GATEWAY_CONFIG)
        self.write("prices.yaml", PRICES)
        self.write("nginx.conf", nginx_config(self.folder))
        self.key = subprocess.run(
            [binary, "keys", "create", "bench", "--config", self.path("gateway.yaml")], check=True,
            capture_output=True, text=True, env=self.environment).stdout.strip()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def start(self, arguments, cpus, port):
        server = subprocess.Popen(
            arguments, env=self.environment, stdout=subprocess.DEVNULL, stderr=open(self.path("errors.log"), "a"),
            preexec_fn=lambda: os.sched_setaffinity(0, cpus & os.sched_getaffinity(0) or os.sched_getaffinity(0)))
        self.servers.append(server)
        wait_for(port, server)
        return server

    def gateway(self):
        return self.start([self.binary, "serve", "--config", self.path("gateway.yaml")], PROXY_CPU, GATEWAY)

    def sim(self, port, *options):
        return self.start([self.binary, "sim", "--listen", f"127.0.0.1:{port}", *options], OTHER_CPU, port)

    def stop(self, server):
        self.servers.remove(server)
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def end(self):
        for server in list(self.servers):
            self.stop(server)
        shutil.rmtree(self.folder)

    def request(self, model, prompt=None, stream=False):
        """A file with a whole request."""
        prompt = prompt or "What is the capital of France, and which river flows through it? Answer in one sentence."
        system = "You are a helpful assistant that answers in few words and never makes anything up."
        body = {"model": model, "temperature": 0.2,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt}]}
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        body = json.dumps(body)
        return self.write(f"{model}-{len(body)}.http", (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"))

    def measure(self, mode, port, request, *arguments):
        """Runs the load generator to its end."""
        done = subprocess.run(
            [self.load, mode, str(port), request, *map(str, arguments)], check=True, capture_output=True, text=True,
            timeout=90, preexec_fn=lambda: os.sched_setaffinity(0, OTHER_CPU & os.sched_getaffinity(0) or {0}))
        result = json.loads(done.stdout)
        if result["failed"]:
            print(f"  {result['failed']} of {result['answered']} failed on port {port}", file=sys.stderr)
        return result


def nginx_config(folder):
    upstream = "".join(
        f"upstream u{port} {{ server 127.0.0.1:{port}; keepalive 4096; keepalive_requests 1000000000; }}\n"
        for port in (SIM, SLOW, STAMPED))
    servers = "".join(
        f"server {{ listen 127.0.0.1:{NGINX + 10 * index}; location / {{ proxy_pass http://u{port}; proxy_http_version 1.1;"
        ' proxy_set_header Connection ""; proxy_buffering off; } }\n'
        for index, port in enumerate((SIM, SLOW, STAMPED)))
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return (f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;\n"
            "events { worker_connections 16384; }\nhttp { access_log off; keepalive_requests 1000000000;"
            f" client_body_buffer_size 64k; {temporary}\n{upstream}{servers}}}\n")


def wait_for(port, server, path="/readyz"):
    """Waits until something answers; returns the time when it did."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"{server.args[0]} ended at once; another program may listen on {port}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                if connection.recv(64).startswith(b"HTTP/1.1"):
                    return time.monotonic()
        except OSError:
            time.sleep(0.002)
    sys.exit(f"nothing answers on port {port}")


def threads(pid):
    """Processor time of each thread in microseconds, by id; of nginx, its workers' as well."""
    children = open(f"/proc/{pid}/task/{pid}/children").read().split()
    found = {}
    for process in [str(pid), *children]:
        for task in os.listdir(f"/proc/{process}/task"):
            name = open(f"/proc/{process}/task/{task}/comm").read().strip()
            found[process, task] = (name, int(open(f"/proc/{process}/task/{task}/schedstat").read().split()[0]) / 1000)
    return found


def spent(before, after):
    """What the threads used in between, by name."""
    used = {}
    for thread, (name, time_) in after.items():
        used[name] = used.get(name, 0) + time_ - before.get(thread, ("", 0))[1]
    return used


def resident(pid):
    """Resident memory in megabytes."""
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


# What is measured. Each part prints its rows.

def row(name, value, target=""):
    print(f"  {name:<58} {value:>22}   {target}", flush=True)


def cpu_of(run, server, port, request, seconds, connections=64):
    run.measure("closed", port, request, connections, 0.7)
    before = threads(server.pid)
    result = run.measure("closed", port, request, connections, seconds)
    used = spent(before, threads(server.pid))
    return {name: time_ / result["answered"] for name, time_ in used.items()} | {"rate": result["answered"] / seconds}


def whole(used):
    return sum(time_ for name, time_ in used.items() if name != "rate")


def loop(used):
    return sum(time_ for name, time_ in used.items() if name.startswith("llmgw-loop"))


def measure_cpu(run):
    print("processor time per request: 64 connections, 600-byte answers, pinned to one processor")
    run.sim(SIM, "--bytes", "280")
    request = run.request("sim-small")
    server = run.start(["nginx", "-c", run.path("nginx.conf")], PROXY_CPU, NGINX)
    nginx = cpu_of(run, server, NGINX, request, 4)
    run.stop(server)
    server = run.gateway()
    gateway = cpu_of(run, server, GATEWAY, request, 4)
    run.stop(server)
    row("nginx", f"{whole(nginx):.1f} µs")
    row("gateway, the loop's thread", f"{loop(gateway):.1f} µs, {loop(gateway) / whole(nginx):.2f} ×", "≤ 2.5 ×")
    row("gateway, the whole process", f"{whole(gateway):.1f} µs, {whole(gateway) / whole(nginx):.2f} ×", "≤ 3.5 ×")
    row("requests a second: nginx, gateway", f"{nginx['rate']:.0f}, {gateway['rate']:.0f}")


def measure_prompt(run):
    print("processor time of a long prompt")
    run.sim(SIM, "--bytes", "280")
    server = run.gateway()
    short = cpu_of(run, server, GATEWAY, run.request("sim-small", "x" * 150), 3)
    long = cpu_of(run, server, GATEWAY, run.request("sim-small", "The quick brown fox. " * 1560), 3)
    run.stop(server)
    row("300 bytes", f"{whole(short):.1f} µs")
    row("32 KB", f"{whole(long):.1f} µs, +{whole(long) - whole(short):.1f}", "≤ +30 µs")


def fsync_time(run):
    """Median of a small durable write beside the ledger, in microseconds."""
    times = []
    with open(run.path("fsync"), "wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return sorted(times)[100] * 1e6


def measure_latency(run):
    print("added latency: 500 requests a second at fixed times, upstream answers after 60 ms")
    run.sim(SLOW, "--bytes", "280", "--delay-ms", "60")
    request = run.request("slow")
    direct_request = run.request("sim-small")  # the same but for the model's name
    fsync = fsync_time(run)
    direct = run.measure("open", SLOW, direct_request, 200, 6, 500)["latency"]
    server = run.gateway()
    run.measure("open", GATEWAY, request, 200, 1, 500)
    gateway = run.measure("open", GATEWAY, request, 200, 6, 500)["latency"]
    run.stop(server)
    row("fsync on this disk, median", f"{fsync / 1000:.2f} ms")
    row("direct: p50, p99", f"{direct['p50'] / 1000:.2f}, {direct['p99'] / 1000:.2f} ms")
    row("gateway: p50, p99", f"{gateway['p50'] / 1000:.2f}, {gateway['p99'] / 1000:.2f} ms")
    row("added p50", f"{(gateway['p50'] - direct['p50']) / 1000:.2f} ms", f"≤ 0.4 ms and two fsyncs: {0.4 + 2 * fsync / 1000:.2f} ms")
    row("added p99", f"{(gateway['p99'] - direct['p99']) / 1000:.2f} ms", "≤ 3 ms")


def measure_streams(run):
    print("streams")
    request = run.request("stamped", stream=True)
    arguments = (200, 3, STAMPED, 50, 20)
    many = (100, 1, STAMPED, 400, 10)
    direct = run.measure("stream", STAMPED, request, *arguments)
    server = run.start(["nginx", "-c", run.path("nginx.conf")], PROXY_CPU, NGINX)
    nginx_cpu = cpu_of_events(run, server, NGINX + 20, request, many)
    run.stop(server)
    server = run.gateway()
    gateway = run.measure("stream", GATEWAY, request, *arguments)
    gateway_cpu = cpu_of_events(run, server, GATEWAY, request, many)
    run.stop(server)
    added = gateway["first_event"]["p99"] - direct["first_event"]["p99"]
    row("nginx, processor time per event", f"{nginx_cpu:.1f} µs")
    row("gateway, processor time per event", f"{gateway_cpu:.1f} µs, {gateway_cpu / nginx_cpu:.2f} ×", "≤ 1.6 ×")
    row("time to the first event: direct p50, p99", f"{ms(direct['first_event'])}")
    row("time to the first event: gateway p50, p99", f"{ms(gateway['first_event'])}")
    row("added time to the first event, p99", f"{added / 1000:.2f} ms", "≤ 3 ms")
    row("transit of an event: direct p50, p99", f"{ms(direct['transit'])}")
    row("transit of an event: gateway p50, p99", f"{ms(gateway['transit'])}", "p99 ≤ 3 ms")


def ms(samples):
    return f"{samples['p50'] / 1000:.2f}, {samples['p99'] / 1000:.2f} ms"


def cpu_of_events(run, server, port, request, arguments):
    before = threads(server.pid)
    result = run.measure("stream", port, request, *arguments)
    return sum(spent(before, threads(server.pid)).values()) / result["transit"]["count"]


def measure_memory(run):
    print("resident memory")
    server = run.gateway()
    time.sleep(1)
    row("idle", f"{resident(server.pid):.1f} MB", "≤ 25 MB")
    sockets = []
    for _ in range(10_000):
        sockets.append(socket.create_connection(("127.0.0.1", GATEWAY)))
    time.sleep(1)
    row("10,000 idle connections", f"{resident(server.pid):.1f} MB", "≤ 100 MB")
    for connection in sockets:
        connection.close()
    run.stop(server)
    server = run.gateway()
    request = run.request("stamped", stream=True)
    load = subprocess.Popen(
        [run.load, "stream", str(GATEWAY), request, "2000", "1", str(STAMPED), "60", "100"], stdout=subprocess.DEVNULL)
    peak = 0
    for _ in range(75):
        time.sleep(0.1)
        peak = max(peak, resident(server.pid))
    load.terminate()
    load.wait()
    row("2,000 open streams", f"{peak:.1f} MB", "≤ 80 MB")
    run.stop(server)


def measure_start(run):
    print("start to ready")
    row("with the ledger as it is", f"{start_time(run):.0f} ms", "≤ 100 ms")
    run.sim(SIM, "--bytes", "280")
    server = run.gateway()
    run.measure("closed", GATEWAY, run.request("sim-small"), 1, 0.1)
    run.stop(server)
    rows = fill(run.path("ledger.db"), 1_000_000)
    row(f"with {rows:,} rows", f"{start_time(run):.0f} ms", "≤ 1000 ms")


def start_time(run):
    times = []
    for _ in range(3):
        start = time.monotonic()
        server = subprocess.Popen(
            [run.binary, "serve", "--config", run.path("gateway.yaml")], env=run.environment, stdout=subprocess.DEVNULL)
        run.servers.append(server)
        times.append(wait_for(GATEWAY, server) - start)
        run.stop(server)
    return sorted(times)[1] * 1000


def fill(path, count):
    """Copies one attempt's row until there are `count`, with earlier request ids."""
    ledger = sqlite3.connect(path)
    ledger.execute("PRAGMA synchronous=OFF")
    columns = [name for _, name, *_ in ledger.execute("PRAGMA table_info(attempt)")][1:]
    ledger.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?)"
        f" INSERT INTO attempt SELECT CAST(printf('%016d', i) AS BLOB), {', '.join(columns)}"
        " FROM n, (SELECT * FROM attempt LIMIT 1)", (count,))
    ledger.commit()
    rows = ledger.execute("SELECT count(*) FROM attempt").fetchone()[0]
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return rows


PARTS = {"cpu": measure_cpu, "prompt": measure_prompt, "latency": measure_latency, "streams": measure_streams,
         "memory": measure_memory, "start": measure_start}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build/release/llmgw"))
    parser.add_argument("--only", choices=PARTS, action="append")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    os.makedirs(os.path.join(ROOT, "var"), exist_ok=True)
    started = time.monotonic()
    for name in arguments.only or PARTS:
        run = Run(os.path.abspath(arguments.binary))
        try:
            PARTS[name](run)
        finally:
            run.end()
    print(f"took {time.monotonic() - started:.0f} s; load of the machine now: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
