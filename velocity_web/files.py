"""Where the service's files lie below its data folder, and how one gets there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("templates", "audio", "assets", "renders", "tmp")
NO_SPACE = "no space is left on the server's disk; delete what is no longer needed, or try again later"
NO_SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a download sends it; ``created_at`` in milliseconds since 1970."""

    path: Path
    name: str
    sha256: str
    created_at: int


def make_folders(data: Path) -> None:
    for name in FOLDERS:
        (data / name).mkdir(parents=True, exist_ok=True)


def is_disk_full(error: BaseException) -> bool:
    """Whether the error, or one that it came from, is the system's for want of room."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if getattr(at, "errno", None) in NO_SPACE_ERRORS:
            return True
        at = at.__cause__ or at.__context__
    return False


def publish(temporary: Path, final: Path) -> None:
    """Give a finished, already synchronised file its final name, and make the name itself durable.

    Raises OSError, also where either name is that of a link, a device or the like.
    """
    _require_file(temporary)
    with suppress(FileNotFoundError):
        _require_file(final)
    os.replace(temporary, final)
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _require_file(path: Path) -> None:
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", path.name)


def remove(path: Path) -> None:
    """Remove a file that may already be gone."""
    with suppress(FileNotFoundError):
        path.unlink()
