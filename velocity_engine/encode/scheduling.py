"""Keeping the system's scheduling of threads as it was while an encoder is opened.

SVT-AV1 makes the thread that opens it, and with it all threads that it starts, real-time ones where it may, that is as
root. Nothing else on the machine runs beside them then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TASKS = Path("/proc/self/task")


@contextmanager
def ordinary_scheduling() -> Iterator[None]:
    """Sets the caller's thread, and those that were started within, back to what the caller's was."""
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, parameters, before = os.sched_getscheduler(0), os.sched_getparam(0), _threads()
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != policy:
            for thread in (0, *(_threads() - before)):
                with suppress(OSError):  # it has ended
                    os.sched_setscheduler(thread, policy, parameters)


def _threads() -> set[int]:
    with suppress(OSError):
        return {int(entry.name) for entry in TASKS.iterdir()}
    return set()
