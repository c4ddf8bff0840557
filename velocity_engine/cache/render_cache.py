"""The cache of renders: a bounded shelf of segments and finished videos.

It never makes a render fail. What cannot be read or written is a miss, and is told (``CacheUse.faults``).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from velocity_engine.cache.entries import (
    CHUNK,
    Damaged,
    new_checksum,
    packed,
    packed_segment,
    read_body,
    read_head,
    read_segment,
)
from velocity_engine.cache.shelves import Lying, shelf_at
from velocity_engine.errors import VelocityError, wrong_type
from velocity_engine.plugin_types import EncodedSegment, Segment

MAX_BYTES = 8 << 30
SWEPT_SHARE = 32  # a part of the bound after whose bytes are written what lies there is counted again
LARGEST_SHARE = 4  # no entry takes more of the bound


class RenderCache:
    """Segments and finished videos of earlier renders. Any number of threads and processes can share its place.

    Args:
        location: A folder of this machine, or the URL of a folder in any storage backend ("s3://bucket/cache").
        max_bytes: How many bytes may lie there. What was not used for longest goes first; at a URL, what was written
            first.

    Raises:
        StorageError: No backend serves the URL.

    Example:
        >>> cache = ve.RenderCache("/var/cache/velocity", max_bytes=20 << 30)
        >>> ve.render(template, "promo.mp4", cache=cache).reused_frames
        150
    """

    def __init__(self, location: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> None:
        self.location = os.fspath(_checked_location(location))
        self.max_bytes = _checked_bytes(max_bytes)
        self._shelf = shelf_at(self.location)
        self._lock = threading.Lock()
        self._unswept: int | None = None  # bytes written since the last sweep; None before the first

    def __repr__(self) -> str:
        return f"<RenderCache {self.location}, at most {self.max_bytes >> 20} MiB>"

    def contents(self) -> tuple[Lying, ...]:
        """Returns the entries, those used last at the end.

        Raises:
            StorageError: The place cannot be reached.
        """
        return tuple(sorted(self._shelf.list(), key=lambda entry: (entry.used_at, entry.name)))

    def clear(self) -> int:
        """Deletes all entries, and returns how many there were.

        Raises:
            StorageError: The place cannot be reached.
        """
        found = self.contents()
        for entry in found:
            self._shelf.delete(entry.name)
        return len(found)

    def holds_below(self, folder: str) -> bool:
        """Whether there is an entry whose name begins with that of a folder."""
        return self._shelf.holds_below(folder)

    def open(self, name: str) -> BinaryIO:
        return self._shelf.open(name)

    def delete(self, name: str) -> None:
        self._shelf.delete(name)

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Writes an entry, and makes room for what was written where there is too much."""
        written = self._shelf.put(name, parts)
        with self._lock:
            due = self._unswept is None or self._unswept + written > self.max_bytes // SWEPT_SHARE
            self._unswept = 0 if due else (self._unswept or 0) + written
        if due:
            self._sweep()

    def _sweep(self) -> None:
        found = self.contents()
        surplus = sum(entry.size for entry in found) - self.max_bytes
        for entry in found:
            if surplus <= 0:
                return
            with suppress(OSError, VelocityError):
                self._shelf.delete(entry.name)
                surplus -= entry.size


@dataclass(slots=True, eq=False)
class CacheUse:
    """What one render takes from a cache and brings into it.

    Attributes:
        cache: The cache.
        faults: What was wrong with it, in whole sentences. After a fault of the place it is not asked any more.
    """

    cache: RenderCache
    faults: list[str] = field(default_factory=list)
    _gone: bool = False

    def holds_below(self, folder: str) -> bool:
        if self._gone:
            return False
        try:
            return self.cache.holds_below(folder)
        except (OSError, VelocityError) as error:
            self._give_up(error)
            return False

    def find_segment(self, name: str, segment: Segment) -> EncodedSegment | None:
        """The segment of a name, to stand as ``segment``, or None."""
        file = self._open(name)
        if file is None:
            return None
        with file:
            try:
                return read_segment(file, segment)
            except (OSError, VelocityError, Damaged) as error:
                self._drop(name, error)
                return None

    def keep_segment(self, name: str, encoded: EncodedSegment) -> None:
        size = sum(len(packet.data) + len(packet.alpha) for packet in encoded.packets)
        self._put(name, size, packed_segment(encoded))

    def take_files(self, name: str, parts: Mapping[str, Path]) -> dict[str, Any] | None:
        """Writes the files of an entry to ``parts``, by what they are. Returns what was kept with them; None where
        there is no such entry."""
        file = self._open(name)
        if file is None:
            return None
        with file:
            try:
                checksum = new_checksum()
                head = read_head(file, checksum)
                sizes: dict[str, int] = head["files"]
                if sizes.keys() != parts.keys():
                    raise Damaged("it has other files")
                body = read_body(file, sum(sizes.values()), checksum)
                _pour(body, [(parts[kind], size) for kind, size in sizes.items()])
                told: dict[str, Any] = head["told"]
                return told
            except (OSError, VelocityError, Damaged, KeyError, TypeError, ValueError, AttributeError) as error:
                self._drop(name, error)
                return None

    def keep_files(self, name: str, parts: Mapping[str, Path], told: Mapping[str, Any]) -> None:
        """Keeps finished files, by what they are, and what is told of them, which JSON can express."""
        if self._gone:
            return
        try:
            sizes = {kind: path.stat().st_size for kind, path in parts.items()}
        except OSError as error:
            self._give_up(error)
            return
        body = (data for path in parts.values() for data in _chunks(path))
        self._put(name, sum(sizes.values()), packed({"files": sizes, "told": told}, body))

    def _put(self, name: str, size: int, parts: Iterable[bytes]) -> None:
        if self._gone or size > self.cache.max_bytes // LARGEST_SHARE:
            return
        try:
            self.cache.put(name, parts)
        except (OSError, VelocityError) as error:
            self._give_up(error)

    def _open(self, name: str) -> BinaryIO | None:
        if self._gone:
            return None
        with suppress(OSError, VelocityError):  # most often there is none
            return self.cache.open(name)
        return None

    def _drop(self, name: str, error: Exception) -> None:
        self.faults.append(f"the entry {name} of the cache is damaged ({error}); it is made anew")
        with suppress(OSError, VelocityError):
            self.cache.delete(name)

    def _give_up(self, error: Exception) -> None:
        self._gone = True
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.faults.append(f"the cache at {self.cache.location} cannot be used: {why}")


def _checked_location(location: object) -> str | os.PathLike[str]:
    if not isinstance(location, str | os.PathLike):
        raise wrong_type("location", location, "Give a folder, or the URL of one")
    return location


def _checked_bytes(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise wrong_type("max_bytes", number, "Give a number of bytes, such as 8 << 30")
    return number


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def _pour(body: Iterable[bytes], files: list[tuple[Path, int]]) -> None:
    """Writes a stream of bytes to files one after the other, each of its size."""
    waiting = list(files)
    path, left = waiting.pop(0)
    file = path.open("wb")
    try:
        for data in body:
            rest = memoryview(data)
            while len(rest):
                while not left:
                    file.close()
                    path, left = waiting.pop(0)
                    file = path.open("wb")
                file.write(rest[:left])
                rest, left = rest[left:], max(0, left - len(rest))
    finally:
        file.close()
