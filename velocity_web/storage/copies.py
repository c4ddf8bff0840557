"""Copies of stored files on this machine, by what they hold: bounded, and shared by all processes of the data folder.

A copy in use is held by a shared lock on it, which ends with its process however that ends. Whoever makes room takes a
lock of its own first, so that no copy goes while it is used.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from velocity_web.settings import Settings
from velocity_web.storage.disk import require_room, spare_bytes
from velocity_web.storage.files import COPIES, remove

TURNS = 64


class Copy:
    """A copy that stays until it is given back."""

    def __init__(self, path: Path, lock: int) -> None:
        self._path = path
        self._lock: int | None = lock

    def __enter__(self) -> Path:
        return self._path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


class Copies:
    """The copies in the data folder of these settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data.resolve() / COPIES
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def hold(self, name: str, size: Callable[[], int], fetch: Callable[[Path], None]) -> Copy:
        """The copy of a name, which tells its bytes. Where there is none, ``fetch`` writes it to the path that it is
        given, and ``size`` says how large it will be; of several threads one fetches. Raises NoSpace."""
        with self._turns[hash(name) % TURNS]:
            while (held := _held(self._folder / name)) is None:
                expected = size()
                make_room(self._settings, expected)
                require_room(self._settings, expected)
                if (made := self._made(self._folder / name, fetch)) is not None:
                    return made
        return held

    def _made(self, path: Path, fetch: Callable[[Path], None]) -> Copy | None:
        """None where another process was faster."""
        part = self._settings.temporary.resolve() / f"copy-{uuid4()}"
        try:
            fetch(part)
            lock = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(lock)  # a name must not outlive its bytes
                fcntl.flock(lock, fcntl.LOCK_SH)  # before anybody finds it
                os.link(part, path)
            except BaseException as error:
                os.close(lock)
                if isinstance(error, FileExistsError):
                    return None
                raise
            return Copy(path, lock)
        finally:
            remove(part)


def make_room(settings: Settings, size: int = 0) -> None:
    """Remove copies that are not in use, those used longest ago first, until so many bytes more are within the bound;
    all of them where the disk is nearly full."""
    bound = settings.copies_bytes - size if spare_bytes(settings) > size else 0
    with os.scandir(settings.data.resolve() / COPIES) as entries:
        found = []
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                found.append((status.st_mtime_ns, status.st_size, entry.path))
    total = sum(one[1] for one in found)
    for _used, held, path in sorted(found):
        if total <= bound:
            return
        if _remove_idle(path):
            total -= held


def _held(path: Path) -> Copy | None:
    """None where there is no copy, or it goes just now."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    fcntl.flock(lock, fcntl.LOCK_SH)
    if not _is_named(path, lock):
        os.close(lock)
        return None
    os.utime(lock)
    return Copy(path, lock)


def _remove_idle(path: str) -> bool:
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_named(Path(path), lock):
            os.unlink(path)
        return True
    except OSError:
        return False
    finally:
        os.close(lock)


def _is_named(path: Path, number: int) -> bool:
    """Whether the name still leads to the open file."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.lstat(), os.fstat(number))
    return False
