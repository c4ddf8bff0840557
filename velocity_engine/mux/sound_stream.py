"""The sound of a file on its way through its encoder, and past it where there is nothing but silence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SILENT_SECONDS = 10
SETTLED = 64
"""After so many seconds of silence, and so many equal packets in a row, further packets of it are equal as well. (Now
and then one of FFmpeg's AAC holds the encoder's name, too.)"""
SETTLES = ("aac",)
"""Encoders that come to rest in silence. Others have packets there that differ by their bit reservoir."""

Block = NDArray[np.float32]


class SoundStream:
    """Encodes blocks of sound one after the other. Long silence is encoded once: the packets in the middle of it are
    copies, and what the encoder is given is as much shorter.

    Args:
        stream: The stream of the file.
        blocks: (2, n) float32 each, at the stream's rate.
    """

    def __init__(self, stream: av.AudioStream, blocks: Iterator[Block]) -> None:
        self._stream: Any = stream
        self._blocks: Iterator[Block] | None = blocks
        self._rate: int = stream.codec_context.sample_rate
        self._time = Fraction(0)
        self._given = 0  # samples, to the encoder
        self._skipped = 0  # samples, of which the encoder was given none
        self._owed = 0  # samples of silence, less than a packet, which the encoder gets once the silence ends
        self._last: tuple[bytes, int] | None = None  # the packet, and the sample at which it stands
        self._silent = 0  # samples, in a row
        self._equal = 0  # packets, in a row

    @property
    def time(self) -> Fraction | None:
        """The second up to which packets were taken; None after the last."""
        return None if self._blocks is None else self._time

    def packets(self, until: Fraction | None) -> Iterator[Any]:
        """Yields the packets up to a second of the output; None for all that is left."""
        while self._blocks is not None and (until is None or self._time < until):
            block = next(self._blocks, None)
            if block is None:
                self._blocks = None
                yield from self._owed_silence()
                yield from self._timed(self._stream.encode(None))
                return
            self._time += Fraction(block.shape[1], self._rate)
            self._silent = 0 if block.any() else self._silent + block.shape[1]
            if self._silent > SILENT_SECONDS * self._rate and self._equal >= SETTLED:
                count, self._owed = divmod(self._owed + block.shape[1], self._frame_size)
                yield from self._copies(count)
            else:
                yield from self._owed_silence()
                yield from self._encoded(block)

    @property
    def _frame_size(self) -> int:
        size: int = self._stream.codec_context.frame_size
        return size

    def _owed_silence(self) -> Iterator[Any]:
        if self._owed:
            count, self._owed = self._owed, 0
            yield from self._encoded(np.zeros((2, count), np.float32))

    def _encoded(self, block: Block) -> Iterator[Any]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self._given
        self._given += block.shape[1]
        for packet in self._timed(self._stream.encode(frame)):
            settles = self._silent > 0 and self._stream.codec_context.name in SETTLES
            is_equal = settles and self._last is not None and bytes(packet) == self._last[0]
            self._equal = self._equal + 1 if is_equal else 0
            self._last = bytes(packet), packet.pts
            yield packet

    def _timed(self, packets: Iterator[Any]) -> Iterator[Any]:
        """Packets of the encoder where they stand in the file."""
        for packet in packets:
            if self._skipped:
                packet.pts += self._skipped
                packet.dts += self._skipped
            yield packet

    def _copies(self, count: int) -> Iterator[Any]:
        assert self._last is not None
        data, at = self._last
        size, time_base = self._frame_size, Fraction(1, self._rate)
        for _ in range(count):
            at += size
            made: Any = av.Packet(data)
            made.stream, made.time_base = self._stream, time_base
            made.pts = made.dts = at
            made.duration, made.is_keyframe = size, True
            yield made
        self._skipped += count * size
        self._last = data, at
