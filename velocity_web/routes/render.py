"""/render"""

from __future__ import annotations

from velocity_web.downloads import send_file
from velocity_web.operation import Call, operation
from velocity_web.routes.context import Resource
from velocity_web.schemas.base import Message, Page
from velocity_web.schemas.render import (
    RenderCancelled,
    RenderDetail,
    RenderDto,
    RenderEstimate,
    RenderHistory,
    RenderJobDto,
    RenderQuery,
    RenderQueued,
    RenderRequest,
    RenderTimeBudgetStatusDto,
)
from velocity_web.services import renders

TAG = "Render"
KEY = "Idempotency-Key"
STAND_INS = {"name": "-", "encoderConfig": {"bitrate": 625_000}, "encoderConfig.bitrate": 625_000}


class Renders(Resource):
    @operation(
        summary="Create a render",
        tag=TAG,
        query=RenderQuery,
        body=RenderRequest,
        returns=RenderQueued | RenderEstimate,
        further=lambda resource, caller, body: renders.check_render(caller, resource.settings, body),
        stand_ins=STAND_INS,
        headers={KEY: "the same key and body give the same render for 24 hours"},
        codes={
            402: "The render needs more time than is left of the budget",
            422: "The Idempotency-Key was used with another request",
        },
    )
    def on_post(self, call: Call) -> RenderQueued | RenderEstimate:
        """By a template (direct mode) or a template instance (campaign mode).

        ``dryRun=true`` checks, estimates and queues nothing.
        """
        if call.query.dry_run:
            return renders.estimate(call.caller, self.settings, call.body)
        return renders.create_render(call.caller, self.settings, call.body, call.req.get_header(KEY))


class RenderAll(Resource):
    @operation(summary="All completed renders", tag=TAG, query=Page, returns=list[RenderDto])
    def on_get(self, call: Call) -> list[RenderDto]:
        """Newest first."""
        return renders.list_completed(call.caller, call.query.skip, call.query.take)


class RenderActive(Resource):
    @operation(summary="Renders that are queued or running", tag=TAG, returns=list[RenderJobDto])
    def on_get(self, call: Call) -> list[RenderJobDto]:
        """Newest first."""
        return renders.list_active(call.caller)


class RenderHistoryList(Resource):
    @operation(summary="Render history", tag=TAG, query=RenderHistory, returns=list[RenderJobDto])
    def on_get(self, call: Call) -> list[RenderJobDto]:
        """Completed, failed and cancelled renders, newest first."""
        query = call.query
        return renders.list_history(call.caller, query.status, query.skip, query.take)


class RenderBudget(Resource):
    @operation(summary="Render time budget and usage", tag=TAG, returns=RenderTimeBudgetStatusDto)
    def on_get(self, call: Call) -> RenderTimeBudgetStatusDto:
        """Renders are charged by the time they ran."""
        return renders.budget_status(call.caller)


class RenderItem(Resource):
    @operation(
        summary="Delete a render", tag=TAG, returns=Message, codes={409: "It is queued or running: cancel it first"}
    )
    def on_delete(self, call: Call) -> Message:
        """Its video goes with it; the time it took stays charged."""
        renders.delete_render(call.caller, self.data, call.ids["render_id"])
        return Message(message="Render deleted successfully")


class RenderStatus(Resource):
    @operation(summary="Status and progress of a render", tag=TAG, returns=RenderJobDto)
    def on_get(self, call: Call) -> RenderJobDto:
        """pending, processing, cancelling, completed, failed or cancelled."""
        return renders.render_status(call.caller, call.ids["render_id"])


class RenderCancel(Resource):
    @operation(
        summary="Cancel a render",
        tag=TAG,
        returns=RenderCancelled,
        codes={409: "It is already completed, failed or cancelled"},
    )
    def on_post(self, call: Call) -> RenderCancelled:
        """It stops at once, gives no video, and its time so far is charged."""
        return renders.cancel_render(call.caller, call.ids["render_id"])


class RenderCompletedItem(Resource):
    @operation(summary="A completed render", tag=TAG, returns=RenderDetail)
    def on_get(self, call: Call) -> RenderDetail:
        """404 for renders that are not completed."""
        return renders.render_detail(call.caller, call.ids["render_id"])


class RenderDownload(Resource):
    @operation(summary="Download the video", tag=TAG, binary=list(renders.CONTENT_TYPES.values()))
    def on_get(self, call: Call) -> None:
        """With byte ranges."""
        file, content_type = renders.render_file(call.caller, self.data, call.ids["render_id"])
        send_file(call.req, call.resp, file, content_type)
