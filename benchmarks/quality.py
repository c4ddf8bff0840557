"""Quality: how far decoded frames lie from the frames that were drawn, as PSNR over all samples of all planes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.mux.muxer import Muxer
from velocity_engine.plugins.outputs import container_of, resolve_encoder

PEAK = 255


def plain_encode(config: ve.EncoderConfig, rate: Fraction, frames: Sequence[av.VideoFrame], output: Path) -> None:
    """One encoder with the settings of a render sees all frames from first to last: no segments, no segment workers."""
    size = frames[0].width, frames[0].height
    config = resolve_encoder(config)
    settings = plugins.codec(config.codec_name).settings(config, *size, rate)
    muxer = Muxer(str(output), container_of(config), settings, size, rate)
    encoder = SegmentEncoder(settings, *size, rate, len(frames))
    for frame in frames:
        for packet in encoder.encode(frame):
            muxer.write(packet, 0)
    for packet in encoder.finish():
        muxer.write(packet, 0)
    muxer.close()


def psnr(file: Path, drawn: Sequence[av.VideoFrame]) -> float:
    """Decibels, of the whole video (the mean is taken over squared errors, not over decibels of frames)."""
    squares, samples, count = 0, 0, 0
    with av.open(str(file)) as opened:
        opened.streams.video[0].thread_type = "AUTO"
        for shown, wanted in zip(opened.decode(video=0), drawn, strict=True):
            count += 1
            for one, other in zip(_planes(shown), _planes(wanted), strict=True):
                error = one.astype(np.int16) - other
                squares += int(np.einsum("ij,ij->", error, error, dtype=np.int64))
                samples += error.size
    assert count == len(drawn)
    return 10 * math.log10(PEAK * PEAK * samples / squares) if squares else math.inf


def _planes(frame: av.VideoFrame) -> Iterable[np.ndarray]:
    """Of planar YUV 4:2:0, without what pads the rows."""
    for number, plane in enumerate(frame.planes):
        width = frame.width if number == 0 else -(-frame.width // 2)
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
        yield rows[: plane.height, :width]
