"""Trying again what may go well a moment later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from velocity_engine.errors import RenderCancelled, TemporaryStorageError

PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before each further attempt
LOOK_SECONDS = 0.05

Result = TypeVar("Result")


def tried(action: Callable[[], Result], cancelled: Callable[[], bool] = lambda: False) -> Result:
    """Returns what an action returns, which is called again, after a pause, where it raises TemporaryStorageError.

    Args:
        action: What is done.
        cancelled: Is asked before each attempt, and while one waits.

    Raises:
        StorageError: The action failed, also after several attempts.
        RenderCancelled: ``cancelled`` was true.
    """
    for pause in PAUSES:
        _stop_if(cancelled)
        try:
            return action()
        except TemporaryStorageError:
            _wait(pause, cancelled)
    _stop_if(cancelled)
    return action()


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise RenderCancelled("the render was cancelled")


def _wait(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _stop_if(cancelled)
        time.sleep(min(left, LOOK_SECONDS))
