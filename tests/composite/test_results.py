"""Results are computed once, and a thread waits only for its own."""

from __future__ import annotations

import threading

import numpy as np

from velocity_engine.composite.results import Results

WAIT_SECONDS = 20  # only catches a thread that waits for ever


def pixels(value: int) -> np.ndarray:
    return np.full((2, 2, 4), value, np.uint8)


def test_a_thread_does_not_wait_for_another_threads_result() -> None:
    results = Results(1 << 20)
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> np.ndarray:
        begun.set()
        assert may_end.wait(WAIT_SECONDS)
        return pixels(1)

    worker = threading.Thread(target=results.get, args=((b"slow", (0, 0, 2, 2)), slow))
    worker.start()
    assert begun.wait(WAIT_SECONDS)
    assert (results.get((b"quick", (0, 0, 2, 2)), lambda: pixels(2)) == 2).all()
    assert not may_end.is_set()
    may_end.set()
    worker.join(WAIT_SECONDS)
    assert not worker.is_alive()


def test_threads_that_want_the_same_result_compute_it_once() -> None:
    results, computed, gate = Results(1 << 20), [], threading.Barrier(4)

    def compute() -> np.ndarray:
        computed.append(1)
        return pixels(3)

    def ask() -> None:
        gate.wait(WAIT_SECONDS)
        assert (results.get((b"same", (0, 0, 2, 2)), compute) == 3).all()

    workers = [threading.Thread(target=ask) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(WAIT_SECONDS)
    assert len(computed) == 1


def test_a_result_that_fails_is_tried_again() -> None:
    results = Results(1 << 20)

    def fail() -> np.ndarray:
        raise MemoryError

    for _ in range(2):
        try:
            results.get((b"key", (0, 0, 2, 2)), fail)
        except MemoryError:
            continue
        raise AssertionError("the failure was swallowed")
    assert (results.get((b"key", (0, 0, 2, 2)), lambda: pixels(4)) == 4).all()


def test_while_a_frame_is_drawn_what_was_not_used_for_longest_goes() -> None:
    size = pixels(0).nbytes
    results, computed = Results(size), []

    def ask(name: bytes) -> None:
        def compute() -> np.ndarray:
            computed.append(name)
            return pixels(1)

        results.get((name, (0, 0, 2, 2)), compute)

    for name in (b"a", b"b", b"c", b"a", b"d", b"a", b"b"):  # three fit: with d, b goes
        ask(name)
    assert computed == [b"a", b"b", b"c", b"d", b"b"]
