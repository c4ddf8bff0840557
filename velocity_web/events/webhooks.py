"""Webhooks: what is announced, to whom it may go, and what became of it (Standard Webhooks)."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode
from datetime import UTC, datetime

from pony.orm import desc

from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    Account,
    Job,
    Poster,
    Render,
    WebhookDelivery,
    get_existing,
    lock_account,
    new_id,
    reading,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events.addresses import (
    ForbiddenAddress,
    Target,
    begin_look_up,
    receiver_of,
    require_public,
    spelled_address,
    target_of,
)
from velocity_web.failures import Invalid, NotFound
from velocity_web.schemas import states
from velocity_web.schemas.webhook import WebhookDeliveryDto, WebhookSecret
from velocity_web.settings import Settings

EVENTS = {
    states.COMPLETED: "render.completed",
    states.FAILED: "render.failed",
    states.CANCELLED: "render.cancelled",
}
CHECK_SECONDS = 1.0
CHECKS_AT_ONCE = 4
_checks = threading.BoundedSemaphore(CHECKS_AT_ONCE)


def require_allowed(url: str, settings: Settings) -> None:
    """Raises Invalid for a URL that no delivery would be made to.

    A name that is not found soon is let pass, so that nobody's resolver holds up a request: a delivery looks again.
    """
    try:
        target = target_of(url)
        if settings.webhook_allow_private:
            return
        spelled = spelled_address(target.host, target.port)
        require_public(target.host, spelled or _found_soon(target))
    except ForbiddenAddress as error:
        raise Invalid("the webhook's URL is not allowed", {"webhookUrl": [str(error)]}) from None


def _found_soon(target: Target) -> list[str]:
    """The addresses of a name; none where the look-up fails, takes long, or too many are under way."""
    if not _checks.acquire(blocking=False):
        return []
    found = begin_look_up(target.host, target.port)
    found.add_done_callback(lambda _found: _checks.release())
    try:
        return found.result(CHECK_SECONDS)
    except (OSError, UnicodeError):
        return []


def announce(render_id: str, status: str) -> None:
    """Within the transaction that ends a render: queue the message to its webhook, if it has one."""
    render = Render.get(id=render_id)
    if render is None or not render.webhook_url:
        return
    job = get_existing(Job, id=render_id)
    now = now_ms()
    payload = {
        "type": EVENTS[status],
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {
            "renderId": render_id,
            "name": render.name,
            "status": status,
            "templateId": render.template_id,
            "batchId": render.batch_id,
            "videoDownloadUrl": f"/render/{render_id}/download" if status == states.COMPLETED else None,
            "posterDownloadUrl": None if Poster.get(render_id=render_id) is None else f"/render/{render_id}/poster",
            "sizeBytes": render.size_bytes,
            "renderTimeMilliseconds": render.charged_ms,
            "reason": job.reason,
        },
    }
    WebhookDelivery(
        id=f"{new_id()}",
        account_id=render.account_id,
        render_id=render_id,
        url=render.webhook_url,
        receiver=receiver_of(render.webhook_url),
        event=EVENTS[status],
        payload=json.dumps(payload, separators=(",", ":")),
        status=states.PENDING,
        next_at=now,
        created_at=now,
    )


def signing_secret(account_id: str) -> str:
    """Within a writing transaction: the account's secret, made when it is first needed."""
    account = get_existing(Account, id=account_id)
    if not account.webhook_secret:
        account.webhook_secret = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
        account.flush()
    return str(account.webhook_secret)


def list_deliveries(caller: Caller, render_id: str | None, skip: int, take: int) -> list[WebhookDeliveryDto]:
    with reading():
        if render_id is not None:
            render = Render.get(id=render_id)
            if render is None or render.account_id != caller.account_id:
                raise NotFound(f"there is no render {render_id}")
        query = WebhookDelivery.select(lambda entry: entry.account_id == caller.account_id)
        if render_id is not None:
            query = query.filter(lambda entry: entry.render_id == render_id)
        found = query.order_by(lambda entry: (desc(entry.created_at), entry.id))[skip : skip + take]
        return [
            WebhookDeliveryDto(
                id=entry.id,
                render_id=entry.render_id,
                url=entry.url,
                event=entry.event,
                status=entry.status,
                attempts=entry.attempts,
                response_code=entry.response_code,
                reason=entry.reason,
                next_attempt_at=iso_time(entry.next_at) if entry.status == states.PENDING else None,
                created_at=iso_time(entry.created_at),
                completed_at=iso_time(entry.completed_at),
            )
            for entry in found
        ]


def secret_of(caller: Caller) -> WebhookSecret:
    with writing():
        lock_account(caller.account_id)
        return WebhookSecret(secret=signing_secret(caller.account_id))
