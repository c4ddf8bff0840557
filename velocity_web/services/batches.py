"""Batches: many renders of one template, checked and queued in pieces, with a result for each row.

A batch that is being queued has the status queueing, and its renders wait for its end. What a server that died left in
that state is cleared away: its client got no answer.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace

from velocity_web.database.entities import (
    Batch,
    execute,
    insert_many,
    lock_account,
    new_id,
    reading,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events.wake import wake
from velocity_web.events.webhooks import require_allowed
from velocity_web.failures import Conflict, Invalid
from velocity_web.orders.destinations import destination_errors
from velocity_web.orders.endings import BATCH, announce_batch
from velocity_web.orders.executors import executor_errors
from velocity_web.orders.followers import let_lead, release_batch
from velocity_web.orders.labels import Labelled, add_labels
from velocity_web.orders.posters import poster_errors
from velocity_web.orders.unqueued import clear
from velocity_web.processes.identity import this_worker
from velocity_web.processes.slots import Place
from velocity_web.schemas import states
from velocity_web.schemas.metadata import metadata_text
from velocity_web.schemas.reading import Body
from velocity_web.schemas.render import BatchDetail, BatchEstimate, BatchQuery, BatchRequest, in_query
from velocity_web.services.batch_checks import BatchChecks, BatchOrder
from velocity_web.services.batch_estimates import EstimatedRows
from velocity_web.services.batch_rows import batch_detail
from velocity_web.services.batch_tally import TOLD_ROWS, Checked, Tally
from velocity_web.services.captions import said_of
from velocity_web.services.checked_renders import source_of
from velocity_web.services.codecs import codec_errors
from velocity_web.services.elsewhere import Elsewhere, most_fetched
from velocity_web.services.forms import CSV, BatchForm, BatchRowForm, batch_form
from velocity_web.services.looked_files import CheckDesk
from velocity_web.services.render_checks import (
    Errors,
    Terms,
    Ticket,
    beside,
    terms_of,
)
from velocity_web.services.render_orders import (
    NewRender,
    insert_renders,
    require_means,
)
from velocity_web.storage.connections import usable
from velocity_web.storage.disk import require_room_for_renders

SHARED_PART = 0.5
"""Of the seconds of a batch: where no more of them are unique, its first render goes ahead of the others."""
PIECE_ROWS = 250
PIECE_BYTES = 1 << 20
TOLD_ERRORS = 10  # of one row
SHOWN_ROWS = 1000  # of the answer


def create_batch(desk: CheckDesk, body: Body, query: BatchQuery, warnings: list[str]) -> BatchDetail | BatchEstimate:
    """As ``_created``; of a CSV body, what is wrong is named as in the query."""
    try:
        return _created(desk, body, query, warnings)
    except Invalid as invalid:
        if body.kind != CSV:
            raise
        raise Invalid(invalid.detail, {in_query(name): found for name, found in invalid.errors.items()}) from None


def _created(desk: CheckDesk, body: Body, query: BatchQuery, warnings: list[str]) -> BatchDetail | BatchEstimate:
    """Queue the rows that are valid; the others are kept as rejected with their errors. A dry run queues nothing.

    Raises Invalid when the whole is wrong or no row is valid, QuotaExceeded, BudgetExhausted, Busy, and Conflict when
    the batch is cancelled meanwhile.
    """
    account_id = desk.caller.account_id
    with (
        desk.runner.place(account_id) as place,
        batch_form(desk.runner, desk.settings, body, query.as_body()) as form,
    ):
        warnings.extend(form.head.warnings)
        if form.head.request is None:
            raise Invalid("the request has invalid fields", form.head.errors)
        request = BatchRequest.model_validate(form.head.request)
        try:
            batch = _Batch(desk, request, form, place, dry_run=query.dry_run)
            if form.head.errors or query.dry_run:
                batch.look()
        except Invalid as invalid:
            raise beside(form.head.errors, invalid) from None
        if form.head.errors:
            raise Invalid("the request has invalid fields", {**batch.tally.errors, **form.head.errors})
        if query.dry_run:
            return batch.estimate()
        batch_id = batch.queue()
    wake()
    return batch_detail(desk.caller, batch_id, 0, SHOWN_ROWS)


class _Batch:
    """One batch on its way from its form to the queue."""

    def __init__(self, desk: CheckDesk, request: BatchRequest, form: BatchForm, place: Place, *, dry_run: bool) -> None:
        self._desk = desk
        self._request = request
        self._form = form
        self._once = request.csv is not None
        self._deadline = time.monotonic() + desk.settings.batch_seconds
        self._title = request.name or "batch"
        self._first_of: dict[bytes, str] = {}  # renders, by what decides their video
        self.tally = Tally()
        if errors := executor_errors(request.executor, desk.settings):
            raise Invalid("the request has invalid fields", errors)
        if request.webhook_url:
            require_allowed(str(request.webhook_url), desk.settings)
        with reading():
            source = source_of(desk.caller, request)
        shared: Errors = {}
        said = said_of(Elsewhere(desk.settings, desk.caller), form.head.captions, form.head.captions_source, shared)
        self._terms: Terms = terms_of(source, request, said)
        shared |= codec_errors(request.encoder_config, self._terms.encoder, desk.settings)
        shared |= destination_errors(request.destinations or [], usable(desk.settings, desk.caller.name), is_batch=True)
        most = self._terms.source.frame_count if self._terms.duration is None else math.inf
        shared |= poster_errors(request.output, most, self._terms.size)
        order = BatchOrder(request, self._title, self._terms, shared, dry_run, not form.head.errors)
        self._checks = BatchChecks(desk, order, place)
        self._estimated = EstimatedRows(self._terms) if dry_run else None

    def look(self) -> None:
        """Check all rows and queue none, as far as the batch's time goes."""
        for piece in self._pieces():
            for row in piece:
                self.tally.count(row, once=self._once)
            if self._estimated is not None:
                self._estimated.add(piece)
        self._require_any()

    def estimate(self) -> BatchEstimate:
        """Of a dry run that was looked at."""
        assert self._estimated is not None
        return self._estimated.estimate(self.tally, self._checks.cached, self._unique_seconds())

    def _seconds(self, frames: int) -> float:
        return round(float(frames / self._terms.rate), 3)

    def _unique_seconds(self) -> float | None:
        unique = self._checks.shared.unique_of(self.tally.frames)
        return None if unique is None else self._seconds(unique)

    def queue(self) -> str:
        """Queue the rows piece by piece. Returns the batch's id."""
        caller, request = self._desk.caller, self._request
        batch_id, now = new_id(), now_ms()
        with writing():
            lock_account(caller.account_id)
            require_room_for_renders(self._desk.settings, 1)
            Batch(
                id=batch_id,
                account_id=caller.account_id,
                name=self._title,
                template_id=self._terms.source.template_id,
                status=states.QUEUEING,
                owner=this_worker(),
                rows_total=self._form.head.rows,
                created_at=now,
                metadata=metadata_text(request.metadata),
                webhook_url=str(request.webhook_url) if request.webhook_url else None,
            )
            add_labels(Labelled(caller.account_id, BATCH, batch_id, now), request.metadata or {})
        try:
            for piece in self._pieces():
                self._insert(batch_id, piece)
            self._require_any()
            self._release(batch_id)
        except Conflict:
            raise
        except BaseException:
            clear(batch_id)
            raise
        return batch_id

    def _require_any(self) -> None:
        if not self.tally.valid:
            raise Invalid("no row can be rendered", self.tally.errors)

    def _insert(self, batch_id: str, piece: list[Checked]) -> None:
        """Raises Conflict when the batch was cancelled."""
        caller = self._desk.caller
        with writing():
            lock_account(caller.account_id)
            _require_queueing(batch_id, piece[-1].number + 1)
            new = [self._new_render(batch_id, row, row.ticket) for row in piece if row.ticket]
            require_means(caller, [one.ticket.estimate for one in new])  # the pieces before hold what they need
            ids = iter(insert_renders(caller, self._request, new, most_fetched(self._desk.settings)))
            kept = []
            for row in piece:
                self.tally.count(row, once=self._once)
                errors = None if row.ticket else json.dumps(_bounded(row.errors, self.tally.rejected))
                kept.append(
                    {
                        "batch_id": batch_id,
                        "number": row.number,
                        "name": row.name,
                        "render_id": next(ids) if row.ticket else None,
                        "errors": errors,
                    }
                )
            insert_many("batch_row", kept)

    def _new_render(self, batch_id: str, row: Checked, ticket: Ticket) -> NewRender:
        """Of rows whose videos are the same, all but the first wait for that, and are copies of it."""
        new = NewRender(row.name, ticket, row.metadata, (batch_id, row.number))
        if not self._desk.settings.cache_mb:
            return new
        said = ticket.said.text, ticket.said.file and ticket.said.file.location
        video = hashlib.sha256(f"{_sound_of(ticket)}\n{said}\n{ticket.customizations}".encode()).digest()
        first = self._first_of.setdefault(video, new.id)
        return new if first == new.id else replace(new, follows=first)

    def _release(self, batch_id: str) -> None:
        """Let workers have the renders."""
        seconds, unique = self._seconds(self.tally.frames), self._unique_seconds()
        with writing():
            lock_account(self._desk.caller.account_id)
            _require_queueing(batch_id, self._form.head.rows)
            execute(
                f"UPDATE batch SET status = '{states.QUEUED}', owner = NULL, seconds = $seconds, "
                "unique_seconds = $unique WHERE id = $id",
                {"seconds": seconds, "unique": unique, "id": batch_id},
            )
            if self._first_of and unique is not None and unique <= SHARED_PART * seconds:
                let_lead(next(iter(self._first_of.values())), batch_id)
            release_batch(batch_id)
            announce_batch(batch_id)

    def _pieces(self) -> Iterator[list[Checked]]:
        """The rows, checked, some hundred at a time."""
        settings = self._desk.settings
        with self._checks as checks:
            piece: list[BatchRowForm] = []
            size = 0
            for row in self._form.rows(settings.still_seconds):
                piece.append(row)
                size += len(row.customizations) + len(row.captions or "")
                if len(piece) >= PIECE_ROWS or size >= PIECE_BYTES:
                    self._require_time()
                    yield checks.check(piece)
                    piece, size = [], 0
            if piece:
                self._require_time()
                yield checks.check(piece)

    def _require_time(self) -> None:
        if time.monotonic() > self._deadline:
            seconds = self._desk.settings.batch_seconds
            sentence = f"the batch's rows could not be checked within {seconds:g} seconds; send fewer in one batch"
            raise Invalid("the batch takes too long", {"rows": [sentence]})


def _sound_of(ticket: Ticket) -> str:
    return "" if ticket.order.soundtrack is None else ticket.order.soundtrack.location


def _require_queueing(batch_id: str, checked: int) -> None:
    """Within a transaction: note how far the batch is. Raises Conflict when it was cancelled."""
    both = {"id": batch_id, "checked": checked}
    if not execute(f"UPDATE batch SET rows_checked = $checked WHERE id = $id AND status = '{states.QUEUEING}'", both):
        raise Conflict("the batch was cancelled while it was queued")


def _bounded(errors: Errors, number: int) -> Errors:
    """The first errors of a row; only one where many rows were rejected before it."""
    most = TOLD_ERRORS if number <= TOLD_ROWS else 1
    return {name: sentences[:most] for name, sentences in list(errors.items())[:most]}
