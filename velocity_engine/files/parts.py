"""A stretch of a file, as a file of its own."""

from __future__ import annotations

import io
from typing import BinaryIO, cast


class FilePart(io.RawIOBase):
    """Reads bytes ``start`` to ``end`` of a file that can be positioned, and closes it with itself."""

    def __init__(self, file: BinaryIO, start: int, end: int | None) -> None:
        self._file = file
        self._left = max(0, end - start) if end is not None else None
        file.seek(start)

    @classmethod
    def of(cls, file: BinaryIO, start: int, end: int | None) -> BinaryIO:
        """Returns a buffered reader of the part.

        Args:
            file: The whole file.
            start: The first byte.
            end: The byte after the last one; None for all.
        """
        return cast("BinaryIO", io.BufferedReader(cls(file, start, end)))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's type has no name
        wanted = len(buffer) if self._left is None else min(len(buffer), self._left)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        if self._left is not None:
            self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
