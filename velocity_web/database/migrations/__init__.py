"""Schema versions as numbered steps of SQL that SQLite and PostgreSQL both take.

A step is a file ``NNNN_name.sql``, and beside it ``NNNN_name.sqlite.sql`` and ``NNNN_name.postgres.sql`` with what the
two do not spell alike, such as triggers. The row of ``schema_version`` says which step was the last. The steps and the
version are one transaction, and only one process migrates at a time, so a kill leaves the database at the old version
or the new.
"""

from __future__ import annotations

import re
import sqlite3
from importlib.resources import files
from pathlib import Path

ADVISORY_LOCK = 0x5E10C17


class DatabaseTooNew(Exception):
    """The database was migrated by a newer Velocity."""


SQLITE, POSTGRES = "sqlite", "postgres"
_END = re.compile(r";\n(?=\S)")
"""Of a statement. The lines of one that has semicolons within, as a trigger has, are indented."""


def steps(dialect: str) -> list[tuple[int, list[str]]]:
    """(version, statements) of every step, in order."""
    found: dict[int, list[str]] = {}
    files_of_steps = [entry for entry in files(__name__).iterdir() if entry.name.endswith(".sql")]
    for entry in sorted(files_of_steps, key=lambda entry: (entry.name.count("."), entry.name)):
        name, *spelled, _sql = entry.name.split(".")
        if spelled in ([], [dialect]):
            statements = _END.split(entry.read_text(encoding="utf-8").strip().removesuffix(";"))
            found.setdefault(int(name.split("_", 1)[0]), []).extend(statements)
    return sorted(found.items())


def latest_version() -> int:
    return steps(SQLITE)[-1][0]


def _pending(version: int, dialect: str) -> list[tuple[int, list[str]]]:
    if version > latest_version():
        raise DatabaseTooNew(f"the database has schema version {version}, this Velocity knows up to {latest_version()}")
    return [step for step in steps(dialect) if step[0] > version]


def migrate_sqlite(path: Path, target: int | None = None) -> None:
    """Bring the file to ``target``, None for the latest version. Raises DatabaseTooNew."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        row = connection.execute("SELECT MAX(version) FROM schema_version").fetchone()
        for version, statements in _pending(row[0] or 0, SQLITE):
            if target is not None and version > target:
                break
            for statement in statements:
                connection.execute(statement)
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version (version) VALUES (?)", (version,))
        connection.execute("COMMIT")
    finally:
        connection.close()


def migrate_postgres(url: str) -> None:
    """Bring the database at ``url`` to the latest version. Raises DatabaseTooNew and psycopg2's errors."""
    import psycopg2

    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
            cursor.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
            cursor.execute("SELECT MAX(version) FROM schema_version")
            row = cursor.fetchone()
            for version, statements in _pending((row and row[0]) or 0, POSTGRES):
                for statement in statements:
                    cursor.execute(statement)
                cursor.execute("DELETE FROM schema_version")
                cursor.execute("INSERT INTO schema_version (version) VALUES (%s)", (version,))
    finally:
        connection.close()
