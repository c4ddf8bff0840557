"""What an executor is: segments of a render in, encoded segments out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from velocity_engine.order import RenderOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of output frames that is rendered and encoded on its own.

    Attributes:
        number: The position of the segment in the video, from 0.
        first: Its first output frame, from 0.
        last: The output frame after its last one.
    """

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPacket:
    """One packet of an encoded segment. Its times are ticks of 1 / frame rate, counted from the segment's start.

    Attributes:
        data: The bytes of the packet.
        pts: When the frame is shown.
        dts: When the frame is decoded. It can be negative.
        duration: How long the frame is shown.
        key: Whether it is a key frame.
        alpha: The encoded alpha of the frame where that is a stream beside the colours, as in WebM; else empty.
    """

    data: bytes
    pts: int
    dts: int
    duration: int
    key: bool
    alpha: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedSegment:
    """What rendering one segment returns.

    Attributes:
        segment: The segment.
        packets: All packets of the segment, in decoding order.
        extradata: What a decoder must know before the first packet. It is the same for all segments of a video.
        held_frames: How many frames of the segment were equal to the frame before.
        tiles: How many tiles (64 x 64 pixels) all frames of the segment have together.
        held_tiles: How many of these were equal to the same tile of the frame before.
        seconds_by_stage: How many seconds each stage took, by the name of the stage.
        content: A digest of what all its frames show, as ``render_segment`` tells it: segments with the same digest,
            settings and length have the same packets. Empty where it is not known.
    """

    segment: Segment
    packets: tuple[EncodedPacket, ...]
    extradata: bytes
    held_frames: int = 0
    tiles: int = 0
    held_tiles: int = 0
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)
    content: bytes = b""


class RenderWatch(Protocol):
    """What a render is asked, and told, while its segments are rendered. Any thread may call it."""

    def cancelled(self) -> bool:
        """Returns True once the render was cancelled. It costs next to nothing: ask it before each frame."""
        ...

    def encoded(self, segment: Segment, frames: int) -> None:
        """Takes note of progress.

        Args:
            segment: A segment that is being rendered.
            frames: How many of its frames have been drawn and encoded so far.
        """
        ...


@runtime_checkable
class Executor(Protocol):
    """Decides where segments are rendered, returned by the hook ``velocity_executors``.

    The engine calls ``run`` once for a render and reads the results, both on the caller's thread. Several renders may
    call it at the same time. An executor may keep processes and connections, but nothing of a render after ``run``.

    Attributes:
        key: The name of the executor, as in ``render(..., executor=key)``. Of one that is reached at an address
            (``ReachedAtAddress``) it is the scheme, too: ``render(..., executor="key://host:8786")``.

    An executor may say in a further attribute, ``needs``, what it must be able to do: a tuple of "processes" (to start
    programs) and "network" (to open connections). The service grants its confined processes no more than that. One
    that says nothing is granted both.
    """

    key: str

    def run(
        self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch
    ) -> Iterable[EncodedSegment] | Iterator[EncodedSegment]:
        """Renders each segment exactly once, anywhere, by calling ``velocity_engine.render_segment``.

        Args:
            order: The render. It pickles, and so do segments and what ``render_segment`` returns. Its files are named
                by absolute paths or URLs, with their SHA-256.
            segments: The segments to render. They do not overlap. The sequence may be empty.
            watch: Says whether the render was cancelled, and takes note of progress. It belongs to this process.

        Returns:
            The rendered segments, in any order. The engine writes them in the right one. Yield each when it is done.

        Raises:
            RenderCancelled: The render was cancelled. It is also right to end without rendering the rest.
            VelocityError: The error of ``render_segment``, unchanged.

        Example:
            >>> def run(self, order, segments, watch):
            ...     for segment in segments:
            ...         yield velocity_engine.render_segment(order, segment, watch)
        """
        ...


@runtime_checkable
class ReachedAtAddress(Executor, Protocol):
    """An executor that a caller can name with an address: ``render(..., executor="farm://host:8786")``. The part before
    "://" is its ``key``."""

    def at(self, address: str) -> Executor:
        """Returns the executor for an address. The engine calls it whenever somebody names one, also to look at its
        ``needs``: it connects to nothing.

        Args:
            address: What was named, such as "farm://host:8786".

        Returns:
            An executor whose ``run`` uses that address. Its ``needs`` may be others.

        Raises:
            PluginError: The address is not one. The error says what would be right.

        Example:
            >>> def at(self, address):
            ...     return Farm(host=address.removeprefix("farm://"))
        """
        ...
