"""Places for tasks that a request waits for, shared out by account: nobody takes more than half of them, those who wait
are served in turn, and nobody waits long.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from velocity_web.failures import Busy

CROWD = 4
"""So many of an account's requests wait for tasks that take long; more are turned away at once."""
LONG_SECONDS = 0.5
LOOK_SECONDS = 0.1


@dataclass(slots=True, eq=False)
class _Ticket:
    """One request's: ``granted`` is set when it has a place, since ``began``."""

    granted: threading.Event = field(default_factory=threading.Event)
    began: float = 0.0


@dataclass(slots=True, eq=False)
class _Account:
    running: list[_Ticket] = field(default_factory=list)
    waiting: deque[_Ticket] = field(default_factory=deque)


class Slots:
    """``total`` places; who gets none within ``wait_seconds`` is told so."""

    def __init__(self, total: int, wait_seconds: float) -> None:
        self._free = total
        self._share = max(1, total // 2)
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    @contextmanager
    def of(self, account_id: str) -> Iterator[None]:
        """Hold a place. Raises Busy."""
        ticket = self._acquire(account_id)
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._accounts[account_id].running.remove(ticket)
                self._grant()

    def _acquire(self, account_id: str) -> _Ticket:
        ticket, asked = _Ticket(), time.monotonic()
        with self._lock:
            account = self._accounts.setdefault(account_id, _Account())
            account.waiting.append(ticket)
            self._grant()
        while not ticket.granted.is_set():
            with self._lock:
                late = time.monotonic() - asked > self._wait_seconds
                if not ticket.granted.is_set() and (late or _is_crowded(account, ticket)):
                    account.waiting.remove(ticket)
                    self._forget(account_id)
                    raise Busy("too many such requests are being worked on; try again in a moment")
            ticket.granted.wait(LOOK_SECONDS)
        return ticket

    def _grant(self) -> None:
        """Give free places to those who wait, an account after the other."""
        given = True
        while self._free and given:
            given = False
            for account_id, account in list(self._accounts.items()):
                if account.waiting and len(account.running) < self._share:
                    ticket = account.waiting.popleft()
                    ticket.began = time.monotonic()
                    account.running.append(ticket)
                    ticket.granted.set()
                    self._accounts.move_to_end(account_id)
                    self._free -= 1
                    given = True
                    break
        for account_id in list(self._accounts):
            self._forget(account_id)

    def _forget(self, account_id: str) -> None:
        account = self._accounts.get(account_id)
        if account is not None and not (account.running or account.waiting):
            del self._accounts[account_id]


class Place:
    """A place of an account, in a ``with`` statement, which its holder leaves while it waits for something else."""

    def __init__(self, slots: Slots, account_id: str) -> None:
        self._slots, self._account_id = slots, account_id
        self._held = ExitStack()

    def __enter__(self) -> Place:
        """Raises Busy."""
        self._held.enter_context(self._slots.of(self._account_id))
        return self

    def __exit__(self, *_error: object) -> None:
        self._held.close()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Others may have it within the block. Raises Busy at its end."""
        self._held.close()
        yield
        self._held.enter_context(self._slots.of(self._account_id))


def _is_crowded(account: _Account, own: _Ticket) -> bool:
    """Whether enough others of the account wait before this one, while all that run take long."""
    newest = max((ticket.began for ticket in account.running), default=time.monotonic())
    return time.monotonic() - newest > LONG_SECONDS and account.waiting.index(own) >= CROWD
