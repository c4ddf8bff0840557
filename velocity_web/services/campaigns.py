"""Campaigns, their template instances, and the audio groups linked to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pony.orm import desc

from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    Campaign,
    CampaignAudioGroup,
    Template,
    TemplateInstance,
    execute,
    lock_account,
    new_id,
    reading,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.failures import Invalid, NotFound
from velocity_web.processes.runner import Runner
from velocity_web.schemas.campaign import CampaignDto, InstanceChange, InstanceDto, InstanceRequest
from velocity_web.services.audio import find_group
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.paging import Listed, Window, total_of
from velocity_web.services.render_checks import CheckRequest, ask, template_copy
from velocity_web.services.render_sources import Source, find_source
from velocity_web.storage.objects import Objects


def find_campaign(caller: Caller, campaign_id: str) -> Campaign:
    """Within a session. Raises NotFound."""
    campaign: Campaign | None = Campaign.get(id=campaign_id)
    if campaign is None or campaign.account_id != caller.account_id:
        raise NotFound(f"there is no campaign {campaign_id}")
    return campaign


def create_campaign(caller: Caller, name: str) -> CampaignDto:
    with writing():
        return _dto(Campaign(id=new_id(), account_id=caller.account_id, name=name, created_at=now_ms()))


def _dto(campaign: Campaign) -> CampaignDto:
    campaign_id = campaign.id
    links = CampaignAudioGroup.select(lambda link: link.campaign_id == campaign_id)
    return CampaignDto(
        id=campaign.id,
        name=campaign.name,
        created_at=iso_time(campaign.created_at),
        template_instance_count=TemplateInstance.select(lambda entry: entry.campaign_id == campaign_id).count(),
        audio_group_ids=sorted(link.group_id for link in links),
    )


def list_campaigns(caller: Caller, window: Window) -> Listed[CampaignDto]:
    with reading():
        query = Campaign.select(lambda campaign: campaign.account_id == caller.account_id)
        found = query.order_by(lambda campaign: (desc(campaign.created_at), campaign.id))[window.skip : window.end]
        own = {"account": caller.account_id}
        total = total_of("FROM campaign WHERE account_id = $account", own, window, len(found))
        return [_dto(campaign) for campaign in found], total


def campaign_detail(caller: Caller, campaign_id: str) -> CampaignDto:
    with reading():
        return _dto(find_campaign(caller, campaign_id))


def delete_campaign(caller: Caller, campaign_id: str) -> None:
    """Remove a campaign with its instances and links; renders, templates and audio stay. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        find_campaign(caller, campaign_id)
        execute("DELETE FROM campaign_audio_group WHERE campaign_id = $id", {"id": campaign_id})
        execute("DELETE FROM template_instance WHERE campaign_id = $id", {"id": campaign_id})
        execute("DELETE FROM campaign WHERE id = $id", {"id": campaign_id})


def link_group(caller: Caller, campaign_id: str, group_id: str) -> None:
    """Linking twice is linking once. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        find_campaign(caller, campaign_id)
        find_group(caller, group_id)
        if CampaignAudioGroup.get(campaign_id=campaign_id, group_id=group_id) is None:
            CampaignAudioGroup(campaign_id=campaign_id, group_id=group_id)


def unlink_group(caller: Caller, campaign_id: str, group_id: str) -> None:
    """Raises NotFound, also when the group is not linked."""
    with writing():
        lock_account(caller.account_id)
        find_campaign(caller, campaign_id)
        both = {"campaign": campaign_id, "group": group_id}
        if not execute("DELETE FROM campaign_audio_group WHERE campaign_id = $campaign AND group_id = $group", both):
            raise NotFound(f"the audio asset group {group_id} is not linked to the campaign")


def _find_instance(caller: Caller, campaign_id: str, instance_id: str) -> TemplateInstance:
    find_campaign(caller, campaign_id)
    instance: TemplateInstance | None = TemplateInstance.get(id=instance_id)
    if instance is None or instance.campaign_id != campaign_id:
        raise NotFound(f"there is no template instance {instance_id} in the campaign")
    return instance


def _instance_dto(instance: TemplateInstance) -> InstanceDto:
    template = Template.get(id=instance.template_id)
    return InstanceDto(
        id=instance.id,
        template_instance_id=instance.id,
        campaign_id=instance.campaign_id,
        template_id=instance.template_id,
        template_name=template.name if template else None,
        name=instance.name,
        customization_map=json.loads(instance.customization_map),
        created_at=iso_time(instance.created_at),
    )


def _check_map(
    caller: Caller,
    objects: Objects,
    runner: Runner,
    source: Source,
    customizations: list[dict[str, Any]],
) -> None:
    """Raises Invalid for a map that does not fit the template, Busy and Unavailable."""
    question = CheckRequest(
        elsewhere=Elsewhere(runner.settings, caller),
        objects=objects,
        encoder=None,
        frames=None,
        warnings=False,
        with_audio=[False],
    )
    with (
        template_copy(objects, source) as file,
        runner.slot(caller.account_id),
        runner.checker(caller.account_id, file) as checker,
    ):
        _shared, [check] = ask(checker, question, [json.dumps(customizations)])
    if check.errors:
        raise Invalid("the request has invalid fields", check.errors)


def create_instance(
    caller: Caller, objects: Objects, runner: Runner, campaign_id: str, request: InstanceRequest
) -> InstanceDto:
    """Raises NotFound, Invalid, Busy and Unavailable."""
    with reading():
        find_campaign(caller, campaign_id)
        source = find_source(caller, str(request.template_id), None)
    _check_map(caller, objects, runner, source, request.customization_map)
    with writing():
        lock_account(caller.account_id)
        find_campaign(caller, campaign_id)
        instance = TemplateInstance(
            id=new_id(),
            account_id=caller.account_id,
            campaign_id=campaign_id,
            template_id=str(request.template_id),
            name=request.name,
            customization_map=json.dumps(request.customization_map),
            created_at=now_ms(),
        )
        return _instance_dto(instance)


def list_instances(caller: Caller, campaign_id: str, window: Window) -> Listed[InstanceDto]:
    with reading():
        find_campaign(caller, campaign_id)
        query = TemplateInstance.select(lambda entry: entry.campaign_id == campaign_id)
        found = query.order_by(lambda entry: (desc(entry.created_at), entry.id))[window.skip : window.end]
        own = {"campaign": campaign_id}
        total = total_of("FROM template_instance WHERE campaign_id = $campaign", own, window, len(found))
        return [_instance_dto(instance) for instance in found], total


def instance_detail(caller: Caller, campaign_id: str, instance_id: str) -> InstanceDto:
    with reading():
        return _instance_dto(_find_instance(caller, campaign_id, instance_id))


@dataclass(frozen=True, slots=True)
class InstanceIds:
    """The ids that name an instance: its campaign's, and its own."""

    campaign_id: str
    instance_id: str


def change_instance(
    caller: Caller, objects: Objects, runner: Runner, ids: InstanceIds, change: InstanceChange
) -> InstanceDto:
    """Change the fields that are given. Raises NotFound, Invalid, Busy and Unavailable."""
    campaign_id, instance_id = ids.campaign_id, ids.instance_id
    checked = change.template_id is not None or change.customization_map is not None
    with reading():
        instance = _find_instance(caller, campaign_id, instance_id)
        template_id = str(change.template_id or instance.template_id)
        kept = json.loads(instance.customization_map)
        customizations = kept if change.customization_map is None else change.customization_map
        source = find_source(caller, template_id, None) if checked else None
    if source is not None:
        _check_map(caller, objects, runner, source, customizations)
    with writing():
        lock_account(caller.account_id)
        instance = _find_instance(caller, campaign_id, instance_id)
        instance.template_id = template_id
        instance.customization_map = json.dumps(customizations)
        instance.name = change.name or instance.name
        instance.flush()
        return _instance_dto(instance)


def delete_instance(caller: Caller, campaign_id: str, instance_id: str) -> None:
    """Its renders stay. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        _find_instance(caller, campaign_id, instance_id)
        execute("DELETE FROM template_instance WHERE id = $id", {"id": instance_id})
