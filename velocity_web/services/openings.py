"""Opened templates, kept for the next request that checks something against the same file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import velocity_engine as engine

KEPT = 8


class Openings:
    """At most ``KEPT`` templates by file; one that is in use is closed only when its last user is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._templates: OrderedDict[Path, engine.Template] = OrderedDict()
        self._users: dict[int, int] = {}

    @contextmanager
    def of(self, path: Path) -> Iterator[engine.Template]:
        """The template of a stored file. Raises the engine's PackageError and DocumentError, and FileNotFoundError."""
        template = self._take(path)
        try:
            yield template
        finally:
            with self._lock:
                self._users[id(template)] -= 1
                self._close_unused()

    def forget(self, path: Path) -> None:
        """Close a file that was deleted."""
        with self._lock:
            template = self._templates.pop(path, None)
            if template is not None and not self._users.get(id(template)):
                self._users.pop(id(template), None)
                template.close()

    def _take(self, path: Path) -> engine.Template:
        with self._lock:
            template = self._templates.get(path)
            if template is None:
                template = engine.open_template(path)
                self._templates[path] = template
            self._templates.move_to_end(path)
            self._users[id(template)] = self._users.get(id(template), 0) + 1
            return template

    def _close_unused(self) -> None:
        for path, template in list(self._templates.items()):
            if len(self._templates) <= KEPT:
                break
            if not self._users.get(id(template)):
                self._users.pop(id(template), None)
                del self._templates[path]
                template.close()


openings = Openings()
