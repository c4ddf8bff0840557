"""/render/batch and /webhook"""

from __future__ import annotations

from functools import partial

from velocity_web.auth import Caller
from velocity_web.operation import Call, operation, validated
from velocity_web.routes.context import Resource
from velocity_web.schemas.render import (
    BatchDetail,
    BatchDto,
    BatchPage,
    BatchQuery,
    BatchRequest,
    WebhookDeliveryDto,
    WebhookLog,
    WebhookSecret,
)
from velocity_web.services import batches, webhooks

TAG = "Batch"
WEBHOOKS = "Webhook"
STAND_INS = {
    "rows": [{}],
    "rows[]": {},
    "csv": "name\n-",
    "encoderConfig": {"bitrate": 625_000},
    "encoderConfig.bitrate": 625_000,
}


def check(resource: Resource, caller: Caller, body: BatchRequest) -> None:
    batches.check_batch(caller, resource.settings, body)


class Batches(Resource):
    @operation(
        summary="Create a batch of renders",
        tag=TAG,
        query=BatchQuery,
        body=BatchRequest,
        other_body={"text/csv": "A header line with a name column and layers, then a line for each video"},
        returns=BatchDetail,
        further=check,
        stand_ins=STAND_INS,
        codes={402: "The renders need more time than is left of the budget"},
    )
    def on_post(self, call: Call) -> BatchDetail:
        """Rows that are invalid are kept as rejected, with their errors; the others are queued."""
        request = call.body
        if isinstance(request, bytes):
            asked = batches.request_of_csv(request, call.query)
            request = validated(BatchRequest, asked, partial(check, self, call.caller), STAND_INS)
        return batches.create_batch(call.caller, self.settings, request)

    @operation(summary="Batches", tag=TAG, query=BatchPage, returns=list[BatchDto])
    def on_get(self, call: Call) -> list[BatchDto]:
        """Newest first."""
        return batches.list_batches(call.caller, call.query.skip, call.query.take)


class BatchItem(Resource):
    @operation(summary="A batch with the result of each row", tag=TAG, returns=BatchDetail)
    def on_get(self, call: Call) -> BatchDetail:
        """With the progress of the whole."""
        return batches.batch_detail(call.caller, call.ids["batch_id"])


class BatchCancel(Resource):
    @operation(summary="Cancel a batch", tag=TAG, returns=BatchDetail)
    def on_post(self, call: Call) -> BatchDetail:
        """Rows that are finished stay."""
        return batches.cancel_batch(call.caller, call.ids["batch_id"])


class WebhookDeliveries(Resource):
    @operation(
        summary="Log of webhook deliveries",
        tag=WEBHOOKS,
        query=WebhookLog,
        returns=list[WebhookDeliveryDto],
        codes={404: "No such render"},
    )
    def on_get(self, call: Call) -> list[WebhookDeliveryDto]:
        """Newest first; ``renderId`` narrows it to one render."""
        query = call.query
        render_id = str(query.render_id) if query.render_id else None
        return webhooks.list_deliveries(call.caller, render_id, query.skip, query.take)


class WebhookSecretItem(Resource):
    @operation(summary="The secret that signs webhooks", tag=WEBHOOKS, returns=WebhookSecret)
    def on_get(self, call: Call) -> WebhookSecret:
        """For a Standard Webhooks library."""
        return webhooks.secret_of(call.caller)
