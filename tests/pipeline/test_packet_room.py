"""Bytes of packets that wait for segments before them are bounded, and reading always goes on."""

from __future__ import annotations

import threading

import pytest

from velocity_engine.pipeline.channel import ChannelClosed
from velocity_engine.pipeline.packet_room import PacketRoom
from velocity_engine.plugin_types import EncodedPacket

PATIENCE = 60.0  # only catches what never ends


def packets(*sizes: int) -> list[EncodedPacket]:
    return [
        EncodedPacket(data=bytes(size), pts=n, dts=n, duration=1, key=not n, alpha=bytes(1))
        for n, size in enumerate(sizes)
    ]


class Entering:
    """Enters from a thread of its own, as a worker does."""

    def __init__(self, room: PacketRoom, segment: int, size: int) -> None:
        self.closed = False
        self._inside = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(room, segment, size), daemon=True)
        self._thread.start()

    def _run(self, room: PacketRoom, segment: int, size: int) -> None:
        try:
            room.enter(segment, packets(size))
        except ChannelClosed:
            self.closed = True
        self._inside.set()

    def waits(self) -> bool:
        return not self._inside.wait(0.1)

    def ended(self) -> bool:
        return self._inside.wait(PATIENCE)


def test_who_is_ahead_waits_until_what_was_put_is_read() -> None:
    room = PacketRoom(10)
    room.enter(1, packets(4, 3))  # each has a byte of alpha: 9 in all
    second = Entering(room, 2, 1)
    assert second.waits()
    room.leave(packets(4))
    assert second.ended()


def test_the_segment_that_is_read_does_not_wait_nor_what_finds_the_room_empty() -> None:
    room = PacketRoom(10)
    room.enter(1, packets(100))
    room.enter(0, packets(100))
    second = Entering(room, 2, 1)
    assert second.waits()
    room.read(2)
    assert second.ended()


def test_closing_ends_the_waiting() -> None:
    room = PacketRoom(10)
    room.enter(1, packets(9))
    second = Entering(room, 2, 9)
    assert second.waits()
    room.close()
    assert second.ended() and second.closed
    with pytest.raises(ChannelClosed):
        room.enter(0, packets(1))
