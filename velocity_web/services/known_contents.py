"""What confined processes found in files that were fetched, kept for the next request that names one of them."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_KEPT = 4096
MOST_CHARACTERS = 32 << 20


class KnownContents:
    """Texts by what was looked for and by the digest of the file. Those used last are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._characters = 0

    def recall(self, kind: str, sha256: str) -> str | None:
        with self._lock:
            if (kind, sha256) in self._known:
                self._known.move_to_end((kind, sha256))
            return self._known.get((kind, sha256))

    def remember(self, kind: str, sha256: str, found: str) -> None:
        with self._lock:
            self._characters += len(found) - len(self._known.pop((kind, sha256), ""))
            self._known[kind, sha256] = found
            while len(self._known) > MOST_KEPT or self._characters > MOST_CHARACTERS:
                self._characters -= len(self._known.popitem(last=False)[1])
