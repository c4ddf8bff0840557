"""Fetching a file: what it is asked for, and how far it goes with servers that misbehave."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from network_support import Answer, WebServer

import velocity_engine as ve
from velocity_engine.network import FetchLimits, ForbiddenAddress, NotFetched, NotFetchedNow, Reach, Version, fetch

CONTENT = os.urandom(70_000)


@pytest.fixture
def fetched(server: WebServer, tmp_path: Path) -> Callable[..., Any]:
    """Fetches a path of the server."""

    def call(path: str, seconds: float = 20.0, size: int = 100_000, **more: Any) -> Any:
        limits = FetchLimits(size, seconds)
        return fetch(f"{server.url}{path}", tmp_path / "x", limits, Reach.of([server.host]), **more)

    return call


def test_a_file_and_what_its_server_says(server: WebServer, fetched: Callable[..., Any], tmp_path: Path) -> None:
    server.serve("/a b/ü.png", CONTENT)
    server.serve("/a%20b/%C3%BC.png", CONTENT, '"one"')
    found = fetched("/a b/ü.png?size=1&name=x y#part")
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert (found.size_bytes, found.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert found.version == Version('"one"')
    [(path, headers)] = server.asked
    assert path == "/a%20b/%C3%BC.png?size=1&name=x%20y"
    assert headers["host"] == server.host and headers["accept-encoding"] == "identity"
    assert "authorization" not in headers and "cookie" not in headers
    (tmp_path / "x").unlink()
    assert fetched("/a%20b/%C3%BC.png", known=found.version).is_same and not (tmp_path / "x").exists()


def test_redirects_are_followed_as_far_as_they_may(server: WebServer, fetched: Callable[..., Any]) -> None:
    server.serve("/end", CONTENT)
    for number in range(7):
        server.answers[f"/{number}"] = Answer(302, {"Location": f"/{number + 1}" if number < 6 else "/end"})
    assert fetched("/2").size_bytes == len(CONTENT)
    with pytest.raises(NotFetched, match="it redirects more than 5 times"):
        fetched("/1")
    server.answers["/loop"] = Answer(301, {"Location": "/loop"})
    with pytest.raises(NotFetched, match="it redirects more than 5 times"):
        fetched("/loop")


def _slowly(file: Any) -> None:
    while True:
        file.write(b"x")
        file.flush()
        time.sleep(0.05)


def _endless(file: Any) -> None:
    while True:
        file.write(b"x" * 65536)


def _cut_off(file: Any) -> None:
    file.write(b"x" * 10)


BOMB = gzip.compress(bytes(10_000_000))
ANSWERS: dict[str, tuple[Answer, type[Exception], str]] = {
    "missing": (Answer(404), NotFetched, "the answer was 404"),
    "denied": (Answer(403), NotFetched, "the answer was 403"),
    "no content": (Answer(204), NotFetched, "the answer was 204"),
    "busy": (Answer(503), NotFetchedNow, "the answer was 503"),
    "slow down": (Answer(429), NotFetchedNow, "the answer was 429"),
    "a part": (Answer(206, {}, CONTENT[:100]), NotFetched, "the answer was 206"),
    "the same, of what nobody knows": (Answer(304), NotFetched, "the answer was 304"),
    "empty": (Answer(200), NotFetched, "the file has no bytes"),
    "bomb": (Answer(200, {"Content-Encoding": "gzip"}, BOMB), NotFetched, "the answer is packed as gzip"),
    "large": (Answer(200, {}, b"x" * 100_001), NotFetched, "the file has more than 100000 bytes"),
    "endless": (Answer(200, {}, write=_endless), NotFetched, "the file has more than 100000 bytes"),
    "slow": (Answer(200, {}, write=_slowly), NotFetchedNow, "it took longer than 1 seconds"),
    "cut off": (Answer(200, {"Content-Length": "100"}, write=_cut_off), NotFetchedNow, "the answer is not HTTP"),
    "said large": (Answer(200, {"Content-Length": "9" * 15}, write=_cut_off), NotFetched, "more than 100000 bytes"),
    "nowhere": (Answer(302, {"Location": "http://[x"}), ForbiddenAddress, "no URL"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_servers_that_misbehave(kind: str, server: WebServer, fetched: Callable[..., Any], tmp_path: Path) -> None:
    answer, error, words = ANSWERS[kind]
    server.answers["/x"] = answer
    with pytest.raises(error, match=words):
        fetched("/x", seconds=1.0 if kind == "slow" else 20.0)
    assert not list(tmp_path.iterdir()), "nothing of it stays"


def test_a_fetch_ends_when_it_is_stopped(server: WebServer, fetched: Callable[..., Any]) -> None:
    stop = threading.Event()

    def stopped(_file: Any) -> None:
        stop.set()
        time.sleep(5)

    server.answers["/x"] = Answer(200, {}, write=stopped)
    with pytest.raises(ve.RenderCancelled):
        fetched("/x", seconds=600.0, stop=stop.is_set)


def test_what_the_content_type_says_is_of_no_meaning(server: WebServer, fetched: Callable[..., Any]) -> None:
    server.answers["/x"] = Answer(200, {"Content-Type": "text/html"}, CONTENT)
    assert fetched("/x").size_bytes == len(CONTENT)


@pytest.mark.parametrize(
    ("allowed", "host", "address", "may"),
    [
        (["nas.lan"], "nas.lan", "10.0.0.9", True),
        (["nas.lan"], "other.lan", "10.0.0.9", False),
        (["nas.lan:9000"], "nas.lan:8000", "10.0.0.9", False),
        (["nas.lan:22"], "nas.lan:22", "10.0.0.9", True),
        (["nas.lan"], "nas.lan:22", "10.0.0.9", False),
        (["10.0.0.0/8"], "any.lan", "10.200.0.9", True),
        (["10.0.0.0/8"], "any.lan", "::ffff:10.200.0.9", True),
        (["10.0.0.0/8"], "any.lan", "192.168.0.1", False),
        (["fd00::/8"], "[fd00::1]", "fd00::1", True),
        (["[fd00::1]:8080"], "[fd00::1]:8080", "fd00::1", True),
        (["*"], "localhost", "127.0.0.1", True),
        ([], "public.example", "93.184.216.34", True),
        ([], "public.example:8443", "93.184.216.34", True),
        ([], "public.example:25", "93.184.216.34", False),
    ],
)
def test_what_an_administrator_allows(allowed: list[str], host: str, address: str, may: bool) -> None:
    target = ve.network.target_of(f"http://{host}/x")
    if may:
        Reach.of(allowed).require(target, [address])
    else:
        with pytest.raises(ForbiddenAddress):
            Reach.of(allowed).require(target, [address])


@pytest.mark.parametrize("text", ["", "a/b", "10.0.0.0/99", "nas.lan:x", "nas.lan:0", "nas.lan:99999", "http://nas"])
def test_what_is_no_host_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no host: write a name, an address or a network"):
        Reach.of([text])
