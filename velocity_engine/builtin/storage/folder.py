"""Files in folders of this machine: the one place that knows part files, bringing them to the disk, and renaming."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from velocity_engine.errors import Place, StorageError
from velocity_engine.files.file_urls import path_of
from velocity_engine.files.parts import FilePart
from velocity_engine.files.regular import open_regular, output_file
from velocity_engine.plugin_types import StoredFile

CHUNK = 1 << 20


class FolderStorage:
    """``target`` is a path or a ``file:`` URL. ``put`` makes folders that lack; a render wants them to be there."""

    schemes: tuple[str, ...] = ("file",)

    def check(self, target: str) -> None:
        path = output_file(path_of(target))
        if not path.parent.is_dir():
            hint = f"Make the folder {path.parent}, or give a path in another"
            message = f"{path.name} cannot be written: its folder is not there"
            raise StorageError(message, place=Place(file=path.name), hint=hint)

    def part(self, target: str) -> str:
        path = output_file(path_of(target))
        return str(path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part"))

    def name(self, part: str, target: str) -> int:
        path = output_file(path_of(target))
        try:
            with open(part, "rb+") as file:
                os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
            os.replace(part, path)
            _sync_folder(path.parent)
        except OSError as error:
            raise _failure("the file cannot be stored", path, error) from error
        return size

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        path = output_file(path_of(target))
        part = Path(self.part(target))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(local_path, "rb") as source, part.open("wb") as destination:
                while data := source.read(CHUNK):
                    destination.write(data)
                    progress(destination.tell())
            return self.name(str(part), target)
        except OSError as error:
            raise _failure("the file cannot be stored", path, error) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        path = path_of(target)
        try:
            file = open_regular(path)
            return file if (start, end) == (0, None) else FilePart.of(file, start, end)
        except OSError as error:
            raise _failure("the file cannot be read", path, error) from error

    def stat(self, target: str) -> StoredFile:
        path = path_of(target)
        try:
            status = path.stat()
        except OSError as error:
            raise _failure("the file cannot be read", path, error) from error
        version = f"{status.st_mtime_ns}-{status.st_ino}"
        return StoredFile(target=target, size=status.st_size, version=version, stored_at=status.st_mtime)

    def list(self, folder: str) -> Iterator[StoredFile]:
        base = path_of(folder)
        for path in sorted(one for one in base.rglob("*") if one.is_file()):
            target = path.as_uri() if folder.startswith("file:") else str(path)
            yield self.stat(target)

    def delete(self, target: str) -> None:
        path = path_of(target)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failure("the file cannot be deleted", path, error) from error

    def url(self, target: str, seconds: float) -> str:
        raise StorageError(f"{path_of(target).name} lies in a folder, to which no URL can be signed")


def _sync_folder(folder: Path) -> None:
    with suppress(OSError, AttributeError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failure(message: str, path: Path, error: OSError) -> StorageError:
    return StorageError(f"{message}: {error.strerror or error}", place=Place(file=path.name))
