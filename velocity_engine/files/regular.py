"""Files that are files: what is read, and what is written to, is never a device, a pipe, a socket or a folder."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from velocity_engine.errors import Place, StorageError

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_regular(path: str | os.PathLike[str]) -> BufferedReader:
    """Opens a file for reading. A pipe that nobody writes to is not waited for.

    Raises:
        OSError: As ``open`` does, and for what is no regular file; ``strerror`` says what it is.
    """
    _check_regular(os.stat(path).st_mode)  # to open a device may already set something off
    handle = os.open(path, _FLAGS)
    try:
        _check_regular(os.fstat(handle).st_mode)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _check_regular(mode: int) -> None:
    what = irregular(mode)
    if what is not None:
        raise OSError(errno.EINVAL, f"it is {what}, not a file")


def irregular(mode: int) -> str | None:
    """What stands at a path by its mode, in words; None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "a special file")


def output_file(path: str | os.PathLike[str]) -> Path:
    """The file that is written where ``path`` is asked for: that itself, or what a symbolic link there points to, so
    that the link stays.

    Raises:
        StorageError: Something stands there that is no regular file, and would be replaced; or links in a circle.
    """
    asked = Path(path)
    try:
        target = Path(os.path.realpath(asked)) if asked.is_symlink() else asked
        what = irregular(target.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return target
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its path is no path"
        raise StorageError(f"the result cannot be stored: {reason}", place=Place(file=asked.name)) from None
    if what is not None:
        hint = "Give the path of a file, or of one that is not there yet"
        raise StorageError(f"the result cannot be written to {what}", place=Place(file=asked.name), hint=hint)
    return target
