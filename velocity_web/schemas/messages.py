"""The bodies of webhooks: what is told of which event."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from velocity_web.schemas import states
from velocity_web.schemas.base import IdText, ResponseModel, Time
from velocity_web.schemas.destination import DestinationDto
from velocity_web.schemas.template import one_of

Reason = Annotated[str | None, Field(description="why it failed")]
RenderEvent = Literal["render.completed", "render.failed", "render.cancelled"]
BatchEvent = Literal["batch.completed", "batch.failed", "batch.cancelled"]
TemplateEvent = Literal["template.completed", "template.failed"]
AudioEvent = Literal["audio.completed", "audio.failed"]
EventName = Literal[RenderEvent, BatchEvent, TemplateEvent, AudioEvent]
Ended = Annotated[str, one_of(*states.FINAL)]
Processed = Annotated[str, one_of(states.COMPLETED, states.FAILED)]


class RenderNews(ResponseModel):
    render_id: IdText
    name: str
    status: Ended
    template_id: IdText
    batch_id: IdText | None
    video_download_url: str | None
    poster_download_url: str | None
    size_bytes: int | None
    render_time_milliseconds: int
    reason: Reason
    metadata: dict[str, str]
    destinations: list[DestinationDto] = Field(default_factory=list, description="where the video was sent")


class BatchNews(ResponseModel):
    """``counts`` are its renders by status."""

    batch_id: IdText
    name: str
    status: Ended
    template_id: IdText
    rows_total: int
    counts: dict[str, int]
    metadata: dict[str, str]


class TemplateNews(ResponseModel):
    template_id: IdText
    name: str
    status: Processed
    reason: Reason


class AudioNews(ResponseModel):
    audio_id: IdText
    name: str
    status: Processed
    reason: Reason
    duration: float | None = Field(description="seconds")


class RenderMessage(ResponseModel):
    """A render has ended."""

    type: RenderEvent
    timestamp: Time
    data: RenderNews


class BatchMessage(ResponseModel):
    """Nothing of a batch is left to do."""

    type: BatchEvent
    timestamp: Time
    data: BatchNews


class TemplateMessage(ResponseModel):
    """The processing of a template has ended."""

    type: TemplateEvent
    timestamp: Time
    data: TemplateNews


class AudioMessage(ResponseModel):
    """The processing of an audio file has ended."""

    type: AudioEvent
    timestamp: Time
    data: AudioNews


MESSAGES: dict[str, type[ResponseModel]] = {
    "render": RenderMessage,
    "batch": BatchMessage,
    "template": TemplateMessage,
    "audio": AudioMessage,
}
"""By the first word of their events."""
