"""What a render request names: its template, perhaps by an instance of a campaign, and its audio."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import Audio, Campaign, Job, Template, TemplateInstance, rows
from velocity_web.failures import Invalid
from velocity_web.orders.account_fonts import font_files
from velocity_web.schemas import states
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.estimates import Past, past_of, trial_of

Errors = dict[str, list[str]]
NO_MAP = "[]"


@dataclass(frozen=True, slots=True)
class Source:
    """The template of a render, and the instance it comes by in campaign mode. ``trial`` and ``past`` are what its
    estimate is made of. ``customizations``: the instance's map, as JSON. ``findings``: what the analysis found.
    ``fonts``: the account's.
    """

    template_id: str
    template_name: str
    file: engine.FileReference
    frame_rate: float
    span: tuple[float, float]
    frame_count: int
    trial: engine.Trial
    past: list[Past]
    instance_id: str | None = None
    instance_name: str | None = None
    campaign_id: str | None = None
    customizations: str = NO_MAP
    findings: tuple[dict[str, Any], ...] = ()
    fonts: tuple[engine.FileReference, ...] = ()


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
        customizations=instance.customization_map,
    )


def _source(caller: Caller, template_id: str, field_name: str, **campaign: Any) -> Source:
    job = Job.get(subject_id=template_id)  # first: what it found is written together with its end
    template = Template.get(id=template_id)
    if template is None or template.account_id != caller.account_id:
        sentence = f"there is no template {template_id}"
        raise Invalid(sentence, {field_name: [sentence]})
    if job is None or job.status != states.COMPLETED or not template.analysis:
        sentence = (
            f"the template {template.name!r} is {job.status if job else 'gone'}; only a completed one can be rendered"
        )
        raise Invalid(sentence, {field_name: [sentence]})
    analysis = json.loads(template.analysis)
    return Source(
        template.id,
        template.name,
        engine.FileReference(template.file, template.sha256),
        analysis["frame_rate"],
        tuple(analysis["span"]),
        analysis["frame_count"],
        trial_of(analysis),
        past_of(template.id),
        findings=tuple(analysis.get("findings", ())),
        fonts=font_files(caller.account_id),
        **campaign,
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """The audio of a request: its file, and how long it lasts, 0 where nobody knows; ``id`` where it is stored."""

    id: str | None
    file: engine.FileReference
    seconds: float


@dataclass(frozen=True, slots=True)
class NamedSound:
    """The audio that a request names: by its id, or as a source that is fetched."""

    id: str | None = None
    source: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        return bool(self.id or self.source)

    @property
    def key(self) -> str:
        """Equal for what is the same audio."""
        return json.dumps([self.id, self.source])


def find_sound(elsewhere: Elsewhere, named: NamedSound, source: Source, errors: Errors) -> Sound | None:
    """Within a session: the request's audio. What is wrong with it goes to ``errors``."""
    caller, audio_id = elsewhere.caller, named.id
    if audio_id and named.source:
        errors["audio"] = ["give audioId, or a source in audio, not both"]
        return None
    if named.source:
        if source.instance_id:
            errors["audio"] = ["a render of a campaign takes audio of a linked group; give its audioId"]
        file = elsewhere.located(named.source, "audio", errors)
        return None if file is None else Sound(None, file, 0.0)
    if audio_id is None:
        return None
    job = Job.get(subject_id=audio_id)  # first: what it found is written together with its end
    audio = Audio.get(id=audio_id)
    if audio is None or audio.account_id != caller.account_id:
        errors["audioId"] = [f"there is no audio {audio_id}"]
        return None
    if job is None or job.status != states.COMPLETED:
        errors["audioId"] = [f"the audio {audio.name!r} is {job.status if job else 'gone'}, not completed"]
        return None
    if source.instance_id and not _is_linked(source.campaign_id, audio.group_id):
        link = f"POST /campaign/{source.campaign_id}/audio-groups/{audio.group_id}"
        errors["audioId"] = [f"the audio {audio.name!r} is of a group that is not linked to the campaign; do {link}"]
    return Sound(audio_id, engine.FileReference(audio.file, audio.sha256), float(audio.seconds or 0.0))


def _is_linked(campaign_id: str | None, group_id: str) -> bool:
    both = {"campaign": campaign_id, "group": group_id}
    return bool(rows("SELECT 1 FROM campaign_audio_group WHERE campaign_id = $campaign AND group_id = $group", both))
