"""Webhooks: what was sent of them, and the secret that signs them."""

from __future__ import annotations

from typing import Annotated

from velocity_web.schemas import states
from velocity_web.schemas.base import Identifier, IdText, Page, ResponseModel, Time
from velocity_web.schemas.template import one_of


class WebhookDeliveryDto(ResponseModel):
    id: IdText
    render_id: IdText
    url: str
    event: str
    status: Annotated[str, one_of(states.PENDING, states.DELIVERED, states.FAILED)]
    attempts: int
    next_attempt_at: Time | None
    response_code: int | None
    reason: str | None
    created_at: Time
    completed_at: Time | None


class WebhookLog(Page):
    render_id: Identifier | None = None


class WebhookSecret(ResponseModel):
    """The Standard Webhooks secret that signs this account's deliveries."""

    secret: str
