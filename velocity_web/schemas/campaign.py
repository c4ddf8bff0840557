"""Campaigns and their template instances."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from velocity_web.schemas.base import Answer, Identifier, IdText, Name, Question, Time


class CampaignRequest(Question):
    name: Name


class CampaignDto(Answer):
    id: IdText
    name: str
    created_at: Time
    template_instance_count: int
    audio_group_ids: list[IdText]


class InstanceRequest(Question):
    template_id: Identifier
    name: Name
    customization_map: list[dict[str, Any]] = Field(default_factory=list)


class InstanceChange(Question):
    template_id: Identifier | None = None
    name: Name | None = None
    customization_map: list[dict[str, Any]] | None = None


class InstanceDto(Answer):
    id: IdText
    template_instance_id: IdText
    campaign_id: IdText
    template_id: IdText
    template_name: str | None
    name: str
    customization_map: list[dict[str, Any]]
    created_at: Time
