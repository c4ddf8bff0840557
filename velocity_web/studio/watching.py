"""Watching the files of a template."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

QUIET_MS = 30
"""A change is told once so long nothing else has changed: an export writes its files one after the other."""
LONGEST_MS = 400
LOOK_MS = 200  # how soon a wish to stop is seen


def watch_template(path: Path, stopping: threading.Event, changed: Callable[[], None]) -> None:
    """Calls ``changed`` when a file of the template was written, until ``stopping`` is set.

    Programs replace files in place of writing into them, so what is watched of a ZIP is its folder.

    Args:
        path: The folder of the template, or its file.
        stopping: Ends the watching.
        changed: Is called on this thread; changes in the meantime are told by its next call.
    """
    is_folder = path.is_dir()
    folder = path if is_folder else path.parent
    wanted = DefaultFilter() if is_folder else _Named(path.name)
    for _ in watch(
        folder,
        watch_filter=wanted,
        debounce=LONGEST_MS,
        step=QUIET_MS,
        stop_event=stopping,
        rust_timeout=LOOK_MS,
        yield_on_timeout=False,
        recursive=is_folder,
        raise_interrupt=False,
    ):
        changed()


class _Named(DefaultFilter):
    """Lets the changes of one file through."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __call__(self, change: Change, path: str) -> bool:
        return Path(path).name == self._name
