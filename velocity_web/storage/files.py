"""Where the service's files lie below its data folder, and how one gets there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

TEMPORARY = "tmp"
FOLDERS = ("templates", "audio", "assets", "fonts", "renders", TEMPORARY)
CACHE = "cache"
COPIES = "copies"
NO_SPACE = "no space is left on the server's disk; delete what is no longer needed, or try again later"
NO_SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MAX_NAME = 255
_UNWANTED = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a download sends it; ``file`` is its name in the storage, ``created_at`` in milliseconds since 1970."""

    file: str
    name: str
    sha256: str
    created_at: int


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a render made; ``file`` is its name in the storage."""

    file: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrived: its bytes lie at ``path``, synchronised to disk; ``fields`` are the form's other parts."""

    path: Path
    file_name: str
    size_bytes: int
    sha256: str
    fields: dict[str, str]

    def discard(self) -> None:
        remove(self.path)


def clean_name(name: str | None, otherwise: str) -> str:
    """A file name without folders and control characters, at most 255 characters long."""
    last = re.split(r"[\\/]", name or "")[-1]
    plain = _UNWANTED.sub("", unicodedata.normalize("NFC", last)).strip().strip(".")
    plain = plain.encode("utf-8", "ignore").decode()
    return plain[:MAX_NAME] or otherwise


def make_folders(data: Path) -> None:
    for name in (*FOLDERS, CACHE, COPIES):
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
    require_file(temporary)
    with suppress(FileNotFoundError):
        require_file(final)
    os.replace(temporary, final)
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def require_file(path: Path) -> None:
    """Raises OSError where the path is that of a link, a device or the like."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", path.name)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, which may already be gone."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            _empty(path)
            path.rmdir()
        else:
            path.unlink()


def _empty(folder: Path) -> None:
    """Without descending, whatever was nested how deep by a process that was taken over: folders move up first."""
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)
                    os.rename(inner.path, folder / f"{uuid4()}")
                else:
                    os.unlink(inner.path)
            os.rmdir(entry.path)


@contextmanager
def task_folder(temporary: Path) -> Iterator[Path]:
    """A folder of one task's own below ``temporary``, gone with all that is in it at the end."""
    folder = temporary.resolve() / f"task-{uuid4()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        remove(folder)


def write_new(path: Path, content: bytes) -> None:
    """A file that is there before its name is told to anybody. Raises OSError, also where it is there already."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_made(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file that a confined process made. Raises OSError for anything but a plain file of that size."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most_bytes:
            raise OSError(errno.EINVAL, "no plain file of a fitting size", path.name)
        return file.read()


def made_bytes(path: Path) -> int | None:
    """The size of a file that a confined process made; None when it is no plain file."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode):
            return found.st_size
    return None
