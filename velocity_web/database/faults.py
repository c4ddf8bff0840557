"""Which exceptions say that the database does not answer, and which that the disk is full; all others are our own.

Pony hands on a driver's exceptions in wrappers of two families, and some of these it also raises for mistakes of the
code. So it is the driver's exception within that decides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from pony.orm.core import ConnectionClosedError, TransactionError
from pony.orm.dbapiprovider import DBException

from velocity_web.storage.files import is_disk_full

DATABASE_ERRORS: tuple[type[Exception], ...] = (DBException, TransactionError, sqlite3.Error)
"""What a statement, a commit or a connection may raise; ``is_database_fault`` tells the outages among them."""

_OUTAGES_OF_SQLITE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOTADB,
)
_OUTAGES_OF_POSTGRES = ("08", "25006", "25P03", "40", "53", "55P", "57", "58", "F0", "XX")
"""SQLSTATE classes: connection, read only, serialisation, resources, locks, the operator, the system."""

_WITHOUT_STATE = ("OperationalError", "InterfaceError", "InternalError", "DatabaseError")
"""What psycopg2 raises, without an SQLSTATE, when the connection breaks."""

_DISK_FULL_OF_POSTGRES = "53100"


def is_database_fault(error: BaseException) -> bool:
    """Whether the database is out of order, so that the same request may succeed later."""
    return any(_is_outage(original) for original in _originals(error))


def is_no_space(error: BaseException) -> bool:
    """Whether there was no room for something: on the disk, in a quota of the system's, in the database."""
    return any(_is_full(original) for original in _originals(error)) or is_disk_full(error)


def _originals(error: BaseException) -> Iterator[BaseException]:
    """What lies within Pony's wrappers: the driver's exceptions, or the error itself."""
    within = getattr(error, "original_exc", None) if isinstance(error, DATABASE_ERRORS) else None
    several = getattr(error, "exceptions", ()) if isinstance(error, TransactionError) else ()
    if isinstance(within, BaseException):
        yield from _originals(within)
    elif several:
        for _kind, one, _traceback in several:
            yield from _originals(one)
    else:
        yield error


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, ConnectionClosedError):
        return True
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _OUTAGES_OF_SQLITE
    if hasattr(error, "pgcode"):
        state = error.pgcode
        return state.startswith(_OUTAGES_OF_POSTGRES) if state else _postgres_kind(error) in _WITHOUT_STATE
    return False


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) == sqlite3.SQLITE_FULL
    return getattr(error, "pgcode", None) == _DISK_FULL_OF_POSTGRES


def _sqlite_code(error: sqlite3.Error) -> int | None:
    """The primary result code; None for what Python's module raises by itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _postgres_kind(error: BaseException) -> str:
    """The name of the DB-API's class that the exception is of."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__.startswith("psycopg2")]
    return kinds[0] if kinds else ""
