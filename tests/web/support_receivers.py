"""Receivers of webhooks that do not behave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Behaviour = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


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
        with self._lock:
            self.taken += 1
            self.open += 1
            self.most = max(self.most, self.open)
        with connection, suppress(OSError):
            self._behave(connection)
        with self._lock:
            self.open -= 1


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


def take_slowly(connection: socket.socket) -> None:
    """A good answer after a while."""
    connection.recv(65536)
    time.sleep(0.5)
    connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
    connection.recv(65536)
