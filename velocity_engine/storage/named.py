"""What storage backends are asked, told with the URL, the scheme and the plugin where it goes wrong.

A VelocityError of a backend stays what it is. All else that it raises becomes a StorageError, or a
TemporaryStorageError where the same may go well a moment later.
"""

from __future__ import annotations

import errno
import io
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from velocity_engine import plugins
from velocity_engine.errors import Place, StorageError, TemporaryStorageError, VelocityError
from velocity_engine.plugin_types import NamesInPlace, Storage, StoredFile
from velocity_engine.plugins.failures import words_of

TEMPORARY = {
    errno.EBUSY,
    errno.EAGAIN,
    errno.EIO,
    errno.EPIPE,
    errno.ETIMEDOUT,
    errno.ECONNRESET,
    errno.ECONNREFUSED,
    errno.ECONNABORTED,
    errno.ENETDOWN,
    errno.ENETRESET,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
}
TEMPORARY_NAMES = {
    "HTTPClientError",
    "ClientConnectionError",
    "RateLimitException",
    "ConnectionError",
    "Timeout",
    "TransportError",
}
"""Of botocore, aiohttp, gcsfs, requests and httpx, which need not be installed."""


def is_temporary(error: object) -> bool:
    """Whether what a backend raised may be gone a moment later.

    Args:
        error: What was raised, or what it names as its reason.
    """
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    if isinstance(error, OSError) and error.errno in TEMPORARY:
        return True
    if any(kind.__name__ in TEMPORARY_NAMES for kind in type(error).__mro__):
        return True
    reason = getattr(error, "reason", None)  # of urllib's errors
    return isinstance(reason, OSError) and reason is not error and is_temporary(reason)


@contextmanager
def _told(who: str, target: str, what: str, callers: Iterable[BaseException] = ()) -> Iterator[None]:
    """What is raised within is told, but for what the ``callers`` themselves raised."""
    try:
        yield
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        if any(error is one for one in callers):
            raise
        raise _storage_failure(who, target, what, error) from error


def _storage_failure(who: str, target: str, what: str, error: BaseException) -> StorageError:
    message, place = f"{target} {what}: {who} failed: {words_of(error)}", Place(file=target.rsplit("/", 1)[-1])
    return TemporaryStorageError(message, place=place) if is_temporary(error) else StorageError(message, place=place)


class NamedStorage:
    """A backend whose failures name themselves. ``who`` is the plugin and its package."""

    def __init__(self, storage: Storage, scheme: str) -> None:
        self._storage: Any = storage
        self.schemes = storage.schemes
        provider = plugins.provider_of(storage)
        whose = "" if provider is None else f" of {provider}"
        self._who = f"the storage plugin for {scheme}://{whose}"

    def check(self, target: str) -> None:
        with _told(self._who, target, "cannot be checked"):
            self._storage.check(target)

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        callers: list[BaseException] = []

        def told(sent: int) -> None:
            try:
                progress(sent)
            except BaseException as error:
                callers.append(error)
                raise

        with _told(self._who, target, "cannot be stored", callers):
            return _whole("put", self._storage.put(local_path, target, told))

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        with _told(self._who, target, "cannot be read"):
            opened = self._storage.open(target, start, end)
            if not callable(getattr(opened, "read", None)):
                raise TypeError(f"open returned {type(opened).__name__}: it must return an open file")
        return io.BufferedReader(_NamedStream(opened, lambda: _told(self._who, target, "cannot be read")))

    def stat(self, target: str) -> StoredFile:
        with _told(self._who, target, "cannot be read"):
            return _stored("stat", self._storage.stat(target))

    def list(self, folder: str) -> Iterable[StoredFile]:
        with _told(self._who, folder, "cannot be listed"):
            return [_stored("list", one) for one in self._storage.list(folder)]

    def delete(self, target: str) -> None:
        with _told(self._who, target, "cannot be deleted"):
            self._storage.delete(target)

    def url(self, target: str, seconds: float) -> str:
        with _told(self._who, target, "cannot be signed"):
            signed = self._storage.url(target, seconds)
            if not isinstance(signed, str):
                raise TypeError(f"url returned {type(signed).__name__}: it must return a text")
            return signed


class NamedInPlace(NamedStorage):
    """The same for a backend that ``NamesInPlace``."""

    def part(self, target: str) -> str:
        with _told(self._who, target, "cannot be stored"):
            part = self._storage.part(target)
            if not isinstance(part, str):
                raise TypeError(f"part returned {type(part).__name__}: it must return a path")
            return part

    def name(self, part: str, target: str) -> int:
        with _told(self._who, target, "cannot be stored"):
            return _whole("name", self._storage.name(part, target))


class _NamedStream(io.RawIOBase):
    """An open file of a backend, whose failures are told."""

    def __init__(self, stream: Any, told: Callable[[], Any]) -> None:
        self._stream, self._told = stream, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._told():
            data = self._stream.read(len(buffer))
            if not isinstance(data, bytes | bytearray | memoryview):
                raise TypeError(f"read returned {type(data).__name__}: it must return bytes")
            if len(data) > len(buffer):
                raise ValueError(f"read returned {len(data)} bytes where {len(buffer)} were asked for")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            with self._told():
                getattr(self._stream, "close", lambda: None)()


def named_storage(storage: Storage, scheme: str) -> Storage:
    """Returns a backend whose failures name the URL, the scheme and the plugin.

    Args:
        storage: The backend as its plugin returned it.
        scheme: The scheme by which it was found.
    """
    return NamedInPlace(storage, scheme) if isinstance(storage, NamesInPlace) else NamedStorage(storage, scheme)


def _whole(method: str, size: Any) -> int:
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"{method} returned {type(size).__name__}: it must return the size in bytes")
    return size


def _stored(method: str, found: Any) -> StoredFile:
    if not isinstance(found, StoredFile):
        raise TypeError(f"{method} returned {type(found).__name__}: it must return StoredFile")
    return found
