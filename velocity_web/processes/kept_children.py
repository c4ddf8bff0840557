"""Children that have a template open and wait for the next request of the same account and template: those that check
requests, and those that draw previews, each kind in a pool of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from velocity_web.settings import MIB, Settings


class Keepable(Protocol):
    """A child, with whatever belongs to it."""

    def is_open(self) -> bool: ...

    def private_bytes(self) -> int: ...

    def end(self) -> None: ...


Kept = TypeVar("Kept", bound=Keepable)
SWEEP_AFTER = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one pool: how many children, the memory of all of them, and how long one waits."""

    most: int
    most_bytes: int
    idle_seconds: float

    @classmethod
    def of_checkers(cls, settings: Settings) -> Bounds:
        return cls(settings.checkers, settings.checkers_memory_mb * MIB, settings.checker_idle_seconds)

    @classmethod
    def of_previewers(cls, settings: Settings) -> Bounds:
        return cls(settings.previewers, settings.previewers_memory_mb * MIB, settings.previewer_idle_seconds)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Kept]):
    account_id: str
    file: str
    child: Kept
    since: float
    held_bytes: int


class KeptChildren(Generic[Kept]):
    """Bounded in number and by the memory that they hold; a child is handed to one request at a time."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._kept: list[_Entry[Kept]] = []  # in the order in which they were used last
        self._sweeper: threading.Timer | None = None

    def take(self, account_id: str, file: str) -> Kept | None:
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

    def keep(self, account_id: str, file: str, child: Kept) -> None:
        """Keep a child that has answered; others, or this one, go where it is too much."""
        kept = _Entry(account_id, file, child, time.monotonic(), child.private_bytes())
        with self._lock:
            self._kept.append(kept)
        self._sweep()

    def close(self) -> None:
        with self._lock:
            ended, self._kept = self._kept, []
            if self._sweeper is not None:
                self._sweeper.cancel()
        for one in ended:
            one.child.end()

    def _sweep(self) -> None:
        """End what is too much, now and, as long as there are any, again when the next may have waited too long: what
        belongs to a child that ended by itself goes then."""
        with self._lock:
            ended = self._surplus()
            self._kept = [one for one in self._kept if one not in ended]
            if self._sweeper is not None:
                self._sweeper.cancel()
                self._sweeper = None
            if self._kept:
                self._sweeper = threading.Timer(self._bounds.idle_seconds + SWEEP_AFTER, self._sweep)
                self._sweeper.daemon = True
                self._sweeper.start()
        for one in ended:
            one.child.end()

    def _surplus(self) -> list[_Entry[Kept]]:
        """Those idle for too long; then the oldest of the account that has most, until the rest is within bounds."""
        oldest = time.monotonic() - self._bounds.idle_seconds
        ended = [one for one in self._kept if one.since < oldest]
        left = [one for one in self._kept if one.since >= oldest]
        while len(left) > self._bounds.most or sum(one.held_bytes for one in left) > self._bounds.most_bytes:
            numbers = Counter(one.account_id for one in left)
            most = max(numbers.values())
            chosen = next(one for one in left if numbers[one.account_id] == most)
            left.remove(chosen)
            ended.append(chosen)
        return ended
