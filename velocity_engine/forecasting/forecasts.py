"""How long a render will take and how large its file will be, from a trial of its template: arithmetic alone.

The bits of a video are those of its key frames and those of what changes from frame to frame; how both grow with the
picture, and what another codec makes of them, is the trial's. The time is that of drawing what changes and of encoding
every pixel. What no trial of a second can tell (other presets, lookahead, lanes) are constants, measured once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from velocity_engine import plugins
from velocity_engine.encoder_config import EncoderConfig, RateControl, quality_gain
from velocity_engine.forecasting.trial import FINER, USUAL, Trial
from velocity_engine.pipeline.prepared import frame_total
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.plugin_types import Segment
from velocity_engine.template import exact_rate

MIN_BITS = 200.0  # of anything that was encoded
FAR = 0.3  # of the timeline: windows within it count for about the same
X264_NOTE_BITS = 6400  # that x264 writes of itself into the first packet of each segment


@dataclass(frozen=True, slots=True)
class CodecCosts:
    """What no trial tells, measured with many templates.

    By preset: ``seconds`` of a pixel, in those of the usual H.264; bits of ``keys`` and of ``others``, in those of the
    preset that was ``tried`` (of H.264 the slower ones in those of 3, the faster ones between 3 and 5, which both
    were). ``held``: bits of a frame in which nothing changed. ``vbr`` and ``gain``: steps of quality that any bitrate
    gives, and that each step of ``quality_gain`` does. ``over``: the most that comes, in bitrates. ``late``: the share
    that comes yet, with other frames, of what the first one lacks because the decoder's buffer does not hold it.
    ``threads``: how many the encoder keeps busy.
    """

    seconds: tuple[float, ...]
    keys: tuple[float, ...]
    others: tuple[float, ...]
    tried: int
    held: float
    vbr: float
    gain: float
    over: float
    late: float
    threads: float = 1.0


COSTS = {
    "h264": CodecCosts(
        seconds=(2.9, 2.5, 1.95, 1.3, 0.9, 0.45),
        keys=(0.9, 0.85, 0.75, 1.1, 1.05, 1.2),
        others=(0.75, 0.8, 0.8, 0.75, 0.9, 1.1),
        tried=3,
        held=290.0,
        vbr=0.0,
        gain=1.1,
        over=0.85,
        late=0.3,
    ),
    "h265": CodecCosts(
        seconds=(11.0, 9.5, 6.0, 4.0, 3.3, 2.1),
        keys=(0.72, 0.93, 1.1, 1.0, 0.9, 0.9),
        others=(0.5, 0.5, 0.7, 0.8, 1.05, 1.6),
        tried=4,
        held=770.0,
        vbr=-1.0,
        gain=1.35,
        over=0.8,
        late=0.3,
        threads=1.5,
    ),
    "av1": CodecCosts(
        seconds=(9.0, 6.5, 2.7, 2.0, 1.7, 1.0),
        keys=(0.42, 0.5, 0.62, 0.6, 0.56, 0.52),
        others=(0.45, 0.45, 0.8, 1.2, 1.05, 0.65),
        tried=3,
        held=115.0,
        vbr=1.0,
        gain=1.1,
        over=1.5,
        late=0.25,
    ),
}
STEP_POWER = 0.5
CONTAINER_BYTES, CONTAINER_BYTES_A_FRAME = 900, 10
BASE_MS = 130.0  # of starting, opening and finishing, whatever is rendered
BESIDE = 0.3  # of the shorter of drawing and encoding, which do not lie beside each other wholly


@dataclass(frozen=True, slots=True)
class Forecast:
    """``milliseconds`` on the machine that made the trial, with nothing else to do, and ``size_bytes`` of the file."""

    frames: int
    milliseconds: float
    size_bytes: float


@lru_cache(maxsize=256)
def forecast(trial: Trial, encoder: EncoderConfig, frames: tuple[float, float], sound_seconds: float = 0.0) -> Forecast:
    """What rendering the composition's frames [start, end) of the template of ``trial`` takes.

    The configuration must have no problems. ``sound_seconds`` of sound come with the render, beside the template's own.
    """
    shape = _Shape.of(trial, encoder, frames)
    settings = plugins.codec(encoder.codec_name).settings(encoder, *shape.size, shape.rate)
    segments = plan_segments(shape.count, encoder, settings, shape.rate)
    gop = settings.gop_size or shape.count
    bits = sum(_segment_bits(trial, encoder, shape, segment, gop) for segment in segments)
    seconds = float(shape.count / shape.rate)
    bits += encoder.audio_bitrate * (seconds if trial.has_sound else min(sound_seconds, seconds))
    size = bits / 8 + CONTAINER_BYTES + CONTAINER_BYTES_A_FRAME * shape.count
    return Forecast(shape.count, _milliseconds(trial, encoder, shape, len(segments)), size)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The video: its ``size``, the pixels of it that the composition takes, and where output frames lie."""

    size: tuple[int, int]
    pixels: float
    rate: Fraction
    count: int
    start: float
    step: float

    @classmethod
    def of(cls, trial: Trial, encoder: EncoderConfig, frames: tuple[float, float]) -> _Shape:
        size = encoder.resolution or (trial.width + trial.width % 2, trial.height + trial.height % 2)
        rate = encoder.frame_rate or exact_rate(trial.frame_rate)
        count = frame_total(*frames, trial.frame_rate, rate)
        scale = min(size[0] / trial.width, size[1] / trial.height)
        pixels = trial.width * trial.height * scale * scale
        return cls(size, pixels, rate, count, frames[0], trial.frame_rate / float(rate))

    @property
    def whole(self) -> int:
        return self.size[0] * self.size[1]

    def frame(self, number: float) -> float:
        """The composition's frame that output frame ``number`` shows."""
        return self.start + number * self.step


# --- bits -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Content:
    """What the trial tells of one codec and preset: bits of a key frame, in those of the trial's ``keys``, and of a
    frame that changed wholly, both at the trial's size; the exponents by which they grow with the pixels; and by how
    much for a quality that is one step finer."""

    key: float
    other: float
    key_power: float
    other_power: float
    key_finer: float
    other_finer: float

    @classmethod
    def of(cls, trial: Trial, encoder: EncoderConfig, frame: float) -> _Content:
        """Near ``frame``: windows count for the more the nearer they are."""
        codec, preset, costs = encoder.codec_name, _preset(encoder), _costs(encoder)
        weights = _weights(trial, frame)
        usual, larger = _Sums.of(trial, USUAL, weights), _Sums.of(trial, USUAL, weights, large=True)
        near = _Sums.of(trial, (codec if codec in COSTS else "h264", costs.tried), weights)
        shared = _Sums.of(trial, USUAL, near.weights)
        key = usual.key * near.key / shared.key * costs.keys[preset]
        other = usual.other * near.other / shared.other * costs.others[preset]
        if codec == "h264" and preset > costs.tried:
            fastest = _Sums.of(trial, ("h264", 5), weights)
            part = (preset - costs.tried) / 2
            key *= (fastest.key / usual.key) ** part
            other *= (fastest.other / usual.other) ** part
        finer = _Sums.of(trial, USUAL, weights, finer=FINER)
        coarse = _Sums.of(trial, USUAL, finer.weights)
        return cls(
            key / _mean([(_along(trial.keys, window), weight) for window, weight in usual.weights.items()]),
            other / max(0.1, _mean([(one.changed, weights[one.frame]) for one in trial.windows])),
            _power(usual.key, larger.key),
            _power(usual.other, larger.other),
            math.pow(finer.key / coarse.key, 1 / FINER),
            math.pow(finer.other / coarse.other, 1 / FINER),
        )


def _weights(trial: Trial, frame: float) -> dict[float, float]:
    """Of the windows, by their frames."""
    length = max(1.0, trial.changes[-1][0] - trial.changes[0][0])
    return {window.frame: 1 / (FAR + abs(window.frame - frame) / length) for window in trial.windows}


def _mean(values: Sequence[tuple[float, float]]) -> float:
    """Of values with their weights."""
    return sum(value * weight for value, weight in values) / sum(weight for _value, weight in values)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Means over the windows that one encoder was tried with, in bits, and which those were."""

    key: float
    other: float
    weights: dict[float, float]

    @classmethod
    def of(
        cls,
        trial: Trial,
        encoder: tuple[str, int],
        weights: dict[float, float],
        *,
        large: bool = False,
        finer: float = 0.0,
    ) -> _Sums:
        note = X264_NOTE_BITS if encoder[0] == "h264" else 0
        found = [
            (window.frame, one)
            for window in trial.windows
            for one in window.encoded
            if (one.codec, one.preset) == encoder
            and one.finer == finer
            and (one.pixels > trial.key_pixels) == large
            and window.frame in weights
        ]
        if not found:
            return cls(1.0, 1.0, weights)
        return cls(
            _mean([(max(MIN_BITS, one.key_bits - note), weights[frame]) for frame, one in found]),
            _mean([(max(MIN_BITS, one.other_bits), weights[frame]) for frame, one in found]),
            {frame: weights[frame] for frame, _one in found},
        )


def _segment_bits(trial: Trial, encoder: EncoderConfig, shape: _Shape, segment: Segment, gop: int) -> float:
    seconds = float((segment.last - segment.first) / shape.rate)
    asked = None if encoder.bitrate is None else encoder.bitrate * 8 * seconds
    note = X264_NOTE_BITS if encoder.codec_name == "h264" else 0
    if encoder.rate_control == RateControl.CBR and asked is not None:
        return asked
    content = _Content.of(trial, encoder, shape.frame((segment.first + segment.last) / 2))
    steps = _steps_finer(encoder, shape)
    grown = shape.pixels / trial.key_pixels
    key = content.key * content.key_finer**steps * grown**content.key_power
    keys = [key * _along(trial.keys, shape.frame(n)) for n in range(segment.first, segment.last, gop)]
    frames = segment.last - segment.first - len(keys)
    share = _mean_along(trial.changes, shape.frame(segment.first), shape.frame(segment.last))
    other = content.other * content.other_finer**steps * grown**content.other_power
    others = frames * (share * other * shape.step**STEP_POWER + _costs(encoder).held)
    if encoder.rate_control == RateControl.VBR and asked is not None:
        first = asked * max(0.2, min(0.25, 0.5 / seconds))
        keys[0] -= max(0.0, keys[0] - first) * (1 - _costs(encoder).late)
        return min(float(sum(keys) + others + note), asked * _costs(encoder).over)
    return float(sum(keys) + others + note)


def _steps_finer(encoder: EncoderConfig, shape: _Shape) -> float:
    """By how many steps the quality is better than the trial's."""
    costs = _costs(encoder)
    if encoder.rate_control == RateControl.VBR:
        return costs.vbr + costs.gain * quality_gain(encoder, *shape.size, shape.rate)
    return costs.vbr


def _power(usual: float, larger: float) -> float:
    """The exponent by which bits grow with the pixels, of which ``larger`` has four times as many."""
    return min(1.2, max(0.2, math.log(larger / usual, 4)))


def _along(points: Sequence[tuple[float, float]], frame: float) -> float:
    """The value at ``frame``, in a straight line between points."""
    before, after = points[0], points[-1]
    for point in points:
        if point[0] <= frame:
            before = point
        else:
            after = point
            break
    if frame <= before[0] or after[0] <= before[0]:
        return before[1]
    part = min(1.0, (frame - before[0]) / (after[0] - before[0]))
    return before[1] + part * (after[1] - before[1])


def _mean_along(points: Sequence[tuple[float, float]], start: float, end: float) -> float:
    steps = 32
    return sum(_along(points, start + (end - start) * (n + 0.5) / steps) for n in range(steps)) / steps


# --- time -------------------------------------------------------------------------------------------------------------


def _milliseconds(trial: Trial, encoder: EncoderConfig, shape: _Shape, segments: int) -> float:
    share = _mean_along(trial.changes, shape.frame(0), shape.frame(shape.count))
    touched = sum(share > 0 for _frame, share in trial.changes) / len(trial.changes)
    draw = shape.count * (trial.evaluate_ms + touched * trial.touch_ms + share * shape.pixels * trial.pixel_ns / 1e6)
    costs = _costs(encoder)
    encode = shape.count * shape.whole * trial.encode_ns * costs.seconds[_preset(encoder)] / 1e6
    lanes = min(trial.processors, segments)
    if lanes > 1:
        return BASE_MS + trial.start_ms + (draw + encode) / lanes
    if trial.processors == 1:
        return BASE_MS + trial.start_ms + draw + encode
    encode /= costs.threads
    return BASE_MS + trial.start_ms + max(draw, encode) + BESIDE * min(draw, encode)


def _costs(encoder: EncoderConfig) -> CodecCosts:
    return COSTS.get(encoder.codec_name, COSTS["h264"])


def _preset(encoder: EncoderConfig) -> int:
    return _costs(encoder).tried if encoder.preset is None else encoder.preset
