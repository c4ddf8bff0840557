"""Threads that serve requests, shared out fairly among those who ask.

Everybody has a queue of their own, and the queues are served in turn. Nobody may hold more threads than are still free
for others: of twelve, one alone gets six, two get four each, and so on, so that a thread is there for who comes new.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from typing import Protocol

LOG = logging.getLogger("waitress")


class Task(Protocol):
    """``group`` is whose turn it is served in."""

    @property
    def group(self) -> str: ...

    def service(self) -> None: ...

    def cancel(self) -> None: ...


class FairDispatcher:
    """Serves tasks with ``threads`` threads. waitress uses it in the place of its own dispatcher."""

    def __init__(self, threads: int, name: str) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[Task]] = {}
        self._at_work: Counter[str] = Counter()
        self._threads = threads
        self._stopping = False
        for number in range(threads):
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True).start()

    def add_task(self, task: Task) -> None:
        with self._changed:
            self._waiting.setdefault(task.group, deque()).append(task)
            self._changed.notify()

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Take no more tasks; wait for those at work, and cancel those that wait. True when none is at work."""
        deadline = time.monotonic() + timeout
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            while self._at_work and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            waiting = [task for tasks in self._waiting.values() for task in tasks] if cancel_pending else []
            self._waiting.clear()
            done = not self._at_work
        for task in waiting:
            task.cancel()
        return done

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and (found := self._next()) is None:
                    self._changed.wait()
                if self._stopping:
                    return
                assert found
                group, task = found
                self._at_work[group] += 1
            try:
                task.service()
            except Exception:
                LOG.exception("a request failed")
            with self._changed:
                self._at_work[group] -= 1
                if not self._at_work[group]:
                    del self._at_work[group]
                if self._waiting or self._stopping:
                    self._changed.notify()

    def _next(self) -> tuple[str, Task] | None:
        """The next task of the first group that may have one more thread; the group goes to the end of the line."""
        free = self._threads - self._at_work.total()
        for group, tasks in self._waiting.items():
            if self._at_work[group] < free:
                task = tasks.popleft()
                del self._waiting[group]
                if tasks:
                    self._waiting[group] = tasks
                return group, task
        return None
