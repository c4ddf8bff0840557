"""Clips that stay open from one plan of a template to the next."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from velocity_engine.files.leftovers import note
from velocity_engine.media.clip import ClipReader

MOST = 4  # clips that nobody reads and that stay open all the same


@dataclass(slots=True, eq=False)
class _Opened:
    reader: ClipReader
    folder: tempfile.TemporaryDirectory[str]
    users: int = 0

    def close(self) -> None:
        self.reader.close()
        self.folder.cleanup()


class OpenedClips:
    """Clips by what they are read from. One that a plan gives back keeps the frame that it read last, so that the next
    plan, with other texts, need not search for it from the last key frame on. At most ``most`` are kept for nobody,
    those given back first let go. May be used by several threads.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._opened: OrderedDict[Hashable, _Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False

    def lend(self, key: Hashable, opened: Callable[[Path], ClipReader]) -> tuple[ClipReader, Callable[[], None]]:
        """Returns a clip, and what gives it back, once.

        Args:
            key: Names the bytes that the clip is read from.
            opened: Opens the clip; it may write into a folder, which is deleted with the clip.

        Raises:
            MediaError: The clip cannot be opened.
        """
        with self._lock:
            known = self._opened.get(key)
            if known is not None:
                known.users += 1
                return known.reader, lambda: self._give_back(key, known)
        made = self._made(opened)
        with self._lock:
            known = self._opened.setdefault(key, made)
            known.users += 1
        if known is not made:
            made.close()
        return known.reader, lambda: self._give_back(key, known)

    def close(self) -> None:
        """Closes the clips that nobody has; the others are closed when they are given back."""
        with self._lock:
            self._closed = True
        self._trim()

    def _made(self, opened: Callable[[Path], ClipReader]) -> _Opened:
        folder = tempfile.TemporaryDirectory(prefix="velocity-")
        note(folder.name)
        try:
            return _Opened(opened(Path(folder.name)), folder)
        except BaseException:
            folder.cleanup()
            raise

    def _give_back(self, key: Hashable, opened: _Opened) -> None:
        with self._lock:
            opened.users -= 1
            opened.reader.rest()
            if opened.users == 0 and key in self._opened:
                self._opened.move_to_end(key)
        self._trim()

    def _trim(self) -> None:
        most = 0 if self._closed else self._most
        with self._lock:
            idle = [key for key, opened in self._opened.items() if opened.users == 0]
            going = [self._opened.pop(key) for key in idle[: max(0, len(idle) - most)]]
        for opened in going:
            opened.close()
