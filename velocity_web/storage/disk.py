"""Room on the disk of the data folder: how much is left, how much must stay, and a reserve for making room.

Deleting needs a little room too: SQLite writes what it deletes to its log first. So the log is made as large as it
gets, and a file of a few MiB is held ready, to be given up when the disk is full.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from velocity_web.failures import NoSpace
from velocity_web.settings import MIB, Settings
from velocity_web.storage.files import NO_SPACE

RESERVE_NAME = "reserve.bin"
RESERVE_BYTES = 4 * MIB
LOG_BYTES = 6 * MIB  # SQLite carries its log over into the database every 4 MiB
RESERVE_PART = 16  # of a small disk, at most this part
KEEP_PART = 20  # likewise for what must stay free
SMALL_BYTES = 1 * MIB


def free_bytes(folder: Path) -> int:
    """What an unprivileged process may still write there."""
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize


def _part(folder: Path, share: int) -> int:
    system = os.statvfs(folder)
    return system.f_blocks * system.f_frsize // share


def least_free_bytes(settings: Settings) -> int:
    """What uploads and renders must leave free: the setting, or a twentieth of a small disk."""
    return min(settings.min_free_bytes, _part(settings.data, KEEP_PART))


def spare_bytes(settings: Settings) -> int:
    """What uploads and renders may write now; negative where less is free than must be.

    The room of a reserve that was given up is not theirs.
    """
    lacking = 0 if (settings.data / RESERVE_NAME).exists() else _reserve_bytes(settings)
    return free_bytes(settings.data) - least_free_bytes(settings) - lacking


def _reserve_bytes(settings: Settings) -> int:
    return min(RESERVE_BYTES, _part(settings.data, RESERVE_PART))


def require_room(settings: Settings, needed: int = 0) -> None:
    """Raises NoSpace unless so many bytes more leave enough free."""
    if spare_bytes(settings) < needed:
        raise NoSpace(NO_SPACE)


def require_room_for_renders(settings: Settings, needed: int) -> None:
    """Where renders end in the data folder, they must leave enough free. Raises NoSpace."""
    if not settings.storage:
        require_room(settings, needed)


def hold_reserve(settings: Settings) -> None:
    """Make the reserve where there is none and room for it; give it up where hardly any room is left."""
    path = settings.data / RESERVE_NAME
    if path.exists():
        if free_bytes(settings.data) < SMALL_BYTES:
            give_up_reserve(settings)
    elif spare_bytes(settings) > 0:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, _reserve_bytes(settings))
        except OSError:
            give_up_reserve(settings)
        finally:
            os.close(file)


def give_up_reserve(settings: Settings) -> None:
    """Let small writes have the reserve's room. Nothing happens where it was given up before."""
    with suppress(OSError):
        (settings.data / RESERVE_NAME).unlink()


def ready_small_write(settings: Settings) -> None:
    """Called before what makes room: a full disk gets the reserve's room."""
    with suppress(OSError):
        if free_bytes(settings.data) < SMALL_BYTES:
            give_up_reserve(settings)


def widen_log(settings: Settings) -> None:
    """Give SQLite's log its usual size at once, which it keeps and writes over: then it need not grow to delete.

    The database must be open elsewhere in this process; with its last connection the log goes. Raises sqlite3.Error.
    """
    path = settings.data / "velocity.db"
    size = min(LOG_BYTES, _part(settings.data, RESERVE_PART))
    log = path.with_name(f"{path.name}-wal")
    if settings.database or (log.exists() and log.stat().st_size >= size) or spare_bytes(settings) < 2 * size:
        return
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)")
        connection.execute("INSERT INTO ballast VALUES (zeroblob(?))", (size,))
        connection.execute("DROP TABLE ballast")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
    finally:
        connection.close()
