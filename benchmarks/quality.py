"""Quality: how far decoded frames lie from the frames that were drawn, as PSNR and as SSIM."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.mux.muxer import Muxer
from velocity_engine.plugins.outputs import container_of, resolve_encoder

PEAK = 255
# Of "Image quality assessment: from error visibility to structural similarity" (Wang and others, 2004).
STABLE = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
BLOCK = 4  # windows of 8 by 8 samples, one each four samples, as x264 and FFmpeg take them


class Luma(NamedTuple):
    """PSNR in decibels over all frames, and the mean SSIM of all windows, of the luma plane alone."""

    psnr: float
    ssim: float


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
    squares, samples = 0, 0
    for shown, wanted in _side_by_side(file, drawn):
        for one, other in zip(_planes(shown), _planes(wanted), strict=True):
            squares += _squares(one, other)
            samples += one.size
    return _decibels(squares, samples)


def luma_psnr(file: Path, drawn: Sequence[av.VideoFrame]) -> float:
    squares, samples = 0, 0
    for one, other in _lumas(file, drawn):
        squares += _squares(one, other)
        samples += one.size
    return _decibels(squares, samples)


def luma(file: Path, drawn: Sequence[av.VideoFrame]) -> Luma:
    likeness = [ssim(one, other) for one, other in _lumas(file, drawn)]
    return Luma(luma_psnr(file, drawn), sum(likeness) / len(likeness))


def _lumas(file: Path, drawn: Sequence[av.VideoFrame]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for shown, wanted in _side_by_side(file, drawn):
        yield next(iter(_planes(shown))), next(iter(_planes(wanted)))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """The mean over windows of 8 by 8 samples, one each four, of two uint8 planes of one shape."""
    x, y = one.astype(np.float32), other.astype(np.float32)
    mean_x, mean_y = _windows(x), _windows(y)
    varied_x = _windows(x * x) - mean_x * mean_x
    varied_y = _windows(y * y) - mean_y * mean_y
    together = _windows(x * y) - mean_x * mean_y
    likeness = (2 * mean_x * mean_y + STABLE[0]) * (2 * together + STABLE[1])
    most = (mean_x * mean_x + mean_y * mean_y + STABLE[0]) * (varied_x + varied_y + STABLE[1])
    return float(np.mean(likeness / most))


def _windows(plane: np.ndarray) -> np.ndarray:
    """The mean of each window."""
    height, width = (side // BLOCK * BLOCK for side in plane.shape)
    blocks = plane[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).sum(axis=(1, 3))
    sums = blocks[:-1, :-1] + blocks[1:, :-1] + blocks[:-1, 1:] + blocks[1:, 1:]
    return np.asarray(sums / (4 * BLOCK * BLOCK))


def _side_by_side(file: Path, drawn: Sequence[av.VideoFrame]) -> Iterator[tuple[av.VideoFrame, av.VideoFrame]]:
    with av.open(str(file)) as opened:
        opened.streams.video[0].thread_type = "AUTO"
        yield from zip(opened.decode(video=0), drawn, strict=True)


def _squares(one: np.ndarray, other: np.ndarray) -> int:
    error = one.astype(np.int16) - other
    return int(np.einsum("ij,ij->", error, error, dtype=np.int64))


def _decibels(squares: int, samples: int) -> float:
    return 10 * math.log10(PEAK * PEAK * samples / squares) if squares else math.inf


def _planes(frame: av.VideoFrame) -> Iterable[np.ndarray]:
    """Of planar YUV 4:2:0, without what pads the rows."""
    for number, plane in enumerate(frame.planes):
        width = frame.width if number == 0 else -(-frame.width // 2)
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
        yield rows[: plane.height, :width]
