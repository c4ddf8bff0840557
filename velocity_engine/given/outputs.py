"""Where a video goes that callers want in an open file."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeAlias

from velocity_engine.errors import Place, RenderCancelled, StorageError, wrong_type

Sink: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
"""A path, a URL, or an object that is open for writing bytes."""
CHUNK = 1 << 20
RIGHT = 'Give a path, a URL, or a file opened in mode "wb"'


class GivenOutput:
    """Where a video goes. What a file object shall get is written to a file of the temporary folder first, since a
    container is not written from its begin to its end. Use it as a context manager.

    Attributes:
        target: The path or URL that the video is rendered to.
    """

    def __init__(self, given: Any) -> None:
        self._stream: IO[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if isinstance(given, str | os.PathLike) and isinstance(path := os.fspath(given), str):
            self.target = path
            return
        if not hasattr(given, "write") or isinstance(given, io.TextIOBase):
            raise wrong_type("output", given, RIGHT)
        _check_writable(given)
        self._stream = given
        self._folder = tempfile.TemporaryDirectory(prefix="velocity-")
        named = getattr(given, "name", None)  # of a file that was opened by its descriptor, a number
        ending = os.path.splitext(named)[1] if isinstance(named, str) else ""
        self.target = os.path.join(self._folder.name, f"video{ending}")  # without an ending: the codec chooses

    @property
    def name(self) -> str:
        """What a result calls the output: the path or URL, or an empty text for a file object."""
        return self.target if self._stream is None else ""

    def deliver(self, cancelled: Callable[[], bool]) -> None:
        """Copies the video into the file object, if it goes into one.

        Args:
            cancelled: Is asked between the parts.

        Raises:
            StorageError: It cannot be written.
            RenderCancelled: ``cancelled`` was true. A part of the video may have been written.
        """
        if self._stream is None:
            return
        try:
            with Path(self.target).open("rb") as source:
                while data := source.read(CHUNK):
                    if cancelled():
                        raise RenderCancelled("the render was cancelled")
                    _write_all(self._stream, data)
            if hasattr(self._stream, "flush"):
                self._stream.flush()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StorageError(f"the video cannot be written to the file that was given: {reason}") from error

    def __enter__(self) -> GivenOutput:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()


def _check_writable(stream: Any) -> None:
    """Raises an error where a file is closed, or open for reading only, as far as it knows that."""
    if getattr(stream, "closed", False):
        hint = "Give one that is open for writing bytes"
        raise StorageError("the file that was given is closed", place=Place(field="output"), hint=hint)
    if hasattr(stream, "writable") and not stream.writable():
        raise wrong_type("output", stream, 'The file is open for reading only: open it in mode "wb"')


def _write_all(stream: Any, data: bytes) -> None:
    """Raw files may take less than they are given."""
    left = memoryview(data)
    while left:
        count = stream.write(left)
        left = left[len(left) if count is None else count :]
