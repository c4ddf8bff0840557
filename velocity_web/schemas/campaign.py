"""Campaigns and their template instances."""

from __future__ import annotations

from typing import Any

from velocity_web.schemas.base import Answer, Identifier, Name, Question, Time


class CampaignRequest(Question):
    name: Name


class CampaignDto(Answer):
    id: Identifier
    name: str
    created_at: Time
    template_instance_count: int
    audio_group_ids: list[Identifier]


class InstanceRequest(Question):
    template_id: Identifier
    name: Name
    customization_map: list[dict[str, Any]] = []


class InstanceChange(Question):
    template_id: Identifier | None = None
    name: Name | None = None
    customization_map: list[dict[str, Any]] | None = None


class InstanceDto(Answer):
    id: Identifier
    template_instance_id: Identifier
    campaign_id: Identifier
    template_id: Identifier
    template_name: str | None
    name: str
    customization_map: list[dict[str, Any]]
    created_at: Time
