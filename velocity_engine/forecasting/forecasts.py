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
from velocity_engine.forecasting.trial import FINER, PIXELS, USUAL, Encoded, Trial, Window
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
    preset that is ``tried``, and of that in those of the trial's places (``usual``): for a trial whose time did not
    suffice for more. ``longer``: bits of key frames and of others in whole videos, in those of the trial's windows.
    ``steeper``: what the exponent by which others grow with the pixels lacks. ``held``: bits of any frame. ``over``:
    the most that comes, in bitrates. ``late``: the share that comes yet, with other frames, of what the first one lacks
    because the decoder's buffer does not hold it.
    ``threads``: how many the encoder keeps busy. ``opening_ms``: what it takes whatever it encodes. ``unspent``:
    seconds of a constant bitrate that the decoder's buffer holds in advance; None where the rate is not filled up.
    """

    seconds: tuple[float, ...]
    keys: tuple[float, ...]
    others: tuple[float, ...]
    tried: int
    held: float
    usual: tuple[float, float]
    longer: tuple[float, float]
    steeper: float
    over: float
    late: float
    threads: float = 1.0
    opening_ms: float = 0.0
    unspent: float | None = None


COSTS = {
    "h264": CodecCosts(
        seconds=(2.0, 1.75, 1.35, 0.9, 0.62, 0.31),
        keys=(0.9, 0.87, 0.9, 1.0, 1.45, 2.22),
        others=(0.76, 0.82, 0.84, 1.0, 1.3, 2.34),
        tried=3,
        held=62.0,
        usual=(1.1, 1.1),
        longer=(0.92, 0.94),
        steeper=-0.033,
        over=0.9,
        late=0.4,
        unspent=0.1,
    ),
    "h265": CodecCosts(
        seconds=(11.0, 9.5, 6.0, 4.0, 3.3, 2.1),
        keys=(0.8, 0.82, 0.97, 0.99, 1.0, 1.79),
        others=(0.82, 0.84, 0.82, 0.85, 1.0, 1.4),
        tried=4,
        held=136.0,
        usual=(0.88, 1.22),
        longer=(0.92, 0.9),
        steeper=0.018,
        over=0.845,
        late=0.3,
        threads=1.5,
        opening_ms=65.0,
        unspent=0.2,
    ),
    "av1": CodecCosts(
        seconds=(7.1, 5.1, 2.1, 1.6, 1.3, 0.8),
        keys=(0.85, 0.9, 0.98, 1.0, 1.01, 1.1),
        others=(0.76, 0.82, 0.94, 1.0, 1.05, 1.1),
        tried=3,
        held=15.0,
        usual=(0.73, 1.62),
        longer=(0.885, 0.8),
        steeper=-0.093,
        over=1.5,
        late=0.15,
        opening_ms=65.0,
    ),
}
STEP_POWER = 0.45  # by which what is not a key frame grows with the frames of the composition that lie between
MORE_FINER = (1.23, 1.64)  # exponents: how much more a finer quality costs key frames and others of whole videos
FINEST = 14.0  # steps of quality, beyond which a constant bitrate that is not filled up stays unspent
FAR_BEGINS = 1.2  # doublings of both sides beyond which the largest picture of the trial tells more
CONTAINER_BYTES, CONTAINER_BYTES_A_FRAME = 900, 10
BASE_MS = 155.0  # of starting, opening and finishing, whatever is rendered
MORE_STARTING, MORE_DRAWING = 4.4, 1.24  # times what the trial saw: renders open pictures at their own size
ENCODE_POWER = 0.83  # by which the time of encoding grows with the pixels
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
    """What the trial tells of one codec and preset near a frame: bits of a key frame, and of each that is not, in those
    of the trial's places; the exponents by which they grow with the pixels; by how much for a quality that is one step
    finer."""

    key: float
    other: float
    key_power: float
    other_power: float
    key_finer: float
    other_finer: float

    @classmethod
    def of(cls, trial: Trial, encoder: EncoderConfig, frame: float, grown: float) -> _Content:
        """``grown``: how many times the pixels of the trial's places the picture has."""
        costs, preset = _costs(encoder), _preset(encoder)
        codec = encoder.codec_name if encoder.codec_name in COSTS else "h264"
        weights = _weights(trial, frame)
        key, other = 1.0, 1.0
        tried = _ratio(trial, weights, (codec, preset, 0.0))
        if tried is None:  # the time of the trial did not suffice
            key, other = costs.keys[preset], costs.others[preset]
            tried = _ratio(trial, weights, (codec, costs.tried, 0.0)) or costs.usual
        finer = _change(trial, weights, (codec, costs.tried, 0.0), (codec, costs.tried, FINER)) or _change(
            trial, weights, (*USUAL, 0.0), (*USUAL, FINER)
        )
        key_finer, other_finer = (1.0, 1.0) if finer is None else (one ** (1 / FINER) for one in finer)
        longer = costs.longer
        powers = _powers(trial, weights, (codec, costs.tried, 0.0), grown)
        return cls(
            key * tried[0] * longer[0],
            other * tried[1] * longer[1],
            powers[0],
            powers[1] + costs.steeper,
            key_finer ** MORE_FINER[0],
            other_finer ** MORE_FINER[1],
        )


How = tuple[str, int, float]  # codec, preset, steps finer


def _weights(trial: Trial, frame: float) -> list[float]:
    """Of the windows: they count for the more the nearer they are."""
    length = max(1.0, trial.changes[-1][0] - trial.changes[0][0])
    return [1 / (FAR + abs(window.frame - frame) / length) for window in trial.windows]


def _ratio(trial: Trial, weights: Sequence[float], how: How) -> tuple[float, float] | None:
    """Key frames and the others, in those of the places where the windows lie; None if none was encoded in this way."""
    sums = [0.0, 0.0, 0.0, 0.0]
    for window, weight in zip(trial.windows, weights, strict=True):
        if (one := _encoded(window, how, trial.place_pixels)) is not None:
            sums[0] += weight * _key_bits(one)
            sums[1] += weight * _key_bits_of(_along(_keys(trial), window.frame))
            sums[2] += weight * max(MIN_BITS, one.other_bits)
            local = _mean_along(_others(trial), window.frame, window.frame + window.frames)
            sums[3] += weight * max(MIN_BITS, local * (window.frames - 1))
    return (sums[0] / sums[1], sums[2] / sums[3]) if sums[0] else None


def _change(
    trial: Trial, weights: Sequence[float], before: How, after: How, *, times: int = 1
) -> tuple[float, float] | None:
    """By how much key frames and the others grow, over the windows that were encoded both ways. ``times``: how many
    times the pixels the second way has."""
    sums = [0.0, 0.0, 0.0, 0.0]
    for window, weight in zip(trial.windows, weights, strict=True):
        if (pair := _grown(window, before, after, trial.place_pixels, times)) is not None:
            sums = [total + weight * bits for total, bits in zip(sums, pair, strict=True)]
    return (sums[1] / sums[0], sums[3] / sums[2]) if sums[0] else None


def _grown(window: Window, before: How, after: How, pixels: int, times: int) -> tuple[float, ...] | None:
    """Bits of the key frame both ways, then of the others."""
    one, two = _encoded(window, before, pixels), _encoded(window, after, pixels * times)
    if one is None or two is None:
        return None
    return _key_bits(one), _key_bits(two), max(MIN_BITS, one.other_bits), max(MIN_BITS, two.other_bits)


def _powers(trial: Trial, weights: Sequence[float], usual: How, grown: float) -> tuple[float, float]:
    """The exponents by which key frames and the others grow with the pixels."""
    shared = (*USUAL, 0.0)
    known = _change(trial, weights, shared, shared, times=4)
    if known is None:
        return 0.6, 0.6
    own = _change(trial, weights, usual, usual, times=4) or known
    near = [(_power(one, 4) + _power(two, 4)) / 2 for one, two in zip(known, own, strict=True)]
    far = trial.large and (
        _grown(trial.large, usual, usual, trial.place_pixels, 16)
        or _grown(trial.large, shared, shared, trial.place_pixels, 16)
    )
    if not far:
        return near[0], near[1]
    part = min(1.0, max(0.0, math.log(grown, 4) - FAR_BEGINS))
    return (
        (1 - part) * near[0] + part * _power(far[1] / far[0], 16),
        (1 - part) * near[1] + part * _power(far[3] / far[2], 16),
    )


def _encoded(window: Window, how: How, pixels: int) -> Encoded | None:
    for one in window.encoded:
        if (one.codec, one.preset, one.finer) == how and 0.6 < one.pixels / pixels < 1.6:
            return one
    return None


def _key_bits(one: Encoded) -> float:
    return _key_bits_of(one.key_bits) if one.codec == "h264" else max(MIN_BITS, one.key_bits)


def _key_bits_of(bits: float) -> float:
    """Of the first frame of H.264, without what x264 writes of itself."""
    return max(MIN_BITS, bits - X264_NOTE_BITS)


def _keys(trial: Trial) -> list[tuple[float, float]]:
    return [(frame, key) for frame, key, _other in trial.places]


def _others(trial: Trial) -> list[tuple[float, float]]:
    return [(frame, other) for frame, _key, other in trial.places]


def _segment_bits(trial: Trial, encoder: EncoderConfig, shape: _Shape, segment: Segment, gop: int) -> float:
    seconds = float((segment.last - segment.first) / shape.rate)
    asked = None if encoder.bitrate is None else encoder.bitrate * 8 * seconds
    note = X264_NOTE_BITS if encoder.codec_name == "h264" else 0
    costs = _costs(encoder)
    if encoder.rate_control == RateControl.CBR and asked is not None and costs.unspent is not None:
        return asked * max(0.4, 1 - costs.unspent / seconds)
    grown = shape.pixels / trial.place_pixels
    content = _Content.of(trial, encoder, shape.frame((segment.first + segment.last) / 2), grown)
    steps = _steps_finer(encoder, shape)
    key = content.key * content.key_finer**steps * grown**content.key_power
    places = _keys(trial)
    keys = [
        key * _key_bits_of(_along(places, shape.frame(number))) for number in range(segment.first, segment.last, gop)
    ]
    frames = segment.last - segment.first - len(keys)
    local = _mean_along(_others(trial), shape.frame(segment.first), shape.frame(segment.last))
    other = content.other * content.other_finer**steps * grown**content.other_power
    others = frames * (local * other * shape.step**STEP_POWER + costs.held)
    if encoder.rate_control == RateControl.CBR and asked is not None:
        return min(float(sum(keys) + others), asked)
    if encoder.rate_control == RateControl.VBR and asked is not None:
        first = asked * max(0.2, min(0.25, 0.5 / seconds))
        keys[0] -= max(0.0, keys[0] - first) * (1 - costs.late)
        return min(float(sum(keys) + others + note), asked * costs.over)
    return float(sum(keys) + others + note)


def _steps_finer(encoder: EncoderConfig, shape: _Shape) -> float:
    """By how many steps the quality is better than the trial's."""
    if encoder.rate_control == RateControl.VBR:
        return quality_gain(encoder, *shape.size, shape.rate)
    return FINEST if encoder.rate_control == RateControl.CBR else 0.0


def _power(larger: float, times: int) -> float:
    """The exponent by which bits grow with the pixels, where ``times`` as many take ``larger`` times the bits."""
    return min(1.2, max(0.1, math.log(larger, times)))


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
    draw *= MORE_DRAWING
    costs = _costs(encoder)
    pixels = PIXELS * math.pow(shape.whole / PIXELS, ENCODE_POWER)
    encode = shape.count * pixels * trial.encode_ns * costs.seconds[_preset(encoder)] / 1e6
    start = BASE_MS + trial.start_ms * MORE_STARTING + costs.opening_ms
    lanes = min(trial.processors, segments)
    if lanes > 1:
        return start + (draw + encode) / lanes
    if trial.processors == 1:
        return start + draw + encode
    encode /= costs.threads
    return start + max(draw, encode) + BESIDE * min(draw, encode)


def _costs(encoder: EncoderConfig) -> CodecCosts:
    return COSTS.get(encoder.codec_name, COSTS["h264"])


def _preset(encoder: EncoderConfig) -> int:
    return _costs(encoder).tried if encoder.preset is None else encoder.preset
