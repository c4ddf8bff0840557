"""A call that overruns its time is stopped from outside, by the clock of the thread that works."""

from __future__ import annotations

import threading
import time

from velocity_engine.evaluate.expressions.watch import Watch

WAIT_SECONDS = 60  # only catches a watch that never acts


def work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def nothing() -> None:
    pass


def test_a_call_that_works_too_long_is_stopped_while_it_works() -> None:
    stopped = threading.Event()
    watch = Watch(stopped.set, nothing)
    watch.begin(0.01)
    late = time.monotonic() + WAIT_SECONDS
    while not stopped.is_set():
        assert time.monotonic() < late
    assert watch.end()


def test_one_that_ends_in_time_is_not_nor_one_that_waits() -> None:
    stopped: list[bool] = []
    watch = Watch(lambda: stopped.append(True), nothing)
    watch.begin(5.0)
    work(0.05)
    assert not watch.end()
    watch.begin(0.1)
    time.sleep(0.3)  # of another thread's time, not of this one's
    assert not watch.end()
    assert not stopped


def test_the_next_call_is_watched_again() -> None:
    stopped: list[int] = []
    watch = Watch(lambda: stopped.append(len(stopped)), nothing)
    for number in range(3):
        watch.begin(0.01)
        late = time.monotonic() + WAIT_SECONDS
        while len(stopped) <= number:
            assert time.monotonic() < late
        assert watch.end()
    assert stopped == [0, 1, 2]


def test_a_call_that_goes_on_is_stopped_and_released_in_turn() -> None:
    turns: list[str] = []
    watch = Watch(lambda: turns.append("stop"), lambda: turns.append("release"))
    watch.begin(0.01)
    late = time.monotonic() + WAIT_SECONDS
    while len(turns) < 4:
        assert time.monotonic() < late
    assert watch.end()
    assert turns[:4] == ["stop", "release", "stop", "release"]
