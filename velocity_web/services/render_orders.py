"""Checked render requests on their way into the queue: remembered by their key, inserted."""

from __future__ import annotations

import json
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
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Invalid, KeyReused
from velocity_web.orders.destinations import Named, add_destinations
from velocity_web.orders.labels import Labelled, add_labels
from velocity_web.orders.remote_sources import add_sources, source_rows
from velocity_web.orders.render_requests import request_text
from velocity_web.schemas import states
from velocity_web.schemas.metadata import metadata_text
from velocity_web.schemas.render import RenderOutput, RenderQueued
from velocity_web.services.captions import how_of
from velocity_web.services.checked_renders import CheckedRender, all_warnings
from velocity_web.services.elsewhere import most_fetched
from velocity_web.services.estimates import Estimate
from velocity_web.services.forms import RenderForm
from velocity_web.services.render_checks import Ticket
from velocity_web.settings import Settings
from velocity_web.storage.disk import require_room_for_renders


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
