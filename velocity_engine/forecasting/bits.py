"""How many bits a segment takes: those of its key frames and of what changes between, from a trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.encoder_config import EncoderConfig, RateControl, quality_gain
from velocity_engine.forecasting.costs import COSTS, costs_of, preset_of
from velocity_engine.forecasting.shape import Shape, along, mean_along
from velocity_engine.forecasting.trial import FINER, USUAL, Encoded, Trial, Window
from velocity_engine.plugin_types import Segment

MIN_BITS = 200.0  # of anything that was encoded
FAR = 0.3  # of the timeline: windows within it count for about the same
X264_NOTE_BITS = 6400  # that x264 writes of itself into the first packet of each segment
STEP_POWER = 0.45  # by which what is not a key frame grows with the frames of the composition that lie between
MORE_FINER = (1.23, 1.64)  # exponents: how much more a finer quality costs key frames and others of whole videos
FINEST = 14.0  # steps of quality, beyond which a constant bitrate that is not filled up stays unspent
FAR_BEGINS = 1.2  # doublings of both sides beyond which the largest picture of the trial tells more


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
        costs, preset = costs_of(encoder), preset_of(encoder)
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
            sums[1] += weight * _key_bits_of(along(_keys(trial), window.frame))
            sums[2] += weight * max(MIN_BITS, one.other_bits)
            local = mean_along(_others(trial), window.frame, window.frame + window.frames)
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


@dataclass(frozen=True, slots=True)
class Correction:
    """What key frames and the others take, in what the trial foretells."""

    keys: float = 1.0
    others: float = 1.0


def segment_bits(
    trial: Trial, encoder: EncoderConfig, shape: Shape, segment: Segment, gop: int, correction: Correction
) -> float:
    seconds = float((segment.last - segment.first) / shape.rate)
    asked = None if encoder.bitrate is None else encoder.bitrate * 8 * seconds
    note = note_bits(encoder)
    costs = costs_of(encoder)
    if encoder.rate_control == RateControl.CBR and asked is not None and costs.unspent is not None:
        return asked * max(0.4, 1 - costs.unspent / seconds)
    keys, others = free_bits(trial, encoder, shape, (segment.first, segment.last), gop)
    keys, others = [key * correction.keys for key in keys], others * correction.others
    if encoder.rate_control == RateControl.CBR and asked is not None:
        return min(sum(keys) + others, asked)
    if encoder.rate_control == RateControl.VBR and asked is not None:
        first = asked * max(0.2, min(0.25, 0.5 / seconds))
        keys[0] -= max(0.0, keys[0] - first) * (1 - costs.late)
        return min(sum(keys) + others + note, asked * costs.over)
    return sum(keys) + others + note


def free_bits(
    trial: Trial, encoder: EncoderConfig, shape: Shape, frames: tuple[int, int], gop: int
) -> tuple[list[float], float]:
    """Of each key frame and of all others together of the output frames [first, last), where no bitrate caps them."""
    first, last = frames
    grown = shape.pixels / trial.place_pixels
    content = _Content.of(trial, encoder, shape.frame((first + last) / 2), grown)
    steps = _steps_finer(encoder, shape)
    key = content.key * content.key_finer**steps * grown**content.key_power
    places = _keys(trial)
    keys = [key * _key_bits_of(along(places, shape.frame(number))) for number in range(first, last, gop)]
    local = mean_along(_others(trial), shape.frame(first), shape.frame(last))
    other = content.other * content.other_finer**steps * grown**content.other_power
    each = local * other * shape.step**STEP_POWER + costs_of(encoder).held
    repeated = costs_of(encoder).repeated
    each += shape.repeated * (repeated[0] + repeated[1] * shape.whole / 1e6)
    return keys, float((last - first - len(keys)) * each)


def note_bits(encoder: EncoderConfig) -> int:
    return X264_NOTE_BITS if encoder.codec_name == "h264" else 0


def _steps_finer(encoder: EncoderConfig, shape: Shape) -> float:
    """By how many steps the quality is better than the trial's."""
    if encoder.rate_control == RateControl.VBR:
        return quality_gain(encoder, *shape.size, shape.rate)
    return FINEST if encoder.rate_control == RateControl.CBR else 0.0


def _power(larger: float, times: int) -> float:
    """The exponent by which bits grow with the pixels, where ``times`` as many take ``larger`` times the bits."""
    return min(1.2, max(0.1, math.log(larger, times)))
