"""Audio and its groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from velocity_web.schemas import states
from velocity_web.schemas.base import IdText, Name, Page, RequestModel, ResponseModel, Skip, Time, at_most
from velocity_web.schemas.template import HistoryStatus, JobStatus, one_of


class AudioUploaded(ResponseModel):
    status: JobStatus
    audio_id: IdText
    job_id: IdText
    audio_group_id: IdText
    audio_asset_group_id: IdText


class AudioDto(ResponseModel):
    id: IdText
    audio_group_id: IdText
    audio_asset_group_id: IdText
    name: str
    size_bytes: int
    created_at: Time
    original_format: str
    duration: float | None = Field(description="seconds")


class AudioListEntry(AudioDto):
    """An audio file with its group."""

    group_id: IdText
    group_name: str


class AudioJobDto(ResponseModel):
    job_id: IdText
    audio_id: IdText
    audio_group_id: IdText
    audio_asset_group_id: IdText
    audio_name: str
    status: JobStatus
    created_at: Time
    completed_at: Time | None
    reason: str | None
    stage: Annotated[str, one_of(*states.STAGES)]


class AudioHistory(Page):
    status: HistoryStatus = None


class AudioSearch(RequestModel):
    skip: Skip = 0
    take: Annotated[int, Field(ge=1, description="how many to list"), *at_most(2**31 - 1)] = 100
    search: Annotated[str | None, Field(max_length=255)] = None


class AudioGroupRequest(RequestModel):
    name: Name


class AudioGroupDeletion(RequestModel):
    with_audio: bool = Field(False, description="true: delete the audio of the group, too")


class AudioGroupDto(ResponseModel):
    id: IdText
    name: str
    audio_count: int
    created_at: Time


class AudioGroupDetail(AudioGroupDto):
    audio: list[AudioDto]
