"""Receivers of webhooks: one that takes what comes, and many that do not behave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


class Receiver:
    """Takes POSTs, answering with the statuses given, then with 200."""

    def __init__(self, statuses: list[int]) -> None:
        received: list[tuple[dict[str, str], bytes]] = []
        self.received = received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((dict(self.headers), body))
                self.send_response(statuses.pop(0) if statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


class RawReceiver:
    """Does the same to every connection; ``open`` are those that its peer still holds, ``most`` how many they were."""

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._lock = threading.Lock()
        self.open = self.most = self.taken = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._count(1)
        with connection, suppress(OSError):
            self._behave(connection)
        self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self.taken += change > 0
            self.open += change
            self.most = max(self.most, self.open)


def drip(connection: socket.socket) -> None:
    """A byte of a head that never ends, each second."""
    connection.sendall(HEAD)
    while True:
        time.sleep(1)
        connection.sendall(b"x")


def never_answer(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def endless_head(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X-More: more and more\r\n" * 400)


def endless_preludes(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 400)


def endless_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def no_http(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"220 mail.example ESMTP\r\n")
    read_to_the_end(connection)


def read_to_the_end(connection: socket.socket) -> None:
    """Closing a connection on which something is unread breaks it off, and what was sent is lost."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass


class SlowTaker(RawReceiver):
    """Answers well after a while. A connection is open until it is answered: then its peer may begin another."""

    def __init__(self) -> None:
        super().__init__(read_to_the_end)

    def _serve(self, connection: socket.socket) -> None:
        self._count(1)
        with connection, suppress(OSError):
            connection.recv(65536)
            time.sleep(0.5)
            self._count(-1)
            connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
            self._behave(connection)
