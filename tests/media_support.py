"""Makes small media files for the tests of the media stages."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray


def shade_of(index: int) -> int:
    """The grey of frame ``index`` of ``make_clip``: told apart from its neighbours after encoding."""
    return 20 + index * 37 % 200


def make_clip(
    path: Path,
    count: int = 30,
    *,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    rate: int = 25,
    times: list[int] | None = None,
    rotation: int = 0,
    pixel_format: str = "yuv420p",
    tags: tuple[int, int] | None = None,
    left: tuple[int, int, int] | None = None,
    sound: bool = False,
    samples: NDArray[np.float32] | None = None,
    sound_at: float = 0.0,
    **options: str,
) -> Path:
    """A clip of plain grey frames (``left``: an RGB colour for the left half). ``times``: pts in 1 / ``rate`` s;
    ``tags``: matrix and range; ``samples``: the sound, from second ``sound_at`` on (silence with ``sound``)."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        stream.time_base = stream.codec_context.time_base = Fraction(1, rate)
        stream.options = (
            {"crf": "10", "g": "10"} | ({"x265-params": "log-level=none"} if codec == "libx265" else {}) | options
        )
        if tags:
            stream.codec_context.colorspace, stream.codec_context.color_range = tags
        if rotation:
            stream.set_display_rotation(rotation)
        if sound and samples is None:
            samples = np.zeros((2, 48_000 * count // rate), np.float32)
        audio: Any = container.add_stream("aac", rate=48_000, layout="stereo") if samples is not None else None
        for index in range(count):
            pixels = np.full((size[1], size[0], 3), shade_of(index), np.uint8)
            if left is not None:
                pixels[:, : size[0] // 2] = left
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            matrix = {1: "ITU709", 6: "ITU601"}[tags[0]] if tags else "ITU601"
            whole = "JPEG" if tags and tags[1] == 2 else "MPEG"
            frame = frame.reformat(format=pixel_format, dst_colorspace=matrix, dst_color_range=whole)
            frame.pts, frame.time_base = times[index] if times else index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None and samples is not None:
            made = sound_frame(samples, 48_000)
            made.pts = round(sound_at * 48_000)
            container.mux(audio.encode(made))
            container.mux(audio.encode(None))
    return path


def sound_frame(samples: NDArray[np.float32], rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples), format="fltp", layout="stereo" if len(samples) == 2 else "mono"
    )
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    return frame


def tone(seconds: float, *, rate: int = 48_000, hertz: float = 440.0, level: float = 0.5) -> NDArray[np.float32]:
    """(2, n) float32: a sine on both sides."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, wave]).astype(np.float32)


def make_sound(path: Path, samples: NDArray[np.float32], *, rate: int = 48_000, codec: str | None = None) -> Path:
    """A WAV, MP3, M4A or ADTS file by its suffix."""
    kinds = {
        ".wav": ("wav", "pcm_s16le"),
        ".mp3": ("mp3", "libmp3lame"),
        ".m4a": ("mp4", "aac"),
        ".aac": ("adts", "aac"),
        ".ogg": ("ogg", "libopus"),
    }
    container_name, usual = kinds[path.suffix]
    with av.open(str(path), "w", format=container_name) as container:
        stream: Any = container.add_stream(codec or usual, rate=rate, layout="stereo" if len(samples) == 2 else "mono")
        container.mux(stream.encode(sound_frame(samples, rate)))
        container.mux(stream.encode(None))
    return path


def decoded_sound(path: Path) -> NDArray[np.float32]:
    """(channels, n) float32 of all there is."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp")
        blocks = [made.to_ndarray() for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    return np.concatenate(blocks, axis=1)
