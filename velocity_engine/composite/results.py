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


class Results:
    """Pixels by what they were made of. ``next_frame`` drops what the last two frames did not use; beyond ``limit``
    bytes nothing more is kept than the running frame needs. Threads that ask for the same result wait for the first
    to compute it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frame = 0
        self._held: dict[Key, tuple[int, NDArray[np.uint8]]] = {}
        self._making: dict[Key, Lock] = {}  # results that a thread computes now
        self._lock = Lock()

    def next_frame(self) -> None:
        with self._lock:
            self._frame += 1
            recent = {key: entry for key, entry in self._held.items() if entry[0] >= self._frame - 2}
            total = 0
            for key, (_, pixels) in sorted(recent.items(), key=lambda item: -item[1][0]):
                total += pixels.nbytes
                if total > self._limit:
                    del recent[key]
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
                    self._held[key] = (self._frame, pixels)
                return pixels
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _used(self, key: Key) -> NDArray[np.uint8] | None:
        found = self._held.get(key)
        if found is None:
            return None
        self._held[key] = (self._frame, found[1])
        return found[1]
