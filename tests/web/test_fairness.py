"""What one tenant, or a stranger without a key, does to others: bodies, connections, rates, threads."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip
from web.test_gate import exchange, head

from velocity_web.accounts.rates import REMEMBERED, Buckets
from velocity_web.server.dispatch import FairDispatcher

LONG_SECONDS = "1000"
"""How long a silent connection is kept: longer than a client waits. Who is answered at all did not wait for its end."""


def connect(service: Service) -> socket.socket:
    parts = urlsplit(service.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)


def answer_of(connection: socket.socket) -> bytes:
    """All that comes until the other end closes."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(65536):
            answer += data
    return answer


def ended(connections: list[socket.socket]) -> int:
    """How many the other end has closed, of such as are sent nothing else."""
    return len(select.select(connections, [], [], 0)[0])


# --- bodies without a key ---


@pytest.mark.parametrize("path", ["/health", "/", "/docs", "/ready", "/metrics", "/openapi.json"])
def test_open_paths_take_no_body_to_speak_of(service: Service, path: str) -> None:
    status, answer = exchange(service.url, head(path, "Content-Length: 1025"))
    assert status == 413
    assert b"at most 1024 bytes" in answer
    assert exchange(service.url, head(path, "Content-Length: 2", "Connection: close"), b"{}")[0] == 405


def test_a_chunked_body_without_a_key_ends_soon(service: Service) -> None:
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    status, _answer = exchange(service.url, head("/health", "Transfer-Encoding: chunked"), chunk * 20)
    assert status == 413


@pytest.mark.parametrize("size", [2**64 - 1, 2**40, 3 * 2**30])
def test_a_chunk_that_is_too_large_is_refused_at_its_first_line(service: Service, size: int) -> None:
    request = head("/render", "Transfer-Encoding: chunked", f"X-API-Key: {service.add_user()}")
    status, answer = exchange(service.url, request, b"%x\r\nabc" % size)
    assert status == 413, answer


def test_a_chunk_line_without_an_end_is_refused(service: Service) -> None:
    request = head("/render", "Transfer-Encoding: chunked", f"X-API-Key: {service.add_user()}")
    assert exchange(service.url, request, b"1;" + b"x" * 100_000)[0] == 400


# --- connections ---


def test_idle_connections_make_room_for_others(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", connection_limit="60", connections_per_address="50", head_seconds=LONG_SECONDS)
    with service.client() as client, contextlib.ExitStack() as open_ones:
        assert client.get("/template/active").status_code == 200
        silent = [open_ones.enter_context(connect(service)) for _ in range(150)]
        until(lambda: ended(silent) == 100)
        with Client(service.url, client.key) as another:
            assert another.get("/template/active").status_code == 200


def test_six_hundred_silent_connections_keep_nobody_out(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", head_seconds=LONG_SECONDS)
    with service.client() as client, contextlib.ExitStack() as open_ones:
        for _ in range(600):
            open_ones.enter_context(connect(service))
        assert client.get("/render/active").status_code == 200


def test_unfinished_heads_make_room_too(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", connection_limit="60", connections_per_address="60", head_seconds=LONG_SECONDS)
    with service.client() as client, contextlib.ExitStack() as open_ones:
        unfinished = [open_ones.enter_context(connect(service)) for _ in range(100)]
        for connection in unfinished:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET /render/active HTTP/1.1\r\nX-Drip: 1\r\n")
        until(lambda: ended(unfinished) >= 40)
        assert client.get("/render/active").status_code == 200


def test_an_address_has_only_so_many_requests_under_way(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", connections_per_address="10")
    key = service.add_user()
    request = head("/template/upload", "Content-Length: 100000", f"X-API-Key: {key}", "Expect: 100-continue")
    with contextlib.ExitStack() as open_ones:
        for _ in range(10):
            uploading = open_ones.enter_context(connect(service))
            uploading.sendall(request.replace("\n", "\r\n").encode())
            assert b"100 Continue" in uploading.recv(1000)
        answer = answer_of(open_ones.enter_context(connect(service)))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1" in answer
    assert b"connections from your address" in answer


def test_a_trusted_proxy_has_more_connections_and_names_its_clients(new_service: Callable[..., Service]) -> None:
    service = new_service(
        workers="0", connections_per_address="3", trusted_proxy="127.0.0.1", wrong_keys_per_second="0.05"
    )
    key = service.add_user()
    upload = head("/template/upload", "Content-Length: 100000", f"X-API-Key: {key}", "Expect: 100-continue")
    with contextlib.ExitStack() as open_ones:
        for _ in range(6):
            uploading = open_ones.enter_context(connect(service))
            uploading.sendall(upload.replace("\n", "\r\n").encode())
            assert b"100 Continue" in uploading.recv(1000)

    def ask(address: str) -> int:
        headers = {"X-API-Key": "vk_00000000_wrong", "X-Forwarded-For": f"10.9.9.9, {address}"}
        return httpx.get(f"{service.url}/render/active", headers=headers, timeout=PATIENCE).status_code

    assert [ask("10.0.0.1"), ask("10.0.0.1"), ask("10.0.0.2")] == [401, 429, 401]


# --- time ---


def test_a_head_has_to_come_in_time(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", head_seconds="1")
    with connect(service) as silent, connect(service) as dripping, connect(service) as between:
        dripping.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        ask = head("/health").replace("POST", "GET").replace("\n", "\r\n").encode()
        between.sendall(ask)
        assert receive_answers(between, 1) == [b"HTTP/1.1 200"]
        answer = answer_of(dripping)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in answer
        assert answer_of(silent) == b""
        between.sendall(ask)
        assert b"HTTP/1.1 200" in receive_answers(between, 1), "an idle client that asked before may ask again"


@pytest.mark.long
def test_a_body_has_to_make_progress(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", body_seconds="5")
    key = service.add_user()
    request = head("/campaign", "Content-Length: 40000", f"X-API-Key: {key}", "Content-Type: application/json")
    with connect(service) as dripping, connect(service) as slow:
        for connection in (dripping, slow):
            connection.sendall(request.replace("\n", "\r\n").encode())
        slow.sendall(b'{"name": "Slow"')
        left = 40_000 - len(b'{"name": "Slow"}')
        while left:
            slow.sendall(b" " * min(left, 4000))
            left -= min(left, 4000)
            with contextlib.suppress(OSError):
                dripping.sendall(b" ")
            time.sleep(0.5)
        assert answer_of(dripping).startswith(b"HTTP/1.1 408 ")
        slow.sendall(b"}")
        assert slow.recv(65536).startswith(b"HTTP/1.1 200 ")


# --- rates ---


def test_too_many_requests_of_one_account_are_429_and_others_go_on(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", requests_per_second="0.02", request_burst="5")
    with service.client() as client, service.client() as another:
        statuses = [client.get("/render/active").status_code for _ in range(8)]
        assert statuses[:5] == [200] * 5
        assert statuses[-1] == 429
        answer = client.post("/campaign", json={"name": "Never"})
        assert answer.status_code == 429
        assert answer.headers["content-type"] == "application/problem+json"
        assert 1 <= int(answer.headers["retry-after"]) <= 50
        assert "try again" in answer.json()["detail"]
        assert another.get("/render/active").status_code == 200
        assert client.get("/health").status_code == 200


def test_the_default_rate_does_not_hinder_many_clients_of_one_account(client: Client) -> None:
    def poll(_number: int) -> set[int]:
        with Client(str(client.base_url), client.key) as one:
            return {one.get("/render/active").status_code for _ in range(40)}

    with ThreadPoolExecutor(32) as pool:
        assert set().union(*pool.map(poll, range(32))) == {200}


def test_wrong_keys_are_refused_without_asking_the_database(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", wrong_keys_per_second="0.05")
    with service.client() as known, service.client() as unknown:
        assert known.get("/render/active").status_code == 200
        with httpx.Client(
            base_url=service.url, headers={"X-API-Key": "vk_00000000_wrong"}, timeout=PATIENCE
        ) as guessing:
            statuses = [guessing.get("/render/active").status_code for _ in range(8)]
            assert statuses[0] == 401
            assert statuses[-1] == 429
            assert guessing.post("/render", json={}).status_code == 429
        assert known.get("/render/active").status_code == 200
        assert unknown.get("/render/active").status_code == 429


# --- threads ---


@contextlib.contextmanager
def locked_database(service: Service) -> Iterator[None]:
    """Nobody else can write meanwhile."""
    connection = sqlite3.connect(service.data / "velocity.db", timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def busy_service(new_service: Callable[..., Service]) -> Iterator[tuple[Service, Client]]:
    """A service where one tenant has many more requests under way than there are threads; and another tenant."""
    service = new_service(workers="0", threads="4")
    with service.client() as hog, service.client() as other, ThreadPoolExecutor(16) as pool:
        for client in (hog, other):
            assert client.get("/render/active").status_code == 200
        with locked_database(service):
            waiting = [
                pool.submit(
                    httpx.post,
                    f"{service.url}/campaign",
                    headers={"X-API-Key": hog.key},
                    timeout=PATIENCE,
                    json={"name": "Later"},
                )
                for _ in range(16)
            ]
            time.sleep(1)
            assert not any(future.done() for future in waiting)
            yield service, other
            assert not any(future.done() for future in waiting)
        assert {future.result().status_code for future in waiting} == {200}


def test_health_answers_whatever_the_threads_do(busy_service: tuple[Service, Client]) -> None:
    service, _other = busy_service
    for path, said in (("/health", "ok"), ("/ready", "ready")):
        answer = httpx.get(f"{service.url}{path}", timeout=PATIENCE)
        assert (answer.status_code, answer.json()["status"]) == (200, said)


def test_one_tenants_slow_requests_leave_threads_for_another(busy_service: tuple[Service, Client]) -> None:
    _service, other = busy_service
    assert other.get("/render/active").status_code == 200


def test_a_refusal_needs_no_thread(busy_service: tuple[Service, Client]) -> None:
    service, _other = busy_service
    assert exchange(service.url, head("/template/upload", "Content-Length: 10"))[0] == 401


# --- HTTP as before ---


def receive_answers(connection: socket.socket, count: int) -> list[bytes]:
    """The status lines of so many answers of one connection."""
    received = b""
    while received.count(b"HTTP/1.1 ") < count:
        data = connection.recv(65536)
        assert data, received
        received += data
    return re.findall(rb"HTTP/1\.1 \d+", received)


def receive_one(connection: socket.socket) -> bytes:
    """The head of an answer whose body was read, too: it may come in pieces."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length, head
    while len(body) < int(length[1]):
        body += connection.recv(65536)
    return head


def test_pipelined_requests_with_bodies_are_answered_in_their_order(client: Client, service: Service) -> None:
    def post(name: str) -> bytes:
        body = f'{{"name": "{name}"}}'.encode()
        lines = (f"X-API-Key: {client.key}", "Content-Type: application/json", f"Content-Length: {len(body)}")
        return head("/campaign", *lines).replace("\n", "\r\n").encode() + body

    wrong = post("").replace(b'"name"', b'"nome"')
    with connect(service) as connection:
        health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(post("One") + health + wrong + b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n" + post("Two"))
        statuses = [line.split()[1] for line in receive_answers(connection, 5)]
    assert statuses == [b"200", b"200", b"400", b"200", b"200"]
    assert {one["name"] for one in client.get("/campaign").json()} >= {"One", "Two"}


def test_a_client_that_waits_for_100_continue_gets_it_once_admitted(client: Client, service: Service) -> None:
    content = template_zip()
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n' + content + b"\r\n--b--\r\n"
    lines = (f"X-API-Key: {client.key}", "Content-Type: multipart/form-data; boundary=b", "Expect: 100-continue")
    request = head("/template/upload", *lines, f"Content-Length: {len(body)}").replace("\n", "\r\n").encode()
    with connect(service) as connection:
        for _ in range(2):
            connection.sendall(request)
            assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            assert receive_one(connection).startswith(b"HTTP/1.1 200 ")


# --- the parts ---


class Held:
    """A task that lasts until it is let go."""

    def __init__(self, group: str, order: list[str]) -> None:
        self.group = group
        self.order = order
        self.cancelled = False
        self.let_go = threading.Event()

    def service(self) -> None:
        self.order.append(self.group)
        self.let_go.wait(PATIENCE)

    def cancel(self) -> None:
        self.cancelled = True


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_dispatcher_keeps_threads_free_for_who_comes_new() -> None:
    order: list[str] = []
    dispatcher = FairDispatcher(8, "test")
    tasks = {group: [Held(group, order) for _ in range(20)] for group in "abc"}
    for group, count in (("a", 4), ("b", 2), ("c", 1)):
        for task in tasks[group]:
            dispatcher.add_task(task)
        until(lambda: order.count(group) == count)
        time.sleep(0.1)
        assert order.count(group) == count
    for task in tasks["a"]:
        task.let_go.set()
    until(lambda: order.count("a") == 20)
    for group in "bc":
        for task in tasks[group]:
            task.let_go.set()
    until(lambda: len(order) == 60)
    assert dispatcher.shutdown(timeout=PATIENCE)


def test_the_dispatcher_serves_groups_in_turn() -> None:
    order: list[str] = []
    dispatcher = FairDispatcher(1, "test")
    first = Held("first", order)
    dispatcher.add_task(first)
    until(lambda: order == ["first"])
    for group in ("a", "a", "a", "b", "c", "b"):
        task = Held(group, order)
        task.let_go.set()
        dispatcher.add_task(task)
    first.let_go.set()
    until(lambda: len(order) == 7)
    assert order[1:] == ["a", "b", "c", "a", "b", "a"]
    dispatcher.shutdown()


def test_a_dispatcher_that_stops_cancels_what_waits() -> None:
    order: list[str] = []
    dispatcher = FairDispatcher(1, "test")
    running, waiting = Held("a", order), Held("a", order)
    dispatcher.add_task(running)
    until(lambda: order == ["a"])
    dispatcher.add_task(waiting)
    assert not dispatcher.shutdown(timeout=0.1)
    assert waiting.cancelled
    assert not running.cancelled
    running.let_go.set()


def test_buckets_fill_with_time_and_are_forgotten_in_the_end() -> None:
    buckets = Buckets(per_second=0.01, size=2)
    assert [buckets.take("a") for _ in range(2)] == [0, 0]
    wait = buckets.take("a")
    assert 0 < wait <= 100
    assert buckets.take("b") == 0
    quick = Buckets(per_second=100, size=1)
    quick.take("a")
    time.sleep(0.02)
    assert quick.take("a") == 0
    for number in range(REMEMBERED + 100):
        buckets.take(str(number))
    assert len(buckets._levels) == REMEMBERED
    unlimited = Buckets(per_second=0, size=1)
    assert not any(unlimited.take("a") for _ in range(100))
