"""Clips: video files as frames that are read by index, exactly. Decoding is FFmpeg's, through PyAV.

The file is walked once when it is opened, so that frames are addressed by what is really in it: variable frame rates,
edit lists and files cut short are known before anything is drawn.
"""

from __future__ import annotations

import hashlib
import os
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import Digest, digest_of
from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.media.media_file import CLIP, clip_video, codec_of, open_media, sound_stream, sounds, video_stream
from velocity_engine.media.pictures import premultiplied
from velocity_engine.media.probe import UNDECODED, rotation_of

if TYPE_CHECKING:
    import av

PLANAR = ("yuv420p", "yuvj420p")
FULL_RANGE, BT709 = 2, 1  # AVCOL_RANGE_JPEG, AVCOL_SPC_BT709
BT601 = (4, 5, 6)  # AVCOL_SPC_FCC, AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M
UNSPECIFIED = 2
MIN_HD_HEIGHT = 720  # untagged clips from here on are BT.709, below BT.601, as players take them
MAX_SKIPPED = 64  # frames decoded and dropped on the way forward rather than seeking
MAX_CURSORS = 8  # threads that read a clip side by side, each at a position of its own
DECODER_THREADS = 1
MAX_REORDERED = 15  # frames that libavcodec's H.264 decoder may be told to wait for

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def open_clip(source: str | os.PathLike[str] | bytes, name: str | None = None) -> ClipReader:
    """``source``: a file, or its bytes; ``name`` is what messages call it. Raises MediaError. ``close`` the reader."""
    if isinstance(source, bytes):
        return ClipReader(source, name or "the clip", hashlib.blake2b(source).digest())
    path = Path(source)
    try:
        with open_regular(path) as file:
            content = hashlib.file_digest(file, "blake2b").digest()
    except OSError as error:
        raise MediaError(f"the clip cannot be read: {error.strerror}", place=Place(file=name or path.name)) from None
    return ClipReader(str(path), name or path.name, content)


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """The times of all frames and of the key frames, in order, in ticks of ``unit`` seconds, and the end of the last
    frame. ``reordered``: before a frame at most so many are decoded that are shown after it; more
    than ``MAX_REORDERED`` are not counted."""

    times: list[int]
    keys: list[int]
    end: int
    unit: float
    reordered: int

    def key_before(self, index: int) -> int:
        at = bisect_right(self.keys, self.times[index]) - 1
        return self.keys[at] if at >= 0 else self.times[0]


class ClipReader:
    """``display.FrameReader`` of a video file, or of its bytes (``source``). ``width`` and ``height`` are those of the
    upright picture; ``sound_codec``: of the sound track beside it, "" where there is none; ``has_sound``: there is one
    that can be decoded.

    Several threads may read: each goes on with the decoder that stands nearest before the frame it asks for.
    """

    def __init__(self, source: str | bytes, name: str, content: bytes) -> None:
        self.source = source
        self._place = Place(file=name)
        self._lock = threading.Lock()
        self._idle: list[Cursor] = []  # the one used last at the end
        container = self._container()
        try:
            self._index = self._walk(container)
        except MediaError:
            container.close()
            raise
        sound = sound_stream(container)
        self.sound_codec = "" if sound is None else codec_of(sound) or "of an unknown codec"
        self.has_sound = sound is not None and sounds(sound)
        self._idle.append(Cursor(container, self._index))
        self._count = 1
        times = self._index.times
        self.frame_count = len(times)
        self.seconds = (self._index.end - times[0]) * self._index.unit
        self.digest: Digest = digest_of("clip", content)
        first = self._frame(0)
        self._turn = rotation_of(first)
        self.width, self.height = first.width, first.height
        if self._turn in (90, 270):
            self.width, self.height = self.height, self.width

    def _failure(self, message: str) -> MediaError:
        return MediaError(message, place=self._place, hint=CLIP.hint)

    def _opened(self, how: Mapping[str, Any]) -> Any:
        return open_media(self.source, CLIP, self._place.file or "", how)

    def _container(self) -> Any:
        container = self._opened(UNDECODED)
        if not _well_described(container):
            container.close()
            container = self._opened({})
        try:
            clip_video(container, self._place.file or "")
        except MediaError:
            container.close()
            raise
        return container

    def _walk(self, container: Any) -> ClipIndex:
        import av

        stream = video_stream(container)
        times: list[int] = []
        keys: list[int] = []
        latest: list[int] = []  # so many of the times so far as a decoder may have to wait for, in order
        end = reordered = 0
        try:
            for packet in container.demux(stream):
                time = packet.pts if packet.pts is not None else packet.dts
                if not packet.size or time is None or packet.is_discard:
                    continue
                times.append(time)
                index = bisect_right(latest, time)
                reordered = max(reordered, len(latest) - index)
                latest.insert(index, time)
                del latest[:-MAX_REORDERED]
                if packet.is_keyframe:
                    keys.append(time)
                end = max(end, time + (packet.duration or 0))
        except av.error.FFmpegError as error:
            raise self._failure("the clip is damaged") from error
        if not times or stream.frames > len(times):
            raise self._failure(f"the clip is cut short: it holds {len(times)} of its {stream.frames} frames")
        times.sort()
        return ClipIndex(times, sorted(keys), end, float(stream.time_base), reordered)

    def index_at(self, seconds: float) -> int:
        """The frame that is on at ``seconds`` of the clip; the first before it, the last after it."""
        times = self._index.times
        time = times[0] + seconds / self._index.unit + 1e-3  # a thousandth of a tick, against rounding
        return max(0, min(bisect_right(times, time) - 1, self.frame_count - 1))

    def read(self, index: int) -> NDArray[np.uint8]:
        """Frame ``index`` as (height, width, 4) uint8 premultiplied RGBA. Raises MediaError."""
        pixels = _rgba(self._frame(index))
        return np.ascontiguousarray(np.rot90(pixels, -self._turn // 90)) if self._turn else pixels

    def read_yuv(self, index: int) -> Planes | None:
        """Frame ``index`` as planes (y, u, v) of BT.709 in limited range, rows perhaps longer than the picture, where
        the clip is upright 8-bit 4:2:0. Planes of another matrix or range are converted."""
        frame = self._frame(index)
        if self._turn or frame.format.name not in PLANAR:
            return None
        planes, (matrix, full) = planes_of(frame), _matrix_and_range(frame)
        if (matrix, full) == (709, False):
            return planes
        from velocity_engine.kernels.yuv.to_bt709 import to_bt709

        half = ((frame.height + 1) // 2, (frame.width + 1) // 2)
        y, u, v = (np.empty(shape, np.uint8) for shape in ((frame.height, frame.width), half, half))
        to_bt709(*planes, full, matrix, y, u, v)
        return y, u, v

    def rest(self) -> None:
        """Closes all decoders but the one used last, with its frame: for a clip that nobody reads for a while."""
        with self._lock:
            self._count -= len(self._idle[:-1])
            while len(self._idle) > 1:
                self._idle.pop(0).close()

    def close(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()
            self._count = 0

    def _frame(self, index: int) -> av.VideoFrame:
        import av

        index = max(0, min(index, self.frame_count - 1))
        cursor = self._taken(index)
        try:
            frame = cursor.frame(index)
        except av.error.FFmpegError as error:
            raise self._failure("the clip is damaged") from error
        finally:
            with self._lock:
                self._idle.append(cursor)
        if frame is None:
            raise self._failure(f"frame {index} of the clip cannot be decoded")
        return frame

    def _taken(self, index: int) -> Cursor:
        """A cursor that nobody else has, the one that is nearest where one is near."""
        with self._lock:
            near = [cursor for cursor in self._idle if cursor.reaches(index)]
            chosen = max(near, key=lambda cursor: cursor.at) if near else None
            if chosen is None:
                chosen = next((cursor for cursor in self._idle if cursor.at < 0), None)  # that gave none yet
            if chosen is None and self._idle and self._count >= MAX_CURSORS:
                chosen = self._idle[0]
            if chosen is not None:
                self._idle.remove(chosen)
                return chosen
            self._count += 1
        return Cursor(self._container(), self._index)


class Cursor:
    """A decoder at a position in a clip. ``at`` is the index of the last frame it gave; -1 before the first."""

    def __init__(self, container: Any, index: ClipIndex) -> None:
        self._container, self._index = container, index
        self._stream = video_stream(container)
        self._stream.thread_type = "AUTO"
        self._stream.thread_count = DECODER_THREADS
        context = self._stream.codec_context  # that has seen no frame yet, from which H.264 would be guessed
        context.reorder_depth = max(context.reorder_depth, index.reordered)
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._shown: av.VideoFrame | None = None
        self._wanted = 0
        self.at = -1

    def reaches(self, index: int) -> bool:
        """Whether frame ``index`` is the last given or soon to come."""
        return self._shown is not None and self.at <= index <= self.at + MAX_SKIPPED

    def frame(self, index: int) -> av.VideoFrame | None:
        """None when the frame does not come. Raises FFmpegError."""
        if self._shown is not None and self.at == index:
            return self._shown
        found = self._forward(index) if self.reaches(index) else None
        if found is None:
            self._seek(self._index.key_before(index))
            found = self._forward(index)
        if found is None:  # some files cannot be entered at what they call a key frame
            self._seek(self._index.times[0])
            found = self._forward(index)
        self._shown, self.at = found, index
        return found

    def _seek(self, time: int) -> None:
        self._container.seek(time, stream=self._stream, backward=True)
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """All frames from here on, without those before ``_wanted`` that no other frame refers to."""
        context = self._stream.codec_context
        for packet in self._container.demux(self._stream):
            passed = packet.pts is not None and packet.pts < self._wanted
            context.skip_frame = "NONREF" if passed else "DEFAULT"
            yield from packet.decode()

    def _forward(self, index: int) -> av.VideoFrame | None:
        wanted = self._wanted = self._index.times[index]
        while (frame := next(self._frames, None)) is not None:
            if frame.pts is not None and frame.pts >= wanted:
                return frame if frame.pts == wanted else None
        return None

    def close(self) -> None:
        self._frames = iter(())
        self._shown = None
        self._container.close()


def _well_described(container: Any) -> bool:
    """Whether the headers of an open file, and its index, say all that decoding it takes."""
    stream = video_stream(container)
    if stream is None or stream.codec_context is None:
        return False
    context = stream.codec_context
    return context.width > 0 and context.height > 0 and bool(context.extradata)


def planes_of(frame: av.VideoFrame) -> Planes:
    """The planes of an 8-bit planar 4:2:0 frame, without a copy, as (rows, bytes a row) uint8."""
    y, u, v = (np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in frame.planes)  # type: ignore[call-overload]
    return y, u, v


def _matrix_and_range(frame: av.VideoFrame) -> tuple[int, bool]:
    """601 or 709, and whether the range is full."""
    space = frame.colorspace
    older = space in BT601 or (space == UNSPECIFIED and frame.height < MIN_HD_HEIGHT)
    full = frame.color_range == FULL_RANGE or frame.format.name == "yuvj420p"
    return 601 if older else 709, full


def _rgba(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """(h, w, 4) uint8, premultiplied, as the frame lies in the file."""
    if frame.format.name not in PLANAR:
        return premultiplied(np.ascontiguousarray(frame.reformat(format="rgba").to_ndarray()))
    from velocity_engine.kernels.yuv.yuv import yuv420_to_rgba

    matrix, full = _matrix_and_range(frame)
    out = np.empty((frame.height, frame.width, 4), np.uint8)
    yuv420_to_rgba(*planes_of(frame), full, matrix, out, 0, 0, frame.width, frame.height)
    return out
