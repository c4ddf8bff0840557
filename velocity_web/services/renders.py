"""Renders: queued, watched, cancelled, listed, deleted."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_web.accounts import budget, quota
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    NOT_YET,
    IdempotentRequest,
    Job,
    Poster,
    Render,
    Template,
    execute,
    insert_many,
    lock_account,
    lock_job,
    new_id,
    reading,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally, count
from velocity_web.events import webhooks
from velocity_web.events.endings import Endings
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Conflict, Invalid, KeyReused, NotFound
from velocity_web.orders.endings import announce_end, forget_deliveries
from velocity_web.orders.executors import executor_errors
from velocity_web.orders.followers import release_followers
from velocity_web.orders.labels import Labelled, add_labels, remove_labels
from velocity_web.orders.posters import CONTENT_TYPES, forget_poster, poster_errors, poster_urls
from velocity_web.orders.render_requests import read_request, request_text
from velocity_web.processes.runner import Runner
from velocity_web.schemas import states
from velocity_web.schemas.metadata import metadata_text, stored_metadata
from velocity_web.schemas.render import (
    BatchRequest,
    RenderCancelled,
    RenderDetail,
    RenderDto,
    RenderEstimate,
    RenderJobDto,
    RenderOutput,
    RenderQueued,
    RenderRequest,
    RenderStatusDto,
    RenderTimeBudgetStatusDto,
)
from velocity_web.schemas.template import FindingDto
from velocity_web.services.codecs import codec_errors, content_type
from velocity_web.services.estimates import Estimate
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import duration_of
from velocity_web.services.paging import AT_ONCE, Labels, Listed, Window, jobs_of, wanted
from velocity_web.services.render_checks import (
    CheckRequest,
    MapCheck,
    Source,
    Terms,
    Ticket,
    ask,
    beside,
    find_sound,
    find_source,
    joined,
    template_copy,
    terms_of,
    ticket_of,
)
from velocity_web.services.reuse import Asking, cached_of_render
from velocity_web.services.sampling import Sampling, expected, sampled
from velocity_web.settings import Settings
from velocity_web.storage.disk import require_room_for_renders
from velocity_web.storage.files import StoredFile
from velocity_web.storage.objects import Objects, discard


@dataclass(frozen=True, slots=True)
class CheckedRender:
    """A request in which nothing is wrong; ``digest`` is equal for bodies that mean the same."""

    request: RenderRequest
    digest: str
    ticket: Ticket
    terms: Terms
    check: MapCheck


CANCEL_WAIT_SECONDS = 2.0


def checked(caller: Caller, settings: Settings, objects: Objects, runner: Runner, form: RenderForm) -> CheckedRender:
    """A render that is as its template takes it, tried in a child process.

    Raises Invalid with the sentences of all fields at once, also for a webhook's URL that is not allowed, Busy and
    Unavailable.
    """
    head = form.head
    if head.request is None:
        raise Invalid("the request has invalid fields", head.errors)
    request = RenderRequest.model_validate(head.request)
    try:
        found = _check(caller, settings, objects, runner, request, form)
    except Invalid as invalid:
        raise beside(head.errors, invalid) from None
    if head.errors:
        raise Invalid("the request has invalid fields", head.errors)
    return CheckedRender(request, head.digest, *found)


def _check(
    caller: Caller,
    settings: Settings,
    objects: Objects,
    runner: Runner,
    request: RenderRequest,
    form: RenderForm,
) -> tuple[Ticket, Terms, MapCheck]:
    own = executor_errors(request.executor, settings)
    audio_id = str(request.audio_id) if request.audio_id else None
    with reading():
        source = source_of(caller, request)
        sound = find_sound(caller, audio_id, source, own)
    terms = terms_of(source, request, form.head.captions)
    own |= codec_errors(request.encoder_config, terms.encoder, settings)
    own |= poster_errors(request.output, source.frame_count if terms.duration is None else math.inf, terms.size)
    duration = duration_of(terms.duration, sound.seconds if sound else None, terms.mix, own)
    whole = joined(source.customizations, form.customizations)
    question = CheckRequest(
        caller=caller,
        objects=objects,
        encoder=terms.encoder,
        frames=terms.asked if terms.duration else terms.frames,
        warnings=True,
        with_audio=[audio_id is not None],
        mix=terms.mix,
        captions=terms.captions,
        durations=[duration],
        strict_fonts=terms.strict_fonts,
    )
    with (
        template_copy(objects, source) as file,
        runner.slot(caller.account_id),
        runner.checker(caller.account_id, file) as checker,
    ):
        shared, [check] = ask(checker, question, [whole])
        errors = {**shared, **check.errors, **own}
        if check.length is not None:
            errors |= poster_errors(request.output, check.length.whole - source.span[0], terms.size)
        if request.webhook_url and not errors:
            webhooks.require_allowed(str(request.webhook_url), settings)
        if errors:
            raise Invalid("the request has invalid fields", errors)
        samples = sampled(Sampling(checker, runner, settings, caller.account_id), terms, whole)
    foretold = expected(terms, sound, samples, as_asked=samples.shows(whole, check), length=check.length)
    return ticket_of(terms, whole, check, sound, foretold), terms, check


def source_of(caller: Caller, request: RenderRequest | BatchRequest) -> Source:
    """Within a session. Raises Invalid with the field's sentence."""
    template_id = str(request.template_id) if request.template_id else None
    instance_id = str(request.template_instance_id) if request.template_instance_id else None
    return find_source(caller, template_id, instance_id)


def estimate(caller: Caller, objects: Objects, runner: Runner, found: CheckedRender) -> RenderEstimate:
    """What a checked render would take; queues nothing. Raises Busy and Unavailable."""
    ticket = found.ticket
    asking = Asking(runner, objects, caller.account_id, found.terms)
    with runner.slot(caller.account_id):
        cached = cached_of_render(asking, ticket.customizations, found.check, ticket.order)
    foretold = ticket.estimate
    return RenderEstimate(
        frames=ticket.frames,
        seconds=round(ticket.frames / found.terms.rate, 3),
        expected_milliseconds=foretold.milliseconds,
        least_milliseconds=foretold.least_ms,
        most_milliseconds=foretold.most_ms,
        expected_bytes=foretold.size_bytes,
        least_bytes=foretold.least_bytes,
        most_bytes=foretold.most_bytes,
        cached_frames=cached.frames if cached.renders else None,
        warnings=[FindingDto(**finding) for finding in all_warnings(ticket)],
    )


def all_warnings(ticket: Ticket) -> list[dict[str, Any]]:
    """What the check found, and what only the analysis looks for."""
    tried = [finding for finding in ticket.source.findings if finding["feature"].startswith("expression.")]
    return [*ticket.warnings, *tried]


def require_key(key: str | None) -> None:
    """Raises Invalid for an Idempotency-Key that cannot be one."""
    if key is not None and not 1 <= len(key) <= 255:
        fault = "empty" if not key else "too long"
        raise Invalid(f"the Idempotency-Key is {fault}", {"Idempotency-Key": ["it must have 1 to 255 characters"]})


def replayed(caller: Caller, settings: Settings, form: RenderForm, key: str | None) -> RenderQueued | None:
    """The answer that this Idempotency-Key got before. Raises KeyReused when it was for another request."""
    if key is None or form.head.errors:
        return None
    with reading():
        known = remembered(caller, key, form.head.digest, settings)
    return RenderQueued(**known) if known else None


def create_render(caller: Caller, settings: Settings, found: CheckedRender, key: str | None) -> RenderQueued:
    """Queue a checked render. ``key`` is the Idempotency-Key.

    Raises Invalid, QuotaExceeded, BudgetExhausted, KeyReused, NoSpace.
    """
    digest, request, ticket = found.digest, found.request, found.ticket
    require_room_for_renders(settings, ticket.estimate.least_bytes)
    with writing():
        lock_account(caller.account_id)
        if key is not None and (known := remembered(caller, key, digest, settings)):
            return RenderQueued(**known)
        require_means(caller, [ticket.estimate])
        [render_id] = insert_renders(caller, request, [NewRender(request.name, ticket, request.metadata or {})])
        answer = {"render_id": render_id, "status": states.PENDING}
        if key is not None:
            _remember(caller, key, digest, answer)
    wake()
    return RenderQueued(**answer)


def remembered(caller: Caller, key: str, digest: str, settings: Settings) -> dict[str, Any] | None:
    """Within a session: the answer that this key got before; None for a new key, and for one whose render was deleted.

    Raises KeyReused when it was for another request.
    """
    known = IdempotentRequest.get(account_id=caller.account_id, key=key)
    if known is None or known.created_at < now_ms() - settings.idempotency_hours * 3_600_000:
        return None
    answer: dict[str, Any] = json.loads(known.answer)
    job = Job.get(id=answer["render_id"])
    if job is None or job.status == states.DELETED:
        return None
    if known.body_hash != digest:
        raise KeyReused("this Idempotency-Key was used with another request; use a new key for a new request")
    return answer


def _remember(caller: Caller, key: str, digest: str, answer: dict[str, Any]) -> None:
    kept = {"body_hash": digest, "answer": json.dumps(answer), "created_at": now_ms()}
    outdated = IdempotentRequest.get(account_id=caller.account_id, key=key)
    if outdated is not None:
        outdated.set(**kept)
    else:
        IdempotentRequest(account_id=caller.account_id, key=key, **kept)


def require_means(caller: Caller, estimates: Sequence[Estimate]) -> None:
    """Within the transaction that queues these renders: the budget and the quota hold at least what they need at least.

    Raises BudgetExhausted, QuotaExceeded.
    """
    milliseconds = sum(one.milliseconds for one in estimates), sum(one.least_ms for one in estimates)
    size_bytes = sum(one.size_bytes for one in estimates), sum(one.least_bytes for one in estimates)
    budget.require(caller.account_id, *milliseconds)
    quota.require(caller.account_id, *size_bytes)


@dataclass(frozen=True, slots=True)
class NewRender:
    """``batch_row``: the batch and the row it is of. ``follows``: the render of the batch that it waits for."""

    name: str
    ticket: Ticket
    metadata: Mapping[str, str]
    batch_row: tuple[str, int] | None = None
    follows: str | None = None
    id: str = field(default_factory=new_id)


def insert_renders(caller: Caller, output: RenderOutput, new: Sequence[NewRender]) -> list[str]:
    """Queue renders of one template within the transaction that holds the account. Returns their ids.

    No worker takes a row of a batch before the batch is queued. Raises Invalid when the template was deleted meanwhile.
    """
    if not new:
        return []
    if Template.get(id=new[0].ticket.source.template_id) is None:
        raise Invalid("the template was deleted", {"templateId": ["the template was deleted"]})
    shown = {"job_info", "encoder_config", "executor", "duration"}
    asked = output.model_dump(mode="json", by_alias=True, exclude_none=True, include=shown)
    kept = {"jobInfo": {}, **asked}
    webhook_url = str(output.webhook_url) if output.webhook_url else None
    now = now_ms()
    insert_many(
        "render", [{**_render_row(caller, one, kept), "webhook_url": webhook_url, "created_at": now} for one in new]
    )
    used = [(one.id, asset) for one in new for asset in one.ticket.asset_ids]
    insert_many("render_asset", [{"render_id": render_id, "asset_id": asset_id} for render_id, asset_id in used])
    insert_many("job", [_job_row(caller, one, now) for one in new])
    for one in new:
        add_labels(Labelled(caller.account_id, states.RENDER, one.id, now), one.metadata)
    return [one.id for one in new]


def _render_row(caller: Caller, new: NewRender, kept: dict[str, Any]) -> dict[str, Any]:
    ticket, source = new.ticket, new.ticket.source
    return {
        "id": new.id,
        "follows": new.follows,
        "account_id": caller.account_id,
        "name": new.name,
        "template_id": source.template_id,
        "template_name": source.template_name,
        "template_instance_id": source.instance_id,
        "template_instance_name": source.instance_name,
        "campaign_id": source.campaign_id,
        "audio_id": ticket.audio_id,
        "request": request_text(ticket.order, ticket.customizations, _with_captioned(kept, ticket), ticket.captions),
        "warnings": json.dumps(all_warnings(ticket)),
        "frames_done": 0,
        "frames_total": ticket.frames,
        "charged_ms": 0,
        "forecast_ms": ticket.estimate.forecast_ms,
        "forecast_bytes": ticket.estimate.forecast_bytes,
        "manner": ticket.estimate.manner,
        "reserved_ms": ticket.estimate.least_ms,
        "reserved_bytes": ticket.estimate.least_bytes,
        "batch_id": new.batch_row[0] if new.batch_row else None,
        "batch_row": new.batch_row[1] if new.batch_row else None,
        "metadata": metadata_text(new.metadata),
    }


def _with_captioned(kept: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    return kept if ticket.captions is None else {**kept, "captioned": list(ticket.captioned)}


def _job_row(caller: Caller, new: NewRender, now: int) -> dict[str, Any]:
    return {
        "id": new.id,
        "kind": states.RENDER,
        "account_id": caller.account_id,
        "subject_id": new.id,
        "name": new.name,
        "status": states.PENDING,
        "stage": states.UPLOADED,
        "attempts": 0,
        "not_before": NOT_YET if new.batch_row else 0,
        "created_at": now,
        "traceparent": traceparent(),
        "reserved_ms": new.ticket.estimate.least_ms,
        "reserved_bytes": new.ticket.estimate.least_bytes,
        "batch_id": new.batch_row[0] if new.batch_row else None,
    }


def find_render(caller: Caller, render_id: str) -> tuple[Render, Job]:
    """Within a session. Raises NotFound, also for a deleted one.

    The job is read first: its end is written together with the size of the video, which is there in whatever is read
    later.
    """
    job = Job.get(id=render_id)
    render = Render.get(id=render_id)
    if render is None or job is None or render.account_id != caller.account_id or job.status == states.DELETED:
        raise NotFound(f"there is no render {render_id}")
    return render, job


def _completed(caller: Caller, render_id: str) -> tuple[Render, Job]:
    render, job = find_render(caller, render_id)
    if job.status != states.COMPLETED:
        raise NotFound(f"the render {render_id} is {job.status}, not completed")
    return render, job


def download_url(render_id: str) -> str:
    return f"/render/{render_id}/download"


def _shared_fields(render: Render, job: Job) -> dict[str, Any]:
    return {
        "render_id": render.id,
        "name": render.name,
        "template_id": render.template_id,
        "template_name": render.template_name,
        "template_instance_id": render.template_instance_id,
        "template_instance_name": render.template_instance_name,
        "campaign_id": render.campaign_id,
        "is_direct_render": render.template_instance_id is None,
        "size_bytes": render.size_bytes,
        "render_time_milliseconds": render.charged_ms if job.status in states.FINAL else None,
        "metadata": stored_metadata(render.metadata),
    }


Posters = dict[str, str]
"""Where posters are downloaded, by the ids of their renders."""


def render_dto(render: Render, job: Job, posters: Posters) -> dict[str, Any]:
    return {
        **_shared_fields(render, job),
        "video_download_url": download_url(render.id),
        "poster_download_url": posters.get(render.id),
        "rendered_at": iso_time(job.completed_at),
    }


def _job_fields(render: Render, job: Job, posters: Posters) -> dict[str, Any]:
    completed = job.status == states.COMPLETED
    done = render.frames_total if completed else min(render.frames_done, render.frames_total)
    return dict(
        **_shared_fields(render, job),
        status=job.status,
        video_download_url=download_url(render.id) if completed else None,
        poster_download_url=posters.get(render.id) if completed else None,
        created_at=iso_time(job.created_at),
        started_at=iso_time(job.started_at),
        completed_at=iso_time(job.completed_at),
        reason=job.reason,
        progress=1.0 if completed else round(done / max(1, render.frames_total), 4),
        frames_done=done,
        frames_total=render.frames_total,
        estimated_remaining_milliseconds=_remaining_ms(render, job),
    )


def _remaining_ms(render: Render, job: Job) -> int | None:
    if job.status in states.FINAL:
        return 0 if job.status == states.COMPLETED else None
    value: int | None = render.remaining_ms
    return value


def _warnings_of(render: Render) -> list[FindingDto]:
    return [FindingDto(**finding) for finding in json.loads(render.warnings or "[]")]


def render_status(caller: Caller, render_id: str) -> RenderStatusDto:
    with reading():
        render, job = find_render(caller, render_id)
        fields = _job_fields(render, job, poster_urls([render_id]))
        return RenderStatusDto(**fields, warnings=_warnings_of(render))


def render_detail(caller: Caller, render_id: str) -> RenderDetail:
    with reading():
        render, job = _completed(caller, render_id)
        request = read_request(render.request)
        return RenderDetail(
            **render_dto(render, job, poster_urls([render_id])),
            completed_at=iso_time(job.completed_at),
            frames=render.frames_total,
            audio_id=render.audio_id,
            job_info=request.job_info,
            encoder_config=request.encoder_config,
            duration=request.duration,
            customization_map=request.order.customizations,
            warnings=_warnings_of(render),
        )


def _page(caller: Caller, statuses: Sequence[str], window: Window) -> Listed[tuple[Render, Job]]:
    jobs, total = jobs_of(caller.account_id, states.RENDER, statuses, window)
    found: dict[str, Render] = {}
    for start in range(0, len(jobs), AT_ONCE):
        ids = [job.id for job in jobs[start : start + AT_ONCE]]
        found.update({render.id: render for render in Render.select(lambda render: render.id in ids)})
    return [(found[job.id], job) for job in jobs], total


def list_completed(caller: Caller, window: Window) -> Listed[RenderDto]:
    with reading():
        pairs, total = _page(caller, (states.COMPLETED,), window)
        posters = poster_urls([render.id for render, _job in pairs])
        return [RenderDto(**render_dto(render, job, posters)) for render, job in pairs], total


def list_active(caller: Caller, labels: Labels | None = None) -> Listed[RenderJobDto]:
    with reading():
        pairs, total = _page(caller, states.ACTIVE, Window(labels=labels or {}))
        return _job_dtos(pairs), total


def list_history(caller: Caller, status: str | None, window: Window) -> Listed[RenderJobDto]:
    with reading():
        pairs, total = _page(caller, wanted(status, states.FINAL), window)
        return _job_dtos(pairs), total


def _job_dtos(pairs: Sequence[tuple[Render, Job]]) -> list[RenderJobDto]:
    posters = poster_urls([render.id for render, _job in pairs])
    return [RenderJobDto(**_job_fields(render, job, posters)) for render, job in pairs]


def cancel_render(caller: Caller, endings: Endings, render_id: str) -> RenderCancelled:
    """Stop a render; waits a moment for its process to be gone. Raises NotFound and Conflict."""
    with endings.expected(render_id):
        with writing():
            lock_account(caller.account_id)
            lock_job(render_id)
            _render, job = find_render(caller, render_id)
            if job.status not in states.CLAIMABLE:
                raise Conflict(f"the render is already {job.status}")
            cancel_job(job)
        wake()
        status = _await_cancelled(caller, endings, render_id)
    return RenderCancelled(render_id=render_id, status=status, message="Render cancelled successfully")


def cancel_job(job: Job) -> None:
    """Within the transaction that locked it: a job nobody works at ends at once, another is told to."""
    if job.lease_owner is None:
        job.status, job.completed_at = states.CANCELLED, now_ms()
        job.flush()
        release_followers(job.id)
        announce_end(job.id, states.CANCELLED)
        count(Tally.ENDED, states.RENDER, states.CANCELLED)
    else:
        job.status = states.CANCELLING
        job.flush()


def _await_cancelled(caller: Caller, endings: Endings, render_id: str) -> str:
    deadline = time.monotonic() + CANCEL_WAIT_SECONDS
    while True:
        told = endings.told
        with reading():
            status: str = find_render(caller, render_id)[1].status
        left = deadline - time.monotonic()
        if status != states.CANCELLING or left <= 0:
            return status
        endings.wait(told, left)


def delete_render(caller: Caller, objects: Objects, render_id: str) -> None:
    """Remove a finished render and its file; what it was charged stays charged. Raises NotFound and Conflict."""
    with writing():
        lock_account(caller.account_id)
        render, job = find_render(caller, render_id)
        if job.status in states.ACTIVE:
            raise Conflict(f"the render is {job.status}; cancel it first")
        file = render.file
        if render.size_bytes and render.file:
            quota.give_back(caller.account_id, render.size_bytes)
        poster = forget_poster(render_id, caller.account_id)
        forget = {"id": render_id, "none": "{}", "name": "deleted"}
        execute(
            "UPDATE render SET file = NULL, sha256 = NULL, size_bytes = NULL, request = $none, webhook_url = NULL, "
            "warnings = NULL, metadata = NULL, "
            "name = $name WHERE id = $id",
            forget,
        )
        execute(f"UPDATE job SET status = '{states.DELETED}', name = $name, reason = NULL WHERE id = $id", forget)
        execute("DELETE FROM render_asset WHERE render_id = $id", {"id": render_id})
        remove_labels(render_id)
        forget_deliveries(render_id)
    discard(objects, *filter(None, (file, poster)))


def render_file(caller: Caller, render_id: str) -> tuple[StoredFile, str]:
    """The video and its content type. Raises NotFound."""
    with reading():
        render, job = _completed(caller, render_id)
        stored = StoredFile(render.file, _file_name(render, render.file), render.sha256, job.completed_at)
        return stored, content_type(Path(render.file).suffix)


def _file_name(render: Render, file: str) -> str:
    """Of a file of a render, for who downloads it."""
    name, ending = str(render.name), Path(file).suffix
    return name if name.lower().endswith(ending) else f"{name}{ending}"


def poster_file(caller: Caller, render_id: str) -> tuple[StoredFile, str]:
    """The poster and its content type. Raises NotFound."""
    with reading():
        render, job = _completed(caller, render_id)
        poster = Poster.get(render_id=render_id)
        if poster is None:
            raise NotFound(f"the render {render_id} has no poster; ask for one with output.poster")
        stored = StoredFile(poster.file, _file_name(render, poster.file), poster.sha256, job.completed_at)
        return stored, CONTENT_TYPES[Path(poster.file).suffix]


def captions_file(caller: Caller, render_id: str, kind: str) -> str:
    """The captions of a render as a file for players. Raises NotFound."""
    with reading():
        render, _job = find_render(caller, render_id)
        text = str(render.request)
    request = read_request(text)
    if request.order.captions is None or request.captioned is None:
        raise NotFound(f"the render {render_id} has no captions; ask for some with captions")
    return request.order.captions.sidecar(kind, *request.captioned)


def budget_status(caller: Caller) -> RenderTimeBudgetStatusDto:
    with reading():
        state = budget.budget_of(caller.account_id)
    return RenderTimeBudgetStatusDto(
        used_milliseconds=state.used_ms,
        remaining_milliseconds=state.remaining_ms,
        total_milliseconds=state.total_ms,
        usage_percentage=round(100 * state.used_ms / state.total_ms, 2) if state.total_ms else 100.0,
    )
