"""Channels between threads."""

from __future__ import annotations

import threading

import pytest

from velocity_engine.pipeline.channel import Channel, ChannelClosed


def test_items_come_in_order_to_the_end() -> None:
    channel: Channel[int] = Channel(2)

    def fill() -> None:
        for number in range(50):
            channel.put(number)
        channel.finish()

    thread = threading.Thread(target=fill)
    thread.start()
    assert list(channel) == list(range(50))
    thread.join()


def test_an_error_comes_after_the_items() -> None:
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.fail(ValueError("broken"))
    assert channel.get() == 1
    with pytest.raises(ValueError, match="broken"):
        channel.get()
    with pytest.raises(ChannelClosed):
        channel.put(2)


@pytest.mark.parametrize("waiting", ["put", "get"])
def test_abort_wakes_who_waits(waiting: str) -> None:
    channel: Channel[int] = Channel(1)
    if waiting == "put":
        channel.put(0)
    woken = threading.Event()

    def wait() -> None:
        try:
            channel.put(1) if waiting == "put" else channel.get()
        except ChannelClosed:
            woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    channel.abort()
    thread.join(10)
    assert woken.is_set()
