"""Places for tasks: by account, in turn, for a bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import pytest

from velocity_web.failures import Busy
from velocity_web.processes.slots import CROWD, LONG_SECONDS, Slots


def waiting(slots: Slots) -> int:
    return sum(len(account.waiting) for account in list(slots._accounts.values()))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def start_waiting(slots: Slots, accounts: Sequence[str], order: list[str]) -> list[threading.Thread]:
    """Threads that wait for a place, in this order; each notes in ``order`` that it has one, or was turned away."""

    def wait(account: str) -> None:
        try:
            with slots.of(account):
                order.append(account)
        except Busy:
            order.append(f"no place for {account}")

    threads = []
    for account in accounts:
        thread = threading.Thread(target=wait, args=(account,))
        thread.start()
        threads.append(thread)
        until(lambda: waiting(slots) + len(order) == len(threads))
    return threads


def join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive()


def test_an_account_takes_half_of_the_places_and_leaves_the_others() -> None:
    slots = Slots(4, 0.2)
    with slots.of("a"), slots.of("a"):
        with pytest.raises(Busy), slots.of("a"):
            pass
        with slots.of("b"), slots.of("b"), pytest.raises(Busy), slots.of("c"):
            pass
        with slots.of("c"):
            pass
    with slots.of("a"), slots.of("a"):
        pass


def test_those_who_wait_are_served_an_account_after_the_other() -> None:
    slots = Slots(1, 30.0)
    order: list[str] = []
    with slots.of("first"):
        threads = start_waiting(slots, ["a", "a", "a", "b", "c"], order)
        assert order == []
    join(threads)
    assert order == ["a", "b", "c", "a", "a"]


def test_a_crowd_is_turned_away_at_once_while_what_runs_takes_long() -> None:
    slots = Slots(2, 30.0)
    order: list[str] = []
    with ExitStack() as held:
        held.enter_context(slots.of("a"))
        time.sleep(LONG_SECONDS + 0.1)
        threads = start_waiting(slots, ["a"] * (CROWD + 3), order)
        until(lambda: len(order) == 3)
        assert order == ["no place for a"] * 3
        with slots.of("b"):
            pass
    join(threads)
    assert order[3:] == ["a"] * CROWD
