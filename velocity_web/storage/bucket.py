"""Files in any storage that the engine knows, such as ``s3://bucket/prefix``, with copies on this machine.

A missing bucket looks like a missing file to some backends. So a marker is written at the start, and a file counts as
missing only where the marker is there.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import uuid4

import structlog

import velocity_engine as engine
from velocity_web.failures import Unavailable
from velocity_web.settings import Settings
from velocity_web.storage.copies import Copies
from velocity_web.storage.files import is_disk_full, remove, require_file
from velocity_web.storage.objects import KEPT, Found, Stopped, never

MARKER = "velocity.marker"
NO_ANSWER = "the storage does not answer; try again"
DAMAGED = "a file in the storage is not as it was stored"
CHUNK = 1 << 20
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LOG = structlog.get_logger("velocity.storage")
Result = TypeVar("Result")
_USER = re.compile(r"//[^/@\s]*@")


class OpenedObject:
    """A stored file; each part is a request of its own."""

    def __init__(self, part: Callable[[int, int], BinaryIO], size: int) -> None:
        self._part = part
        self._stream: BinaryIO | None = None
        self.size = size

    def part(self, first: int, last: int) -> BinaryIO:
        self.close()
        self._stream = self._part(first, last)
        return self._stream

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class BucketObjects:
    """``patience``: for how many seconds it tries again what failed."""

    def __init__(self, settings: Settings, patience: float) -> None:
        root = settings.storage.rstrip("/")
        scheme = root.partition("://")[0].lower()
        self._root = root
        self._storage = engine.plugins.storage(scheme)
        self._copies = Copies(settings)
        self._patience = patience
        self._temporary = settings.temporary
        self._signed_seconds = settings.signed_url_seconds

    def check(self) -> None:
        probe = self._target(f"{MARKER}-{uuid4()}")
        try:
            for target in (probe, self._target(MARKER)):
                self._storage.check(target)
                self._put_marker(target)
                self._storage.stat(target)
            self._storage.delete(probe)
            if self._signed_seconds:
                self._storage.url(probe, self._signed_seconds)
        except Exception as error:
            raise ValueError(f"VELOCITY_STORAGE cannot be used: {_told(error)}") from error

    def _put_marker(self, target: str) -> None:
        source = self._temporary / f"marker-{uuid4()}"
        try:
            source.write_text("This is a storage of Velocity.\n")
            self._storage.put(str(source), target, lambda sent: None)
        finally:
            remove(source)

    def fault(self) -> str | None:
        try:
            self._storage.stat(self._target(MARKER))
        except Exception as error:  # noqa: BLE001  # whatever the backend raises, it cannot be used
            LOG.error("the storage does not answer", fault=_told(error))
            return "it does not answer"
        return None

    def carrier(self, threads: int) -> Executor:
        return ThreadPoolExecutor(threads, "carrier")

    def store(self, source: Path, file: str, stop: Callable[[], bool] = never) -> int:
        require_file(source)

        def sent(_bytes: int) -> None:
            if stop():
                raise Stopped

        size = self._tried(lambda: self._storage.put(str(source), self._target(file), sent), stop)
        remove(source)
        return size

    def open(self, file: str) -> OpenedObject:
        target = self._target(file)
        size = self._tried(lambda: self._storage.stat(target)).size
        return OpenedObject(lambda first, last: self._tried(lambda: self._storage.open(target, first, last + 1)), size)

    def copy(self, file: str, sha256: str, stop: Callable[[], bool] = never) -> AbstractContextManager[Path]:
        target = self._target(file)
        key = sha256 or hashlib.sha256(file.encode()).hexdigest()

        def fetch(path: Path) -> None:
            self._tried(lambda: _fetch(self._storage.open(target), path, sha256, stop), stop)

        def size() -> int:
            return self._tried(lambda: self._storage.stat(target), stop).size

        return self._copies.hold(f"{key}{Path(file).suffix}", size, fetch)

    @contextmanager
    def stand_ins(self) -> Iterator[Callable[[str], Path]]:
        folder = self._temporary.resolve() / f"stand-ins-{uuid4()}"

        def stand_in(file: str) -> Path:
            path = folder / Path(file).name
            if not path.exists():
                with suppress(FileNotFoundError):
                    self._tried(lambda: self._storage.stat(self._target(file)))
                    folder.mkdir(exist_ok=True)
                    path.touch()
            return path

        try:
            yield stand_in
        finally:
            remove(folder)

    def delete(self, file: str) -> None:
        with suppress(FileNotFoundError):
            self._tried(lambda: self._storage.delete(self._target(file)), patience=0.0)  # the clean-up has all the time

    def list(self) -> Iterator[Found]:
        if self.fault() is not None:
            raise Unavailable(NO_ANSWER)
        for folder in KEPT:
            begin = self._target(folder)
            for found in self._tried(lambda: list(self._storage.list(begin))):  # noqa: B023  # called at once
                name = found.target.rpartition(f"/{folder}/")[2]
                yield Found(f"{folder}/{name}", found.size, found.stored_at or None)

    def url(self, file: str, most_seconds: int | None = None) -> str | None:
        if not self._signed_seconds:
            return None
        seconds = self._signed_seconds if most_seconds is None else min(self._signed_seconds, most_seconds)
        return self._tried(lambda: self._storage.url(self._target(file), seconds))

    def _target(self, file: str) -> str:
        return f"{self._root}/{file}"

    def _tried(
        self, act: Callable[[], Result], stop: Callable[[], bool] = never, patience: float | None = None
    ) -> Result:
        """Raises FileNotFoundError, Stopped, Unavailable, and what says that this machine's disk is full."""
        until = time.monotonic() + (self._patience if patience is None else patience)
        pause = FIRST_PAUSE
        while True:
            try:
                return act()
            except (Stopped, Unavailable):
                raise
            except Exception as error:
                if is_disk_full(error):
                    raise
                if stop():
                    raise Stopped from error
                if _is_missing(error) and self.fault() is None:
                    raise FileNotFoundError("the storage has no such file") from error
                LOG.warning("the storage failed", fault=_told(error))
                if time.monotonic() + pause > until:
                    raise Unavailable(NO_ANSWER) from error
            deadline = time.monotonic() + pause
            while time.monotonic() < deadline:
                if stop():
                    raise Stopped
                time.sleep(0.05)
            pause = min(2 * pause, LONGEST_PAUSE)


def _fetch(stream: BinaryIO, path: Path, sha256: str, stop: Callable[[], bool]) -> None:
    digest = hashlib.sha256()
    with stream, path.open("wb") as file:
        while data := stream.read(CHUNK):
            if stop():
                raise Stopped
            digest.update(data)
            file.write(data)
    if sha256 and digest.hexdigest() != sha256:
        raise Unavailable(DAMAGED)


def _is_missing(error: BaseException) -> bool:
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, FileNotFoundError):
            return True
        at = at.__cause__
    return False


def _told(error: BaseException) -> str:
    """In words, without a password that stands in a URL."""
    return _USER.sub("//", str(error).strip() or type(error).__name__)
