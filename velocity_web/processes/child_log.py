"""What children print: it reaches the log through a pipe, and only so much of it.

A child that held the log itself could overwrite it, fill the disk with it, or be ended by its length.
"""

from __future__ import annotations

import os
import selectors
from contextlib import suppress

MAX_BYTES = 64 * 1024  # of one child


class ChildLogs:
    """The reading ends, in the forking parent; they are read whenever ``selector`` says so."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._left: dict[int, int] = {}

    def open(self) -> int:
        """The writing end for the next child. The caller closes it once the child has it."""
        reading, writing = os.pipe()
        self._left[reading] = MAX_BYTES
        self._selector.register(reading, selectors.EVENT_READ)
        return writing

    def read(self, ready: set[int]) -> None:
        """Pass on what came; forget the children that ended."""
        for number in ready & self._left.keys():
            said = os.read(number, MAX_BYTES)
            if not said:
                self._selector.unregister(number)
                os.close(number)
                del self._left[number]
                continue
            with suppress(OSError):
                os.write(2, said[: self._left[number]])
            self._left[number] -= min(len(said), self._left[number])
