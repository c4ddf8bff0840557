"""What a storage backend is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What a storage backend knows of a stored file.

    Attributes:
        target: Its path or URL.
        size: Its size in bytes.
        version: Changes whenever the content does, such as an ETag or the time of the last change. Empty where the
            backend knows nothing of that kind.
        stored_at: When it was stored, in seconds since 1970. 0 where the backend does not know.
    """

    target: str
    size: int
    version: str = ""
    stored_at: float = 0.0


@runtime_checkable
class Storage(Protocol):
    """A storage backend, returned by the hook ``velocity_storages``.

    The engine looks one up by the scheme of the output's URL (``render(template, "s3://bucket/a.mp4")``), and of
    templates, assets and sounds that are given by URL. It calls it on any of its threads, and several threads may call
    it at the same time. It may keep connections.

    An error that may be gone a moment later (a time-out, a server that is too busy) is a TemporaryStorageError:
    the engine tries a ``put``, an ``open`` or a ``stat`` again then. All others are StorageErrors. Both name the
    target. What else a backend raises becomes one of them, which names the URL, the scheme and the plugin.

    Attributes:
        schemes: The URL schemes that it serves, such as "file" or "s3". A plain path has the scheme "file".
    """

    schemes: tuple[str, ...]

    def check(self, target: str) -> None:
        """Looks, before a render begins, whether a file can be stored under a target.

        Args:
            target: The URL or path.

        Raises:
            StorageError: It cannot, as far as can be known at once and without writing: a package is missing, the URL
                is malformed, something that is no file stands there.
        """
        ...

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        """Stores a finished file, whole or not at all. No reader ever sees a part of it.

        Args:
            local_path: The file on this machine. It must not be changed or kept. It may be larger than the memory.
            target: The URL or path under which it is stored. A file that is there already is replaced.
            progress: Call it from time to time with the number of bytes that were sent. What it raises goes out, and
                nothing is stored then.

        Returns:
            The size of the file in bytes.

        Raises:
            StorageError: The file cannot be read or stored.
        """
        ...

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """Opens a stored file for reading, as a whole or in part. The caller closes it.

        Args:
            target: The URL or path under which it was stored.
            start: The first byte that is read.
            end: The byte after the last one; None for all. What lies behind the end of the file is left out.

        Raises:
            StorageError: There is no such file, or it cannot be read. The first ``read`` may raise it as well.
        """
        ...

    def stat(self, target: str) -> StoredFile:
        """Returns what is known of a stored file.

        Args:
            target: The URL or path under which it was stored.

        Raises:
            StorageError: There is no such file, or it cannot be reached.
        """
        ...

    def list(self, folder: str) -> Iterable[StoredFile]:
        """Returns the files below a folder, at any depth, in the order of their targets.

        Args:
            folder: A URL or path. Where nothing lies below it, the result is empty.

        Raises:
            StorageError: It cannot be reached.
        """
        ...

    def delete(self, target: str) -> None:
        """Deletes a stored file. After that, ``open`` raises StorageError. What is not there is deleted already.

        Args:
            target: The URL or path under which it was stored.

        Raises:
            StorageError: The file cannot be deleted.
        """
        ...

    def url(self, target: str, seconds: float) -> str:
        """Returns a URL by which anybody can download a stored file for some time.

        Args:
            target: The URL or path under which it was stored.
            seconds: How long the URL works.

        Raises:
            StorageError: The backend cannot sign URLs, or not with the credentials that it has.
        """
        ...


@runtime_checkable
class TakesOptions(Protocol):
    """A storage backend that takes options, such as credentials, for who uses several accounts of one scheme.

    Such a backend has this method beside those of ``Storage``. Without it, all that uses the backend uses what its
    environment says.
    """

    def with_options(self, options: Mapping[str, Any]) -> Storage:
        """Returns a backend that uses these options. This one stays as it is.

        Args:
            options: What it takes, by names that it documents.

        Raises:
            StorageError: They are none that it takes.
        """
        ...


@runtime_checkable
class NamesInPlace(Protocol):
    """A storage backend on whose side a file is written under another name first, and gets its own in one step.

    Such a backend has these methods beside those of ``Storage``, and ``put`` is not called for videos.
    """

    def part(self, target: str) -> str:
        """Returns a path of this machine where the file for a target is to be written. Nothing is there yet.

        Args:
            target: The URL or path.

        Raises:
            StorageError: A file cannot be stored there.
        """
        ...

    def name(self, part: str, target: str) -> int:
        """Brings the part to the disk, gives it the target's name, and returns its size in bytes.

        Args:
            part: What ``part`` returned, written and closed.
            target: The URL or path.

        Raises:
            StorageError: It cannot be stored.
        """
        ...
