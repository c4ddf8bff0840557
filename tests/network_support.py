"""Web servers on this machine: one that nobody may reach, which counts who does, and one that answers as it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Victim:
    """Listens on IPv4's and IPv6's loopback at one port, and counts connections: of HTTP or anything else."""

    def __init__(self) -> None:
        self.reached = 0
        self._sockets: list[socket.socket] = []
        first = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(first.getsockname()[1])
        self._sockets.append(first)
        with suppress(OSError):
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6, backlog=64))
        for one in self._sockets:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            self.reached += 1
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")


@dataclass
class Answer:
    """What a server sends. ``write`` sends the body in place of ``body``, in its own time."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    write: Callable[[Any], None] | None = None


class WebServer:
    """A web server whose ``answers`` are by path; ``asked`` has the path and the headers of all requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[dict[str, str]], Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.asked.append((self.path, headers))
                found = server.answers.get(self.path.partition("?")[0], Answer(404))
                answer = found(headers) if callable(found) else found
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.write is None and "Content-Length" not in answer.headers and answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                with suppress(OSError):
                    if answer.write is None:
                        self.wfile.write(answer.body)
                    else:
                        answer.write(self.wfile)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = int(self._server.server_port)
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"

    def serve(self, path: str, body: bytes, etag: str = "") -> str:
        """Answers with these bytes, and with 304 where the client has them. Returns the URL."""

        def answered(headers: dict[str, str]) -> Answer:
            told = {"ETag": etag} if etag else {}
            if etag and headers.get("if-none-match") == etag:
                return Answer(304, told)
            return Answer(200, told, body)

        self.answers[path] = answered
        return f"{self.url}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
