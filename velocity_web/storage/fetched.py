"""What lies at URLs and on connections, fetched to this machine: once for each version, and kept by content.

What is kept are copies (``copies``), bounded with all others. Beside them lies a record for each URL: which content it
had, and what its server said of it. Within some minutes that is believed; later the server is asked whether it still
holds, and only what is another file is fetched again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import velocity_engine as engine
from velocity_web.settings import Settings
from velocity_web.storage.connections import Spot, opened
from velocity_web.storage.copies import Copies, Copy
from velocity_web.storage.disk import require_room
from velocity_web.storage.files import COPIES, remove
from velocity_web.storage.objects import Stopped, never

LOOK_SECONDS = 0.05
PAUSES = (0.5, 1.0, 2.0)
"""Seconds before each further attempt."""
CHUNK = 1 << 20
MOST_REDIRECTS = 5
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
Stop = Callable[[], bool]


class NotFetched(Exception):
    """In a sentence for who named the place."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that was fetched, and stays until ``copy`` is given back; ``name`` is that for people."""

    copy: Copy
    path: Path
    size_bytes: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class _Record:
    """What was fetched from a place, and when that was found to hold last, in seconds since 1970."""

    sha256: str
    size_bytes: int
    suffix: str
    version: dict[str, str]
    looked_at: float


def name_at(location: str) -> str:
    """The name of the file at a URL or on a connection, for people."""
    name = unquote(urlsplit(location).path).rstrip("/").rpartition("/")[2]
    return re.sub(r"[\x00-\x1f\x7f]", "", name)[:100] or "file"


def host_of(location: str) -> str:
    """Where a file is fetched from, for people: a URL may hold what is secret."""
    spot = Spot.of(location)
    return f"the connection {spot.connection}" if spot else (urlsplit(location).hostname or "nowhere")


class FetchedFiles:
    """Those of the data folder of these settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._copies = Copies(settings)
        self._folder = settings.data.resolve() / COPIES
        self._reach = engine.network.Reach.of(settings.private_hosts)

    def hold(self, location: str, most_bytes: int, stop: Stop = never, seconds: float = math.inf) -> Held:
        """Fetch a file, unless it is here, tried again where that may help, but not after so many ``seconds``.

        Raises NotFetched, Stopped, NoSpace, and OSError of this machine's disk.
        """
        name, until = name_at(location), time.monotonic() + seconds
        with self._turn(location, stop):
            for number, pause in enumerate((*PAUSES, None), 1):
                try:
                    return self._held(location, most_bytes, stop)
                except engine.RenderCancelled:
                    raise Stopped from None
                except engine.TemporaryStorageError as error:
                    if pause is None or time.monotonic() + pause >= until:
                        tried = f"after {number} {'attempt' if number == 1 else 'attempts'}, {error.message}"
                        raise NotFetched(_sentence(name, location, tried)) from None
                    _wait(pause, stop)
                except engine.StorageError as error:
                    raise NotFetched(_sentence(name, location, error.message)) from None
        raise AssertionError("the last attempt raises or returns")

    def kept(self, location: str, most_bytes: int, fresh_seconds: float) -> Held | None:
        """A file that is here, and was found to hold within so many seconds; nothing is asked or waited for."""
        record = self._read(location)
        if record is None or record.looked_at <= time.time() - fresh_seconds or record.size_bytes > most_bytes:
            return None
        copy = self._kept(record)
        return None if copy is None else self._checked(location, record, copy, most_bytes)

    def _held(self, location: str, most_bytes: int, stop: Stop) -> Held:
        record = self._read(location)
        copy = self._kept(record)
        fresh_from = time.time() - self._settings.url_fresh_seconds
        if record is not None and copy is not None and record.looked_at > fresh_from:
            return self._checked(location, record, copy, most_bytes)
        part = self._settings.temporary.resolve() / f"fetched-{uuid4()}"
        try:
            found = self._fetch(location, part, most_bytes, record if copy is not None else None, stop)
            if found is None and record is not None and copy is not None:
                found = record
            elif copy is not None:
                copy.__exit__(None, None, None)
                copy = None
            assert found is not None
            kept = _Record(**{**asdict(found), "looked_at": time.time()})
            if copy is None:
                copy = self._copies.hold(_copy_name(kept), lambda: kept.size_bytes, lambda path: os.link(part, path))
            self._write(location, kept)
            return self._checked(location, kept, copy, most_bytes)
        finally:
            remove(part)

    def _checked(self, location: str, record: _Record, copy: Copy, most_bytes: int) -> Held:
        """Another kind of file may have been allowed to be larger."""
        if record.size_bytes > most_bytes:
            copy.__exit__(None, None, None)
            raise engine.StorageError(f"the file has more than {most_bytes} bytes")
        return Held(copy, self._folder / _copy_name(record), record.size_bytes, record.sha256, name_at(location))

    def _fetch(self, location: str, part: Path, most_bytes: int, known: _Record | None, stop: Stop) -> _Record | None:
        """None where it is what it was."""
        require_room(self._settings)
        spot = Spot.of(location)
        if spot is None:
            return self._from_web(location, part, most_bytes, known, stop)
        return self._from_connection(spot, part, most_bytes, known, stop)

    def _from_web(self, url: str, part: Path, most_bytes: int, known: _Record | None, stop: Stop) -> _Record | None:
        network = engine.network
        limits = network.FetchLimits(most_bytes, self._settings.url_seconds, MOST_REDIRECTS)
        version = None if known is None else network.Version(**known.version)
        found = network.fetch(url, part, limits, self._reach, version, stop)
        if found.is_same:
            return None
        return _Record(found.sha256, found.size_bytes, _suffix(url), asdict(found.version), 0.0)

    def _from_connection(
        self, spot: Spot, part: Path, most_bytes: int, known: _Record | None, stop: Stop
    ) -> _Record | None:
        there = opened(self._settings, spot)
        try:
            stored = there.storage.stat(there.target)
        except engine.TemporaryStorageError:
            raise engine.TemporaryStorageError("it does not answer") from None
        except engine.StorageError:
            raise engine.StorageError("there is no such file, or it may not be read") from None
        if stored.size > most_bytes:
            raise engine.StorageError(f"the file has more than {most_bytes} bytes")
        version = {"etag": stored.version}
        if known is not None and stored.version and known.version == version and known.size_bytes == stored.size:
            return None
        digest, size, deadline = hashlib.sha256(), 0, time.monotonic() + self._settings.url_seconds
        try:
            with there.storage.open(there.target) as source, part.open("wb") as file:
                while data := source.read(CHUNK):
                    if stop():
                        raise Stopped
                    if time.monotonic() > deadline:
                        raise engine.TemporaryStorageError(
                            f"it took longer than {self._settings.url_seconds:g} seconds"
                        )
                    digest.update(data)
                    size += len(data)
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except engine.TemporaryStorageError:
            raise
        except engine.StorageError:
            raise engine.TemporaryStorageError("it cannot be read") from None
        if size != stored.size or not size:
            raise engine.TemporaryStorageError(f"it ended after {size} of {stored.size} bytes")
        return _Record(digest.hexdigest(), size, _suffix(spot.path), version, 0.0)

    # --- records ---

    def _record_path(self, location: str) -> Path:
        return self._folder / f"url-{hashlib.sha256(location.encode()).hexdigest()}"

    def _read(self, location: str) -> _Record | None:
        with suppress(OSError, ValueError, TypeError):
            path = self._record_path(location)
            record = _Record(**json.loads(path.read_text()))
            os.utime(path)
            return record
        return None

    def _write(self, location: str, record: _Record) -> None:
        part = self._settings.temporary.resolve() / f"record-{uuid4()}"
        try:
            part.write_text(json.dumps(asdict(record)))
            part.replace(self._record_path(location))
        finally:
            remove(part)

    def _kept(self, record: _Record | None) -> Copy | None:
        """The copy of what a record tells of, where it is still here."""
        if record is None or not (self._folder / _copy_name(record)).exists():
            return None

        def gone(_path: Path) -> None:
            raise FileNotFoundError

        try:
            return self._copies.hold(_copy_name(record), lambda: record.size_bytes, gone)
        except FileNotFoundError:
            return None

    @contextmanager
    def _turn(self, location: str, stop: Stop) -> Iterator[None]:
        """Of all threads and processes of this machine, one fetches from a place at a time. Raises Stopped."""
        path = self._settings.temporary.resolve() / f"fetching-{hashlib.sha256(location.encode()).hexdigest()[:32]}"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if stop():
                        raise Stopped from None
                    time.sleep(LOOK_SECONDS)
            yield
        finally:
            os.close(lock)


def _copy_name(record: _Record) -> str:
    return f"{record.sha256}{record.suffix}"


def _suffix(location: str) -> str:
    """Of the name at a location, where it is an ordinary one."""
    suffix = Path(name_at(location)).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".bin"


def _sentence(name: str, location: str, reason: str) -> str:
    return f"cannot fetch {name} from {host_of(location)}: {reason}"


def _wait(seconds: float, stop: Stop) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if stop():
            raise Stopped
        time.sleep(min(left, LOOK_SECONDS))
