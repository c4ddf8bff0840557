"""Batches: many renders of one template, checked and queued in pieces, with a result for each row.

A batch that is being queued has the status queueing, and its renders wait for its end. What a server that died left in
that state is cleared away: its client got no answer.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from velocity_web.accounts.auth import Caller
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
from velocity_web.processes.runner import Checker, Runner
from velocity_web.schemas import states
from velocity_web.schemas.metadata import metadata_text
from velocity_web.schemas.reading import Body
from velocity_web.schemas.render import BatchDetail, BatchEstimate, BatchQuery, BatchRequest, in_query
from velocity_web.schemas.template import FindingDto
from velocity_web.services.batch_rows import batch_detail
from velocity_web.services.batch_tally import TOLD_ROWS, Checked, Tally
from velocity_web.services.captions import Said, said_of
from velocity_web.services.checked_renders import named_sound, source_of
from velocity_web.services.codecs import codec_errors
from velocity_web.services.elsewhere import Elsewhere, most_fetched
from velocity_web.services.estimates import Estimate
from velocity_web.services.forms import CSV, BatchForm, BatchRowForm, batch_form
from velocity_web.services.lengths import Length
from velocity_web.services.render_checks import (
    CheckRequest,
    Errors,
    MapCheck,
    Terms,
    Ticket,
    ask,
    beside,
    joined,
    template_copy,
    terms_of,
    ticket_of,
)
from velocity_web.services.render_orders import (
    NewRender,
    insert_renders,
    require_means,
)
from velocity_web.services.reuse import Looked, SharedFrames, cached_of_batch
from velocity_web.services.row_sources import RowSources
from velocity_web.services.sampling import Samples, Sampling, expected, sampled
from velocity_web.settings import Settings
from velocity_web.storage.connections import usable
from velocity_web.storage.disk import require_room_for_renders
from velocity_web.storage.objects import Objects

SHARED_PART = 0.5
"""Of the seconds of a batch: where no more of them are unique, its first render goes ahead of the others."""
PIECE_ROWS = 250
PIECE_BYTES = 1 << 20
TOLD_ERRORS = 10  # of one row
SHOWN_ROWS = 1000  # of the answer
WARNED_ROWS = 1000
"""So many rows of a dry run are looked at for what will not show: their texts are laid out for that."""
TOLD_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """Who queues a batch, and with what."""

    caller: Caller
    settings: Settings
    objects: Objects
    runner: Runner


def create_batch(visit: Visit, body: Body, query: BatchQuery, warnings: list[str]) -> BatchDetail | BatchEstimate:
    """As ``_created``; of a CSV body, what is wrong is named as in the query."""
    try:
        return _created(visit, body, query, warnings)
    except Invalid as invalid:
        if body.kind != CSV:
            raise
        raise Invalid(invalid.detail, {in_query(name): found for name, found in invalid.errors.items()}) from None


def _created(visit: Visit, body: Body, query: BatchQuery, warnings: list[str]) -> BatchDetail | BatchEstimate:
    """Queue the rows that are valid; the others are kept as rejected with their errors. A dry run queues nothing.

    Raises Invalid when the whole is wrong or no row is valid, QuotaExceeded, BudgetExhausted, Busy, and Conflict when
    the batch is cancelled meanwhile.
    """
    account_id = visit.caller.account_id
    with (
        visit.runner.slot(account_id),
        batch_form(visit.runner, visit.settings, body, query.as_body()) as form,
    ):
        warnings.extend(form.head.warnings)
        if form.head.request is None:
            raise Invalid("the request has invalid fields", form.head.errors)
        request = BatchRequest.model_validate(form.head.request)
        try:
            batch = _Batch(visit, request, form, dry_run=query.dry_run)
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
    return batch_detail(visit.caller, batch_id, 0, SHOWN_ROWS)


@dataclass(frozen=True, slots=True)
class _Looked:
    """Of a row: its map, what the check of that found, and what is said with what is wrong with that."""

    customizations: str
    check: MapCheck
    said: tuple[Said, Errors]


class _Batch:
    """One batch on its way from its form to the queue."""

    def __init__(self, visit: Visit, request: BatchRequest, form: BatchForm, *, dry_run: bool) -> None:
        self._visit = visit
        self._request = request
        self._form = form
        self._once, self._dry_run = request.csv is not None, dry_run
        self._deadline = time.monotonic() + visit.settings.batch_seconds
        self._title = request.name or "batch"
        self._elsewhere = Elsewhere(visit.settings, visit.caller)
        self._estimates: dict[tuple[str, bool, Length | None], Estimate] = {}
        self._samples: Samples | None = None
        self._shared_frames = SharedFrames()
        self._first_of: dict[bytes, str] = {}  # renders, by what decides their video
        self._warnings: dict[str, FindingDto] = {}
        self._looked = 0
        self.tally = Tally()
        if errors := executor_errors(request.executor, visit.settings):
            raise Invalid("the request has invalid fields", errors)
        if request.webhook_url:
            require_allowed(str(request.webhook_url), visit.settings)
        with reading():
            source = source_of(visit.caller, request)
        self._shared: Errors = {}
        said = said_of(self._elsewhere, form.head.captions, form.head.captions_source, self._shared)
        self._terms: Terms = terms_of(source, request, said)
        self._sources = RowSources(self._elsewhere, self._terms, named_sound(request))
        self._shared |= codec_errors(request.encoder_config, self._terms.encoder, visit.settings)
        self._shared |= destination_errors(
            request.destinations or [], usable(visit.settings, visit.caller.name), is_batch=True
        )
        most = self._terms.source.frame_count if self._terms.duration is None else math.inf
        self._shared |= poster_errors(request.output, most, self._terms.size)

    def look(self) -> None:
        """Check all rows and queue none, as far as the batch's time goes."""
        for piece in self._pieces():
            for row in piece:
                self.tally.count(row, once=self._once)
        self._require_any()

    def estimate(self) -> BatchEstimate:
        tally = self.tally
        return BatchEstimate(
            rows_total=tally.valid + tally.rejected,
            rows_valid=tally.valid,
            rows_rejected=tally.rejected,
            frames=tally.frames,
            expected_milliseconds=tally.milliseconds,
            least_milliseconds=tally.least_milliseconds,
            most_milliseconds=tally.most_milliseconds,
            expected_bytes=tally.size_bytes,
            least_bytes=tally.least_bytes,
            most_bytes=tally.most_bytes,
            seconds=self._seconds(tally.frames),
            unique_seconds=self._unique_seconds(),
            cached_frames=tally.cached.frames,
            cached_rows=tally.cached.renders,
            errors=tally.errors,
            warnings=self._all_warnings(),
        )

    def _all_warnings(self) -> list[FindingDto]:
        """What the analysis found, and then what the rows bring, each once."""
        known = [FindingDto(**finding) for finding in self._terms.source.findings]
        told = {(one.feature, one.layer, one.message) for one in known}
        brought = [one for one in self._warnings.values() if (one.feature, one.layer, one.message) not in told]
        return [*known, *brought[:TOLD_WARNINGS]]

    def _note_warnings(self, checks: Sequence[MapCheck]) -> None:
        self._looked += len(checks)
        for check in checks:
            for finding in check.warnings:
                if len(self._warnings) < TOLD_WARNINGS:
                    self._warnings.setdefault(json.dumps(finding, sort_keys=True), FindingDto(**finding))

    def _seconds(self, frames: int) -> float:
        return round(float(frames / self._terms.rate), 3)

    def _unique_seconds(self) -> float | None:
        unique = self._shared_frames.unique_of(self.tally.frames)
        return None if unique is None else self._seconds(unique)

    def queue(self) -> str:
        """Queue the rows piece by piece. Returns the batch's id."""
        caller, request = self._visit.caller, self._request
        batch_id, now = new_id(), now_ms()
        with writing():
            lock_account(caller.account_id)
            require_room_for_renders(self._visit.settings, 1)
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
        caller = self._visit.caller
        with writing():
            lock_account(caller.account_id)
            _require_queueing(batch_id, piece[-1].number + 1)
            new = [self._new_render(batch_id, row, row.ticket) for row in piece if row.ticket]
            require_means(caller, [one.ticket.estimate for one in new])  # the pieces before hold what they need
            ids = iter(insert_renders(caller, self._request, new, most_fetched(self._visit.settings)))
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
        if not self._visit.settings.cache_mb:
            return new
        said = ticket.said.text, ticket.said.file and ticket.said.file.location
        video = hashlib.sha256(f"{_sound_of(ticket)}\n{said}\n{ticket.customizations}".encode()).digest()
        first = self._first_of.setdefault(video, new.id)
        return new if first == new.id else replace(new, follows=first)

    def _release(self, batch_id: str) -> None:
        """Let workers have the renders."""
        seconds, unique = self._seconds(self.tally.frames), self._unique_seconds()
        with writing():
            lock_account(self._visit.caller.account_id)
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

    # --- checks ---

    def _pieces(self) -> Iterator[list[Checked]]:
        """The rows, checked, some hundred at a time."""
        visit = self._visit
        with (
            template_copy(visit.objects, self._terms.source) as file,
            visit.runner.checker(visit.caller.account_id, file) as checker,
        ):
            piece: list[BatchRowForm] = []
            size = 0
            for row in self._form.rows(visit.settings.still_seconds):
                piece.append(row)
                size += len(row.customizations) + len(row.captions or "")
                if len(piece) >= PIECE_ROWS or size >= PIECE_BYTES:
                    yield self._check(checker, piece)
                    piece, size = [], 0
            if piece:
                yield self._check(checker, piece)

    def _check(self, checker: Checker, piece: list[BatchRowForm]) -> list[Checked]:
        if time.monotonic() > self._deadline:
            seconds = self._visit.settings.batch_seconds
            sentence = f"the batch's rows could not be checked within {seconds:g} seconds; send fewer in one batch"
            raise Invalid("the batch takes too long", {"rows": [sentence]})
        terms = self._terms
        said = [self._sources.said(row) for row in piece]
        question = CheckRequest(
            elsewhere=self._elsewhere,
            objects=self._visit.objects,
            encoder=terms.encoder,
            frames=terms.asked if terms.duration else terms.frames,
            warnings=self._dry_run and self._looked < WARNED_ROWS,
            with_audio=[self._sources.audio_of(row).is_any for row in piece],
            mix=self._terms.mix,
            captions=[one.text for one, _wrong in said],
            durations=[self._sources.duration(row, {}) for row in piece],
            strict_fonts=terms.strict_fonts,
            motion_blur=terms.motion_blur,
        )
        maps = [joined(terms.source.customizations, row.customizations) for row in piece]
        found, checks = ask(checker, question, maps)
        self._note_warnings(checks)
        shared = {**found, **self._shared}
        first = next((number for number, check in enumerate(checks) if not (shared or check.errors)), None)
        if first is not None and self._samples is None:
            visit = self._visit
            sampling = Sampling(checker, visit.runner, visit.settings, visit.caller.account_id)
            self._samples = sampled(sampling, replace(terms, said=said[first][0]), maps[first])
        found_rows = [
            self._row(row, _Looked(*found), shared)
            for row, found in zip(piece, zip(maps, checks, said, strict=True), strict=True)
        ]
        right = [
            Looked(one, check, row.ticket)
            for row, one, check in zip(found_rows, maps, checks, strict=True)
            if row.ticket is not None
        ]
        self._shared_frames.add(checker, terms, right)
        if self._dry_run:
            self.tally.cached = self.tally.cached.plus(cached_of_batch(checker, terms, right))
        return found_rows

    def _row(self, row: BatchRowForm, looked: _Looked, shared: Errors) -> Checked:
        check, customizations, (said, unsaid) = looked.check, looked.customizations, looked.said
        named = self._sources.audio_of(row)
        sound, wrong = self._sources.sound(named)
        errors = {**shared, **check.errors, **wrong, **unsaid}
        if not wrong:
            self._sources.duration(row, errors)
        if check.length is not None:
            last = check.length.whole - self._terms.source.span[0]
            errors |= poster_errors(self._request.output, last, self._terms.size)
        name = row.name or f"{self._title[:245]} {row.number + 1}"
        if errors:
            return Checked(row.number, name, None, errors, own=tuple(unsaid))
        samples = self._samples or Samples()
        alike = named.key, samples.shows(customizations, check), check.length
        if alike not in self._estimates:
            self._estimates[alike] = expected(self._terms, sound, samples, as_asked=alike[1], length=check.length)
        ticket = ticket_of(replace(self._terms, said=said), customizations, check, sound, self._estimates[alike])
        return Checked(row.number, name, ticket, {}, row.metadata)


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
