"""What a poster beside a video takes: its frame drawn and written to memory, or a guess from the trial of its
template."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import VelocityError
from velocity_engine.forecasting.forecasts import bounds_of, require_forecast
from velocity_engine.forecasting.shape import along
from velocity_engine.forecasting.trial import Trial
from velocity_engine.given.arguments import FrameRange, require
from velocity_engine.order import Poster
from velocity_engine.pipeline.poster import VideoPoster, poster_file
from velocity_engine.pipeline.prepared import poster_moment, scene_of
from velocity_engine.plugins.output_shape import output_size
from velocity_engine.plugins.outputs import ENCODER
from velocity_engine.template import OPENED, Assets, Customizations, Template

POSTER = 'Give a Poster, such as Poster("promo.jpg", frame=75)'
MAX_PIXELS = 1920 * 1080  # of what is drawn for a sample


@dataclass(frozen=True, slots=True)
class _Format:
    """``power``: by which the bytes grow with the pixels. ``of_key``: the bytes, in those of a key frame of the usual
    H.264. ``pixel_ns``: the time of writing a pixel. All were measured with many frames."""

    power: float
    of_key: float
    pixel_ns: float


FORMATS = {
    "PNG": _Format(power=0.72, of_key=9.5, pixel_ns=70.0),
    "JPEG": _Format(power=0.71, of_key=1.8, pixel_ns=15.0),
    "WEBP": _Format(power=0.62, of_key=1.1, pixel_ns=80.0),
}


@dataclass(frozen=True, slots=True)
class PosterSample:
    """What a poster took at ``size``: the bytes of its file, and the milliseconds of all processors together."""

    size: tuple[int, int]
    size_bytes: int
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        """Returns the sample as values that ``json.dumps`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PosterSample:
        """Returns the sample that ``to_json`` wrote.

        Args:
            values: What ``to_json`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_json`` did not write this.
        """
        width, height = values["size"]
        return cls((int(width), int(height)), int(values["size_bytes"]), float(values["milliseconds"]))


@dataclass(frozen=True, slots=True)
class PosterForecast:
    """``milliseconds`` and ``size_bytes`` of a poster alone.

    ``sampled``: the poster was drawn. Else it is told from what key frames near it take.
    """

    milliseconds: float
    size_bytes: float
    sampled: bool


def take_poster_sample(
    template: Template,
    encoder: EncoderConfig,
    frames: FrameRange | None,
    poster: Poster,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
) -> PosterSample | None:
    """Draws the poster of a render and writes it to memory, smaller where it is very large.

    Args:
        template: What ``open_template`` returned.
        encoder: How the render encodes.
        frames: What the render shows of the composition, as ``render`` takes it; None for all.
        poster: The poster. Nothing is written to its name.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id.

    Returns:
        What was measured, for ``forecast_poster``. None where the frame cannot be drawn, or where the request is wrong:
        ``Template.check`` says what of it.

    Example:
        >>> sample = ve.take_poster_sample(template, ve.EncoderConfig(), None, ve.Poster("promo.jpg"))
        >>> print(0 if sample is None else sample.size_bytes)
    """
    require("template", template, Template, OPENED)
    require("encoder", encoder, EncoderConfig, ENCODER)
    require("poster", poster, Poster, POSTER)
    try:
        size = _drawn(output_size(template.document, encoder))
        plan = template.plan(customizations, assets)
        try:
            scene = scene_of(plan, encoder, template.frame_range(frames), size)
            moment = poster_moment(poster, template.frame_range(frames))
            begun = time.process_time()
            content = poster_file(VideoPoster(poster, lambda: scene.shown_at(moment)), size)
            return PosterSample(size, len(content), 1000 * (time.process_time() - begun))
        finally:
            plan.close()
    except VelocityError:
        return None


def forecast_poster(
    trial: Trial,
    encoder: EncoderConfig,
    frames: tuple[float, float],
    poster: Poster,
    sample: PosterSample | None = None,
) -> PosterForecast:
    """Returns what a poster takes beside its video, on the machine that made the trial.

    Args:
        trial: What ``try_out`` returned of the template.
        encoder: How the render encodes.
        frames: (start, end) of the render in frames of the composition, half-open, as ``Template.frame_range`` returns
            them.
        poster: The poster.
        sample: What ``take_poster_sample`` returned for the same render.

    Raises:
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> forecast = ve.forecast_poster(trial, ve.EncoderConfig(), (0.0, 150.0), ve.Poster("promo.jpg"))
        >>> print(f"about {forecast.size_bytes:.0f} bytes")
    """
    require_forecast(trial, encoder)
    require("poster", poster, Poster, POSTER)
    require("sample", sample, PosterSample | None, "Give what take_poster_sample returned")
    frames = bounds_of(frames)
    width, height = encoder.resolution or (trial.width, trial.height)
    known = FORMATS[poster.format]
    if sample is not None:
        grown = width * height / (sample.size[0] * sample.size[1])
        return PosterForecast(sample.milliseconds * grown, sample.size_bytes * grown**known.power, sampled=True)
    keys = [(frame, key) for frame, key, _other in trial.places]
    key_bytes = along(keys, poster_moment(poster, frames)) / 8
    size_bytes = key_bytes * known.of_key * (width * height / trial.place_pixels) ** known.power
    pixel_ns = trial.pixel_ns + known.pixel_ns
    return PosterForecast(
        trial.evaluate_ms + trial.touch_ms + width * height * pixel_ns / 1e6, size_bytes, sampled=False
    )


def _drawn(size: tuple[int, int]) -> tuple[int, int]:
    """At what size a poster of this size is sampled."""
    scale = min(1.0, math.sqrt(MAX_PIXELS / (size[0] * size[1])))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height
