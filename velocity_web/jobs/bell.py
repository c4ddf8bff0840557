"""When a worker has to look into the database: when it is told to, and as often as needed where nobody tells."""

from __future__ import annotations

import selectors
import time
from contextlib import suppress

import structlog

from velocity_web.events.listening import WEBHOOKS, WORK, Ear
from velocity_web.settings import Settings

LONGEST_SLEEP = 10.0
"""Seconds between looks while PostgreSQL tells: what is told may be lost with a connection before that is noticed."""
SHORTEST_SLEEP = 0.02
LOG = structlog.get_logger("velocity.worker")


class Bell:
    """Rings when there is work to look for. The worker's selector waits for it, too."""

    def __init__(self, settings: Settings, selector: selectors.BaseSelector) -> None:
        self._settings = settings
        self._selector = selector
        self._ear = Ear(settings.database, [WORK, WEBHOOKS])
        self._descriptor: int | None = None
        self._look_at = 0.0
        self.is_rung = True
        """There may be a job to claim, or one to end."""

    @property
    def hears(self) -> bool:
        return self._ear.hears

    def tend(self) -> None:
        """Listen again where the connection was lost."""
        if self._ear.connect():
            self._descriptor = self._ear.fileno()
            self._selector.register(self._descriptor, selectors.EVENT_READ)
            self.is_rung = True
            LOG.info("PostgreSQL tells this worker of new work")

    def is_it(self, descriptor: int) -> bool:
        return descriptor == self._descriptor

    def hear(self) -> bool:
        """Take in what was told. True when there is a webhook to send."""
        assert self._descriptor is not None
        channels = [channel for channel, _payload in self._ear.hear()]
        if not self._ear.hears:
            with suppress(KeyError, ValueError):
                self._selector.unregister(self._descriptor)
            self._descriptor = None
            LOG.warning("the connection that tells of new work was lost; the worker looks by itself")
        self.is_rung |= WORK in channels
        return WEBHOOKS in channels

    def ring(self) -> None:
        self.is_rung = True

    def is_time(self) -> bool:
        """Whether to look for work now; where nobody tells, always."""
        return self.is_rung or not self.hears or time.monotonic() >= self._look_at

    def looked(self, ready_in: float | None) -> None:
        """There is nothing to claim now; ``ready_in``: but in so many seconds."""
        wait = LONGEST_SLEEP if ready_in is None else min(LONGEST_SLEEP, max(SHORTEST_SLEEP, ready_in))
        self._look_at = time.monotonic() + wait
        self.is_rung = False

    def patience(self, until: float, *, is_busy: bool) -> float:
        """How many seconds the worker may sleep whose next duty is at ``until``, of ``time.monotonic``."""
        if is_busy or self.is_rung or not self.hears:
            return self._settings.poll_seconds
        return max(0.0, min(self._look_at, until) - time.monotonic())

    def close(self) -> None:
        self._ear.close()
