"""Telling the workers of this machine that there is something new, so that they need not wait for their next look."""

from __future__ import annotations

import threading
from collections.abc import Callable

_listeners: list[Callable[[], None]] = []
_lock = threading.Lock()


def on_wake(listener: Callable[[], None]) -> None:
    """Call ``listener`` whenever work was queued or cancelled by this process. It must not block or raise."""
    with _lock:
        _listeners.append(listener)


def wake() -> None:
    for listener in tuple(_listeners):
        listener()
