"""Token buckets: so many requests, or previews, a second for each account or address."""

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

    def take(self, name: str, cost: float = 1.0) -> float:
        """Take as many tokens as something costs, where there is at least one: 0 then, else the seconds until there
        is. Whoever takes more than there are waits the longer for the next."""
        if self._per_second <= 0:
            return 0.0
        with self._lock:
            level, now = self._level(name)
            if level < 1:
                return (1 - level) / self._per_second
            self._note(name, level - cost, now)
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
