"""``wait=seconds`` on a status: answered as soon as there is news, by a request that holds no thread meanwhile."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from web.support_postgres import Postgres, binary
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import template_zip, wav

ALIVE = 5.0
"""Seconds in which a request that waits for nothing is surely answered, and by far less than those that wait take."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def idle_service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Without workers, so that everything stays pending until a test changes it. Few threads, many connections."""
    settings = {"WORKERS": "0", "THREADS": "4", "CONNECTION_LIMIT": "600", "CONNECTIONS_PER_ADDRESS": "590"}
    with contextlib.ExitStack() as stack:
        if request.param == "postgres":
            if binary("postgres") is None:
                pytest.skip("PostgreSQL is not installed")
            server = Postgres(tmp_path_factory.mktemp("postgres"))
            stack.callback(server.stop)
            settings["DATABASE"] = server.new_database()
        environment = {f"VELOCITY_{name}": value for name, value in settings.items()}
        running = Service(tmp_path_factory.mktemp("idle") / "data", environment).start()
        stack.callback(running.stop)
        yield running


def pending_template(client: Client) -> tuple[str, str]:
    """A template that nobody analyses, and its job."""
    answer = client.post("/template/upload", files={"file": ("t.zip", template_zip())}).json()
    return answer["templateId"], answer["jobId"]


def ask(client: Client, path: str) -> socket.socket:
    """Send a GET on a connection of its own, without waiting for the answer."""
    parts = urlsplit(str(client.base_url))
    connection = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {client.key}\r\n\r\n".encode())
    return connection


def head_of(connection: socket.socket) -> str:
    return connection.recv(65536).decode().split("\r\n", 1)[0]


def answered(connections: list[socket.socket], seconds: float = 0.0) -> int:
    """How many have an answer now, or within so long."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    return len(poll.poll(seconds * 1000))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_hundred_wait_while_others_are_answered(idle_service: Service) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(idle_service.client()) for _ in range(4)]
        asked = []
        for client in clients:
            template_id, job_id = pending_template(client)
            path = f"/template/{template_id}/status?wait=30"
            for _ in range(50):
                asked.append(stack.enter_context(contextlib.closing(ask(client, path))))
        time.sleep(1.0)  # so that all of them wait
        began = time.monotonic()
        with idle_service.client() as another:
            mine, _job = pending_template(another)
            assert another.get("/health").status_code == 200
            assert another.get(f"/template/{mine}/status").json()["status"] == "pending"
        assert time.monotonic() - began < ALIVE
        assert answered(asked) == 0
        idle_service.query("UPDATE job SET status = 'processing' WHERE id = ?", job_id)
        until(lambda: answered(asked) == 50)
        assert {head_of(connection) for connection in asked[150:]} == {"HTTP/1.1 200 OK"}


def test_the_answer_comes_with_the_change(idle_service: Service) -> None:
    with idle_service.client() as client, ThreadPoolExecutor(1) as pool:
        template_id, job_id = pending_template(client)
        began = time.monotonic()
        waiting = pool.submit(client.get, f"/template/{template_id}/status?wait=30")
        time.sleep(0.5)
        assert not waiting.done()
        idle_service.query("UPDATE job SET status = 'failed', reason = 'because' WHERE id = ?", job_id)
        assert waiting.result().json()["reason"] == "because"
        assert time.monotonic() - began < 25
        assert client.get(f"/template/{template_id}/status?wait=30").json()["status"] == "failed"
        assert time.monotonic() - began < 25, "what is final is answered at once"


def test_a_wait_ends_by_itself(idle_service: Service) -> None:
    with idle_service.client() as client:
        template_id, _job = pending_template(client)
        began = time.monotonic()
        assert client.get(f"/template/{template_id}/status?wait=0.6").json()["status"] == "pending"
        assert time.monotonic() - began >= 0.6
        assert client.get(f"/template/{template_id}/status?wait=-1").status_code == 400
        assert client.get(f"/template/{template_id}/status?wait=soon").json()["errors"] == {
            "wait": ["it must be a number"]
        }


def test_an_account_has_only_so_many_waits(idle_service: Service) -> None:
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(idle_service.client())
        template_id, _job = pending_template(client)
        path = f"/template/{template_id}/status?wait=30"
        asked = [stack.enter_context(contextlib.closing(ask(client, path))) for _ in range(130)]
        until(lambda: answered(asked) >= 30)
        refused = [connection for connection in asked if answered([connection])]
        assert {head_of(connection) for connection in refused} == {"HTTP/1.1 429 Too Many Requests"}
        answer = client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert client.get(f"/template/{template_id}/status").status_code == 200
        with idle_service.client() as another:
            mine, _job = pending_template(another)
            assert another.get(f"/template/{mine}/status?wait=0.2").status_code == 200


def test_who_goes_away_makes_room(idle_service: Service) -> None:
    with idle_service.client() as client:
        template_id, _job = pending_template(client)
        path = f"/template/{template_id}/status?wait=30"
        asked = [ask(client, path) for _ in range(120)]
        until(lambda: len(select.select(asked, [], [], 0)[0]) == 20)  # are refused, and the others wait
        assert client.get(f"{path[:-2]}0.1").status_code == 429
        for connection in asked:
            connection.close()
        until(lambda: client.get(f"{path[:-2]}0.1").status_code == 200)


def test_what_comes_after_on_the_same_connection_is_answered_in_turn(idle_service: Service) -> None:
    with idle_service.client() as client:
        template_id, job_id = pending_template(client)
        with contextlib.closing(ask(client, f"/template/{template_id}/status?wait=30")) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            time.sleep(0.5)
            assert answered([connection]) == 0
            idle_service.query("UPDATE job SET status = 'processing' WHERE id = ?", job_id)
            told = b""
            while data := connection.recv(65536):
                told += data
        first, second = told.split(b'"processing"', 1)
        assert first.startswith(b"HTTP/1.1 200 OK")
        assert b'{"status":"ok"' in second


@pytest.mark.parametrize("database", ["", "postgres"])
def test_waiting_requests_are_answered_when_the_server_stops(
    new_service: Callable[..., Service], tmp_path_factory: pytest.TempPathFactory, database: str
) -> None:
    if database and binary("postgres") is None:
        pytest.skip("PostgreSQL is not installed")
    server = Postgres(tmp_path_factory.mktemp("postgres")) if database else None
    try:
        service = new_service(workers="0", database=server.new_database() if server else "")
        with service.client() as client, contextlib.ExitStack() as stack:
            template_id, _job = pending_template(client)
            path = f"/template/{template_id}/status?wait=30"
            asked = [stack.enter_context(contextlib.closing(ask(client, path))) for _ in range(20)]
            time.sleep(1.0)
            assert answered(asked) == 0
            began = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - began < 25
            assert {head_of(connection) for connection in asked} == {"HTTP/1.1 200 OK"}
    finally:
        if server:
            server.stop()


def test_renders_audio_and_batches_can_be_waited_for(client: Client) -> None:
    """Each is asked as often as its status changes, and a few times where a slow machine takes longer than a wait."""
    template_id = client.upload_template(template_zip())
    audio = client.post("/audio/upload", files={"file": ("a.wav", wav())}).json()
    asked = [f"/template/{template_id}/status", f"/audio/{audio['audioId']}/status"]
    for path in asked:
        assert final(client, path) == "completed"
    render = client.post("/render", json=render_request(template_id)).json()
    assert final(client, f"/render/{render['renderId']}/status") == "completed"
    batch = {**render_request(template_id), "rows": [{"name": "One"}, {"name": "Two"}]}
    batch_id = client.post("/render/batch", json=batch).json()["batchId"]
    assert final(client, f"/render/batch/{batch_id}") == "completed"


def final(client: Client, path: str) -> str:
    for _ in range(20):
        status = str(client.get(f"{path}?wait=30").json()["status"])
        if status in ("completed", "failed", "cancelled"):
            return status
    raise AssertionError(f"{path} was asked twenty times")


def test_a_waiting_request_is_logged_once(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0")
    with service.client() as client:
        template_id, _job = pending_template(client)
        client.get(f"/template/{template_id}/status?wait=0.3", headers={"X-Request-Id": "the-one"})
        lines = [line for line in (service.data / "server.log").read_text().splitlines() if '"the-one"' in line]
        assert len(lines) == 1, lines
        counted = 'velocity_requests_total{method="GET",route="/template/{template_id}/status",status="200"} 1.0'
        assert counted in client.get("/metrics").text


def test_a_change_between_look_and_wait_is_not_missed(idle_service: Service) -> None:
    """Whatever happens between a status that was read and the wait that begins for it, the answer comes."""
    with idle_service.client() as client:
        for _ in range(5):
            template_id, job_id = pending_template(client)
            change = "UPDATE job SET status = 'failed' WHERE id = ?"
            changing = threading.Thread(target=idle_service.query, args=(change, job_id))
            began = time.monotonic()
            changing.start()
            assert client.get(f"/template/{template_id}/status?wait=30").json()["status"] == "failed"
            assert time.monotonic() - began < 25
            changing.join()
