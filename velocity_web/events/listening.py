"""Hearing at once what other processes wrote: PostgreSQL tells who listens, and triggers say what to tell.

Who listens must still look for itself now and then, and always after a connection began, since what was told before
is not told again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

WORK, CANCELLED, WEBHOOKS = "velocity_work", "velocity_cancelled", "velocity_webhooks"
"""Channels: there is a job to claim or one to end, a job whose cancelling came to its end, a message to send."""
STATUS = "velocity_status"
"""The status of some job or batch is another one."""
RETRY_SECONDS = 1.0
CONNECT_SECONDS = 5
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""A connection whose other end is gone without a word is known to be lost after 25 seconds."""


class Ear:
    """A connection that hears channels. ``url`` is empty for SQLite, which tells nobody anything."""

    def __init__(self, url: str, channels: Sequence[str]) -> None:
        self._url = url
        self._channels = channels
        self._connection: Any = None
        self._next_try = 0.0

    @property
    def hears(self) -> bool:
        return self._connection is not None

    def fileno(self) -> int:
        """What a selector waits on while ``hears``."""
        return int(self._connection.fileno())

    def connect(self) -> bool:
        """Connect where that is due. True when it came about: then is the time to look for what was missed."""
        now = time.monotonic()
        if not self._url or self.hears or now < self._next_try:
            return False
        import psycopg2

        self._next_try = now + RETRY_SECONDS
        connection = None
        try:
            connection = psycopg2.connect(self._url, connect_timeout=CONNECT_SECONDS, **KEEPALIVE)
            connection.autocommit = True
            with connection.cursor() as cursor:
                for channel in self._channels:
                    cursor.execute(f"LISTEN {channel}")
        except psycopg2.Error:
            if connection is not None:
                connection.close()
            return False
        self._connection = connection
        return True

    def hear(self) -> list[tuple[str, str]]:
        """Channels and payloads of what was told; nothing, and ``hears`` no longer, where the connection was lost."""
        import psycopg2

        try:
            self._connection.poll()
        except psycopg2.Error:
            self.close()
            return []
        told = [(one.channel, one.payload) for one in self._connection.notifies]
        self._connection.notifies.clear()
        return told

    def close(self) -> None:
        if self._connection is not None:
            import psycopg2

            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
