"""Results of effects, kept while they are used: a still layer under a moving one is not blurred anew for every
frame.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.rects import Rect
from velocity_engine.display import Digest

Key = tuple[Digest, Rect]

WHILE_DRAWING = 3


class Results:
    """Pixels by what they were made of. ``next_frame`` drops what the last two frames did not use, and what is beyond
    ``limit`` bytes. A frame may hold three times as much while it is drawn: beyond that what was not used for longest
    goes, and is computed again should another part of the frame want it. Threads that ask for the same result wait for
    the first to compute it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frame = 0
        self._held: dict[Key, tuple[int, NDArray[np.uint8]]] = {}
        self._bytes = 0  # of what is held
        self._making: dict[Key, Lock] = {}  # results that a thread computes now
        self._lock = Lock()

    def next_frame(self) -> None:
        with self._lock:
            self._frame += 1
            recent = {key: entry for key, entry in self._held.items() if entry[0] >= self._frame - 2}
            self._bytes = total = 0
            for key, (_, pixels) in sorted(recent.items(), key=lambda item: -item[1][0]):
                total += pixels.nbytes
                if total > self._limit:
                    del recent[key]
                else:
                    self._bytes += pixels.nbytes
            self._held = recent

    def get(self, key: Key, compute: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Returns the pixels of ``key``; calls ``compute`` where they are not held.

        A thread waits for another only where that one computes the same result.
        """
        with self._lock:
            if (pixels := self._used(key)) is not None:
                return pixels
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if (pixels := self._used(key)) is not None:
                    return pixels
            try:
                pixels = compute()
                with self._lock:
                    self._make_room(pixels.nbytes)
                    self._held[key] = (self._frame, pixels)
                    self._bytes += pixels.nbytes
                return pixels
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _used(self, key: Key) -> NDArray[np.uint8] | None:
        found = self._held.pop(key, None)
        if found is None:
            return None
        self._held[key] = (self._frame, found[1])  # as the last in the order of their use
        return found[1]

    def _make_room(self, size: int) -> None:
        while self._held and self._bytes + size > WHILE_DRAWING * self._limit:
            self._bytes -= self._held.pop(next(iter(self._held)))[1].nbytes
