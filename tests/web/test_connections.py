"""Who keeps his connection when a new one comes: the server's turns, one by one."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from velocity_web.server.connections import GuardedServer
from velocity_web.settings import Settings

REQUEST = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
TURNS = 50


def application(_environment: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GuardedServer]:
    """A server that keeps one connection for an address; its turns are made by the test."""
    (tmp_path / "tmp").mkdir()
    server = GuardedServer(application, Settings(data=tmp_path, port=0, connections_per_address=1))
    with contextlib.closing(server):
        yield server


@contextlib.contextmanager
def connected(server: GuardedServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.effective_port), timeout=5) as connection:
        yield connection


def answered(server: GuardedServer, connection: socket.socket) -> bytes:
    """What a connection reads up to its end while the server goes on."""
    connection.setblocking(False)
    answer = b""
    for _ in range(TURNS):
        server.turn(0.05)
        with contextlib.suppress(BlockingIOError):
            if not (data := connection.recv(4096)):
                return answer
            answer += data
    raise AssertionError(f"the connection was left open after {answer!r}")


def test_a_request_that_has_arrived_is_answered_before_its_connection_makes_room(server: GuardedServer) -> None:
    with connected(server) as first:
        server.turn(1)
        first.sendall(REQUEST)
        with connected(server):
            assert answered(server, first).startswith(b"HTTP/1.1 200")


def test_news_of_a_connection_that_made_room_is_not_taken_for_news_of_the_new_one(server: GuardedServer) -> None:
    with connected(server) as first:
        server.turn(1)
        first.sendall(b"GET")
        with connected(server), connected(server) as third:  # which gets the number of the first
            server.turn(1)
            server.turn(0.05)
            third.sendall(REQUEST)
            assert answered(server, third).startswith(b"HTTP/1.1 200")
