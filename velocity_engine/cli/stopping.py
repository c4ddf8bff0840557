"""Ctrl-C and SIGTERM as a wish to stop: the render ends cleanly, and no file is left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128


class Stop:
    """``event`` is set by the first signal, and ``status`` is then the exit status that stands for it; a second signal
    ends at once."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.status = INTERRUPTED + signal.SIGINT

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.event.is_set():
            raise KeyboardInterrupt
        self.status = INTERRUPTED + number
        self.event.set()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """While it lasts, SIGINT and SIGTERM set the event instead of ending the process. One that is ignored stays so."""
    stop = Stop()
    taken = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop._take) for number in taken}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
