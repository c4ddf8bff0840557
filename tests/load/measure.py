"""Times calls at a steady rate, each on a connection of its own: ``python -m load.measure URL KEY PATH``.

Calls begin by the clock, whether or not those before were answered, so that a server that stands still is seen by every
call that it keeps waiting. A line on standard input asks for the calls since the line before, as JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

KEYED_EVERY, HEALTH_EVERY = 0.1, 0.4
GIVE_UP = 60.0
NO_ANSWER = 0


class Meter:
    """``calls`` are [kind, milliseconds, status], a status of 0 where none came."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._key = key
        self._lock = threading.Lock()
        self._calls: list[tuple[str, float, int]] = []
        self._open = 0

    def every(self, kind: str, path: str, seconds: float) -> None:
        began = time.monotonic()
        number = 0
        while True:
            number += 1
            time.sleep(max(0.0, began + number * seconds - time.monotonic()))
            threading.Thread(target=self._call, args=(kind, path), daemon=True).start()

    def take(self) -> list[tuple[str, float, int]]:
        """The calls since the last time, once all that began by now are over."""
        deadline = time.monotonic() + GIVE_UP
        while self._open > 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        with self._lock:
            calls, self._calls = self._calls, []
        return calls

    def _call(self, kind: str, path: str) -> None:
        with self._lock:
            self._open += 1
        began = time.perf_counter()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=GIVE_UP)
        try:
            connection.request("GET", path, headers={"X-API-Key": self._key})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = NO_ANSWER
        finally:
            connection.close()
        with self._lock:
            self._open -= 1
            self._calls.append((kind, (time.perf_counter() - began) * 1000, status))


def main() -> None:
    url, key, path = sys.argv[1:]
    meter = Meter(url, key)
    threading.Thread(target=meter.every, args=("status", path, KEYED_EVERY), daemon=True).start()
    threading.Thread(target=meter.every, args=("health", "/health", HEALTH_EVERY), daemon=True).start()
    for _line in sys.stdin:
        print(json.dumps(meter.take()), flush=True)


if __name__ == "__main__":
    main()
