"""Token buckets: so many requests a second for each account or address, so many bytes a second for all strangers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

REMEMBERED = 10_000


class Buckets:
    """A bucket for each name, the latest ``REMEMBERED`` of them; one that was forgotten starts full."""

    def __init__(self, per_second: float, size: float) -> None:
        self._per_second = per_second
        self._size = size
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        if self._per_second <= 0:
            return 0.0
        with self._lock:
            level, now = self._level(name)
            if level < 1:
                return (1 - level) / self._per_second
            self._note(name, level - 1, now)
            return 0.0

    def wait(self, name: str) -> float:
        """The seconds until there is a token, without taking it."""
        if self._per_second <= 0:
            return 0.0
        with self._lock:
            level, _now = self._level(name)
        return max(0.0, (1 - level) / self._per_second)

    def _level(self, name: str) -> tuple[float, float]:
        now = time.monotonic()
        level, then = self._levels.get(name, (self._size, now))
        return min(self._size, level + (now - then) * self._per_second), now

    def _note(self, name: str, level: float, now: float) -> None:
        self._levels[name] = (level, now)
        self._levels.move_to_end(name)
        if len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)


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
