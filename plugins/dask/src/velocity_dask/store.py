"""Where workers keep the files of orders: a folder of the user's cache, for all workers of a machine.

``contents/<SHA-256>`` is a file, there when it is whole and right. ``parcels/<key>/`` has hard links to contents, with
the names that they have in an order. The folder is bounded: what was not used for longest goes first, but nothing that
was used within the last hour.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from velocity_dask.parcels import PARCEL, Item, Parcel
from velocity_engine import RenderOrder
from velocity_engine.errors import StorageError

MAX_BYTES = 4 << 30
IN_USE_SECONDS = 3600.0


def folder() -> Path:
    base = os.environ.get("VELOCITY_CACHE")
    if base:
        return Path(base, "dask")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "velocity", "dask")


def lacking(parcels: Sequence[Parcel]) -> set[str]:
    """The SHA-256 of all contents of parcels that are not here. What is here counts as used."""
    return {item.sha256 for parcel in parcels for item in parcel.items if not _has(item)}


def laid_out(parcels: Sequence[Parcel]) -> bool:
    """Whether all parcels lie here under their names, after laying out what was not. Raises StorageError."""
    if lacking(parcels):
        return False
    for parcel in parcels:
        place = folder() / "parcels" / parcel.key
        if not place.is_dir():
            with _failures():
                _lay_out(parcel, place)
    return True


def placed(order: RenderOrder) -> RenderOrder:
    """An order with the places of its files on this machine."""

    def here(location: str) -> str:
        return str(folder() / "parcels" / location.removeprefix(PARCEL)) if location.startswith(PARCEL) else location

    return order.relocated(here)


class Arrival:
    """A content that arrives chunk by chunk. ``keep`` it, or ``drop`` it."""

    def __init__(self, sha256: str) -> None:
        self._sha256, self._digest = sha256, hashlib.sha256()
        self._part = folder() / f"{uuid.uuid4().hex}.part"
        with _failures():
            self._part.parent.mkdir(parents=True, exist_ok=True)
            make_room()
            self._file = self._part.open("xb")

    def add(self, data: bytes) -> None:
        """Raises StorageError."""
        self._digest.update(data)
        with _failures():
            self._file.write(data)

    def keep(self) -> None:
        """Raises StorageError, also where the bytes are not those that were announced."""
        with _failures():
            self._file.close()
            if self._digest.hexdigest() != self._sha256:
                self.drop()
                raise StorageError("a file changed while it was sent to a worker", hint="Make the order anew")
            place = folder() / "contents" / self._sha256
            place.parent.mkdir(exist_ok=True)
            self._part.replace(place)

    def drop(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)


def make_room() -> None:
    """Removes what was used longest ago, as far as the folder has more than its bytes."""
    now, found = time.time(), []
    for path in folder().glob("*.part"):  # of those who never came back
        with suppress(OSError):
            if now - path.stat().st_mtime > IN_USE_SECONDS:
                path.unlink()
    for path in (folder() / "contents").glob("*"):
        with suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, status.st_ino, path))
    total = sum(size for _used, size, _inode, _path in found)
    gone = set()
    for used, size, inode, path in sorted(found):
        if total <= MAX_BYTES or now - used < IN_USE_SECONDS:
            break
        path.unlink(missing_ok=True)
        gone.add(inode)
        total -= size
    for place in (folder() / "parcels").glob("*") if gone else ():
        with suppress(OSError):
            if any(path.stat().st_ino in gone for path in place.rglob("*")):
                shutil.rmtree(place, ignore_errors=True)


def _has(item: Item) -> bool:
    path = folder() / "contents" / item.sha256
    with suppress(OSError):
        os.utime(path)
        return path.stat().st_size == item.size
    return False


def _lay_out(parcel: Parcel, place: Path) -> None:
    part = place.parent / f"{uuid.uuid4().hex}.part"
    try:
        for item in parcel.items:
            path = part / item.name
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(folder() / "contents" / item.sha256, path)
        with suppress(OSError):  # another worker was faster
            part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"a worker cannot keep files in {folder()}: {error.strerror or error}"
        raise StorageError(what, hint="Give the workers a folder for their cache that they may write to") from None
