"""Webhooks: what is sent, where it goes, what was sent, and the secret that signs it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AnyHttpUrl, BeforeValidator, Field

from velocity_web.schemas import states
from velocity_web.schemas.base import Identifier, IdText, Page, RequestModel, ResponseModel, Time
from velocity_web.schemas.messages import EventName
from velocity_web.schemas.template import lower, one_of

EVENTS: tuple[str, ...] = get_args(EventName)
MOST_ENDPOINTS = 10
URL = "where the events are POSTed to: an http or https URL of the public internet"
TAKES = "which events are sent; all of them if left out"
Events = Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))]


class WebhookRequest(RequestModel):
    """A URL for an account's events, whoever asked for what they are of."""

    url: AnyHttpUrl = Field(description=URL)
    events: Events | None = Field(None, description=TAKES)
    enabled: bool = Field(True, description="false: nothing is sent to it")


class WebhookChange(RequestModel):
    """Fields that are left out stay as they are."""

    url: AnyHttpUrl | None = Field(None, description=URL)
    events: Events | None = Field(None, description="which events are sent")
    enabled: bool | None = Field(None, description="false: nothing is sent to it")


class WebhookDto(ResponseModel):
    id: IdText
    webhook_id: IdText
    url: str
    events: list[EventName]
    enabled: bool
    created_at: Time


class WebhookDeliveryDto(ResponseModel):
    """A message, and how its sending went. Its ``webhook-id`` header is ``msg_`` and the id."""

    id: IdText
    webhook_id: IdText | None = Field(description="the account's webhook; null where the request named the URL")
    render_id: IdText | None
    batch_id: IdText | None
    template_id: IdText | None
    audio_id: IdText | None
    url: str
    event: Annotated[str, one_of(*EVENTS)]
    status: Annotated[str, one_of(states.PENDING, states.DELIVERED, states.FAILED)]
    attempts: int
    next_attempt_at: Time | None
    response_code: int | None
    reason: str | None
    created_at: Time
    completed_at: Time | None


class WebhookDeliveryDetail(WebhookDeliveryDto):
    """With the body as it is sent."""

    payload: dict[str, Any]


class WebhookLog(Page):
    render_id: Identifier | None = Field(None, description="only of this render")
    batch_id: Identifier | None = Field(None, description="only of this batch, not of its renders")
    template_id: Identifier | None = Field(None, description="only of this template")
    audio_id: Identifier | None = Field(None, description="only of this audio file")
    status: Annotated[Literal["pending", "delivered", "failed"] | None, BeforeValidator(lower)] = None


class WebhookSecret(ResponseModel):
    """The Standard Webhooks secret that signs this account's deliveries. After a rotation the former one signs beside
    it until ``formerValidUntil``."""

    secret: str
    former_valid_until: Time | None = None


class Rotation(RequestModel):
    """How long the former secret goes on signing beside the new one."""

    overlap_hours: float = Field(24.0, ge=0, le=168, description="0: the former secret is worth nothing at once")
