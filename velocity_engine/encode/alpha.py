"""Alpha that is a stream beside the colours, as WebM keeps it: its frames are those of a video whose luma is the alpha,
and its packets go with those of the colours as Matroska's BlockAdditional 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import av

OPAQUE = "yuv420p"  # of both streams
GREY = 128
SIDE_DATA: Any = "matroska_block_additional"
BLOCK_ID = (1).to_bytes(8, "big")  # before the data, as libavformat has it


class AlphaSplit:
    """Takes a frame of ``yuva420p`` apart: its colours, and its alpha as the luma of another. Both are used again."""

    def __init__(self, width: int, height: int) -> None:
        import av

        self._colours, self._alpha = (av.VideoFrame(width, height, OPAQUE) for _ in range(2))

    def __call__(self, frame: av.VideoFrame) -> tuple[av.VideoFrame, av.VideoFrame]:
        for made in (self._colours, self._alpha):
            made.make_writable()
        for plane, source in zip(self._colours.planes, frame.planes[:3], strict=True):
            _copy(source, plane)
        _copy(frame.planes[3], self._alpha.planes[0])
        for plane in self._alpha.planes[1:]:
            _samples(plane)[:] = GREY
        return self._colours, self._alpha


def _copy(source: Any, target: Any) -> None:
    _samples(target)[: source.height, : source.width] = _samples(source)[: source.height, : source.width]


def _samples(plane: Any) -> Any:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)


def alpha_of(packet: Any) -> bytes:
    """The encoded alpha that an encoder gave beside its packet; empty where it gave none."""
    if not packet.has_sidedata(SIDE_DATA):
        return b""
    return bytes(packet.get_sidedata(SIDE_DATA)).removeprefix(BLOCK_ID)


def attach_alpha(packet: Any, alpha: bytes) -> None:
    """Puts encoded alpha beside a packet, for the muxer."""
    from av.packet import PacketSideData, packet_sidedata_type_from_literal

    made: Any = PacketSideData
    beside = made(packet_sidedata_type_from_literal(SIDE_DATA), len(BLOCK_ID) + len(alpha))
    beside.update(BLOCK_ID + alpha)
    beside.to_packet(packet, True)
