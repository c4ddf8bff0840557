"""/webhook"""

from __future__ import annotations

from velocity_web.events import webhooks
from velocity_web.http.operation import Call, Operation
from velocity_web.routes.context import Resource
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.schemas.webhook import WebhookDeliveryDto, WebhookLog, WebhookSecret

TAG = "Webhook"


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
        """Newest first; ``renderId`` narrows it to one render."""
        query = call.query
        render_id = str(query.render_id) if query.render_id else None
        return webhooks.list_deliveries(call.caller, render_id, query.skip, query.take)


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
