"""Children that have a template open and wait for the next request of the same account and template."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

from velocity_web.processes.child import Child
from velocity_web.settings import MIB, Settings


@dataclass(frozen=True, slots=True)
class _Kept:
    account_id: str
    file: str
    child: Child
    since: float
    held_bytes: int


class Checkers:
    """Bounded in number and by the memory that they hold; a child is handed to one request at a time."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.checkers
        self._most_bytes = settings.checkers_memory_mb * MIB
        self._idle_seconds = settings.checker_idle_seconds
        self._lock = threading.Lock()
        self._kept: list[_Kept] = []  # in the order in which they were used last

    def take(self, account_id: str, file: str) -> Child | None:
        """One that has ``file`` open for the account, if there is one."""
        while True:
            with self._lock:
                fitting = [one for one in self._kept if (one.account_id, one.file) == (account_id, file)]
                if not fitting:
                    return None
                self._kept.remove(fitting[-1])
            child = fitting[-1].child
            if child.is_open():
                return child
            child.end()

    def keep(self, account_id: str, file: str, child: Child) -> None:
        """Keep a child that has answered; others, or this one, go where it is too much."""
        kept = _Kept(account_id, file, child, time.monotonic(), child.private_bytes())
        with self._lock:
            self._kept.append(kept)
            ended = self._surplus()
            self._kept = [one for one in self._kept if one not in ended]
        for one in ended:
            one.child.end()

    def close(self) -> None:
        with self._lock:
            ended, self._kept = self._kept, []
        for one in ended:
            one.child.end()

    def _surplus(self) -> list[_Kept]:
        """Those idle for too long; then the oldest of the account that has most, until the rest is within bounds."""
        oldest = time.monotonic() - self._idle_seconds
        ended = [one for one in self._kept if one.since < oldest]
        left = [one for one in self._kept if one.since >= oldest]
        while len(left) > self._most or sum(one.held_bytes for one in left) > self._most_bytes:
            numbers = Counter(one.account_id for one in left)
            most = max(numbers.values())
            chosen = next(one for one in left if numbers[one.account_id] == most)
            left.remove(chosen)
            ended.append(chosen)
        return ended
