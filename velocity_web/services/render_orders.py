"""Render requests on their way into the queue: checked, estimated, remembered by their key, inserted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velocity_web.accounts import budget, quota
from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import (
    NOT_YET,
    IdempotentRequest,
    Job,
    Template,
    insert_many,
    lock_account,
    new_id,
    reading,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events import webhooks
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Invalid, KeyReused
from velocity_web.orders.destinations import Named, add_destinations, destination_errors
from velocity_web.orders.executors import executor_errors
from velocity_web.orders.labels import Labelled, add_labels
from velocity_web.orders.posters import poster_errors
from velocity_web.orders.remote_sources import add_sources, source_rows
from velocity_web.orders.render_requests import request_text
from velocity_web.processes.runner import Runner
from velocity_web.schemas import states
from velocity_web.schemas.metadata import metadata_text
from velocity_web.schemas.render import (
    BatchRequest,
    RenderEstimate,
    RenderOutput,
    RenderQueued,
    RenderRequest,
)
from velocity_web.schemas.source import SourceRequest
from velocity_web.schemas.template import FindingDto
from velocity_web.services.captions import how_of, said_of
from velocity_web.services.codecs import codec_errors
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.estimates import Estimate
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import duration_of
from velocity_web.services.render_checks import (
    CheckRequest,
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
from velocity_web.services.render_sources import NamedSound, Source, find_sound, find_source
from velocity_web.services.reuse import Asking, Looked, cached_of_render
from velocity_web.services.sampling import Sampling, expected, sampled
from velocity_web.settings import Settings
from velocity_web.storage.connections import usable
from velocity_web.storage.disk import require_room_for_renders
from velocity_web.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class CheckedRender:
    """A request in which nothing is wrong; ``digest`` is equal for bodies that mean the same."""

    request: RenderRequest
    digest: str
    ticket: Ticket
    terms: Terms
    check: MapCheck


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
    elsewhere, named = Elsewhere(settings, caller), named_sound(request)
    with reading():
        source = source_of(caller, request)
        sound = find_sound(elsewhere, named, source, own)
    said = said_of(elsewhere, form.head.captions, form.head.captions_source, own)
    terms = terms_of(source, request, said)
    own |= codec_errors(request.encoder_config, terms.encoder, settings)
    own |= poster_errors(request.output, source.frame_count if terms.duration is None else math.inf, terms.size)
    duration = duration_of(terms.duration, sound.seconds if sound else None, terms.mix, own)
    own |= destination_errors(request.destinations or [], usable(settings, caller.name), is_batch=False)
    whole = joined(source.customizations, form.customizations)
    question = CheckRequest(
        elsewhere=elsewhere,
        objects=objects,
        encoder=terms.encoder,
        frames=terms.asked if terms.duration else terms.frames,
        warnings=True,
        with_audio=[named.is_any],
        mix=terms.mix,
        captions=[terms.said.text],
        durations=[duration],
        strict_fonts=terms.strict_fonts,
        motion_blur=terms.motion_blur,
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


def named_sound(request: RenderOutput) -> NamedSound:
    """The audio that a request names. Raises Invalid where its source is not one."""
    audio_id = str(request.audio_id) if request.audio_id else None
    return NamedSound(audio_id, {} if request.audio is None else checked_source(request.audio, "audio"))


def checked_source(source: SourceRequest, field: str) -> dict[str, str]:
    """What a source names, nothing where it names none. Raises Invalid where it is half of one, or two."""
    given = [name for name in ("url", "connection", "path") if getattr(source, name) is not None]
    if given and not source.named():
        sentence = "give url, or connection and path"
        raise Invalid("the request has invalid fields", {f"{field}.{name}": [sentence] for name in given})
    return source.named()


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
        cached = cached_of_render(asking, Looked(ticket.customizations, found.check, ticket))
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
        new = NewRender(request.name, ticket, request.metadata or {})
        [render_id] = insert_renders(caller, request, [new], most_fetched(settings))
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


def most_fetched(settings: Settings) -> int:
    """The largest file that a render has fetched: as for uploads of assets and audio."""
    return max(settings.max_asset_bytes, settings.max_audio_bytes)


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


def insert_renders(caller: Caller, output: RenderOutput, new: Sequence[NewRender], most_bytes: int) -> list[str]:
    """Queue renders of one template within the transaction that holds the account. Returns their ids. ``most_bytes``:
    of a file that they have fetched.

    No worker takes a row of a batch before the batch is queued. Raises Invalid when the template was deleted meanwhile.
    """
    if not new:
        return []
    if Template.get(id=new[0].ticket.source.template_id) is None:
        raise Invalid("the template was deleted", {"templateId": ["the template was deleted"]})
    shown = {"job_info", "encoder_config", "executor", "duration", "motion_blur"}
    asked = output.model_dump(mode="json", by_alias=True, exclude_none=True, include=shown)
    kept = {"jobInfo": {}, **asked}
    webhook_url = str(output.webhook_url) if output.webhook_url else None
    now = now_ms()
    insert_many(
        "render", [{**_render_row(caller, one, kept), "webhook_url": webhook_url, "created_at": now} for one in new]
    )
    used = [(one.id, asset) for one in new for asset in one.ticket.asset_ids]
    insert_many("render_asset", [{"render_id": render_id, "asset_id": asset_id} for render_id, asset_id in used])
    add_destinations(caller.account_id, [_named(one) for one in new], output.destinations or [])
    add_sources([row for one in new for row in _sources(one, most_bytes)])
    insert_many("job", [_job_row(caller, one, now) for one in new])
    for one in new:
        add_labels(Labelled(caller.account_id, states.RENDER, one.id, now), one.metadata)
    return [one.id for one in new]


def _sources(new: NewRender, most_bytes: int) -> list[dict[str, object]]:
    said = new.ticket.said.file
    return source_rows(new.id, [*new.ticket.order.files, *([] if said is None else [said])], most_bytes)


def _named(new: NewRender) -> Named:
    source = new.ticket.source
    return Named(new.id, new.name, source.template_name, new.ticket.order.output, new.batch_row)


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
        "request": _request_text(ticket, kept),
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


def _request_text(ticket: Ticket, kept: dict[str, Any]) -> str:
    said = ticket.said
    if said.text is not None:
        kept = {**kept, "captioned": list(ticket.captioned)}
    if said.text is not None and said.file is not None:
        kept = {**kept, "captionsFile": {"location": said.file.location, "how": how_of(said.text)}}
    return request_text(ticket.order, ticket.customizations, kept, None if said.file else said.text)


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
