"""What renders leave for later ones: a cache for each account, or one for all where the settings share it.

The children that render write there, so nothing of it is trusted: folders are walked by their handles, and one in which
lies what no render writes goes as a whole.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from velocity_web.settings import MIB, Settings
from velocity_web.storage.disk import spare_bytes
from velocity_web.storage.files import CACHE

SHARED = "shared"
DEEPEST = 4  # folders above an entry, in that of an account
DAY_SECONDS = 86_400.0
READ_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class _Strange(Exception):
    """There lies what no render writes."""


@dataclass(frozen=True, slots=True)
class _Entry:
    used_at: float
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What all caches have together, and how many accounts have one."""

    entries: int
    size: int
    accounts: int


def render_cache(settings: Settings, account_id: str) -> Path | None:
    """The folder of the cache for a render of an account, which is made. None where there shall be none, or the disk
    has no room to spare for it."""
    if not settings.cache_mb or spare_bytes(settings) < settings.cache_mb * MIB:
        return None
    folder = settings.data.resolve() / CACHE / (SHARED if settings.cache_shared else account_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def sweep_render_caches(settings: Settings) -> None:
    """Remove entries that were not used for too long. Where all together are too large, or the disk is nearly full,
    those that were not used for longest go as well."""
    found: list[_Entry] = []
    accounts = _accounts(settings)
    for account in accounts:
        try:
            with _opened(account) as folder:
                found += _entries(folder, DEEPEST)
        except (_Strange, OSError):
            _put_away(settings, account)
    bound = settings.cache_mb * MIB if spare_bytes(settings) > 0 else 0
    oldest = _oldest_kept(found, bound, time.time() - settings.cache_days * DAY_SECONDS)
    for account in accounts:
        with suppress(OSError), _opened(account) as folder:
            _remove_older(folder, oldest)


def kept_in_render_caches(settings: Settings) -> Kept:
    """What lies there now; what no render writes is not counted, and left to the sweep."""
    found: list[_Entry] = []
    accounts = 0
    for account in _accounts(settings):
        with suppress(_Strange, OSError), _opened(account) as folder:
            entries = list(_entries(folder, DEEPEST))
            found += entries
            accounts += bool(entries)
    return Kept(len(found), sum(entry.size for entry in found), accounts)


def clear_render_caches(settings: Settings) -> None:
    """Remove what was written until now, of all accounts."""
    now = time.time()
    for account in _accounts(settings):
        with suppress(OSError), _opened(account) as folder:
            _remove_older(folder, now)


def forget_render_cache(settings: Settings, account_id: str) -> None:
    """Put the cache of an account away that is no more; the clean-up clears it."""
    _put_away(settings, settings.data.resolve() / CACHE / account_id)


def _accounts(settings: Settings) -> list[Path]:
    with suppress(FileNotFoundError):
        return sorted((settings.data.resolve() / CACHE).iterdir())
    return []


def _oldest_kept(found: list[_Entry], bound: int, oldest: float) -> float:
    """When what stays was written at least, so that all of it is within the bound."""
    total = 0
    for entry in sorted(found, key=lambda one: one.used_at, reverse=True):
        total += entry.size
        if total > bound:
            return max(oldest, entry.used_at + 1e-6)
    return oldest


@contextmanager
def _opened(path: Path | str, inside: int | None = None) -> Iterator[int]:
    """The handle of a folder, never that of what a link leads to."""
    handle = os.open(path, READ_FOLDER, dir_fd=inside)
    try:
        yield handle
    finally:
        os.close(handle)


def _entries(folder: int, depth: int) -> Iterator[_Entry]:
    with os.scandir(folder) as found:
        names = [entry.name for entry in found]
    for name in names:
        with suppress(FileNotFoundError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                yield _Entry(status.st_mtime, status.st_blocks * 512)
            elif stat.S_ISDIR(status.st_mode) and depth:
                with _opened(name, folder) as inner:
                    yield from _entries(inner, depth - 1)
            else:
                raise _Strange(name)


def _remove_older(folder: int, oldest: float) -> None:
    with os.scandir(folder) as found:
        names = [entry.name for entry in found]
    for name in names:
        with suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                with _opened(name, folder) as inner:
                    _remove_older(inner, oldest)
                os.rmdir(name, dir_fd=folder)  # where nothing is left in it
            elif status.st_mtime < oldest:
                os.unlink(name, dir_fd=folder)


def _put_away(settings: Settings, account: Path) -> None:
    """Where a child may still be writing, so that it is cleared later, with what other children left."""
    with suppress(OSError):
        account.rename(settings.temporary.resolve() / f"cache-{uuid4()}")
