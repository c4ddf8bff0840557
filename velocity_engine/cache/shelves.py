"""Where entries lie: in a folder of this machine, or below a URL of any storage backend.

A folder is shared safely by any number of processes: an entry appears when it is whole, under a name that tells what it
holds, so whoever writes it first or last writes the same.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from velocity_engine.errors import VelocityError
from velocity_engine.storage.delivery import Delivery
from velocity_engine.storage.targets import is_local, storage_for

SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class Lying:
    """An entry as it lies: its name, its size in bytes, and when it was used last (or written, where nobody notes
    uses), in seconds since 1970."""

    name: str
    size: int
    used_at: float


class Shelf(Protocol):
    """Entries by name, such as "segments/ab/abcd/ef01". What goes wrong is an OSError or a VelocityError."""

    def open(self, name: str) -> BinaryIO: ...

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        """Writes an entry, whole or not at all, and returns its size."""
        ...

    def holds_below(self, folder: str) -> bool: ...

    def list(self) -> Iterator[Lying]: ...

    def delete(self, name: str) -> None: ...


def shelf_at(location: str | os.PathLike[str]) -> Shelf:
    """The shelf in a folder of this machine, or at a URL. Raises StorageError where no backend serves it."""
    text = os.fspath(location)
    return FolderShelf(Path(text).expanduser()) if is_local(text) else StorageShelf(text.rstrip("/"))


class FolderShelf:
    """In a folder, which is made when the first entry is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def open(self, name: str) -> BinaryIO:
        path = self._folder / name
        file = path.open("rb")
        with suppress(OSError):
            _note_use(path)
        return file

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(SUFFIX, dir=path.parent)
        try:
            with open(handle, "wb") as file:
                for data in parts:
                    file.write(data)
                size = file.tell()
            os.replace(part, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        return size

    def holds_below(self, folder: str) -> bool:
        try:
            with os.scandir(self._folder / folder) as found:
                return any(not entry.name.endswith(SUFFIX) for entry in found)
        except OSError:
            return False

    def list(self) -> Iterator[Lying]:
        for folder, _folders, files in os.walk(self._folder):
            for file in files:
                path = Path(folder, file)
                with suppress(OSError):  # another process has deleted it
                    status = path.stat()
                    yield Lying(path.relative_to(self._folder).as_posix(), status.st_size, status.st_mtime)

    def delete(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        with suppress(OSError):  # something is in it still
            for folder in path.relative_to(self._folder).parents:
                (self._folder / folder).rmdir()


def _note_use(path: Path) -> None:
    """Sets a file's time. A process that may set none writes the first byte again, which sets it as well."""
    try:
        os.utime(path)
    except PermissionError:
        with path.open("r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(first)


class StorageShelf:
    """Below a URL, by the storage backend that serves it. Uses are not noted there."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._storage = storage_for(base)

    def open(self, name: str) -> BinaryIO:
        return self._storage.open(self._target(name))

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        with Delivery(self._target(name)) as delivery:
            with delivery.part.open("wb") as file:
                for data in parts:
                    file.write(data)
            return delivery.store()

    def holds_below(self, folder: str) -> bool:
        return any(True for _found in self._storage.list(self._target(folder)))

    def list(self) -> Iterator[Lying]:
        for found in self._storage.list(self._base):
            name = _below_scheme(found.target).removeprefix(_below_scheme(self._base))
            yield Lying(name.lstrip("/"), found.size, found.stored_at)

    def delete(self, name: str) -> None:
        with suppress(VelocityError):
            self._storage.delete(self._target(name))

    def _target(self, name: str) -> str:
        return f"{self._base}/{name}"


def _below_scheme(url: str) -> str:
    """Backends write the slashes behind a scheme as they like."""
    return url.partition("://")[2].lstrip("/")
