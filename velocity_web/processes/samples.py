"""Samples that were taken, kept for the next request for the same, and who may take one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MAX_KEPT = 4096
"""Each holds some hundred bytes."""


class Samples:
    """Those used last are kept. An account takes one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, dict[str, Any] | None] = OrderedDict()
        self._taking: set[str] = set()

    def find(self, key: str) -> tuple[bool, dict[str, Any] | None]:
        """Whether it is known, and the sample; None of one that failed, which is not tried again."""
        with self._lock:
            if key not in self._kept:
                return False, None
            self._kept.move_to_end(key)
            return True, self._kept[key]

    def keep(self, key: str, sample: dict[str, Any] | None) -> None:
        with self._lock:
            self._kept[key] = sample
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)

    @contextmanager
    def turn(self, account_id: str) -> Iterator[bool]:
        """Whether the account may take one within the block; nobody waits for it."""
        with self._lock:
            free = account_id not in self._taking
            self._taking.add(account_id)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._taking.remove(account_id)
