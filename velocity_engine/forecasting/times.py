"""How long drawing and encoding a frame takes: by a trial, set right by a sample."""

from __future__ import annotations

import math

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.forecasting.costs import costs_of, preset_of
from velocity_engine.forecasting.sample import Sample
from velocity_engine.forecasting.shape import Shape, mean_along
from velocity_engine.forecasting.trial import PIXELS, Trial

BASE_MS = 89.0  # of starting, opening and finishing, whatever is rendered
MORE_STARTING = 1.3  # times what the trial saw: renders open pictures at their own size
TRIED_DRAWING, SAMPLED_DRAWING = 0.86, 0.96  # of renders, in what a trial and a sample foretell
DRAWING_BELIEVED, ENCODING_BELIEVED = 0.56, 0.77  # of a sample; the rest is the trial's
ENCODE_POWER = 0.83  # by which the time of encoding grows with the pixels, where no trial tells
SOUND_MS = 5.0  # of a second of sound: decoded, mixed, encoded
BESIDE = 0.88  # of the shorter of drawing and encoding, which hardly lie beside each other on two processors
WORKER_GAIN = 0.1  # of each further segment worker, on processors that share what they are made of
FULL_WINDOW = 16  # frames: in a shorter one more of them are expensive
MIN_MS = 0.01


def milliseconds(trial: Trial, encoder: EncoderConfig, shape: Shape, segments: int, sample: Sample | None) -> float:
    """Of a whole render."""
    costs = costs_of(encoder)
    draw, encode = TRIED_DRAWING * draw_ms(trial, shape), costs.tried_time * encode_ms(trial, encoder, shape)
    if sample is not None:
        own_draw, own_encode = _sampled_ms(trial, encoder, shape, sample)
        draw = _between(draw, own_draw, DRAWING_BELIEVED)
        encode = _between(encode, own_encode, ENCODING_BELIEVED)
    draw, encode = shape.count * draw, shape.count * encode
    start = BASE_MS + trial.start_ms * MORE_STARTING + costs.opening_ms * segments
    workers = min(trial.processors, segments)
    if workers > 1:
        return start + (draw + encode) / (1 + WORKER_GAIN * (workers - 1))
    if trial.processors == 1:
        return start + draw + encode
    return start + max(draw, encode) + BESIDE * min(draw, encode)


def sound_milliseconds(trial: Trial, seconds: float) -> float:
    """Of a render that draws nothing."""
    return BASE_MS + trial.start_ms * MORE_STARTING + SOUND_MS * seconds


def _between(first: float, second: float, part: float) -> float:
    """What lies between two times, ``part`` of the way by their logarithms."""
    return math.pow(max(MIN_MS, first), 1 - part) * math.pow(max(MIN_MS, second), part)


def _sampled_ms(trial: Trial, encoder: EncoderConfig, shape: Shape, sample: Sample) -> tuple[float, float]:
    """Drawing and encoding each frame of a render, as its sample has it."""
    costs, sampled = costs_of(encoder), shape.at(sample.size)
    draw = SAMPLED_DRAWING * sample.draw_ms * shape.pixels / sampled.pixels
    growth = encode_ms(trial, encoder, shape) / encode_ms(trial, encoder, sampled)
    encode = costs.sampled_time * sample.encode_ms * growth
    if not sample.whole:
        encode *= costs.short_time ** max(0.0, 1 - sample.frames / len(sample.windows) / FULL_WINDOW)
    return draw, encode


def draw_ms(trial: Trial, shape: Shape) -> float:
    """Of one processor for each frame, as the trial saw it."""
    share = mean_along(trial.changes, shape.frame(0), shape.frame(shape.count))
    touched = sum(share > 0 for _frame, share in trial.changes) / len(trial.changes)
    return trial.evaluate_ms + touched * trial.touch_ms + share * shape.pixels * trial.pixel_ns / 1e6


def encode_ms(trial: Trial, encoder: EncoderConfig, shape: Shape) -> float:
    """Of all processors together for each frame."""
    costs, preset = costs_of(encoder), preset_of(encoder)
    codec = encoder.codec_name
    own = _pixel_ns(trial, (codec, preset), trial.place_pixels)
    tried = _pixel_ns(trial, (codec, costs.tried), trial.place_pixels)
    if own is None and tried is not None:
        own = tried * costs.seconds[preset] / costs.seconds[costs.tried]
    if own is None or tried is None:
        pixels = PIXELS * math.pow(shape.whole / PIXELS, ENCODE_POWER)
        return pixels * trial.encode_ns * costs.seconds[preset] * costs.all_processors / 1e6
    large = _pixel_ns(trial, (codec, costs.tried), 4 * trial.place_pixels)
    power = ENCODE_POWER if large is None else min(1.1, max(0.5, math.log(4 * large / tried, 4)))
    power = (power + ENCODE_POWER) / 2
    return trial.place_pixels * math.pow(shape.whole / trial.place_pixels, power) * own / 1e6


def _pixel_ns(trial: Trial, how: tuple[str, int], pixels: int) -> float | None:
    found = [
        one.pixel_ns
        for window in trial.windows
        for one in window.encoded
        if (one.codec, one.preset, one.finer) == (*how, 0.0) and 0.6 < one.pixels / pixels < 1.6 and one.pixel_ns
    ]
    return sum(found) / len(found) if found else None
