"""The service on PostgreSQL: the whole way, many workers, races, and a worker that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

pytest.importorskip("psycopg2")

from web.support_invariants import broken_invariants
from web.support_postgres import Postgres, binary
from web.support_receivers import SlowTaker
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import template_zip, wav
from web.test_migrations import OLD_KEYS

from velocity_web.accounts.auth import make_key
from velocity_web.database.migrations import latest_version, migrate_postgres, steps

pytestmark = pytest.mark.skipif(binary("postgres") is None, reason="PostgreSQL is not installed")


@pytest.fixture
def service_on(postgres: Postgres, new_service: Callable[..., Service]) -> Callable[..., Service]:
    def start(**settings: str) -> Service:
        return new_service(database=postgres.new_database(), **settings)

    return start


@pytest.fixture(scope="module")
def service_of_all(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"VELOCITY_DATABASE": postgres.new_database(), "VELOCITY_WEBHOOK_ALLOW_PRIVATE": "true"}
    running = Service(tmp_path_factory.mktemp("all") / "data", settings).start()
    yield running
    running.kill()


def test_the_whole_way(service_of_all: Service) -> None:
    service = service_of_all
    assert service.first_key
    assert not (service.data / "velocity.db").exists()
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        audio_id = client.ready_audio(wav())
        render_id = client.ready_render(template_id, audioId=audio_id, name="Ünïcode 日本")
        assert client.get("/render/history").json()[0]["name"] == "Ünïcode 日本"
        assert [entry["id"] for entry in client.get("/audio/list?search=SOUND").json()] == [audio_id]
        batch = {**render_request(template_id), "rows": [{"name": "One"}, {"name": "Two"}]}
        answer = client.post("/render/batch", json=batch).json()
        client.until(f"/render/batch/{answer['batchId']}", lambda status: status["status"] == "completed")
        accepted = {template_id: "template", audio_id: "audio", render_id: "render"}
        assert not broken_invariants(service, client, accepted)
        for path in (f"/render/{render_id}", f"/audio/{audio_id}", f"/template/{template_id}"):
            assert client.delete(path).status_code == 200
        assert client.get("/ready").json()["status"] == "ready"
    assert service.query("SELECT version FROM schema_version") == [(latest_version(),)]


def test_old_keys_are_kept(postgres: Postgres) -> None:
    import psycopg2

    url, key = postgres.new_database(), make_key()
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        cursor.execute("INSERT INTO schema_version VALUES (11)")
        for _version, statements in steps("postgres")[:11]:
            for statement in statements:
                cursor.execute(statement)
        cursor.execute(OLD_KEYS.format(id="a", prefix=key.prefix, digest=key.digest))
    migrate_postgres(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT account_id, digest, scopes, created_at FROM api_key")
        assert cursor.fetchall() == [("a", key.digest, "render read preview", 5)]
    connection.close()


def test_keys_links_and_administration(service_of_all: Service) -> None:
    with service_of_all.client(scopes="render read admin") as chief:
        made = chief.post("/admin/users", json={"name": "Ada"}).json()
        keys = f"/admin/users/{made['id']}/keys"
        second = chief.post(f"{keys}/{made['firstKey']['id']}/rotate", json={"keepSeconds": 60}).json()
        with Client(service_of_all.url, second["key"]) as user:
            render_id = user.ready_render(user.ready_template(template_zip()))
            url = user.post(f"/render/{render_id}/link", json={}).json()["url"]
            assert httpx.get(url, timeout=PATIENCE).content == user.get(f"/render/{render_id}/download").content
            user.until("/account", lambda told: told["key"]["lastUsedAt"] is not None)
            assert chief.get("/admin/queue").json()[0]["waiting"] == 0
            assert chief.get("/admin/workers").json()
            assert len(chief.get(keys).json()) == 2
            assert chief.delete(f"/admin/users/{made['id']}").status_code == 200
            assert user.get("/account").status_code == 401
        assert httpx.get(url, timeout=PATIENCE).status_code == 404


def test_webhooks_are_claimed_and_told(service_of_all: Service) -> None:
    service = service_of_all
    taker = SlowTaker()
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        batch = {
            **render_request(template_id),
            "rows": [{"name": f"Row {n}"} for n in range(6)],
            "webhookUrl": taker.url,
        }
        assert client.post("/render/batch", json=batch).status_code == 200
        deadline = time.monotonic() + PATIENCE  # six of renders, and that of the batch
        while [entry["status"] for entry in client.get("/webhook/deliveries").json()] != [
            "delivered"
        ] * 7:  # of the batch, too
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert (taker.taken, taker.most <= 3) == (7, True)
    taker.close()


@pytest.mark.long
def test_many_workers_and_a_killed_one(service_on: Callable[..., Service]) -> None:
    service = service_on(lease_seconds="3", poll_seconds="0.1")
    command = [sys.executable, "-m", "velocity_engine", "worker", "--data", str(service.data), "--workers", "1"]
    environment = {**os.environ, **service.environment}
    others = [subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) for _ in range(2)]
    try:
        client = service.client()
        template_id = client.ready_template(template_zip(frames=40, size=(320, 240)))
        ids = [client.start_render(template_id) for _ in range(12)]
        client.until("/render/" + ids[3] + "/status", lambda status: status["status"] != "pending")
        others[0].send_signal(signal.SIGKILL)
        for render_id in ids:
            assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
        assert not broken_invariants(service, client, dict.fromkeys(ids, "render"))
    finally:
        for other in others:
            other.terminate()
        for other in others:
            other.wait(PATIENCE)


@pytest.mark.long
def test_a_restart_of_the_database_is_survived(postgres: Postgres, service_on: Callable[..., Service]) -> None:
    service = service_on(lease_seconds="2", poll_seconds="0.1")
    client = service.client()
    template_id = client.ready_template(template_zip(frames=60, size=(640, 360)))
    ids = [client.start_render(template_id) for _ in range(4)]
    postgres.stop()
    assert client.get("/render/active").status_code == 503
    assert client.get("/ready").status_code == 503
    postgres.start()
    client.get("/render/active")
    for render_id in ids:
        assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
    assert not broken_invariants(service, client, dict.fromkeys(ids, "render"))


@pytest.mark.long
def test_calls_while_the_database_restarts_are_503_at_worst(
    postgres: Postgres, service_on: Callable[..., Service]
) -> None:
    service = service_on(workers="0")
    client = service.client()
    statuses: set[int] = set()
    over = threading.Event()

    def call(number: int) -> None:
        with Client(service.url, client.key) as one:
            while not over.is_set():
                statuses.add(one.get("/render/active").status_code)
                statuses.add(one.post("/campaign", json={"name": f"Campaign {number}"}).status_code)

    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(call, number) for number in range(6)]
        for _ in range(4):
            time.sleep(0.5)
            postgres.stop()
            postgres.start()
        time.sleep(0.5)
        over.set()
    for made in calls:
        made.result()
    assert statuses == {200, 503}


def test_a_database_that_hangs_stops_neither_health_nor_the_answer_that_it_is_not_ready(
    service_on: Callable[..., Service],
) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    service = service_on(workers="0", threads="2")
    client = service.client()
    connection = psycopg2.connect(service.environment["VELOCITY_DATABASE"])
    with connection.cursor() as cursor, ThreadPoolExecutor(8) as pool:
        cursor.execute("LOCK TABLE account, schema_version IN ACCESS EXCLUSIVE MODE")
        held = [pool.submit(client.post, "/campaign", json={"name": "Later"}) for _ in range(8)]
        time.sleep(0.5)
        assert httpx.get(f"{service.url}/health", timeout=PATIENCE).status_code == 200
        answer = httpx.get(f"{service.url}/ready", timeout=PATIENCE)
        assert answer.status_code == 503
        assert "database" in answer.json()["detail"]
        connection.rollback()
        assert {call.result().status_code for call in held} == {200}
    connection.close()
    assert httpx.get(f"{service.url}/ready", timeout=PATIENCE).status_code == 200


def test_races_are_exact(service_on: Callable[..., Service]) -> None:
    service = service_on(workers="0")
    key = service.add_user(quota_mb=1, budget_ms=5)
    content = template_zip({"filler.bin": os.urandom(150_000)})
    room = 1_048_576 // len(content)

    def upload(_number: int) -> int:
        with Client(service.url, key) as client:
            return client.post("/template/upload", files={"file": ("a.zip", content)}).status_code

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(upload, range(16))) == [200] * room + [400] * (16 - room)


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "velocity_engine", "admin", "user-list", "--data", str(tmp_path)]
    for url in ("postgresql://nobody@127.0.0.1:1/none", "mysql://x"):
        done = subprocess.run(
            [*command, "--database", url], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "velocity:" in done.stderr
