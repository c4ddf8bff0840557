"""Files wherever fsspec can read and write: object stores and file servers, and memory for tests.

A scheme's own package must be installed (``s3fs`` for s3, ``gcsfs`` for gs, ``adlfs`` for az); fsspec reads
credentials as each of them does.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from velocity_engine.errors import Place, StorageError, TemporaryStorageError, VelocityError
from velocity_engine.files.parts import FilePart
from velocity_engine.plugin_types import StoredFile
from velocity_engine.storage.named import is_temporary

CHUNK = 8 << 20  # an object store's uploads in parts want 5 MiB at least
SHORTEST = 64 << 10
EXTRAS = {
    "s3": "s3",
    "gs": "gs",
    "gcs": "gs",
    "az": "az",
    "abfs": "az",
    "sftp": "sftp",
    "ssh": "sftp",
    "smb": "smb",
}
"""What of the distribution's extras installs a scheme."""


class RemoteStorage:
    """``target`` is a URL. An object store shows an object only when its upload is complete; elsewhere a temporary name
    beside it is moved into place."""

    schemes: tuple[str, ...] = (
        "s3", "gs", "gcs", "az", "abfs", "sftp", "ssh", "ftp", "smb", "webdav", "memory",
    )  # fmt: skip
    object_stores = ("s3", "gs", "gcs", "az", "abfs")
    options: Mapping[str, Any] = MappingProxyType({})
    """What fsspec's file system of the scheme takes beside what the environment says."""

    def with_options(self, options: Mapping[str, Any]) -> RemoteStorage:
        made = RemoteStorage()
        made.options = dict(options)
        return made

    def check(self, target: str) -> None:
        scheme = _scheme(target)
        system, path = self._resolved(target)
        if not path.rstrip("/") or target.endswith("/"):
            raise StorageError(f"{target} names no file", hint="Give a URL that ends with a name, such as /video.mp4")
        if scheme in self.object_stores and "/" not in system._strip_protocol(path).strip("/"):
            raise StorageError(f"{target} names a bucket, not a file", hint="Give a URL such as s3://bucket/video.mp4")

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        system, path = self._resolved(target)
        whole = _scheme(target) in self.object_stores
        written = path if whole else f"{path}.{uuid.uuid4().hex[:8]}.part"
        try:
            if not whole:
                system.makedirs(system._parent(path), exist_ok=True)
            try:
                size = _send(system, local_path, written, progress)
                if not whole:
                    system.mv(written, path)
            except BaseException:
                if not whole:
                    with suppress(Exception):
                        system.rm_file(written)
                raise
        except VelocityError:  # of who asked for the progress
            raise
        except Exception as error:
            raise _failure("cannot be stored", target, error) from error
        return size

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        system, path = self._resolved(target)
        try:
            opened: BinaryIO = system.open(path, "rb", block_size=_block(start, end))
            return opened if (start, end) == (0, None) else FilePart.of(opened, start, end)
        except Exception as error:
            raise _failure("cannot be read", target, error) from error

    def stat(self, target: str) -> StoredFile:
        system, path = self._resolved(target)
        try:
            return _stored(target, system.info(path))
        except Exception as error:
            raise _failure("cannot be read", target, error) from error

    def list(self, folder: str) -> Iterator[StoredFile]:
        system, path = self._resolved(folder)
        try:
            found = system.find(path, detail=True)
        except FileNotFoundError:
            found = {}
        except Exception as error:
            raise _failure("cannot be listed", folder, error) from error
        finally:
            system.invalidate_cache()  # what is stored later would be missed
        for name in sorted(found):
            yield _stored(str(system.unstrip_protocol(name)), found[name])

    def delete(self, target: str) -> None:
        system, path = self._resolved(target)
        try:
            system.rm_file(path)
        except FileNotFoundError:
            return
        except Exception as error:
            raise _failure("cannot be deleted", target, error) from error

    def url(self, target: str, seconds: float) -> str:
        system, path = self._resolved(target)
        try:
            return str(system.sign(path, expiration=round(seconds)))
        except NotImplementedError:
            hint = "URLs of s3, gs and az can be signed"
            raise StorageError(f"no URL can be signed for {target}", hint=hint) from None
        except Exception as error:
            raise _failure("cannot be signed", target, error) from error

    def _resolved(self, target: str) -> tuple[Any, str]:
        return _resolved(target, self.options)


def _send(system: Any, local_path: str, written: str, progress: Callable[[int], None]) -> int:
    """Writes a local file; where that fails, an object store drops what was uploaded of it."""
    with open(local_path, "rb") as source:
        destination = system.open(written, "wb", block_size=CHUNK)
        try:
            sent = 0
            while data := source.read(CHUNK):
                destination.write(data)
                sent += len(data)
                progress(sent)
        except BaseException:
            with suppress(Exception):
                destination.discard()
            with suppress(AttributeError):
                destination.closed = True  # closing it would complete the upload
            raise
        destination.close()
    return Path(local_path).stat().st_size


def _block(start: int, end: int | None) -> int:
    """How much is read at once and ahead: of a short part no more than twice its length."""
    return CHUNK if end is None else min(CHUNK, max(SHORTEST, end - start))


def _scheme(target: str) -> str:
    return target.split(":", 1)[0].lower()


def _resolved(target: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    import fsspec

    scheme = _scheme(target)
    try:
        system, path = fsspec.core.url_to_fs(target, **{**_options(scheme), **options})
    except ImportError as error:
        extra = EXTRAS.get(scheme)
        hint = (
            f"Install it: pip install 'velocity-render[{extra}]'" if extra else "Install the package that fsspec names"
        )
        message = f"{target} cannot be reached: {scheme}:// needs a package that is not installed"
        raise StorageError(message, hint=hint) from error
    except Exception as error:
        raise _failure("cannot be reached", target, error) from error
    return system, path


def _options(scheme: str) -> dict[str, Any]:
    """What the environment and fsspec's configuration leave open: s3fs tries again what failed, five times, so that the
    library below it need not do so each time."""
    import fsspec

    told = "AWS_MAX_ATTEMPTS" in os.environ or "config_kwargs" in fsspec.config.conf.get("s3", {})
    return {} if scheme != "s3" or told else {"config_kwargs": {"retries": {"total_max_attempts": 1}}}


def _stored(target: str, info: dict[str, Any]) -> StoredFile:
    stamps = (info.get(name) for name in ("ETag", "etag", "VersionId", "mtime", "LastModified", "modified", "created"))
    version = next((str(stamp) for stamp in stamps if stamp), "")
    return StoredFile(target=target, size=int(info["size"] or 0), version=version, stored_at=_time(info))


def _time(info: dict[str, Any]) -> float:
    """When a file was stored: file systems tell it by different names, as a number, a text or a ``datetime``."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "modified", "created"):
        stamp = info.get(name)
        if isinstance(stamp, int | float):
            return float(stamp)
        with suppress(ValueError):
            if isinstance(stamp, str):
                stamp = datetime.fromisoformat(stamp)
        if isinstance(stamp, datetime):
            return stamp.timestamp()
    return 0.0


def _failure(what: str, target: str, error: Exception) -> StorageError:
    reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error) or type(error).__name__
    message, place = f"{target} {what}: {reason}", Place(file=target.rsplit("/", 1)[-1])
    return TemporaryStorageError(message, place=place) if is_temporary(error) else StorageError(message, place=place)
