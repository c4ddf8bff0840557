"""Clips: video files as frames that are read by index, exactly. Decoding is FFmpeg's, through PyAV.

The file is walked once when it is opened, so that frames are addressed by what is really in it: variable frame rates,
edit lists and files cut short are known before anything is drawn.
"""

from __future__ import annotations

import hashlib
import io
import os
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import Digest, digest_of
from velocity_engine.errors import MediaError, Place
from velocity_engine.pictures import premultiplied
from velocity_engine.probe import rotation_of

if TYPE_CHECKING:
    import av

HINT = "Clips are MP4 with H.264 or H.265; export or upload the file again"
PLANAR = ("yuv420p", "yuvj420p")
FULL_RANGE, BT709 = 2, 1  # AVCOL_RANGE_JPEG, AVCOL_SPC_BT709
BT601 = (4, 5, 6)  # AVCOL_SPC_FCC, AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M
UNSPECIFIED = 2
LEAST_HD_HEIGHT = 720  # untagged clips from here on are BT.709, below BT.601, as players take them
MOST_SKIPPED = 64  # frames decoded and dropped on the way forward rather than seeking

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def open_clip(source: str | os.PathLike[str] | bytes, name: str | None = None) -> ClipReader:
    """``source``: a file, or its bytes; ``name`` is what messages call it. Raises MediaError. ``close`` the reader."""
    if isinstance(source, bytes):
        return ClipReader(io.BytesIO(source), name or "the clip", hashlib.blake2b(source).digest())
    path = Path(source)
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "blake2b").digest()
    except OSError as error:
        raise MediaError(f"the clip cannot be read: {error.strerror}", place=Place(file=name or path.name)) from None
    return ClipReader(str(path), name or path.name, content)


class ClipReader:
    """``display.FrameReader`` of a video file. ``width`` and ``height`` are those of the upright picture."""

    def __init__(self, source: Any, name: str, content: bytes) -> None:
        import av

        self._place = Place(file=name)
        try:
            self._container = av.open(source)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise self._failure("this is not a clip that can be decoded") from error
        try:
            self._open(content)
        except BaseException:
            self._container.close()
            raise

    def _open(self, content: bytes) -> None:
        if not self._container.streams.video:
            raise self._failure("the file has no video in it")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"  # type: ignore[assignment]
        self._unit = float(self._stream.time_base or 0)
        self._pts, self._keys, end = self._walk()
        self.frame_count = len(self._pts)
        if not self.frame_count or self._stream.frames > self.frame_count:
            raise self._failure(f"the clip is cut short: it holds {self.frame_count} of its {self._stream.frames} frames")
        self.seconds = (end - self._pts[0]) * self._unit
        self.digest: Digest = digest_of("clip", content)
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._next = self.frame_count  # the index that ``_frames`` gives next
        self._shown: tuple[int, av.VideoFrame] | None = None
        self._pixels: tuple[int, NDArray[np.uint8]] | None = None
        first = self._frame(0)
        self._turn = rotation_of(first)
        self.width, self.height = first.width, first.height
        if self._turn in (90, 270):
            self.width, self.height = self.height, self.width

    def _failure(self, message: str) -> MediaError:
        return MediaError(message, place=self._place, hint=HINT)

    def _walk(self) -> tuple[list[int], list[int], int]:
        """The times of all frames and of the key frames, in order and in ticks, and the end of the last frame."""
        import av

        times: list[int] = []
        keys: list[int] = []
        end = 0
        try:
            for packet in self._container.demux(self._stream):
                time = packet.pts if packet.pts is not None else packet.dts
                if not packet.size or time is None or packet.is_discard:
                    continue
                times.append(time)
                if packet.is_keyframe:
                    keys.append(time)
                end = max(end, time + (packet.duration or 0))
        except av.error.FFmpegError as error:
            raise self._failure("the clip is damaged") from error
        return sorted(times), sorted(keys), end

    def index_at(self, seconds: float) -> int:
        """The frame that is on at ``seconds`` of the clip; the first before it, the last after it."""
        time = self._pts[0] + seconds / self._unit if self._unit else 0.0
        return max(0, min(bisect_right(self._pts, time + 1e-3) - 1, self.frame_count - 1))

    def read(self, index: int) -> NDArray[np.uint8]:
        """Frame ``index`` as (height, width, 4) uint8 premultiplied RGBA, not to be written to. Raises MediaError."""
        index = max(0, min(index, self.frame_count - 1))
        if self._pixels is None or self._pixels[0] != index:
            pixels = _rgba(self._frame(index))
            if self._turn:
                pixels = np.ascontiguousarray(np.rot90(pixels, -self._turn // 90))
            self._pixels = (index, pixels)
        return self._pixels[1]

    def read_yuv(self, index: int) -> Planes | None:
        """Frame ``index`` as its planes (y, u, v), rows perhaps longer than the picture, where the clip is upright 8-bit 4:2:0."""
        frame = self._frame(max(0, min(index, self.frame_count - 1)))
        return None if self._turn or frame.format.name not in PLANAR else planes_of(frame)

    def close(self) -> None:
        self._frames = iter(())
        self._shown = None
        self._container.close()

    def _frame(self, index: int) -> av.VideoFrame:
        if self._shown is not None and self._shown[0] == index:
            return self._shown[1]
        frame = self._forward(index) if self._next <= index <= self._next + MOST_SKIPPED else None
        if frame is None:
            self._seek(index)
            frame = self._forward(index)
        if frame is None:  # some files cannot be entered at what they call a key frame
            self._seek(0)
            frame = self._forward(index)
        if frame is None:
            raise self._failure(f"frame {index} of the clip cannot be decoded")
        self._shown = (index, frame)
        return frame

    def _seek(self, index: int) -> None:
        at = bisect_right(self._keys, self._pts[index]) - 1
        time = self._keys[at] if at >= 0 else self._pts[0]
        self._container.seek(time, stream=self._stream, backward=True)
        self._frames = self._container.decode(self._stream)

    def _forward(self, index: int) -> av.VideoFrame | None:
        """Decodes up to frame ``index``; None when it does not come."""
        import av

        wanted = self._pts[index]
        try:
            while (frame := next(self._frames, None)) is not None:
                if frame.pts is not None and frame.pts >= wanted:
                    self._next = bisect_right(self._pts, frame.pts)
                    return frame if frame.pts == wanted else None
        except av.error.FFmpegError as error:
            raise self._failure("the clip is damaged") from error
        self._next = self.frame_count
        return None


def planes_of(frame: av.VideoFrame) -> Planes:
    """The planes of an 8-bit planar 4:2:0 frame, without a copy, as (rows, bytes a row) uint8."""
    y, u, v = (np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in frame.planes)  # type: ignore[call-overload]
    return y, u, v


def _rgba(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """(h, w, 4) uint8, premultiplied, as the frame lies in the file."""
    if frame.format.name not in PLANAR:
        return premultiplied(np.ascontiguousarray(frame.reformat(format="rgba").to_ndarray()))
    from velocity_engine.kernels.yuv import yuv420_to_rgba

    space = frame.colorspace
    older = space in BT601 or (space == UNSPECIFIED and frame.height < LEAST_HD_HEIGHT)
    full = frame.color_range == FULL_RANGE or frame.format.name == "yuvj420p"
    out = np.empty((frame.height, frame.width, 4), np.uint8)
    yuv420_to_rgba(*planes_of(frame), full, 601 if older else 709, out)
    return out
