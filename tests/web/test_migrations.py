"""Schema versions: from an old database with its data, by many at once, and never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from web.support_service import Client, Service
from web.support_templates import template_zip

from velocity_web.accounts.auth import make_key
from velocity_web.database.migrations import DatabaseTooNew, latest_version, migrate_sqlite, steps


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
