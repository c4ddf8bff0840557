"""When keys were last used: noted in memory, and written down by a thread, so that no request waits for it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

import structlog

from velocity_web.database.entities import execute, writing
from velocity_web.database.now import now_ms

EACH_SECONDS = 60.0
"""How exact a last use is."""
GATHERED_SECONDS = 1.0
"""How long the first of several uses waits for others, to be written down with them."""
REMEMBERED = 10_000
LOG = structlog.get_logger("velocity.web")


class KeyUses:
    """Uses of keys by this process. The thread begins with the first of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._new: set[str] = set()
        self._thread: threading.Thread | None = None

    def note(self, key_id: str) -> None:
        now = time.monotonic()
        with self._changed:
            if now - self._noted.get(key_id, -EACH_SECONDS) < EACH_SECONDS:
                return
            self._noted[key_id] = now
            self._noted.move_to_end(key_id)
            if len(self._noted) > REMEMBERED:
                self._noted.popitem(last=False)
            self._new.add(key_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="key-uses", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._new)
            time.sleep(GATHERED_SECONDS)
            with self._changed:
                used, self._new = sorted(self._new), set()
            try:
                _write_down(used)
            except Exception as error:  # noqa: BLE001  # whatever the driver raises, the next use is written down
                LOG.warning("the last use of keys is not written down", fault=str(error))


def _write_down(key_ids: list[str]) -> None:
    """All processes go through the keys in the same order, so that no two wait for each other."""
    with writing():
        now = now_ms()
        for key_id in key_ids:
            execute("UPDATE api_key SET used_at = $now WHERE id = $id", {"id": key_id, "now": now})


key_uses = KeyUses()
