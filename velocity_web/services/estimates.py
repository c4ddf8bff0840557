"""How long a render will take and how large its video will be: the engine's forecast, set right by what the renders
before it really took.

Estimates are made in the server, from the template's trial (which its analysis left), the sample that the process which
checks a request took of it, and the database alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import velocity_engine as engine
from velocity_web.database.entities import rows

MARGIN = 1.5
MARGIN_UNTRIED = 4.0
"""Of a template that was analysed before there were trials, or whose trial did not come to an end; of a codec that
nobody has measured."""
MARGIN_GUESSED = 20.0
FEW = 3
"""Of a codec that nobody has measured, as long as no more renders than these have shown what it takes here."""
REMEMBERED = 200  # latest renders, of all templates
LATEST = 40  # of them, which tell how busy the machine is
REMEMBERED_OF_TEMPLATE = 50
TIME_DOUBTS = (2.0, 2.0, 2.0, 0.5)
SIZE_DOUBTS = (20.0, 20.0, 5.0, 1.0)
"""How many renders weigh as much as the belief that the forecast is right: any, of one manner, of one template, both.
How busy a machine is shows in all renders; what makes a video larger than foretold is its own."""
MAX_LOG = math.log(20.0)


@dataclass(frozen=True, slots=True)
class Past:
    """A completed render: logarithms of what it took by what was forecast; of bytes None where its video is deleted."""

    template_id: str
    manner: str
    time: float
    size: float | None


@dataclass(frozen=True, slots=True)
class PosterEstimate:
    """What a poster is expected to take, within ``margin`` of either side."""

    milliseconds: float
    size_bytes: int
    margin: float

    @property
    def least_bytes(self) -> int:
        return max(1, int(self.size_bytes / self.margin))

    @property
    def most_bytes(self) -> int:
        return math.ceil(self.size_bytes * self.margin)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a render is expected to take, and the ``forecast`` that it was made from, which later ones are set right by.

    The truth lies within ``margin`` of either side for nine renders of ten. ``milliseconds`` and ``forecast_ms`` are of
    the video and its poster, and so are the bytes, but for ``video_bytes`` and ``forecast_bytes``.
    """

    milliseconds: int
    video_bytes: int
    margin: float
    manner: str
    forecast_ms: float
    forecast_bytes: float
    poster: PosterEstimate | None = None

    @property
    def size_bytes(self) -> int:
        return self.video_bytes + (self.poster.size_bytes if self.poster else 0)

    @property
    def least_ms(self) -> int:
        return max(1, int(self.milliseconds / self.margin))

    @property
    def most_ms(self) -> int:
        return math.ceil(self.milliseconds * self.margin)

    @property
    def least_bytes(self) -> int:
        return max(1, int(self.video_bytes / self.margin)) + (self.poster.least_bytes if self.poster else 0)

    @property
    def most_bytes(self) -> int:
        return math.ceil(self.video_bytes * self.margin) + (self.poster.most_bytes if self.poster else 0)

    @property
    def told(self) -> dict[str, Any]:
        """The fields of an answer that say it."""
        return {
            "expected_milliseconds": self.milliseconds,
            "least_milliseconds": self.least_ms,
            "most_milliseconds": self.most_ms,
            "expected_bytes": self.size_bytes,
            "least_bytes": self.least_bytes,
            "most_bytes": self.most_bytes,
        }


def manner_of(encoder: engine.EncoderConfig) -> str:
    """What renders have in common that err alike: codec, preset and rate control."""
    preset = "" if encoder.preset is None else encoder.preset
    return f"{encoder.codec_name}/{preset}/{int(encoder.rate_control)}"


def estimate(
    template_id: str,
    forecast: engine.Forecast,
    encoder: engine.EncoderConfig,
    past: Sequence[Past],
    *,
    poster: PosterEstimate | None = None,
    tried: bool,
) -> Estimate:
    """Arithmetic alone; ``past`` is the newest first. ``tried``: the template was."""
    manner = manner_of(encoder)
    time = math.exp(correction(past, template_id, manner, lambda one: one.time, TIME_DOUBTS))
    control = manner.rpartition("/")[2]
    alike = [one for one in past if one.size is not None and one.manner.rpartition("/")[2] == control]
    size = math.exp(correction(alike, template_id, manner, lambda one: one.size or 0.0, SIZE_DOUBTS))
    forecast_ms = forecast.milliseconds + (poster.milliseconds if poster else 0.0)
    return Estimate(
        milliseconds=max(1, round(forecast_ms * time)),
        video_bytes=max(1, round(forecast.size_bytes * size)),
        margin=_margin(forecast, past, manner, tried=tried),
        manner=manner,
        forecast_ms=forecast_ms,
        forecast_bytes=forecast.size_bytes,
        poster=poster,
    )


def poster_estimate(forecast: engine.PosterForecast, *, drawn_as_asked: bool, tried: bool) -> PosterEstimate:
    """``drawn_as_asked``: with all that the request replaces. ``tried``: the template was."""
    if forecast.sampled:
        margin = MARGIN if drawn_as_asked else MARGIN_UNTRIED
    else:
        margin = MARGIN_UNTRIED if tried else MARGIN_GUESSED
    return PosterEstimate(forecast.milliseconds, max(1, round(forecast.size_bytes)), margin)


def _margin(forecast: engine.Forecast, past: Sequence[Past], manner: str, *, tried: bool) -> float:
    if forecast.guessed and sum(one.manner == manner for one in past) <= FEW:
        return MARGIN_GUESSED
    return MARGIN if tried and not forecast.guessed else MARGIN_UNTRIED


def correction(
    past: Sequence[Past], template_id: str, manner: str, part: Callable[[Past], float], doubts: Sequence[float]
) -> float:
    """The logarithm by which forecasts of ``part`` err here: what the latest renders have in common, then what is left
    for those of the same manner, of the same template, and of both. Few renders count for little.
    """
    groups = (
        past[:LATEST],
        [one for one in past if one.manner == manner],
        [one for one in past if one.template_id == template_id],
        [one for one in past if (one.template_id, one.manner) == (template_id, manner)],
    )
    total = 0.0
    for doubt, group in zip(doubts, groups, strict=True):
        left = [part(one) - total for one in group]
        if left:
            total += median(left) * len(left) / (len(left) + doubt)
    return max(-MAX_LOG, min(MAX_LOG, total))


def past_of(template_id: str) -> list[Past]:
    """Within a session: the latest completed renders of this machine and more of this template, newest first."""
    kept = (
        "SELECT template_id, manner, render_ms, size_bytes, forecast_ms, forecast_bytes, created_at, id FROM render "
        "WHERE forecast_ms IS NOT NULL AND render_ms IS NOT NULL AND frames_done >= frames_total "
    )
    latest = rows(f"{kept} ORDER BY created_at DESC LIMIT {REMEMBERED}", {})
    own = rows(
        # An order that the index by templates alone has: through that of all renders it may be far to one of these.
        f"{kept} AND template_id = $id ORDER BY created_at + 0 DESC LIMIT {REMEMBERED_OF_TEMPLATE}",
        {"id": template_id},
    )
    found = {row[7]: row for row in (*latest, *own)}
    return [_past(row) for row in sorted(found.values(), key=lambda row: -row[6])]


def _past(row: tuple[Any, ...]) -> Past:
    template_id, manner, ms, size, forecast_ms, forecast_bytes = row[:6]
    return Past(
        template_id,
        manner,
        math.log(max(1, ms) / forecast_ms),
        math.log(size / forecast_bytes) if size else None,
    )


def trial_of(analysis: dict[str, Any]) -> engine.Trial:
    """The trial that an analysis holds, else a guess of it."""
    try:
        return engine.Trial.from_json(analysis["trial"])
    except (KeyError, TypeError):
        return engine.Trial.guess(analysis["width"], analysis["height"], analysis["frame_rate"])
