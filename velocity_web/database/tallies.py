"""Counts of what all processes did together, since the database was made: kept in it, for ``/metrics``.

A process adds up what its transactions did and writes it down now and then, so that no transaction waits for another's
count. What a process that is killed has not written yet is not counted.
"""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum

from velocity_web.database.entities import after_commit, execute, rows, writing


class Tally(StrEnum):
    """What is counted; ``kind`` and ``what`` tell counts of it apart."""

    ENDED = "jobs_ended"
    """By kind of job and final state."""
    FAILED = "failures"
    """By kind of job and reason, of which there are few."""
    RENDER_SECONDS = "render_seconds"
    """How long completed renders took, by codec."""
    RENDER_FRAMES = "render_frames"
    """Frames of completed renders, by codec."""
    CACHE_FRAMES = "cache_frames"
    """Frames of completed renders that were found (hit) or drawn (miss), while there is a cache."""
    STORED_BYTES = "stored_bytes"
    """Of videos and posters."""


Key = tuple[str, str, str]
_lock = threading.Lock()
_unwritten: Counter[Key] = Counter()
_ADD = (
    "INSERT INTO tally (name, kind, what, amount) VALUES ($name, $kind, $what, $amount) "
    "ON CONFLICT (name, kind, what) DO UPDATE SET amount = tally.amount + excluded.amount"
)


def count(tally: Tally, kind: str, what: str = "", amount: float = 1) -> None:
    """Within a writing transaction: once it is committed, there is so much more of this."""

    def add() -> None:
        with _lock:
            _unwritten[tally.value, kind, what] += amount  # type: ignore[assignment]  # seconds have parts

    after_commit(add)


def write_down() -> None:
    """Bring what this process counted to the database."""
    with _lock:
        taken = dict(_unwritten)
        _unwritten.clear()
    if not taken:
        return
    try:
        with writing():
            for (name, kind, what), amount in sorted(taken.items()):  # in one order, so that no two wait for each other
                execute(_ADD, {"name": name, "kind": kind, "what": what, "amount": amount})
    except BaseException:
        with _lock:
            _unwritten.update(taken)
        raise


def read() -> list[tuple[str, str, str, float]]:
    """Within a session: name, kind, what and amount of all that was counted."""
    return [(name, kind, what, amount) for name, kind, what, amount in rows("SELECT * FROM tally", {})]
