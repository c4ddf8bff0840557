"""A file of an order: where it lies, and what it holds."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from velocity_engine.errors import Place, StorageError
from velocity_engine.files.regular import open_regular
from velocity_engine.given.arguments import named_file, require


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file, by its location and by its content.

    Attributes:
        location: A path or a URL.
        sha256: The SHA-256 of its bytes in hexadecimal. For a folder it is that of the names and contents of its files.
            Empty where nobody has read the file yet.
    """

    location: str
    sha256: str

    def __post_init__(self) -> None:
        named_file("location", self.location, "Give a path or a URL as a text")
        require("sha256", self.sha256, str, "Give the SHA-256 in hexadecimal; an empty text where nobody knows it")

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileReference:
        """Reads a file and returns a reference to it, by its absolute path.

        Args:
            path: The file or folder.

        Raises:
            StorageError: It cannot be read.
        """
        return cls(os.path.abspath(named_file("path", path)), content_sha256(path))

    @classmethod
    def unread(cls, path: str | os.PathLike[str]) -> FileReference:
        """The file at ``path`` without its digest: for an order that is rendered at once and goes nowhere else."""
        return cls(os.fspath(path), "")


def content_sha256(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file's bytes, or of the names and contents of a folder's files, in hexadecimal.

    Args:
        path: The file or folder.

    Raises:
        StorageError: It cannot be read.
    """
    whole = Path(path)
    try:
        if not whole.is_dir():
            return _file_sha256(whole)
        digest = hashlib.sha256()
        for file in sorted(one for one in whole.rglob("*") if one.is_file()):
            digest.update(
                f"{file.relative_to(whole).as_posix()}\0{_file_sha256(file)}\n".encode("utf-8", "surrogateescape")
            )
        return digest.hexdigest()
    except OSError as error:
        raise StorageError(f"{whole.name} cannot be read: {error.strerror}", place=Place(file=whole.name)) from None


def _file_sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
