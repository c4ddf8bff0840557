"""/webhook"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged
from velocity_web.routes.context import Resource
from velocity_web.schemas.base import Message
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.schemas.webhook import (
    Rotation,
    WebhookChange,
    WebhookDeliveryDetail,
    WebhookDeliveryDto,
    WebhookDto,
    WebhookLog,
    WebhookRequest,
    WebhookSecret,
)
from velocity_web.services import webhooks

TAG = "Webhook"


class Webhooks(Resource):
    @Operation(
        id="createWebhook",
        summary="Name a URL for the account's events",
        tag=TAG,
        scopes=(RENDER,),
        body=WebhookRequest,
        examples={JSON: examples.WEBHOOK},
        returns=WebhookDto,
    )
    def on_post(self, call: Call[WebhookRequest]) -> WebhookDto:
        """Whoever asked for what they are of. A URL that a render or a batch names itself is told of that besides."""
        return webhooks.create_webhook(call.caller, self.settings, call.body)

    @Operation(id="listWebhooks", summary="Webhooks of the account", tag=TAG, scopes=(READ,), returns=list[WebhookDto])
    def on_get(self, call: Call) -> list[WebhookDto]:
        """Oldest first."""
        return paged(call, webhooks.list_webhooks(call.caller))


class WebhookItem(Resource):
    @Operation(id="getWebhook", summary="A webhook of the account", tag=TAG, scopes=(READ,), returns=WebhookDto)
    def on_get(self, call: Call) -> WebhookDto:
        """Its URL and its events."""
        return webhooks.webhook_detail(call.caller, call.ids["webhook_id"])

    @Operation(
        id="changeWebhook",
        summary="Change a webhook",
        tag=TAG,
        scopes=(RENDER,),
        body=WebhookChange,
        examples={JSON: examples.WEBHOOK_CHANGE},
        returns=WebhookDto,
    )
    def on_patch(self, call: Call[WebhookChange]) -> WebhookDto:
        """Fields that are left out stay as they are. What waits to be sent goes to the URL that it was meant for."""
        return webhooks.change_webhook(call.caller, self.settings, call.ids["webhook_id"], call.body)

    @Operation(id="deleteWebhook", summary="Delete a webhook", tag=TAG, scopes=(RENDER,), returns=Message)
    def on_delete(self, call: Call) -> Message:
        """What waits to be sent to it is not sent any more."""
        webhooks.delete_webhook(call.caller, call.ids["webhook_id"])
        return Message(message="Webhook deleted successfully")


class WebhookDeliveries(Resource):
    @Operation(
        id="listWebhookDeliveries",
        summary="Log of webhook deliveries",
        tag=TAG,
        scopes=(READ,),
        query=WebhookLog,
        returns=list[WebhookDeliveryDto],
        codes={404: "No such render"},
    )
    def on_get(self, call: Call[None, WebhookLog]) -> list[WebhookDeliveryDto]:
        """Newest first; an id narrows it to what that was told of, ``status`` to what was delivered or not."""
        return paged(call, webhooks.list_deliveries(call.caller, call.query))


class WebhookDeliveryItem(Resource):
    @Operation(
        id="getWebhookDelivery", summary="A webhook delivery", tag=TAG, scopes=(READ,), returns=WebhookDeliveryDetail
    )
    def on_get(self, call: Call) -> WebhookDeliveryDetail:
        """With the body as it is sent."""
        return webhooks.delivery_detail(call.caller, call.ids["delivery_id"])


class WebhookDeliveryResend(Resource):
    @Operation(
        id="resendWebhookDelivery",
        summary="Send a delivery once more",
        tag=TAG,
        scopes=(RENDER,),
        returns=WebhookDeliveryDto,
        codes={409: "It is still pending"},
    )
    def on_post(self, call: Call) -> WebhookDeliveryDto:
        """To the same URL, with the same body and webhook-id, so that a receiver can tell that it knows it."""
        return webhooks.resend(call.caller, call.ids["delivery_id"])


class WebhookSecretItem(Resource):
    @Operation(
        id="getWebhookSecret",
        summary="The secret that signs webhooks",
        tag=TAG,
        scopes=(RENDER,),
        returns=WebhookSecret,
    )
    def on_get(self, call: Call) -> WebhookSecret:
        """For a Standard Webhooks library."""
        return webhooks.secret_of(call.caller)


class WebhookSecretRotation(Resource):
    @Operation(
        id="rotateWebhookSecret",
        summary="Replace the secret that signs webhooks",
        tag=TAG,
        scopes=(RENDER,),
        body=Rotation,
        may_be_empty=True,
        examples={JSON: examples.ROTATION},
        returns=WebhookSecret,
    )
    def on_post(self, call: Call[Rotation]) -> WebhookSecret:
        """For ``overlapHours`` both secrets sign: the webhook-signature header has a signature of each, and receivers
        with either accept it."""
        return webhooks.rotate_secret(call.caller, call.body.overlap_hours)
