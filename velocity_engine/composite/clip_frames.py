"""Frames of clips as they are drawn, kept while the video shows them.

A frame of a clip that plays is drawn once and never again: with all the smaller copies of all frames, as pictures have
them, a render would hold hundreds of megabytes that nobody asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import Digest, FrameReader
from velocity_engine.kernels.pictures.warp import halve

MAX_FRAMES = 8  # frames that are kept, of all clips together

Pixels = NDArray[np.uint8]


class ClipFrame:
    """One frame, (h, w, 4) uint8 premultiplied RGBA, at its own size (level 0) and at 1/2, 1/4 ..., each made when it
    is first asked for. May be used by several threads."""

    def __init__(self, pixels: Pixels) -> None:
        self._levels = [pixels]
        self._lock = Lock()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self._levels[0].shape[:2]
        return (width, height)

    def level(self, level: int) -> Pixels:
        with self._lock:
            while len(self._levels) <= level:
                self._levels.append(halve(self._levels[-1]))
            return self._levels[level]


@dataclass(slots=True)
class _Clip:
    """The frames of a clip by their index: those of the last ``drawing`` that shows it, and of the one before."""

    drawing: int
    now: dict[int, ClipFrame] = field(default_factory=dict)
    before: dict[int, ClipFrame] = field(default_factory=dict)


class ClipFrames:
    """What the last two drawings that show a clip need of it, so that one frame is read once for all commands, regions
    and threads, and again only where it shows longer than for one. At most ``most`` frames: those beyond are read each
    time.
    """

    def __init__(self, most: int = MAX_FRAMES) -> None:
        self._most = most
        self._drawing = 0
        self._clips: dict[Digest, _Clip] = {}
        self._lock = Lock()

    def next_drawing(self) -> None:
        """Lets go the clips that neither of the last two drawings showed."""
        with self._lock:
            self._drawing += 1
            self._clips = {key: clip for key, clip in self._clips.items() if clip.drawing >= self._drawing - 2}

    def frame(self, reader: FrameReader, index: int) -> ClipFrame:
        with self._lock:
            clip = self._clips.setdefault(reader.digest, _Clip(self._drawing))
            if clip.drawing != self._drawing:
                clip.drawing, clip.now, clip.before = self._drawing, {}, clip.now
            found = clip.now.get(index) or clip.before.pop(index, None)
            if found is None:
                if self._kept() >= self._most:
                    for other in self._clips.values():
                        other.before.clear()
                found = ClipFrame(np.ascontiguousarray(reader.read(index)))
            if index in clip.now or self._kept() < self._most:
                clip.now[index] = found
            return found

    def _kept(self) -> int:
        return sum(len(clip.now) + len(clip.before) for clip in self._clips.values())
