"""Results wherever fsspec can write: object stores and file servers, and memory for tests.

A scheme's own package must be installed (``s3fs`` for s3, ``gcsfs`` for gs, ``adlfs`` for az); fsspec reads
credentials as each of them does.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from velocity_engine.errors import Place, StorageError


class RemoteStorage:
    """``target`` is a URL. An object store shows an object only when its upload is complete; elsewhere a temporary name
    beside it is moved into place."""

    schemes: tuple[str, ...] = ("s3", "gs", "gcs", "az", "abfs", "sftp", "ssh", "ftp", "smb", "webdav", "memory")
    object_stores = ("s3", "gs", "gcs", "az", "abfs")

    def put(self, local_path: str, target: str) -> int:
        system, path = _resolved(target)
        whole = target.split(":", 1)[0] in self.object_stores
        written = path if whole else f"{path}.{uuid.uuid4().hex[:8]}.part"
        try:
            size = Path(local_path).stat().st_size
            if not whole:
                system.makedirs(system._parent(path), exist_ok=True)
            try:
                with open(local_path, "rb") as source, system.open(written, "wb") as destination:
                    shutil.copyfileobj(source, destination, 1 << 20)
                if not whole:
                    system.mv(written, path)
            except BaseException:
                if not whole and system.exists(written):
                    system.rm_file(written)
                raise
        except Exception as error:
            raise _failure("the file cannot be stored", path, error) from error
        return size

    def open(self, target: str) -> BinaryIO:
        system, path = _resolved(target)
        try:
            opened: BinaryIO = system.open(path, "rb")
        except Exception as error:
            raise _failure("the file cannot be read", path, error) from error
        return opened

    def delete(self, target: str) -> None:
        """Deleting what is not there is no error."""
        system, path = _resolved(target)
        try:
            system.rm_file(path)
        except FileNotFoundError:
            return
        except Exception as error:
            raise _failure("the file cannot be deleted", path, error) from error


def _resolved(target: str) -> tuple[Any, str]:
    import fsspec

    scheme = target.split(":", 1)[0]
    try:
        system, path = fsspec.core.url_to_fs(target)
    except ImportError as error:
        hint = "Install it beside the engine"
        raise StorageError(f"{scheme} needs a package that is not installed: {error}", hint=hint) from error
    except Exception as error:
        raise StorageError(f"{scheme} cannot be reached: {error}") from error
    return system, path


def _failure(message: str, path: str, error: Exception) -> StorageError:
    return StorageError(f"{message}: {error}", place=Place(file=path.rsplit("/", 1)[-1]))
