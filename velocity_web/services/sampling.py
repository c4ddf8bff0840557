"""What a checked render is expected to take: from its template's trial, and from samples of the very render."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.processes.runner import Checker, Runner
from velocity_web.services.codecs import codec_told
from velocity_web.services.estimates import Estimate, PosterEstimate, estimate, poster_estimate
from velocity_web.services.lengths import Length
from velocity_web.services.render_checks import MapCheck, Terms, values_of
from velocity_web.services.render_sources import Sound
from velocity_web.settings import Settings

PATIENCE = 10.0  # times the processor time of a sample, by the clock


@dataclass(frozen=True, slots=True)
class Samples:
    """What was measured of a render's video and of its poster, where that could be; ``poster_map`` tells the
    customization map that the poster was drawn with."""

    video: engine.Sample | None = None
    poster: engine.PosterSample | None = None
    poster_map: str = ""

    def shows(self, customizations: str, check: MapCheck) -> bool:
        """Whether the poster was drawn with all that this map replaces."""
        return self.poster_map == _digest(customizations) and not check.assets


@dataclass(frozen=True, slots=True)
class Sampling:
    """Who asks, and what takes samples for him."""

    checker: Checker
    runner: Runner
    settings: Settings
    account_id: str


def sampled(sampling: Sampling, terms: Terms, customizations: str) -> Samples:
    """The samples of a render in which nothing is wrong: those that were taken of the same frames and encoder before,
    of the poster with the same map, else such that are taken now. Where another request of the account takes one, what
    is known: nothing, or the poster with another map. Not within a session.
    """
    kept, settings = sampling.runner.samples, sampling.settings
    if settings.sample_seconds <= 0:
        return Samples()
    video_key, poster_key = _keys(terms)
    (video_known, video), (poster_known, poster) = kept.find(video_key), kept.find(poster_key)
    plan = None if video_known else _plan(terms, settings.sample_seconds)
    own = _digest(customizations)
    wanted = None if poster_known and (poster is None or poster["map"] == own) else terms.poster
    if plan is None and wanted is None:
        return _read(video, poster)
    with kept.turn(sampling.account_id) as may:
        if may and plan is not None:
            video = _taken(sampling, terms, customizations, {"plan": plan.to_json(), "poster": None}).get("taken")
            kept.keep(video_key, video)
        is_there = sampling.checker.pid is not None  # what took too long for the video is gone
        if may and wanted is not None and is_there:
            drawn = _taken(sampling, terms, customizations, {"plan": None, "poster": asdict(wanted)}).get("poster")
            poster = None if drawn is None else {**drawn, "map": own}
            kept.keep(poster_key, poster)
    return _read(video, poster)


def trial_of(terms: Terms) -> engine.Trial:
    """That of the template, with the motion blur of a render."""
    return terms.source.trial.blurred(terms.motion_blur)


def _digest(customizations: str) -> str:
    return hashlib.sha256(customizations.encode()).hexdigest()


def _keys(terms: Terms) -> tuple[str, str]:
    """By which the sample of the video is found again, and that of the poster."""
    span = terms.frames or terms.source.span
    said = None if terms.said.text is None else _digest(terms.said.text)
    blur = values_of(terms.motion_blur)
    video = [terms.source.template_id, terms.source.file.sha256, terms.encoder.to_values(), span, said, blur]
    poster = None if terms.poster is None else asdict(terms.poster)
    return json.dumps(video, sort_keys=True), json.dumps([*video, poster], sort_keys=True)


def _plan(terms: Terms, seconds: float) -> engine.SamplePlan | None:
    with codec_told():
        return engine.plan_sample(trial_of(terms), terms.encoder, terms.frames or terms.source.span, seconds)


def _taken(sampling: Sampling, terms: Terms, customizations: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    question = {
        "sample": asked,
        "encoder": terms.encoder.to_values(),
        "frames": terms.frames,
        "captions": terms.said.text,
        "motion_blur": values_of(terms.motion_blur),
    }
    patience = PATIENCE * sampling.settings.sample_seconds
    return sampling.checker.sample(question, customizations.encode(), patience)


def _read(video: Mapping[str, Any] | None, poster: Mapping[str, Any] | None) -> Samples:
    return Samples(
        None if video is None else engine.Sample.from_json(video),
        None if poster is None else engine.PosterSample.from_json(poster),
        "" if poster is None else poster["map"],
    )


def expected(
    terms: Terms, sound: Sound | None, samples: Samples, *, as_asked: bool, length: Length | None = None
) -> Estimate:
    """How long a render will take and how large its files will be, where nothing is wrong with its encoder.
    ``as_asked``: the sample of the poster shows this very render. ``length``: of a video whose length is chosen."""
    source = terms.source
    seconds = sound.seconds if sound else 0.0
    lasting, span = None if length is None else length.lasting, terms.frames or source.span
    with codec_told():
        forecast = engine.forecast(trial_of(terms), terms.encoder, span, seconds, samples.video, lasting)
        poster = _poster_of(terms, samples, as_asked=as_asked)
    return estimate(
        source.template_id, forecast, terms.encoder, source.past, poster=poster, tried=not source.trial.guessed
    )


def _poster_of(terms: Terms, samples: Samples, *, as_asked: bool) -> PosterEstimate | None:
    if terms.poster is None:
        return None
    source = terms.source
    span = terms.frames or source.span
    forecast = engine.forecast_poster(trial_of(terms), terms.encoder, span, terms.poster, samples.poster)
    return poster_estimate(forecast, drawn_as_asked=as_asked, tried=not source.trial.guessed)
