"""Providers over HTTP/2: nginx before the scripted upstream, and one whose frames a test writes itself."""
import atexit
import functools
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import h2.config
import h2.connection
import h2.events

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HAS_NGINX = os.access(NGINX, os.X_OK)


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself: (certificate, key)."""
    folder = pathlib.Path(folder)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", folder / "certificate.pem"], check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@functools.cache
def shared_certificate():
    """One for the process."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="llmgw-http2-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return certificate(folder)


def authority():
    return str(shared_certificate()[0])


def shared_nginx(backend):
    """Nginx with the certificate of the process: with LLMGW_HTTP2 set, every scripted upstream stands behind one."""
    folder = tempfile.mkdtemp(prefix="nginx-", dir=shared_certificate()[0].parent)
    return Nginx(folder, backend, shared_certificate())


class Nginx:
    """HTTP/2 over TLS before `backend`, which speaks HTTP/1.1: what it does becomes frames."""

    def __init__(self, folder, backend, names=None):
        folder = pathlib.Path(folder)
        self.certificate, key = names or certificate(folder)
        self.port = free_port()
        temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in
                             ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        (folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {folder}/pid; error_log stderr crit;
            events {{ worker_connections 512; }}
            http {{
              access_log off; {temporary} client_max_body_size 64m;
              server {{
                listen 127.0.0.1:{self.port} ssl http2;
                ssl_certificate {self.certificate}; ssl_certificate_key {key};
                location / {{
                  proxy_pass {backend.url.removesuffix("/v1")}; proxy_http_version 1.1; proxy_buffering off;
                  proxy_request_buffering off; proxy_buffer_size 64k; proxy_buffers 8 64k;
                  proxy_busy_buffers_size 128k;
                }}
              }}
            }}
            """)
        self.process = subprocess.Popen(
            [NGINX, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not (folder / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.url = f"https://127.0.0.1:{self.port}/v1"

    def close(self):
        self.process.kill()
        self.process.wait()


class FrameServer:
    """An HTTP/2 server of a test's own. `script(exchange)` is called for each request, in the order of their arrival."""

    def __init__(self, folder):
        self.certificate, key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        context.set_alpn_protocols(["h2"])
        self.requests = []
        self.script = None
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        try:
            with self._context.wrap_socket(raw, server_side=True) as tls:
                self.connections += 1
                FrameConnection(self, tls).run()
        except (OSError, ssl.SSLError):
            pass

    def close(self):
        self._listener.close()


class FrameConnection:
    def __init__(self, server, tls):
        self.server, self.tls = server, tls
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.bodies = {}

    def run(self):
        self.h2.initiate_connection()
        self.flush()
        while data := self.tls.recv(65_536):
            if self.h2.state_machine.state is h2.connection.ConnectionState.CLOSED:
                continue  # what comes behind a goodbye is read and not looked at
            for event in self.h2.receive_data(data):
                self.take(event)
            self.flush()

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.bodies[event.stream_id] = b""
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.server.requests.append(self.bodies[event.stream_id])
            self.server.script(FrameExchange(self, event.stream_id))

    def flush(self):
        self.tls.sendall(self.h2.data_to_send())


class FrameExchange:
    """One stream: what a script may do with it."""

    def __init__(self, connection, stream):
        self.connection, self.stream = connection, stream

    @property
    def number(self):
        """Which request of the server's life it is, from 1."""
        return len(self.connection.server.requests)

    def answer(self, body, status=200, content_type="application/json"):
        self.connection.h2.send_headers(self.stream, [
            (":status", str(status)), ("content-type", content_type), ("content-length", str(len(body)))])
        self.connection.h2.send_data(self.stream, body, end_stream=True)
        self.connection.flush()

    def reset(self, code):
        self.connection.h2.reset_stream(self.stream, code)
        self.connection.flush()

    def goodbye(self, last, ending=False):
        """GOAWAY: streams above `last` were not processed. `ending` closes the connection behind it."""
        self.connection.h2.close_connection(0, last_stream_id=last)
        self.connection.flush()
        if ending:
            self.connection.tls.unwrap() if ending == "cleanly" else self.cut()

    def cut(self):
        self.connection.tls.shutdown(socket.SHUT_RDWR)
