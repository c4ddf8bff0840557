"""Schema versions: from an old database with its data, by many at once, and never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest
from web.support_postgres import Postgres, binary
from web.support_service import Client, Service
from web.support_templates import template_zip

from velocity_web.accounts.auth import make_key
from velocity_web.database.migrations import DatabaseTooNew, latest_version, migrate_postgres, migrate_sqlite, steps


def test_steps_are_numbered_without_gaps() -> None:
    assert [version for version, _statements in steps("sqlite")] == list(range(1, latest_version() + 1))


def test_an_old_database_keeps_its_data(tmp_path: Path, new_service: Callable[..., Service]) -> None:
    data = tmp_path / "data-0"
    (data / "templates").mkdir(parents=True)
    migrate_sqlite(data / "velocity.db", target=1)
    key, content = make_key(), template_zip()
    (data / "templates" / "old.zip").write_bytes(content)
    template_id, job_id = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    with sqlite3.connect(data / "velocity.db") as connection:
        connection.execute(
            "INSERT INTO account VALUES ('a', 'old', ?, ?, FALSE, 10, ?, 1000, 0, 0, 0, 1700000000000)",
            (key.prefix, key.digest, len(content)),
        )
        connection.execute(
            "INSERT INTO template VALUES (?, 'a', 'Old', 'old.zip', 'templates/old.zip', ?, 'x', NULL, 1700000000000)",
            (template_id, len(content)),
        )
        connection.execute(
            "INSERT INTO job VALUES (?, 'template', 'a', ?, 'Old', 'pending', 'uploaded', NULL, 0, NULL, NULL, 0, "
            "1700000000000, NULL, NULL)",
            (job_id, template_id),
        )
    connection.close()
    service = new_service()
    assert service.first_key is None
    with Client(service.url, key.key) as client:
        assert client.settle(f"/template/{template_id}/status")["status"] == "completed"
        assert client.get("/template/all").json()[0]["createdAt"] == "2023-11-14T22:13:20Z"
        assert client.get("/webhook/secret").json()["secret"].startswith("whsec_")
    assert service.query("SELECT version FROM schema_version") == [(latest_version(),)]


OLD_KEYS = (
    "INSERT INTO account (id, name, key_prefix, key_hash, disabled, quota_mb, used_bytes, budget_ms, used_ms, "
    "claimed_at, revision, created_at, webhook_secret) VALUES ('{id}', '{id}', '{prefix}', '{digest}', FALSE, 1, 0, 1, "
    "0, 0, 0, 5, '')"
)


def test_old_keys_keep_all_that_they_could_do_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "velocity.db"
    migrate_sqlite(path, target=11)
    keys = {account_id: make_key() for account_id in ("a", "b")}
    with sqlite3.connect(path) as connection:
        for account_id, key in keys.items():
            connection.execute(OLD_KEYS.format(id=account_id, prefix=key.prefix, digest=key.digest))
    connection.close()
    migrate_sqlite(path)
    connection = sqlite3.connect(path)
    asked = (
        "SELECT id, account_id, prefix, digest, scopes, origins, created_at, used_at, ends_at FROM api_key ORDER BY id"
    )
    assert connection.execute(asked).fetchall() == [
        (account_id, account_id, key.prefix, key.digest, "render read preview", "", 5, None, None)
        for account_id, key in keys.items()
    ]
    connection.close()


def test_many_migrate_at_once(tmp_path: Path) -> None:
    path = tmp_path / "velocity.db"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _n: migrate_sqlite(path), range(8)))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version FROM schema_version").fetchall() == [(latest_version(),)]
    connection.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "velocity.db"
    migrate_sqlite(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    with pytest.raises(DatabaseTooNew):
        migrate_sqlite(path)


RENDERS = [("one", "completed"), ("two", "processing"), ("three", "pending"), ("alone", "pending")]
BATCH = "id, account_id, name, template_id, rows, created_at"
RENDER = "id, account_id, name, template_id, template_name, request, frames_done, frames_total, charged_ms, created_at"
JOB = "id, kind, account_id, subject_id, name, status, stage, attempts, not_before, created_at"


def batch_at_work() -> list[str]:
    """SQL for both databases: a batch of the schema's version 11 with a row that is done and two that are not, and a
    render of no batch."""
    found = [f"INSERT INTO batch ({BATCH}) VALUES ('b', 'a', 'n', 't', '[]', 1)"]
    for name, status in RENDERS:
        batch = "NULL" if name == "alone" else "'b'"
        values = f"'{name}', 'a', 'n', 't', 't', '{{}}', 0, 1, 0, 1, {batch}"
        found.append(f"INSERT INTO render ({RENDER}, batch_id) VALUES ({values})")
        found.append(
            f"INSERT INTO job ({JOB}) VALUES ('{name}', 'render', 'a', '{name}', 'n', '{status}', 'u', 0, 0, 1)"
        )
    return found


OF_BATCH = "SELECT id, batch_id FROM job WHERE batch_id IS NOT NULL ORDER BY id"
ACTIVE_OF_BATCH = [("three", "b"), ("two", "b")]


def test_a_batch_at_work_is_known_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "velocity.db"
    migrate_sqlite(path, target=11)
    with sqlite3.connect(path) as connection:
        for statement in batch_at_work():
            connection.execute(statement)
    connection.close()
    migrate_sqlite(path)
    connection = sqlite3.connect(path)
    assert connection.execute(OF_BATCH).fetchall() == ACTIVE_OF_BATCH
    connection.close()


@pytest.mark.skipif(binary("postgres") is None, reason="PostgreSQL is not installed")
def test_postgres_is_upgraded_the_same_way(tmp_path_factory: pytest.TempPathFactory) -> None:
    import psycopg2

    server = Postgres(tmp_path_factory.mktemp("postgres"))
    try:
        url = server.new_database()
        connection = psycopg2.connect(url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
            cursor.execute("INSERT INTO schema_version VALUES (11)")
            older = [statements for version, statements in steps("postgres") if version <= 11]
            for statement in [*chain(*older), *batch_at_work()]:
                cursor.execute(statement)
        migrate_postgres(url)
        with connection, connection.cursor() as cursor:
            cursor.execute(OF_BATCH)
            assert cursor.fetchall() == ACTIVE_OF_BATCH
            cursor.execute("LISTEN velocity_status")
            cursor.execute("UPDATE job SET stage = 'validating' WHERE id = 'two'")
            cursor.execute("UPDATE job SET status = 'completed' WHERE id = 'one'")
        connection.poll()
        assert not connection.notifies, "a stage is no status, and completed it was"
        with connection, connection.cursor() as cursor:
            cursor.execute("UPDATE job SET status = 'completed' WHERE batch_id = 'b'")
        connection.poll()
        assert [told.channel for told in connection.notifies] == ["velocity_status"], "however many changed"
        connection.notifies.clear()
        with connection, connection.cursor() as cursor:
            cursor.execute("LISTEN velocity_webhooks")
            cursor.execute(
                "INSERT INTO webhook_delivery (id, account_id, render_id, url, receiver, event, payload, status, "
                "attempts, next_at, created_at) VALUES ('d', 'a', 'one', 'u', 'r', 'e', '{}', 'delivered', 1, 1, 1)"
            )
        connection.poll()
        connection.notifies.clear()
        with connection, connection.cursor() as cursor:
            cursor.execute("UPDATE webhook_delivery SET status = 'pending' WHERE id = 'd'")
        connection.poll()
        assert [told.channel for told in connection.notifies] == ["velocity_webhooks"], "what is to be sent again"
        connection.close()
    finally:
        server.stop()
