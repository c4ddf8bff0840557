"""From a render request to what a worker needs, with everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import velocity_engine as engine
from velocity_web.database.entities import Asset, reading
from velocity_web.failures import Invalid
from velocity_web.orders.account_fonts import font_copies
from velocity_web.orders.posters import poster_of
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.runner import Checker, TaskFailed, TemplateFiles
from velocity_web.schemas.audio_mix import AudioMixRequest
from velocity_web.schemas.duration import DurationRequest
from velocity_web.schemas.motion_blur import MotionBlurRequest
from velocity_web.schemas.render import EncoderConfigRequest, JobInfo, RenderOutput
from velocity_web.services.captions import SILENT, Said
from velocity_web.services.codecs import codec_told
from velocity_web.services.elsewhere import STAND_IN, Elsewhere
from velocity_web.services.estimates import Estimate
from velocity_web.services.lengths import Length, duration_of, length_of
from velocity_web.services.render_sources import Sound, Source
from velocity_web.storage.objects import Objects

Errors = dict[str, list[str]]
Frames = tuple[float, float | None]
"""Where a part of a timeline begins and ends; None where that is the end of the timeline."""
KINDS = {"image": "a picture", "video": "a clip", "captions": "a caption file"}
SOURCES = ("templateId", "templateInstanceId")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A checked request: ``order`` is what is rendered, but for the customization map and the captions, which are JSON;
    locations are relative to the data folder. ``said``: the captions, whose seconds ``captioned`` the video shows.
    ``warnings``: what will not show as its author meant.
    """

    source: Source
    order: engine.RenderOrder
    customizations: str
    said: Said
    captioned: tuple[float, float]
    warnings: tuple[dict[str, Any], ...]
    audio_id: str | None
    asset_ids: tuple[str, ...]
    frames: int
    estimate: Estimate


def beside(errors: Errors, invalid: Invalid) -> Invalid:
    """What a form has wrong, and what the check of its other fields found: a template whose id is wrong in the form is
    not missing as well."""
    wrong = [name for name in SOURCES if name in errors]
    found = {field: sentences for field, sentences in invalid.errors.items() if not wrong or field not in SOURCES}
    detail = invalid.detail if found or not errors else "the request has invalid fields"
    return Invalid(detail, {**found, **errors})


def named_as(source: Any) -> str | dict[str, Any]:
    """What a confined process said that a map names: the id of an asset, or another source."""
    return source if isinstance(source, dict) else str(source)


def find_assets(
    elsewhere: Elsewhere, named: Sequence[tuple[int, str, Any]], errors: Errors, known: dict[str, Asset | None]
) -> dict[str, engine.FileReference]:
    """Within a session: the files of the assets and other sources that a map names, by the id as it was written, or the
    location. Those that do not lie in the storage have no digest yet.

    Args:
        elsewhere: Who asks, and what may be named beside assets.
        named: (entry, key, id or source) of each.
        errors: Gets what is wrong, by field.
        known: The assets that were looked up before, by id; gets those that are looked up now.
    """
    caller = elsewhere.caller
    found: dict[str, engine.FileReference] = {}
    for index, key, asset_id in named:
        where = f"customizationMap[{index}].{key}"
        if isinstance(asset_id, dict):
            if (file := elsewhere.located(asset_id, where, errors)) is not None:
                found[file.location] = file
            continue
        if asset_id not in known:
            known[asset_id] = Asset.get(id=asset_id[:40].lower())
        asset = known[asset_id]
        if asset is None or asset.account_id != caller.account_id:
            errors[f"{where}.assetId"] = [f"there is no asset {asset_id[:80]}"]
            continue
        found[asset_id] = engine.FileReference(asset.file, asset.sha256)
        if key in ("image", "video") and asset.kind != key:
            what = KINDS.get(asset.kind, asset.kind)
            instead = "" if asset.kind == "captions" else f"; name it by {asset.kind!r} in place of {key!r}"
            errors[where] = [f"the asset {asset.name!r} is {what}{instead}"]
    return found


def remote_fields(elsewhere: Elsewhere, named: Sequence[tuple[int, str, Any]]) -> dict[str, tuple[str, ...]]:
    """The fields of a map that name files elsewhere, by the location of these; ``named`` as of ``find_assets``."""
    fields: dict[str, tuple[str, ...]] = {}
    for index, key, source in named:
        if isinstance(source, dict) and (file := elsewhere.located(source, "", {})) is not None:
            fields[file.location] = (*fields.get(file.location, ()), f"customizationMap[{index}].{key}")
    return fields


def encoder_from(request: EncoderConfigRequest) -> engine.EncoderConfig:
    values: dict[str, Any] = {
        "bitrate": engine.BytesPerSecond(request.bitrate),
        "fps_num": request.fps_num,
        "fps_den": request.fps_denum,
        "resolution": tuple(request.res) if request.res else None,
        "codec": request.codec,
        "preset": request.preset,
        "rate_control": None if request.rc is None else engine.RateControl(request.rc),
        "gop": request.gop,
        "idr": request.idr,
        "profile": request.profile,
        "level": request.level,
        "container": request.container,
        "qp": request.qp,
        "held_frames": request.held_frames,
        "tune": request.tune,
        "audio_bitrate": None if request.audio_bitrate is None else engine.BitsPerSecond(request.audio_bitrate),
    }
    return engine.EncoderConfig(**{name: value for name, value in values.items() if value is not None})


def frame_range(info: JobInfo | None, source: Source) -> tuple[float, float] | None:
    """The request's [fStart, fEnd) in the composition's own timeline, None for all of it.

    ``fStart`` 0 is the composition's first frame, whatever number the document gives it.
    """
    if info is None or (info.f_start is None and info.f_end is None):
        return None
    first, last = source.span
    whole = info.f_end is None or info.f_end == source.frame_count
    return first + (info.f_start or 0), last if whole else first + (info.f_end or 0)


def timeline_frames(info: JobInfo | None, source: Source) -> Frames | None:
    """The request's [fStart, fEnd) on the timeline of a video whose duration is chosen; its end may be open."""
    if info is None or (info.f_start is None and info.f_end is None):
        return None
    first = source.span[0]
    return first + (info.f_start or 0), None if info.f_end is None else first + info.f_end


@dataclass(frozen=True, slots=True)
class MapCheck:
    """Of one customization map: what is wrong by field, what will not show, the files of its assets by id, how long its
    video becomes where its duration is chosen, and which fields name the files that lie elsewhere, by location."""

    errors: Errors
    warnings: tuple[dict[str, Any], ...]
    assets: dict[str, engine.FileReference]
    length: Length | None = None
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What is asked about the maps of one template. ``warnings``: whether what will not show is to be told, too.
    ``with_audio``: of each map whether an audio file comes with it. ``mix``: how the sound is mixed. ``durations``: of
    each map how long its video is to be, None for as long as the template; empty where none is. ``strict_fonts``:
    whether letters that no font has are wrong. ``captions``: of each map what is said, as JSON; empty where nothing is.
    ``motion_blur``: how layers are blurred. ``fetched``: files from elsewhere that are here, by location, and that who
    answers may read. Where a length follows another one, that is not told.
    ``markers``: whether a length comes with the places of the markers.
    """

    elsewhere: Elsewhere
    objects: Objects
    encoder: engine.EncoderConfig | None
    frames: Frames | None
    warnings: bool
    with_audio: Sequence[bool]
    mix: engine.SoundMix | None = None
    captions: Sequence[str | None] = ()
    durations: Sequence[engine.Duration | None] = ()
    strict_fonts: bool = False
    motion_blur: engine.MotionBlur | None = None
    fetched: Mapping[str, Path] = field(default_factory=dict)
    markers: bool = False


def ask(checker: Checker, question: CheckRequest, maps: Sequence[str]) -> tuple[Errors, list[MapCheck]]:
    """What is wrong with what the maps share, and with each of them. Not within a session. Raises Invalid."""
    errors: list[Errors] = [{} for _ in maps]
    assets: list[dict[str, engine.FileReference]] = [{} for _ in maps]
    known: dict[str, Asset | None] = {}
    remote: list[dict[str, tuple[str, ...]]] = [{} for _ in maps]

    def files_of(named: list[list[list[Any]]]) -> dict[str, Any]:
        with reading():
            for number, one in enumerate(named):
                wanted = [(int(index), str(key), named_as(source)) for index, key, source in one]
                assets[number] = find_assets(question.elsewhere, wanted, errors[number], known)
                remote[number] = remote_fields(question.elsewhere, wanted)
        files = {
            key: str(question.fetched.get(key, STAND_IN)) if is_remote(file.location) else str(stand_in(file.location))
            for one in assets
            for key, file in one.items()
        }
        lasting = {key: asset.seconds for key, asset in known.items() if asset is not None and asset.seconds}
        return {"files": files, "seconds": lasting, "fetched": [key for key in files if key in question.fetched]}

    encoder = None if question.encoder is None else question.encoder.to_values()
    told = {
        "encoder": encoder,
        "frames": question.frames,
        "warnings": question.warnings,
        "with_audio": question.with_audio,
        "mix": question.mix and question.mix.to_values(),
        **numbered(question.captions or [None] * len(maps)),
        "durations": [one and one.to_values() for one in question.durations or [None] * len(maps)],
        "strict_fonts": question.strict_fonts,
        "motion_blur": values_of(question.motion_blur),
        "markers": question.markers,
    }
    try:
        with question.objects.stand_ins() as stand_in:
            found = checker.ask(told, [one.encode() for one in maps], files_of)
    except TaskFailed as failure:
        sentence = f"the request cannot be checked against the template: {failure}"
        raise Invalid(sentence, {"customizationMap": [sentence]}) from None
    checks = []
    for own, files, fields, answer in zip(errors, assets, remote, found["maps"], strict=True):
        lacking = set(own)
        for name, sentences in answer["errors"].items():
            if name not in lacking:
                own.setdefault(name, []).extend(sentences)
        checks.append(MapCheck(own, tuple(answer["warnings"]), files, length_of(answer.get("length")), fields))
    return found["shared"], checks


def numbered(captions: Sequence[str | None]) -> dict[str, Any]:
    """The captions of several maps, each told once: ``said`` are they, and ``captions`` their numbers, map by map."""
    numbers: dict[str, int] = {}
    found = [None if one is None else numbers.setdefault(one, len(numbers)) for one in captions]
    return {"said": list(numbers), "captions": found}


def joined(first: str, second: str) -> str:
    """Two customization maps as one, all as JSON."""
    inner = [part for part in (first.strip()[1:-1].strip(), second.strip()[1:-1].strip()) if part]
    return f"[{','.join(inner)}]"


@contextmanager
def template_copy(objects: Objects, source: Source) -> Iterator[TemplateFiles]:
    """The template's file on this machine, and the fonts. Raises Invalid when it is gone, and Unavailable."""
    try:
        copy = objects.copy(source.file.location, source.file.sha256)
    except FileNotFoundError:
        raise Invalid("the template's file is gone from the storage", {"templateId": ["upload it again"]}) from None
    with copy as path, font_copies(objects, source.fonts) as fonts:
        yield TemplateFiles(path, fonts)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one render, or all of a batch, have in common beside their maps. With a duration, ``asked`` are the frames
    of the video's timeline, and ``frames`` of the template none. ``said``: the captions; each row of a batch may have
    its own."""

    source: Source
    encoder: engine.EncoderConfig
    frames: tuple[float, float] | None
    poster: engine.Poster | None
    mix: engine.SoundMix | None
    duration: DurationRequest | None = None
    asked: Frames | None = None
    strict_fonts: bool = False
    said: Said = SILENT
    motion_blur: engine.MotionBlur | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Of the video, in pixels."""
        return self.encoder.resolution or (self.source.trial.width, self.source.trial.height)

    def seconds(self, length: Length | None) -> tuple[float, float]:
        """From which second of the composition on, and up to which, the video shows it; of a video whose length is
        chosen, of its timeline."""
        first, rate = self.source.span[0], self.source.frame_rate
        start, end = (length.start, length.end) if length is not None else self.frames or self.source.span
        return (start - first) / rate, (end - first) / rate

    @property
    def rate(self) -> float:
        """Of the video, in frames a second."""
        return float(self.encoder.frame_rate or self.source.frame_rate)


def terms_of(source: Source, output: RenderOutput, said: Said) -> Terms:
    encoder = encoder_from(output.encoder_config)
    with suppress(engine.EncoderConfigError):  # the check tells what is wrong with it
        encoder = engine.resolve_encoder(encoder)
    return Terms(
        source,
        encoder,
        None if output.duration else frame_range(output.job_info, source),
        poster_of(output.output, source.span[0]),
        None if output.audio is None else mix_of(output.audio),
        output.duration,
        timeline_frames(output.job_info, source) if output.duration else None,
        output.fonts == "strict",
        said,
        blur_of(output.motion_blur),
    )


def asked_duration(terms: Terms, sound: Sound | None, errors: Errors) -> engine.Duration | None:
    """How long a video is to be with its sound; None also where it follows one that is not fetched yet. What is wrong
    goes to ``errors``."""
    duration = terms.duration
    is_unknown = sound is not None and sound.id is None and not sound.seconds
    if duration is not None and duration.follows == "audio" and is_unknown:
        return None
    return duration_of(duration, sound.seconds if sound else None, terms.mix, errors)


def mix_of(asked: AudioMixRequest) -> engine.SoundMix:
    duck = asked.ducking
    given = asked.model_dump(exclude={"ducking", "trim", "url", "connection", "path"})
    return engine.SoundMix(
        **given,
        trim=None if asked.trim is None else (asked.trim[0], asked.trim[1]),
        ducking=None if duck is None else engine.Ducking(**duck.model_dump()),
    )


def blur_of(asked: MotionBlurRequest | None) -> engine.MotionBlur | None:
    """The motion blur of a request, as the engine takes it."""
    return None if asked is None else engine.MotionBlur(**asked.model_dump())


def values_of(blur: engine.MotionBlur | None) -> dict[str, Any] | None:
    """As it is told to a confined process, which reads it with ``MotionBlur.from_values``."""
    return None if blur is None else blur.to_values()


def ticket_of(terms: Terms, customizations: str, check: MapCheck, sound: Sound | None, estimated: Estimate) -> Ticket:
    """Of a map, the instance's included, in which nothing is wrong."""
    source = terms.source
    lasting = None if check.length is None else check.length.lasting
    with codec_told():
        frames = engine.forecast(source.trial, terms.encoder, terms.frames or source.span, lasting=lasting).frames
    return Ticket(
        source,
        order_of(terms, check, sound),
        customizations,
        terms.said,
        terms.seconds(check.length),
        check.warnings,
        sound.id if sound else None,
        tuple(sorted({key.lower() for key, file in check.assets.items() if not is_remote(file.location)})),
        frames,
        estimated,
    )


def order_of(terms: Terms, check: MapCheck, sound: Sound | None) -> engine.RenderOrder:
    """What is rendered, but for the customization map."""
    frames = terms.frames
    if check.length is not None and terms.asked is not None:
        frames = check.length.start, check.length.end
    return engine.RenderOrder(
        template=terms.source.file,
        output=f"render{engine.container_of(terms.encoder).endings[0]}",
        encoder=terms.encoder,
        assets=check.assets,
        frames=frames,
        soundtrack=sound.file if sound else None,
        poster=terms.poster,
        mix=terms.mix,
        duration=duration_of(terms.duration, sound.seconds if sound else None, terms.mix, {}),
        fonts=terms.source.fonts,
        strict_fonts=terms.strict_fonts,
        motion_blur=terms.motion_blur,
    )
