"""So many bytes a second, for all strangers together."""

from __future__ import annotations

import time


class ByteAllowance:
    """So many bytes a second, and at most those of ``seconds`` at once. For one thread."""

    def __init__(self, per_second: float, seconds: float) -> None:
        self._per_second = per_second
        self._size = per_second * seconds
        self._level = self._size
        self._then = time.monotonic()

    def is_spent(self) -> bool:
        now = time.monotonic()
        self._level = min(self._size, self._level + (now - self._then) * self._per_second)
        self._then = now
        return self._level <= 0

    def spend(self, count: int) -> None:
        self._level -= count
