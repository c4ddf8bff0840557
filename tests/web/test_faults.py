"""Which exceptions are an outage of the database's, which a full disk's, and which our own."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pony.orm import Database, Optional, PrimaryKey, Required, commit, db_session
from web.support_postgres import Postgres, binary

from velocity_web.database.faults import DATABASE_ERRORS, is_database_fault, is_no_space
from velocity_web.storage.files import is_disk_full, publish


def opened(path: Path, *pragmas: str) -> Any:
    """A database of Pony's with things that have unique names."""
    database = Database()

    def tune(_database: object, connection: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    database.on_connect(provider="sqlite")(tune)

    class Thing(database.Entity):  # type: ignore[name-defined,misc]  # Pony keeps it
        id = PrimaryKey(int)
        name = Required(str, unique=True)
        text = Optional(str)

    database.bind("sqlite", filename=str(path), create_db=True, timeout=0)
    database.generate_mapping(create_tables=True)
    return database


def raised_by(action: Callable[[], object]) -> Exception:
    def act() -> None:
        action()
        commit()

    with pytest.raises(DATABASE_ERRORS) as raised:
        db_session(act)()
    return raised.value


def test_a_database_that_cannot_grow_is_a_fault_and_no_space(tmp_path: Path) -> None:
    database = opened(tmp_path / "full.db", "max_page_count = 10")
    by_entity = raised_by(lambda: database.Thing(id=1, name="a", text="x" * 100_000))
    by_statement = raised_by(lambda: database.execute("INSERT INTO Thing VALUES (2, 'b', zeroblob(100000))"))
    for error in (by_entity, by_statement):
        assert is_database_fault(error), repr(error)
        assert is_no_space(error), repr(error)


def test_a_locked_database_is_a_fault(tmp_path: Path) -> None:
    database = opened(tmp_path / "locked.db")
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    error = raised_by(lambda: database.Thing(id=1, name="a"))
    other.close()
    assert is_database_fault(error), repr(error)
    assert not is_no_space(error)


def test_a_commit_that_fails_is_a_fault(tmp_path: Path) -> None:
    """A reader holds the file, so that SQLite refuses what is written only at the commit."""
    database = opened(tmp_path / "held.db", "journal_mode = DELETE")
    with db_session:
        database.Thing(id=1, name="a")
    other = sqlite3.connect(tmp_path / "held.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM Thing").fetchall()
    error = raised_by(lambda: database.Thing(id=2, name="b"))
    other.close()
    assert type(error).__name__ == "CommitException"
    assert is_database_fault(error), repr(error)


def test_mistakes_of_ours_are_no_faults(tmp_path: Path) -> None:
    database = opened(tmp_path / "ours.db")
    with db_session:
        database.Thing(id=1, name="a")
    mistakes = [
        raised_by(lambda: database.execute("SELECT nothing FROM nowhere")),
        raised_by(lambda: database.execute("INSERT INTO Thing VALUES (2, 'a', '')")),
        raised_by(lambda: database.Thing(id=3, name="a")),
    ]
    for error in mistakes:
        assert not is_database_fault(error), repr(error)
        assert not is_no_space(error)
    assert not is_database_fault(ValueError("x"))


@pytest.mark.skipif(binary("postgres") is None, reason="PostgreSQL is not installed")
def test_what_postgres_raises(tmp_path_factory: pytest.TempPathFactory) -> None:
    psycopg2 = pytest.importorskip("psycopg2")

    def raised(sql: str) -> Exception:
        connection = psycopg2.connect(url)
        try:
            with pytest.raises(psycopg2.Error) as caught:
                connection.cursor().execute(sql)
            error: Exception = caught.value
            return error
        finally:
            connection.close()

    server = Postgres(tmp_path_factory.mktemp("postgres"))
    url = server.url("postgres")
    try:
        outages = [
            raised("SELECT pg_terminate_backend(pg_backend_pid())"),
            raised("SET statement_timeout = 10; SELECT pg_sleep(60)"),
            raised("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"),
        ]
        mistakes = [raised("SELECT nothing FROM nowhere"), raised("SELECT 1 / 0"), raised("SELEC")]
    finally:
        server.stop()
    with pytest.raises(psycopg2.OperationalError) as refused:
        psycopg2.connect(url)
    for error in (*outages, refused.value):
        assert is_database_fault(error), repr(error)
    assert is_no_space(outages[2])
    for error in mistakes:
        assert not is_database_fault(error), repr(error)


def test_a_full_disk_is_found_behind_other_errors() -> None:
    def fail() -> None:
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as error:
            raise ValueError("it cannot be written") from error

    with pytest.raises(ValueError) as raised:
        fail()
    assert is_disk_full(raised.value)
    assert is_no_space(raised.value)
    assert not is_disk_full(ValueError("x"))
    assert not is_disk_full(OSError(errno.EACCES, "no"))


def test_only_files_are_published(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(b"new")
    target = tmp_path / "target"
    target.write_bytes(b"old")
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(OSError, match="no regular file"):
            publish(tmp_path / name, tmp_path / "final")
        with pytest.raises(OSError, match="no regular file"):
            publish(good, tmp_path / name)
    assert not (tmp_path / "final").exists()
    assert (tmp_path / "link").is_symlink()
    publish(good, target)
    assert target.read_bytes() == b"new"
