"""What the service asks of where its files are kept: a folder of this machine, or a storage that many machines share.

A file has one name for good ("templates/<id>.zip"), and its bytes never change. What may lack is a FileNotFoundError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import structlog

from velocity_web.failures import Failure
from velocity_web.storage.files import FOLDERS, TEMPORARY

KEPT = tuple(name for name in FOLDERS if name != TEMPORARY)
"""The folders of files that rows name."""
LOG = structlog.get_logger("velocity.storage")


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is there; ``stored_at`` in seconds since 1970, None where the storage does not say."""

    file: str
    size_bytes: int
    stored_at: float | None


class Opened(Protocol):
    """A file that is read in parts, one after the other."""

    @property
    def size(self) -> int: ...

    def part(self, first: int, last: int) -> BinaryIO:
        """The bytes ``first`` to ``last``, both included, until the next part is asked for. The caller closes it, or
        the whole; at its end there may be more than was asked for."""
        ...

    def close(self) -> None: ...


class Objects(Protocol):
    """All but the folder's may raise Unavailable."""

    def check(self) -> None:
        """At the start. Raises ValueError with a sentence where files cannot be kept there."""
        ...

    def fault(self) -> str | None:
        """What is wrong now, in words."""
        ...

    def carrier(self, threads: int) -> Executor:
        """What moves files for a thread that must not wait."""
        ...

    def store(self, source: Path, file: str, stop: Callable[[], bool] = never) -> int:
        """Keep a finished, synchronised file of this machine under a name, whole or not at all; then the source is
        gone. Returns its size. Raises OSError, Stopped."""
        ...

    def open(self, file: str) -> Opened: ...

    def copy(self, file: str, sha256: str, stop: Callable[[], bool] = never) -> AbstractContextManager[Path]:
        """A path of this machine with the file's bytes, which stays until the context is left. It is made at once, not
        when the context is entered. Raises Stopped."""
        ...

    def stand_ins(self) -> AbstractContextManager[Callable[[str], Path]]:
        """What tells of a file a path of this machine where there is one if the file is there, for who does not read
        it. The paths stay until the context is left."""
        ...

    def delete(self, file: str) -> None:
        """What is not there is deleted already."""
        ...

    def list(self) -> Iterator[Found]:
        """All files but temporary ones."""
        ...

    def url(self, file: str, most_seconds: int | None = None) -> str | None:
        """Where anybody can download the file for a while, no longer than so; None where downloads go through the
        service."""
        ...


class Stopped(Exception):
    """Moving a file was broken off by who had asked for it."""


def discard(objects: Objects, *files: str) -> None:
    """Delete files that no row names any longer. Where that fails, they are left for the clean-up."""
    for file in files:
        try:
            objects.delete(file)
        except (OSError, Failure) as error:
            LOG.warning("a file is left for the clean-up", file=file, fault=str(error))
