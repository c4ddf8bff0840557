"""How long drawing and encoding a frame takes: by a trial, set right by a sample."""

from __future__ import annotations

import math

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.forecasting.costs import COSTS, costs_of, preset_of
from velocity_engine.forecasting.sample import Sample
from velocity_engine.forecasting.shape import Shape, mean_along
from velocity_engine.forecasting.trial import PIXELS, Trial

BASE_MS = 135.0  # of starting, opening and finishing, whatever is rendered
MORE_STARTING = 0.6  # of what the trial or the sample saw, which ran when less was loaded
TRIED_DRAWING, SAMPLED_DRAWING = 1.03, 1.18  # of renders, in what a trial and a sample foretell
DRAWING_BELIEVED = 0.61  # of a sample; the rest is the trial's
SMALLER_BELIEVED = 0.18  # the exponent by which a sample of fewer pixels is believed less
DOUBTED_FRAMES = 3.5  # of a sample: with so many beside the first, its encoding is believed half
SOUND_MS = 5.0  # of a second of sound: decoded, mixed, encoded
BESIDE = 0.77  # of the shorter of drawing and encoding, which hardly lie beside each other on two processors
WORKER_GAIN = 0.2  # of each further segment worker, on processors that share what they are made of
FIRST_ONES = 32  # further frames of a segment
MIN_MS = 0.01
LEAST_FURTHER = 0.1  # of the mean frame of a window, which a further frame takes at least


def milliseconds(trial: Trial, encoder: EncoderConfig, shape: Shape, segments: int, sample: Sample | None) -> float:
    """Of a whole render."""
    costs = costs_of(encoder)
    draw, encode = TRIED_DRAWING * draw_ms(trial, shape), costs.tried_time * encode_ms(trial, encoder, shape)
    encode *= 1 - shape.repeated
    if sample is not None:
        own_draw, own_encode = _sampled_ms(trial, encoder, shape, sample)
        draw = _between(draw, own_draw, DRAWING_BELIEVED)
        encode = _between(encode, own_encode, _encoding_believed(shape, sample))
    draw *= shape.count
    if sample is not None and sample.whole and segments == 1:
        encode = costs.sampled_time * sample.encode_ms * sample.frames
    else:
        encode = encode * _further_frames(shape.count, segments, costs.later)
        encode += segments * opening_ms(encoder, shape.whole)
    start = BASE_MS + MORE_STARTING * max(trial.start_ms, sample.first_ms if sample else 0.0)
    workers = min(trial.processors, segments)
    if trial.processors == 1:
        return start + draw + encode
    if workers > 1:
        return start + (draw + encode) / (1 + WORKER_GAIN * (workers - 1))
    encode *= costs.alone
    return start + max(draw, encode) + BESIDE * min(draw, encode)


def cuts_ms(trial: Trial, encoder: EncoderConfig, shape: Shape, segments: int, cuts: int) -> float:
    """What so many cuts more take of a video that has ``segments`` without them."""
    gain = 1 + WORKER_GAIN * (min(trial.processors, segments + cuts) - 1)
    return cuts * opening_ms(encoder, shape.whole) / gain


def _further_frames(count: int, segments: int, later: float) -> float:
    """Those that are not the first of a segment; one that is not among its first ones counts ``later``."""
    further = max(0, count - segments)
    early = min(further, segments * FIRST_ONES)
    return early + later * (further - early)


def sound_milliseconds(trial: Trial, seconds: float) -> float:
    """Of a render that draws nothing."""
    return BASE_MS + trial.start_ms * MORE_STARTING + SOUND_MS * seconds


def _between(first: float, second: float, part: float) -> float:
    """What lies between two times, ``part`` of the way by their logarithms."""
    return math.pow(max(MIN_MS, first), 1 - part) * math.pow(max(MIN_MS, second), part)


def _encoding_believed(shape: Shape, sample: Sample) -> float:
    further = sample.frames - len(sample.windows)
    smaller = min(1.0, sample.size[0] * sample.size[1] / shape.whole)
    return math.pow(smaller, SMALLER_BELIEVED) * further / (further + DOUBTED_FRAMES)


def _sampled_ms(trial: Trial, encoder: EncoderConfig, shape: Shape, sample: Sample) -> tuple[float, float]:
    """Drawing each frame of a render, and encoding each but the first, as its sample has it."""
    costs, sampled = costs_of(encoder), shape.at(sample.size)
    draw = SAMPLED_DRAWING * sample.draw_ms * draw_ms(trial, shape) / max(MIN_MS, draw_ms(trial, sampled))
    windows = len(sample.windows)
    own = _further(sample.encode_ms * sample.frames, windows, sample.frames, opening_ms(encoder, sampled.whole))
    growth = encode_ms(trial, encoder, shape) / encode_ms(trial, encoder, sampled)
    return draw, costs.sampled_time * own * growth


def draw_ms(trial: Trial, shape: Shape) -> float:
    """Of one processor for each frame, as the trial saw it."""
    share = mean_along(trial.changes, shape.frame(0), shape.frame(shape.count))
    touched = sum(share > 0 for _frame, share in trial.changes) / len(trial.changes)
    return trial.evaluate_ms + touched * trial.touch_ms + share * shape.pixels * trial.pixel_ns / 1e6


def opening_ms(encoder: EncoderConfig, pixels: float) -> float:
    """Of all processors together for opening a segment and encoding its first frame."""
    return _opening_ms(encoder.codec_name, preset_of(encoder), pixels)


def encode_ms(trial: Trial, encoder: EncoderConfig, shape: Shape) -> float:
    """Of all processors together for each frame but the first of a segment, as the trial saw it."""
    costs, preset, codec = costs_of(encoder), preset_of(encoder), encoder.codec_name
    own = _further_ms(trial, codec, preset, trial.place_pixels)
    tried = _further_ms(trial, codec, costs.tried, trial.place_pixels)
    if own is None and tried is not None:
        own = tried * costs.seconds[preset] / costs.seconds[costs.tried]
    if own is None or tried is None:
        grown = math.pow(shape.whole / PIXELS, costs.growth)
        return PIXELS * trial.encode_ns * costs.seconds[preset] * grown / 1e6
    large = _further_ms(trial, codec, costs.tried, 4 * trial.place_pixels)
    power = costs.growth if large is None else min(1.1, max(0.4, math.log(large / tried, 4)))
    power = (power + costs.growth) / 2
    return own * math.pow(shape.whole / trial.place_pixels, power)


def _opening_ms(codec: str, preset: int, pixels: float) -> float:
    fixed, of_megapixel = COSTS.get(codec, COSTS["h264"]).opening[preset]
    return fixed + of_megapixel * pixels / 1e6


def _further_ms(trial: Trial, codec: str, preset: int, pixels: int) -> float | None:
    """Of each frame but the first, in the trial's windows of about so many pixels."""
    found = [
        _further(
            one.pixel_ns * one.pixels * window.frames / 1e6,
            1,
            window.frames,
            _opening_ms(codec, preset, one.pixels),
        )
        for window in trial.windows
        for one in window.encoded
        if (one.codec, one.preset, one.finer) == (codec, preset, 0.0)
        and 0.6 < one.pixels / pixels < 1.6
        and one.pixel_ns
        and window.frames > 1
    ]
    return sum(found) / len(found) if found else None


def _further(whole: float, windows: int, frames: int, opening: float) -> float:
    """Of each frame but the first of each window, where all windows together took ``whole``."""
    least = LEAST_FURTHER * whole / frames
    return max(least, (whole - windows * opening) / max(1, frames - windows))
