"""Whether the server can work: its database, its storage, and room on the disk, asked about in bounded time."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Future

from velocity_web.database.entities import reading, rows
from velocity_web.database.migrations import latest_version
from velocity_web.settings import Settings
from velocity_web.storage import disk
from velocity_web.storage.objects import Objects

PATIENCE_SECONDS = 2.0

Faults = dict[str, str]


class Readiness:
    """Asks in a thread of its own, so that a database that hangs is a fault like any other."""

    def __init__(self, settings: Settings, objects: Objects) -> None:
        self._settings = settings
        self._objects = objects
        self._lock = threading.Lock()
        self._asked: Future[Faults] | None = None
        self._asked_at = 0.0
        self._waits_for = "database"

    def faults(self) -> Faults:
        """What is wrong now, by what it is wrong with. While one look has no end, others wait for the same."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked, self._asked_at = Future(), time.monotonic()
                threading.Thread(target=self._look, args=(self._asked,), name="readiness", daemon=True).start()
            asked, until = self._asked, self._asked_at + PATIENCE_SECONDS
        try:
            return asked.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            return {self._waits_for: f"it has not answered for {PATIENCE_SECONDS:g} seconds"}

    def _look(self, answer: Future[Faults]) -> None:
        faults: Faults = {}
        try:
            self._waits_for = "storage"
            faults |= _storage_faults(self._settings, self._objects)
            self._waits_for = "database"
            with reading():
                version = rows("SELECT MAX(version) FROM schema_version", {})[0][0]
            if version != latest_version():
                faults["database"] = f"schema version {version}, not {latest_version()}"
        except Exception:  # noqa: BLE001  # whatever the driver raises, the answer is the same
            faults["database"] = "it does not answer"
        answer.set_result(faults)


def _storage_faults(settings: Settings, objects: Objects) -> Faults:
    if not os.access(settings.temporary, os.W_OK):
        return {"storage": "the data folder cannot be written to"}
    spare = disk.spare_bytes(settings)
    if spare < 0:
        free, least = disk.free_bytes(settings.data), disk.least_free_bytes(settings)
        return {"storage": f"{free} bytes are free on the disk, {least} must be"}
    fault = objects.fault()
    return {} if fault is None else {"storage": fault}
