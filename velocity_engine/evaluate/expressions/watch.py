"""Ends a call that overruns its time inside one of the interpreter's own functions.

The interpreter looks at its clock between steps of an expression, and one step can copy a long list: ten thousand such
steps go by before it looks again. A second thread looks at the clock of the thread that evaluates; when the time is
over it acts from outside (the engine takes the interpreter's memory away, so whatever copies fails at once, and the
steps that are left are quick). Without memory the interpreter cannot make the error that no expression may catch: so
the thread takes it away and gives it back in turn, until the call has ended. It ends when nothing was watched for a
while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOK_SECONDS = 0.02
IDLE_LOOKS = 50
GRACE_SECONDS = 0.01  # that the interpreter's own clock, which ends most of what is too long, comes first


class Watch:
    """Calls ``stop`` from another thread once the thread that called ``begin`` has worked too long before ``end``; then
    ``release`` and ``stop`` in turn."""

    def __init__(self, stop: Callable[[], None], release: Callable[[], None]) -> None:
        self._stop, self._release = stop, release
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._clock = 0
        self._until: float | None = None
        self._stopped = self._released = False

    def begin(self, seconds: float) -> None:
        with self._lock:
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
            self._until = time.thread_time() + seconds + GRACE_SECONDS
            self._stopped = self._released = False
            if self._thread is None or not self._thread.is_alive():  # it does not outlive a fork
                self._thread = threading.Thread(target=self._look, name="velocity-expressions", daemon=True)
                self._thread.start()

    def end(self) -> bool:
        """Whether ``stop`` was called; it is not any more."""
        with self._lock:
            self._until = None
            return self._stopped

    def _look(self) -> None:
        idle = 0
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                idle = idle + 1 if self._until is None else 0
                if idle > IDLE_LOOKS:
                    self._thread = None
                    return
                if self._until is None or time.clock_gettime(self._clock) <= self._until:
                    continue
                self._released = self._stopped and not self._released
                self._stopped = True
                if self._released:
                    self._release()
                else:
                    self._stop()
