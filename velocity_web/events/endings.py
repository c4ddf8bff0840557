"""Waiting for the end of a job that was cancelled: told by PostgreSQL, else by looking."""

from __future__ import annotations

import select
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from velocity_web.events.listening import CANCELLED, RETRY_SECONDS, Ear

LOOK_SECONDS = 0.02
"""How often who waits looks by itself, while nobody would tell."""


class Endings:
    """One thread hears for all requests that wait."""

    def __init__(self, url: str) -> None:
        self._ear = Ear(url, [CANCELLED])
        self._changed = threading.Condition()
        self._waited_for: Counter[str] = Counter()
        self._told = 0
        if url:
            threading.Thread(target=self._listen, name="endings", daemon=True).start()

    @contextmanager
    def expected(self, job_id: str) -> Iterator[None]:
        """Ends within are noted from here on: begin it before the first look."""
        with self._changed:
            self._waited_for[job_id] += 1
        try:
            yield
        finally:
            with self._changed:
                self._waited_for -= Counter([job_id])

    @property
    def told(self) -> int:
        """How often there was something to look for. Ask for it before each look."""
        return self._told

    def wait(self, told: int, seconds: float) -> None:
        """Until there is more to look for than at ``told``, but not longer than that."""
        pause = seconds if self._ear.hears else min(seconds, LOOK_SECONDS)
        with self._changed:
            self._changed.wait_for(lambda: self._told != told, pause)

    def _listen(self) -> None:
        while True:
            if self._ear.connect():
                self._tell()
            elif not self._ear.hears:
                time.sleep(RETRY_SECONDS)
                continue
            select.select([self._ear], [], [])
            ended = self._ear.hear()
            if not self._ear.hears or any(job_id in self._waited_for for _channel, job_id in ended):
                self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._told += 1
            self._changed.notify_all()
