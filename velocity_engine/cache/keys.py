"""Names of entries: by all that decides the bytes of a segment, or of a whole video.

A segment's name has two parts. The first names its settings and length, its first frame and its last one. It is known
after two frames are evaluated, and where nothing of that name is kept, nothing more has to be evaluated. The second
part names all its frames.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath

from velocity_engine import plugins
from velocity_engine.cache.builds import engine_build, plugin_build
from velocity_engine.display import DisplayList, digest_of
from velocity_engine.order import RenderOrder
from velocity_engine.plugin_types import Codec, EncoderSettings, Segment

SEGMENTS, VIDEOS = "segments", "videos"


class ContentDigest:
    """The digest of all frames of a segment: ``add`` their display lists, in order."""

    __slots__ = ("_hash",)

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, display: DisplayList) -> None:
        self._hash.update(display.digest)

    def digest(self) -> bytes:
        return self._hash.digest()


@dataclass(frozen=True, slots=True)
class SegmentKeys:
    """Names the segments of one video. ``made_by`` stands for all that decides the bytes beside the frames."""

    made_by: bytes

    @classmethod
    def of(cls, codec: Codec, settings: EncoderSettings, size: tuple[int, int], rate: Fraction) -> SegmentKeys | None:
        """None where a plugin takes part that nobody can tell from a changed one."""
        build = plugin_build([codec, *plugins.effects_of_plugins()])
        if build is None:
            return None
        frames = (*size, rate.numerator, rate.denominator)
        return cls(digest_of("segment", engine_build(), build, codec.key, settings, frames))

    def ends(self, segment: Segment, display_list: Callable[[int], DisplayList]) -> str:
        """Returns the first part of a segment's name; ``display_list`` returns that of an output frame."""
        last = segment.last - 1
        digests = display_list(segment.first).digest, display_list(last).digest
        name = digest_of(self.made_by, segment.last - segment.first, *digests).hex()
        return f"{SEGMENTS}/{name[:2]}/{name}"


def segment_name(ends: str, content: bytes) -> str:
    return f"{ends}/{content.hex()}"


def video_name(order: RenderOrder) -> str | None:
    """Returns the name of the finished files of an order. None where that cannot be told: its files were not read, or
    the program has registered plugins."""
    if not all(file.sha256 for file in order.files):
        return None
    build = plugin_build(plugins.all_of_plugins())
    if build is None:
        return None
    poster = None if order.poster is None else (order.poster.format, order.poster.frame)
    sidecar = None if order.sidecar is None else PurePath(order.sidecar).suffix.lower()
    name = digest_of("video", engine_build(), build, order.digest, poster, sidecar).hex()
    return f"{VIDEOS}/{name[:2]}/{name}"
