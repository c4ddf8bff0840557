"""Results in folders of this machine."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from velocity_engine.errors import Place, StorageError
from velocity_engine.files.regular import open_regular, output_file


class FolderStorage:
    """``target`` is a path or a ``file:`` URL. Folders on the way are made."""

    schemes: tuple[str, ...] = ("file",)

    def put(self, local_path: str, target: str) -> int:
        path = output_file(_path(target))
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(local_path, part)
                with part.open("rb+") as file:
                    os.fsync(file.fileno())
                size = part.stat().st_size
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise _failure("the file cannot be stored", path, error) from error
        return size

    def open(self, target: str) -> BinaryIO:
        path = _path(target)
        try:
            return open_regular(path)
        except OSError as error:
            raise _failure("the file cannot be read", path, error) from error

    def delete(self, target: str) -> None:
        """Deleting what is not there is no error."""
        path = _path(target)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _failure("the file cannot be deleted", path, error) from error


def _path(target: str) -> Path:
    return Path(unquote(urlsplit(target).path)) if target.startswith("file:") else Path(target)


def _failure(message: str, path: Path, error: OSError) -> StorageError:
    return StorageError(f"{message}: {error.strerror or error}", place=Place(file=path.name))
