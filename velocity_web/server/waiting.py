"""Requests whose answers are held back: they have a connection and no thread.

One thread looks for all of them whether what they wait for has changed: when PostgreSQL tells it to, and several times
a second on SQLite. Then the request goes to the threads that answer, like a new one.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from velocity_web.events.listening import STATUS, Ear
from velocity_web.failures import TooMany
from velocity_web.http.waiting import PATIENCE
from velocity_web.services.watching import Watched, changed
from velocity_web.settings import Settings

LOOK_SECONDS = 0.1
"""How often one looks where nobody tells; and what lies between two looks at least."""
TOLD_LOOK_SECONDS = 2.0
"""How often one looks while PostgreSQL tells: what is told may be lost with a connection before that is noticed."""
FAULT_SECONDS = 1.0
"""Between two looks at a database that does not answer."""
RETRY_SECONDS = 1
PART_OF_CONNECTIONS = 2
"""So many times more connections than that may wait there are, so that who does not wait finds one."""
LOG = structlog.get_logger("velocity.web")


class Held(BaseException):
    """The answer to the request at hand is held back. It passes through whatever deals with failures of answers."""


class Holder(Protocol):
    """A connection: ``server`` takes it as a task again, ``is_abandoned`` where nobody would read an answer."""

    server: Any
    is_held: bool

    @property
    def is_abandoned(self) -> bool: ...


@dataclass(slots=True, eq=False)
class RequestPatience:
    """As ``http.waiting`` says. An answer is held back once, so that nobody's request goes round in circles."""

    room: WaitingRoom
    account_id: str = ""
    watched: Watched | None = None
    until: float = 0.0
    is_asked: bool = False

    def ask(self, account_id: str, watched: Watched, seconds: float) -> None:
        if self.watched is not None or self.room.is_closed:
            return
        self.room.require_place(account_id)
        self.account_id, self.watched, self.until = account_id, watched, time.monotonic() + seconds
        self.is_asked = True


def holding(application: Any) -> Any:
    """The application, which raises ``Held`` in the place of an answer that is to be held back."""

    def held(environ: dict[str, Any], start_response: Any) -> Any:
        answer = application(environ, start_response)
        patience = environ.get(PATIENCE)
        if patience is not None and patience.is_asked:
            patience.is_asked = False
            raise Held
        return answer

    return held


class WaitingRoom:
    """All requests of this server whose answers are held back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._most = settings.connection_limit // PART_OF_CONNECTIONS
        self._lock = threading.Lock()
        self._held: dict[Holder, RequestPatience] = {}
        self._of_account: Counter[str] = Counter()
        self._ear = Ear(settings.database, [STATUS])
        self._knock, self._knocked = socket.socketpair()
        for end in (self._knock, self._knocked):
            end.setblocking(False)
        self.is_closed = False
        threading.Thread(target=self._watch, name="waiting", daemon=True).start()

    def require_place(self, account_id: str) -> None:
        """Raises TooMany where the account has as many as it may."""
        most = self._settings.waits_per_account
        if self._of_account[account_id] >= most:
            raise TooMany(
                f"{most} requests of your account wait already; ask without wait, or try again", RETRY_SECONDS
            )

    def take(self, channel: Holder, patience: RequestPatience) -> None:
        """Hold the request of a connection. Where there are too many, one of the account that has most is answered."""
        with self._lock:
            self._held[channel] = patience
            self._of_account[patience.account_id] += 1
            channel.is_held = True
            if len(self._held) > self._most or self.is_closed:
                self._let_go(self._first_of_most())
        self._look_soon()

    def close(self) -> None:
        """The server stops: answer all of them, and hold back no more."""
        with self._lock:
            self.is_closed = True
            for channel in list(self._held):
                self._let_go(channel)
        self._look_soon()

    def _first_of_most(self) -> Holder:
        [(account_id, _count)] = self._of_account.most_common(1)
        return next(channel for channel, patience in self._held.items() if patience.account_id == account_id)

    def _let_go(self, channel: Holder) -> None:
        """Within the lock: the request is answered now."""
        self._forget(channel)
        channel.server.add_task(channel)

    def _forget(self, channel: Holder) -> None:
        patience = self._held.pop(channel)
        channel.is_held = False
        self._of_account[patience.account_id] -= 1
        if not self._of_account[patience.account_id]:
            del self._of_account[patience.account_id]

    def _look_soon(self) -> None:
        with suppress(OSError):  # full of knocks already
            self._knock.send(b".")

    def _watch(self) -> None:
        while not self.is_closed:
            self._rest()
            self._look()
            time.sleep(LOOK_SECONDS)

    def _rest(self) -> None:
        """Until there may be something to find."""
        if self._held:
            self._ear.connect()
        hears = self._ear.hears
        seconds = None if not self._held else self._seconds(TOLD_LOOK_SECONDS if hears else LOOK_SECONDS)
        ends = [self._knocked.fileno(), *([self._ear.fileno()] if hears else [])]
        select.select(ends, [], [], seconds)
        if hears:
            self._ear.hear()
        with suppress(BlockingIOError):
            self._knocked.recv(4096)

    def _seconds(self, most: float) -> float:
        """Until the first of those that wait has waited long enough."""
        with self._lock:
            first = min((patience.until for patience in self._held.values()), default=0.0)
        return max(0.0, min(most, first - time.monotonic()))

    def _look(self) -> None:
        with self._lock:
            held = dict(self._held)
        if not held:
            return
        different = self._changed({patience.watched for patience in held.values() if patience.watched})
        now = time.monotonic()
        with self._lock:
            for channel, patience in held.items():
                if channel not in self._held:
                    continue
                if channel.is_abandoned:
                    self._forget(channel)
                elif patience.watched in different or patience.until <= now:
                    self._let_go(channel)

    def _changed(self, watched: set[Watched]) -> set[Watched]:
        """Nothing while the database does not answer: then who waits is answered when the time is over."""
        try:
            return changed(watched)
        except Exception as error:  # noqa: BLE001  # whatever the driver raises, the next look may go well
            LOG.warning("what requests wait for cannot be looked at", fault=str(error))
            time.sleep(FAULT_SECONDS)
            return set()
