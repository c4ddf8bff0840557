"""From a render request to what a worker needs, with everything that is wrong with it at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import velocity_engine as engine
from velocity_web import states
from velocity_web.auth import Caller
from velocity_web.entities import Asset, Audio, Campaign, Job, Template, TemplateInstance, rows
from velocity_web.failures import Invalid
from velocity_web.schemas.render import EncoderConfigRequest, JobInfo, RenderOutput
from velocity_web.services.estimates import Estimate, Past, estimate, past_of, trial_of
from velocity_web.services.openings import openings

Errors = dict[str, list[str]]
LARGEST_MAP = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """The template of a render, and the instance it comes by in campaign mode; ``trial`` and ``past`` are what its
    estimate is made of."""

    template_id: str
    template_name: str
    file: str
    frame_rate: float
    span: tuple[float, float]
    frame_count: int
    trial: engine.Trial
    past: list[Past]
    instance_id: str | None = None
    instance_name: str | None = None
    campaign_id: str | None = None
    customizations: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A checked request: ``work`` is what the worker needs, as JSON values; paths are relative to the data folder."""

    source: Source
    work: dict[str, Any]
    audio_id: str | None
    asset_ids: tuple[str, ...]
    frames: int
    estimate: Estimate


def find_source(caller: Caller, template_id: str | None, instance_id: str | None) -> Source:
    """Within a session. Raises Invalid with the field's sentence."""
    if template_id and instance_id:
        sentence = "give templateId or templateInstanceId, not both"
        raise Invalid(sentence, {"templateId": [sentence], "templateInstanceId": [sentence]})
    if not template_id and not instance_id:
        sentence = "templateId or templateInstanceId is required"
        raise Invalid(sentence, {"templateId": [sentence], "templateInstanceId": [sentence]})
    if template_id:
        return _source(caller, template_id, "templateId")
    instance = TemplateInstance.get(id=instance_id)
    if instance is None or instance.account_id != caller.account_id:
        sentence = f"there is no template instance {instance_id}"
        raise Invalid(sentence, {"templateInstanceId": [sentence]})
    campaign = Campaign.get(id=instance.campaign_id)
    return _source(
        caller,
        instance.template_id,
        "templateInstanceId",
        instance_id=instance.id,
        instance_name=instance.name,
        campaign_id=campaign.id if campaign else None,
        customizations=json.loads(instance.customization_map),
    )


def _source(caller: Caller, template_id: str, field_name: str, **campaign: Any) -> Source:
    template = Template.get(id=template_id)
    if template is None or template.account_id != caller.account_id:
        sentence = f"there is no template {template_id}"
        raise Invalid(sentence, {field_name: [sentence]})
    job = Job.get(subject_id=template_id)
    if job is None or job.status != states.COMPLETED or not template.analysis:
        sentence = (
            f"the template {template.name!r} is {job.status if job else 'gone'}; only a completed one can be rendered"
        )
        raise Invalid(sentence, {field_name: [sentence]})
    analysis = json.loads(template.analysis)
    return Source(
        template.id,
        template.name,
        template.file,
        analysis["frame_rate"],
        tuple(analysis["span"]),
        analysis["frame_count"],
        trial_of(analysis),
        past_of(template.id),
        **campaign,
    )


def find_audio_file(caller: Caller, audio_id: str | None, source: Source, errors: Errors) -> str | None:
    """Within a session: the stored file of the request's audio."""
    if audio_id is None:
        return None
    audio = Audio.get(id=audio_id)
    if audio is None or audio.account_id != caller.account_id:
        errors["audioId"] = [f"there is no audio {audio_id}"]
        return None
    job = Job.get(subject_id=audio_id)
    if job is None or job.status != states.COMPLETED:
        errors["audioId"] = [f"the audio {audio.name!r} is {job.status if job else 'gone'}, not completed"]
        return None
    if source.instance_id and not _is_linked(source.campaign_id, audio.group_id):
        link = f"POST /campaign/{source.campaign_id}/audio-groups/{audio.group_id}"
        errors["audioId"] = [f"the audio {audio.name!r} is of a group that is not linked to the campaign; do {link}"]
    return str(audio.file)


def sound_seconds(audio_id: str | None) -> float:
    """Within a session: how long the request's audio lasts."""
    audio = Audio.get(id=audio_id) if audio_id else None
    return float(audio.seconds or 0.0) if audio else 0.0


def _is_linked(campaign_id: str | None, group_id: str) -> bool:
    both = {"campaign": campaign_id, "group": group_id}
    return bool(rows("SELECT 1 FROM campaign_audio_group WHERE campaign_id = $campaign AND group_id = $group", both))


def find_assets(caller: Caller, customizations: Sequence[Mapping[str, Any]], errors: Errors) -> dict[str, str]:
    """Within a session: the stored files of all ``{"assetId": ...}`` of a map, by the id as it was written."""
    found: dict[str, str] = {}
    for index, entry in enumerate(customizations):
        for key, value in entry.items():
            asset_id = value.get("assetId") if isinstance(value, dict) else None
            if not isinstance(asset_id, str):
                continue
            asset = Asset.get(id=asset_id.lower())
            if asset is None or asset.account_id != caller.account_id:
                errors[f"customizationMap[{index}].{key}.assetId"] = [f"there is no asset {asset_id[:80]}"]
            else:
                found[asset_id] = asset.file
    return found


def encoder_from(request: EncoderConfigRequest) -> engine.EncoderConfig:
    values: dict[str, Any] = {
        "bitrate": request.bitrate,
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
        "audio_bitrate": request.audio_bitrate,
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


def check_request(
    caller: Caller, data: Path, source: Source, output: RenderOutput, customizations: list[dict[str, Any]]
) -> Ticket:
    """Within a session that reads. Raises Invalid with the sentences of all fields at once."""
    errors: Errors = {}
    whole_map = [*source.customizations, *customizations]
    if len(whole_map) > LARGEST_MAP:
        raise Invalid("the map is too long", {"customizationMap": [f"at most {LARGEST_MAP} entries"]})
    audio_id = str(output.audio_id) if output.audio_id else None
    audio = find_audio_file(caller, audio_id, source, errors)
    assets = find_assets(caller, whole_map, errors)
    encoder = encoder_from(output.encoder_config)
    frames = frame_range(output.job_info, source)
    known_bad = set(errors)
    try:
        with openings.of(data / source.file) as template:
            files = {asset_id: data / file for asset_id, file in assets.items()}
            problems = template.check(encoder, whole_map, frames, files)
    except FileNotFoundError:
        raise Invalid("the template's file is gone from the storage", {"templateId": ["upload it again"]}) from None
    for problem in problems:
        name = field_of(problem)
        if name not in known_bad:
            errors.setdefault(name, []).append(sentence_of(problem))
    if errors:
        raise Invalid("the request has invalid fields", errors)
    span = frames or source.span
    return Ticket(
        source,
        _work(source, encoder, whole_map, assets, audio, frames),
        audio_id,
        tuple(sorted({asset_id.lower() for asset_id in assets})),
        engine.forecast(source.trial, encoder, span).frames,
        estimate(source.template_id, source.trial, encoder, span, sound_seconds(audio_id), source.past),
    )


def field_of(problem: engine.VelocityError) -> str:
    """The request's field that an engine's error is about."""
    name = problem.place.field or ""
    if isinstance(problem, engine.EncoderConfigError):
        return f"encoderConfig.{name}".rstrip(".")
    if isinstance(problem, engine.FrameRangeError):
        return f"jobInfo.{name}".rstrip(".")
    if name.startswith("customizationMap"):
        return name
    return f"customizationMap{name}" if name.startswith("[") else f"customizationMap.{name}".rstrip(".")


def sentence_of(problem: engine.VelocityError) -> str:
    return f"{problem.message}. {problem.hint}" if problem.hint else problem.message


def _work(
    source: Source,
    encoder: engine.EncoderConfig,
    customizations: list[dict[str, Any]],
    assets: dict[str, str],
    audio: str | None,
    frames: tuple[float, float] | None,
) -> dict[str, Any]:
    names = engine.EncoderConfig.__dataclass_fields__
    return {
        "template": source.file,
        "encoder": {name: getattr(encoder, name) for name in names},
        "customizations": customizations,
        "assets": assets,
        "audio": audio,
        "frames": frames,
    }
