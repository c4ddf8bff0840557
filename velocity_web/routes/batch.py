"""/render/batch"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.archives import send_archive
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.waiting import hold_back
from velocity_web.routes.context import BUSY, Resource
from velocity_web.schemas.reading import Body
from velocity_web.schemas.render import (
    BatchDetail,
    BatchDto,
    BatchEstimate,
    BatchQuery,
    BatchRequest,
    BatchRows,
    LabelledPage,
)
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.services import batch_ends, batch_files, batch_rows, batches
from velocity_web.services.looked_files import CheckDesk
from velocity_web.services.watching import Watched

TAG = "Batch"


class Batches(Resource):
    @Operation(
        id="createBatch",
        summary="Create a batch of renders",
        tag=TAG,
        scopes=(RENDER,),
        query=BatchQuery,
        body=Body,
        unread=BatchRequest,
        other_body={"text/csv": "A header line with a name column and layers, then a line for each video"},
        returns=(BatchDetail, BatchEstimate),
        answers="The queued batch; with dryRun=true the estimate, and nothing is queued",
        examples={JSON: examples.BATCH, "text/csv": examples.BATCH_CSV},
        codes={
            402: "The renders need more time than is left of the budget",
            409: "It was cancelled while it was queued",
            503: BUSY,
        },
    )
    def on_post(self, call: Call[Body, BatchQuery]) -> BatchDetail | BatchEstimate:
        """Rows that are invalid are kept as rejected, with their errors; the others are queued.

        While it is queued, the batch is among ``GET /render/batch``, with its progress. ``dryRun=true`` checks all
        rows, fetches what they name elsewhere as far as that is
        here in time, estimates and queues nothing. A CSV's other fields are query parameters.
        """
        desk = CheckDesk(call.caller, self.settings, self.objects, self.context.runner, self.context.fetches)
        return batches.create_batch(desk, call.body, call.query, call.warnings)

    @Operation(id="listBatches", summary="Batches", tag=TAG, scopes=(READ,), query=LabelledPage, returns=list[BatchDto])
    def on_get(self, call: Call[None, LabelledPage]) -> list[BatchDto]:
        """Newest first."""
        return paged(call, batch_rows.list_batches(call.caller, window_of(call.query, call.query.metadata)))


class BatchItem(Resource):
    @Operation(
        id="getBatch",
        summary="A batch with the result of each row",
        tag=TAG,
        scopes=(READ,),
        query=BatchRows,
        returns=BatchDetail,
    )
    def on_get(self, call: Call[None, BatchRows]) -> BatchDetail:
        """With the progress of the whole. ``skip`` and ``take`` choose the rows; the first 1000 by default. ``wait``
        spares asking again and again."""
        found = batch_rows.batch_detail(call.caller, call.ids["batch_id"], call.query.skip, call.query.take)
        hold_back(call, Watched(found.batch_id, found.status, is_batch=True))
        return found


class BatchDownload(Resource):
    @Operation(
        id="downloadBatch",
        summary="Download all videos of a batch",
        tag=TAG,
        scopes=(READ,),
        binary=["application/zip"],
        codes={409: "No row of it is completed yet"},
    )
    def on_get(self, call: Call) -> None:
        """A ZIP of the rows that are completed, made while it is sent: it has no byte ranges."""
        name, files = batch_files.finished_files(call.caller, call.ids["batch_id"])
        send_archive(call.req, call.resp, self.objects, name, files)


class BatchCancel(Resource):
    @Operation(id="cancelBatch", summary="Cancel a batch", tag=TAG, scopes=(RENDER,), returns=BatchDetail)
    def on_post(self, call: Call) -> BatchDetail:
        """Rows that are finished stay."""
        return batch_ends.cancel_batch(call.caller, self.objects, call.ids["batch_id"])
