"""How long a render will take and how large its file will be, from a trial of its template: arithmetic alone.

The bits of a video are those of its key frames and those of what changes from frame to frame; how both grow with the
picture, and what another codec makes of them, is the trial's. The time is that of drawing what changes and of encoding
every pixel. A sample of the very render sets right what the trial foretells: what was foretold for the sample's own
frames errs as the whole does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from velocity_engine import plugins
from velocity_engine.customize.appearances import frames_of
from velocity_engine.encoder_config import EncoderConfig, RateControl
from velocity_engine.errors import wrong_type
from velocity_engine.forecasting.bits import MIN_BITS, Correction, free_bits, note_bits, segment_bits
from velocity_engine.forecasting.costs import COSTS, costs_of
from velocity_engine.forecasting.sample import Sample, SamplePlan
from velocity_engine.forecasting.sampling import at_size
from velocity_engine.forecasting.shape import Shape, held_share
from velocity_engine.forecasting.times import (
    BASE_MS,
    cuts_ms,
    draw_ms,
    encode_ms,
    milliseconds,
    opening_ms,
    sound_milliseconds,
)
from velocity_engine.forecasting.trial import Trial
from velocity_engine.given.arguments import bounds, number, require
from velocity_engine.pipeline.segment import plan_segments, takes_cuts
from velocity_engine.plugin_types import Container, EncoderSettings, Segment
from velocity_engine.plugins.asked import asked_settings
from velocity_engine.plugins.outputs import ENCODER, container_of

CONTAINER_BYTES, CONTAINER_BYTES_A_FRAME = 900, 10
HELD_BYTES, HELD_MS = 30.0, 0.05  # of a frame that a region holds: its segments are encoded once
PCM_BITS = 48_000 * 2 * 24  # a second of sound that is not compressed
SMOOTH_BITS = 100.0  # a frame: so little is not told from nothing
DOUBTED_FRAMES = 4.0  # of a sample: with so many it is believed as much as the trial
DOUBTED_KEYS = 0.3
MAX_PIXELS = 1920 * 1080  # of what is sampled
MIN_FRAMES, MAX_FRAMES, MAX_WINDOW_FRAMES = 6, 48, 16
ONE_WINDOW, WINDOWS = 8, 4  # up to so many frames lie in one
SMALLEST_SCALE, SMALLEST_SIDE = 0.25, 64


Lasting: TypeAlias = "tuple[int, int] | tuple[int, int, int]"
"""Of a video whose duration is chosen: frames in all, those that are held, and cuts of its regions."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """``milliseconds`` on the machine that made the trial, with nothing else to do, and ``size_bytes`` of the file.

    ``guessed``: nobody has measured this codec. It is as if it took what H.264 takes.
    """

    frames: int
    milliseconds: float
    size_bytes: float
    guessed: bool = False


def forecast(
    trial: Trial,
    encoder: EncoderConfig,
    frames: tuple[float, float],
    sound_seconds: float = 0.0,
    sample: Sample | None = None,
    lasting: Lasting | None = None,
) -> Forecast:
    """Foretells what a render of the template of a trial takes.

    Args:
        trial: What ``try_out`` returned of the template.
        encoder: How the render encodes. Nothing may be wrong with it.
        frames: (start, end) of the render in frames of the composition, half-open.
        sound_seconds: How much sound comes with the render, in seconds, beside the template's own.
        sample: What ``take_sample`` returned of this render.
        lasting: How many output frames the render has in all, how many of them are held, and at how many its regions
            cut it into further segments, where its duration is chosen. The frames that are not held are foretold from
            ``frames``.

    Raises:
        WrongTypeError: An argument has a wrong type.
    """
    require_forecast(trial, encoder)
    seconds = number("sound_seconds", sound_seconds, "Give a number of seconds")
    require("sample", sample, Sample | None, "Give what take_sample returned")
    if lasting is not None and not _are_counts(lasting):
        raise wrong_type("lasting", lasting, "Give (frames, held frames, cuts), such as (435, 120, 3)")
    return _forecast(trial, encoder, bounds_of(frames), seconds, sample, lasting)


def _are_counts(given: object) -> bool:
    return isinstance(given, tuple) and len(given) in (2, 3) and all(type(one) is int and one >= 0 for one in given)


def require_forecast(trial: object, encoder: object) -> None:
    require("trial", trial, Trial, "Give what try_out returned; where that is None, nothing can be foretold")
    require("encoder", encoder, EncoderConfig, ENCODER)


def bounds_of(frames: object) -> tuple[float, float]:
    right = "Give (start, end) in frames of the composition, such as (0, 150)"
    if isinstance(frames, str) or frames is None:
        raise wrong_type("frames", frames, right)
    start, end = bounds(frames)
    if start is None or end is None:
        raise wrong_type("frames", frames, right)
    return start, end


@lru_cache(maxsize=256)
def _forecast(
    trial: Trial,
    encoder: EncoderConfig,
    frames: tuple[float, float],
    sound_seconds: float,
    sample: Sample | None,
    lasting: Lasting | None,
) -> Forecast:
    shape, container = Shape.of(trial, encoder, frames), container_of(encoder)
    count, held, *further = lasting or (shape.count, 0)
    seconds = float(count / shape.rate)
    sound = _sound_bits(encoder, container) * (seconds if trial.has_sound else min(sound_seconds, seconds))
    guessed = encoder.codec_name not in COSTS
    if container.frames == "none":
        return Forecast(0, sound_milliseconds(trial, seconds), sound / 8 + CONTAINER_BYTES, guessed)
    if container.frames == "first":
        shape, count, held = replace(shape, count=1), 1, 0
    settings = asked_settings(plugins.codec(encoder.codec_name), encoder, *shape.size, shape.rate)
    if settings.held_frames == "skip":
        shape = replace(shape, repeated=held_share(trial, shape))
    segments = _segments(trial, encoder, shape, settings)
    gop = settings.gop_size or shape.count
    if sample is not None and sample.whole and len(segments) == 1:
        bits = float(sum(one.key_bits + one.other_bits for one in sample.windows) + note_bits(encoder))
    else:
        correction = Correction() if sample is None else _correction(trial, encoder, shape, sample)
        bits = sum(segment_bits(trial, encoder, shape, segment, gop, correction) for segment in segments)
    times = (count - held) / shape.count
    size = (bits * times + sound) / 8 + CONTAINER_BYTES + CONTAINER_BYTES_A_FRAME * count + HELD_BYTES * held
    took = milliseconds(trial, encoder, shape, len(segments), sample)
    took = BASE_MS + (took - BASE_MS) * times + HELD_MS * held if lasting else took
    cuts = sum(further) if takes_cuts(encoder, settings) and container.frames != "first" else 0
    if cuts:
        size += _cut_bits(trial, encoder, shape, (gop, cuts), bits * times) / 8
        took += cuts_ms(trial, encoder, shape, len(segments), cuts)
    return Forecast(count, took, size, guessed)


def _segments(trial: Trial, encoder: EncoderConfig, shape: Shape, settings: EncoderSettings) -> tuple[Segment, ...]:
    edges = frames_of(trial.edges, shape.start, shape.step, shape.count)
    return plan_segments(shape.count, encoder, settings, shape.rate, edges)


def _cut_bits(trial: Trial, encoder: EncoderConfig, shape: Shape, cut: tuple[int, int], bits: float) -> float:
    """What key frames at cuts (of so long groups, so many) take more than the frames in whose place they are, of a
    video that has ``bits`` without them: no more than a bitrate leaves."""
    gop, cuts = cut
    if encoder.rate_control == RateControl.CBR and encoder.bitrate is not None:
        return 0.0
    keys, others = free_bits(trial, encoder, shape, (0, shape.count), gop)
    more = cuts * max(0.0, sum(keys) / len(keys) - others / max(1, shape.count - len(keys)))
    if encoder.rate_control == RateControl.VBR and encoder.bitrate is not None:
        most = encoder.bitrate * 8 * float(shape.count / shape.rate) * costs_of(encoder).over
        more = min(more, max(0.0, most - bits))
    return more


def _sound_bits(encoder: EncoderConfig, container: Container) -> int:
    """Of a second."""
    if container.sound is None:
        return 0
    return PCM_BITS if container.sound.lower().startswith("pcm") else encoder.audio_bitrate


def _correction(trial: Trial, encoder: EncoderConfig, shape: Shape, sample: Sample) -> Correction:
    """What the sample's windows took by what the trial foretells of them. Few frames count for little."""
    if encoder.rate_control == RateControl.CBR or sample.whole:
        return Correction()
    sampled = shape.at(sample.size)
    asked = at_size(encoder, sample.size, shape.size)
    foretold = [0.0, 0.0]
    for window in sample.windows:
        frames = (window.first, window.first + window.frames)
        keys, others = free_bits(trial, asked, sampled, frames, window.frames)
        foretold[0] += keys[0]
        foretold[1] += others
    windows, others_sampled = len(sample.windows), sample.frames - len(sample.windows)
    least = SMOOTH_BITS * (others_sampled + 0.5)
    keys_by = math.log(sum(max(MIN_BITS, one.key_bits) for one in sample.windows) / foretold[0])
    others_by = math.log((sum(one.other_bits for one in sample.windows) + least) / (foretold[1] + least))
    return Correction(
        math.exp(keys_by * windows / (windows + DOUBTED_KEYS)),
        math.exp(others_by * others_sampled / (others_sampled + DOUBTED_FRAMES)),
    )


def plan_sample(trial: Trial, encoder: EncoderConfig, frames: tuple[float, float], seconds: float) -> SamplePlan | None:
    """Says which frames of a render are to be sampled, and how large: smaller than the render where few would fit.

    Args:
        trial: What ``try_out`` returned of the template.
        encoder: How the render encodes.
        frames: (start, end) of the render in frames of the composition, half-open, as ``Template.frame_range`` returns
            them.
        seconds: About how long the sample may take, in seconds of all processors together.

    Returns:
        What ``take_sample`` is to draw and encode. None where ``seconds`` is 0, or where nobody knows what fits: the
        trial was guessed, or trials do not try the encoder's codec.

    Example:
        >>> trial = ve.try_out(template)
        >>> if trial is not None:
        ...     plan = ve.plan_sample(trial, ve.EncoderConfig(), template.frame_range(None), seconds=0.3)
    """
    require_forecast(trial, encoder)
    frames, seconds = bounds_of(frames), number("seconds", seconds, "Give a number of seconds, such as 0.3")
    if trial.guessed or seconds <= 0 or encoder.codec_name not in COSTS:
        return None
    shape = Shape.of(trial, encoder, frames)
    settings = asked_settings(plugins.codec(encoder.codec_name), encoder, *shape.size, shape.rate)
    one_segment = len(_segments(trial, encoder, shape, settings)) == 1
    fitting = _fitting(trial, encoder, shape, seconds)
    if fitting >= shape.count and shape.count <= MAX_FRAMES and one_segment and shape.whole <= MAX_PIXELS:
        return SamplePlan(shape.size, ((0, shape.count),), seconds, whole=True)
    size = _sampled_size(trial, encoder, shape, seconds)
    sampled = min(MAX_FRAMES, shape.count, max(MIN_FRAMES, int(_fitting(trial, encoder, shape.at(size), seconds))))
    return SamplePlan(size, _windows(shape.count, sampled), seconds, whole=False)


def _fitting(trial: Trial, encoder: EncoderConfig, shape: Shape, seconds: float) -> float:
    """How many frames."""
    each = draw_ms(trial, shape) + encode_ms(trial, encoder, shape)
    return max(0.0, 1000 * seconds - opening_ms(encoder, shape.whole)) / max(each, 0.1)


def _sampled_size(trial: Trial, encoder: EncoderConfig, shape: Shape, seconds: float) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(MAX_PIXELS / shape.whole))
    while scale > SMALLEST_SCALE and _fitting(trial, encoder, shape.at(_scaled(shape, scale)), seconds) < MIN_FRAMES:
        scale *= 0.8
    return _scaled(shape, scale)


def _scaled(shape: Shape, scale: float) -> tuple[int, int]:
    width, height = (max(min(side, SMALLEST_SIDE), 2 * round(side * scale / 2)) for side in shape.size)
    return width, height


def _windows(count: int, number: int) -> tuple[tuple[int, int], ...]:
    """``number`` of ``count`` frames, in windows spread evenly, the middle ones first."""
    if number <= ONE_WINDOW:
        return (((count - number) // 2, number),)
    windows = min(WINDOWS, number // ONE_WINDOW)
    length = min(MAX_WINDOW_FRAMES, number // windows)
    between = (count - windows * length) / windows
    starts = [int(window * length + between * (window + 0.5)) for window in range(windows)]
    order = sorted(range(windows), key=lambda window: abs(window - (windows - 1) / 2))
    return tuple((starts[window], length) for window in order)
