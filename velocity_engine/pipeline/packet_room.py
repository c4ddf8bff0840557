"""How many bytes of packets may wait for segments before them, so that workers ahead do not fill the memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from velocity_engine.pipeline.channel import ChannelClosed
from velocity_engine.plugin_types import EncodedPacket


class PacketRoom:
    """Counts the bytes of packets that wait to be read; who would put more than ``limit`` waits.

    The segment that is read now never waits, nor does what finds the room empty: so reading always goes on.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = 0
        self._reading = 0
        self._closed = False
        self._changed = threading.Condition()

    def enter(self, segment: int, packets: Iterable[EncodedPacket]) -> None:
        """Waits until there is room for packets of a segment, and counts them. ChannelClosed once it is closed."""
        size = size_of(packets)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(segment, size))
            if self._closed:
                raise ChannelClosed
            self._waiting += size

    def _has_room(self, segment: int, size: int) -> bool:
        return segment == self._reading or not self._waiting or self._waiting + size <= self._limit

    def read(self, segment: int) -> None:
        """The packets of this segment are read from now on."""
        with self._changed:
            self._reading = segment
            self._changed.notify_all()

    def leave(self, packets: Iterable[EncodedPacket]) -> None:
        """These packets were read."""
        with self._changed:
            self._waiting -= size_of(packets)
            self._changed.notify_all()

    def close(self) -> None:
        """Who waits gets ChannelClosed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def size_of(packets: Iterable[EncodedPacket]) -> int:
    return sum(len(packet.data) + len(packet.alpha) for packet in packets)
