"""Campaigns and their template instances."""

from __future__ import annotations

from pydantic import Field

from velocity_web.schemas.base import Identifier, IdText, Name, RequestModel, ResponseModel, Time
from velocity_web.schemas.customization import MapEntry


class CampaignRequest(RequestModel):
    name: Name


class CampaignDto(ResponseModel):
    id: IdText
    name: str
    created_at: Time
    template_instance_count: int
    audio_group_ids: list[IdText]


class InstanceRequest(RequestModel):
    template_id: Identifier
    name: Name
    customization_map: list[MapEntry] = Field(default_factory=list)


class InstanceChange(RequestModel):
    template_id: Identifier | None = None
    name: Name | None = None
    customization_map: list[MapEntry] | None = None


class InstanceDto(ResponseModel):
    id: IdText
    template_instance_id: IdText
    campaign_id: IdText
    template_id: IdText
    template_name: str | None
    name: str
    customization_map: list[MapEntry]
    created_at: Time
