"""/render"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.downloads import send_file
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.waiting import hold_back
from velocity_web.orders import posters
from velocity_web.routes.context import BUSY, Resource
from velocity_web.schemas.base import Message, Waiting
from velocity_web.schemas.captions import CAPTION_TYPES, CaptionsQuery
from velocity_web.schemas.reading import Body
from velocity_web.schemas.render import (
    CodecDto,
    Labelled,
    LabelledPage,
    RenderCancelled,
    RenderDetail,
    RenderDto,
    RenderEstimate,
    RenderHistory,
    RenderJobDto,
    RenderQuery,
    RenderQueued,
    RenderRequest,
    RenderStatusDto,
    RenderTimeBudgetStatusDto,
)
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.services import checked_renders, render_ends, render_orders, renders
from velocity_web.services.codecs import content_types, list_codecs
from velocity_web.services.forms import read_render
from velocity_web.services.looked_files import CheckDesk
from velocity_web.services.paging import whole
from velocity_web.services.watching import Watched

TAG = "Render"
KEY = "Idempotency-Key"


class Renders(Resource):
    @Operation(
        id="createRender",
        summary="Create a render",
        tag=TAG,
        scopes=(RENDER,),
        query=RenderQuery,
        body=Body,
        unread=RenderRequest,
        returns=(RenderQueued, RenderEstimate),
        answers="The queued render; with dryRun=true the estimate, and nothing is queued",
        examples={JSON: examples.RENDER},
        headers={KEY: "the same key and body give the same render for 24 hours"},
        codes={
            402: "The render needs more time than is left of the budget",
            422: "The Idempotency-Key was used with another request",
            503: BUSY,
        },
    )
    def on_post(self, call: Call[Body, RenderQuery]) -> RenderQueued | RenderEstimate:
        """By a template (direct mode) or a template instance (campaign mode).

        ``dryRun=true`` checks, estimates and queues nothing. It fetches the files that the request names by URL or on
        connections, and looks at them: what is not here within three seconds is among its warnings. A render whose
        length follows such a file waits for it, too, and is answered 503 while it is still being fetched.
        """
        key = call.req.get_header(KEY)
        render_orders.require_key(key)
        form = read_render(call.caller, self.settings, self.context.runner, call.body)
        call.warnings.extend(form.head.warnings)
        if not call.query.dry_run and (known := render_orders.replayed(call.caller, self.settings, form, key)):
            return known
        desk = CheckDesk(call.caller, self.settings, self.objects, self.context.runner, self.context.fetches)
        found = checked_renders.checked(desk, form, dry_run=call.query.dry_run)
        if call.query.dry_run:
            return checked_renders.estimate(found)
        return render_orders.create_render(call.caller, self.settings, found, key)


class RenderAll(Resource):
    @Operation(
        id="listRenders",
        summary="All completed renders",
        tag=TAG,
        scopes=(READ,),
        query=LabelledPage,
        returns=list[RenderDto],
    )
    def on_get(self, call: Call[None, LabelledPage]) -> list[RenderDto]:
        """Newest first."""
        return paged(call, renders.list_completed(call.caller, window_of(call.query, call.query.metadata)))


class RenderActive(Resource):
    @Operation(
        id="listActiveRenders",
        summary="Renders that are queued or running",
        tag=TAG,
        scopes=(READ,),
        query=Labelled,
        returns=list[RenderJobDto],
    )
    def on_get(self, call: Call[None, Labelled]) -> list[RenderJobDto]:
        """Newest first."""
        return paged(call, renders.list_active(call.caller, call.query.metadata))


class RenderHistoryList(Resource):
    @Operation(
        id="listRenderHistory",
        summary="Render history",
        tag=TAG,
        scopes=(READ,),
        query=RenderHistory,
        returns=list[RenderJobDto],
    )
    def on_get(self, call: Call[None, RenderHistory]) -> list[RenderJobDto]:
        """Completed, failed and cancelled renders, newest first, each with the render time that it was charged."""
        query = call.query
        return paged(call, renders.list_history(call.caller, query.status, window_of(query, query.metadata)))


class RenderBudget(Resource):
    @Operation(
        id="getRenderTimeBudget",
        summary="Render time budget and usage",
        tag=TAG,
        scopes=(READ,),
        returns=RenderTimeBudgetStatusDto,
    )
    def on_get(self, call: Call) -> RenderTimeBudgetStatusDto:
        """Renders are charged by the time they ran: what is used is the sum of the history's renderTimeMilliseconds, of
        deleted renders, and of those that run now."""
        return renders.budget_status(call.caller)


class RenderCodecs(Resource):
    @Operation(
        id="listCodecs",
        summary="Codecs and containers of this service",
        tag=TAG,
        scopes=(READ,),
        returns=list[CodecDto],
    )
    def on_get(self, call: Call) -> list[CodecDto]:
        """What encoderConfig.codec and encoderConfig.container may name."""
        return paged(call, whole(list_codecs(self.settings)))


class RenderItem(Resource):
    @Operation(
        id="deleteRender",
        summary="Delete a render",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
        codes={409: "It is queued or running: cancel it first"},
    )
    def on_delete(self, call: Call) -> Message:
        """Its video goes with it, and its Idempotency-Key is free again; the time it took stays charged."""
        render_ends.delete_render(call.caller, self.objects, call.ids["render_id"])
        return Message(message="Render deleted successfully")


class RenderStatus(Resource):
    @Operation(
        id="getRenderStatus",
        summary="Status and progress of a render",
        tag=TAG,
        scopes=(READ,),
        query=Waiting,
        returns=RenderStatusDto,
    )
    def on_get(self, call: Call[None, Waiting]) -> RenderStatusDto:
        """pending, processing, cancelling, completed, failed or cancelled. ``wait`` spares asking again and again."""
        found = renders.render_status(call.caller, call.ids["render_id"])
        hold_back(call, Watched(found.render_id, found.status))
        return found


class RenderCancel(Resource):
    @Operation(
        id="cancelRender",
        summary="Cancel a render",
        tag=TAG,
        scopes=(RENDER,),
        returns=RenderCancelled,
        codes={409: "It is already completed, failed or cancelled"},
    )
    def on_post(self, call: Call) -> RenderCancelled:
        """It stops at once, has no video, and its time so far is charged and told as renderTimeMilliseconds."""
        return render_ends.cancel_render(call.caller, self.objects, self.context.endings, call.ids["render_id"])


class RenderCompletedItem(Resource):
    @Operation(id="getRender", summary="A completed render", tag=TAG, scopes=(READ,), returns=RenderDetail)
    def on_get(self, call: Call) -> RenderDetail:
        """404 for renders that are not completed."""
        return renders.render_detail(call.caller, call.ids["render_id"])


class RenderPoster(Resource):
    @Operation(
        id="downloadRenderPoster",
        summary="Download the poster",
        tag=TAG,
        scopes=(READ,),
        binary=list(posters.CONTENT_TYPES.values()),
        ranges=True,
    )
    def on_get(self, call: Call) -> None:
        """The picture that output.poster asked for, with byte ranges; 404 where none was."""
        file, content_type = renders.poster_file(call.caller, call.ids["render_id"])
        send_file(call.req, call.resp, self.objects, file, content_type)


class RenderCaptions(Resource):
    @Operation(
        id="downloadRenderCaptions",
        summary="Download the captions as a file for players",
        tag=TAG,
        scopes=(READ,),
        query=CaptionsQuery,
        binary=list(CAPTION_TYPES.values()),
    )
    def on_get(self, call: Call[None, CaptionsQuery]) -> None:
        """What of the captions the video shows, with times of the video; also before it is completed. 404 where there
        are none."""
        kind = call.query.format
        call.resp.text = renders.captions_file(call.caller, call.ids["render_id"], kind)
        call.resp.content_type = f"{CAPTION_TYPES[kind]}; charset=utf-8"


class RenderDownload(Resource):
    @Operation(
        id="downloadRender", summary="Download the video", tag=TAG, scopes=(READ,), binary=content_types, ranges=True
    )
    def on_get(self, call: Call) -> None:
        """With byte ranges. Its type is that of the container, as GET /render/codecs lists it; of a picture or a sound,
        too."""
        file, content_type = renders.render_file(call.caller, call.ids["render_id"])
        send_file(call.req, call.resp, self.objects, file, content_type)
