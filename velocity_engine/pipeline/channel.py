"""A bounded way from one thread to another that either side can end, so that no thread is left waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class ChannelClosed(Exception):
    """The other side has ended the channel."""


class Channel(Generic[T]):
    """Holds at most ``size`` items; ``put`` waits for room, ``get`` for an item.

    ``finish`` ends it after the items that are in it, ``abort`` at once; ``fail`` makes ``get`` raise an error once
    they are taken.
    """

    def __init__(self, size: float) -> None:
        self._size = size
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._items) < self._size)
            if self._ended:
                raise ChannelClosed
            self._items.append(item)
            self._changed.notify_all()

    def get(self) -> T:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._items)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            raise ChannelClosed

    def __iter__(self) -> Iterator[T]:
        """The items up to the end."""
        while True:
            try:
                item = self.get()
            except ChannelClosed:
                return
            yield item

    def finish(self) -> None:
        self._end()

    def fail(self, error: BaseException) -> None:
        self._end(error)

    def abort(self) -> None:
        with self._changed:
            self._items.clear()
        self._end()

    def _end(self, error: BaseException | None = None) -> None:
        with self._changed:
            if not self._ended:
                self._ended, self._error = True, error
            self._changed.notify_all()
