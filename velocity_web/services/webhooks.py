"""Webhooks: what is announced, to whom it may go, and how one delivery is attempted (Standard Webhooks)."""

from __future__ import annotations

import ipaddress
import json
import secrets
import socket
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pony.orm import desc

from velocity_web import states
from velocity_web.auth import Caller
from velocity_web.clock import iso_time, now_ms
from velocity_web.entities import (
    Account,
    Job,
    Render,
    WebhookDelivery,
    execute,
    lock_account,
    new_id,
    reading,
    rows,
    the,
    writing,
)
from velocity_web.failures import Invalid, NotFound
from velocity_web.schemas.render import WebhookDeliveryDto, WebhookSecret
from velocity_web.settings import Settings

EVENTS = {
    states.COMPLETED: "render.completed",
    states.FAILED: "render.failed",
    states.CANCELLED: "render.cancelled",
}
CLAIM_MS = 60_000


class ForbiddenAddress(Exception):
    """A webhook's host leads to a private address."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt that is due."""

    id: str
    url: str
    payload: str
    secret: str
    attempts: int


def require_allowed(url: str, settings: Settings) -> None:
    """Raises Invalid for a URL that no delivery would be made to."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise Invalid("the webhook's URL is not allowed", {"webhookUrl": ["it must not hold a user or password"]})
    try:
        resolve(parts.hostname or "", parts.port or 443, settings)
    except ForbiddenAddress as error:
        raise Invalid("the webhook's URL is not allowed", {"webhookUrl": [str(error)]}) from None
    except (OSError, UnicodeError):
        return


def resolve(host: str, port: int, settings: Settings) -> str:
    """The address to connect to. Raises ForbiddenAddress when any address of the host is not public, and OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        parsed = ipaddress.ip_address(address.split("%")[0])
        address_meant = (parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None) or parsed
        public = address_meant.is_global and not address_meant.is_multicast
        if not public and not settings.webhook_allow_private:
            raise ForbiddenAddress(f"{host} leads to {address}, which is not a public address")
    return addresses[0]


def announce(render_id: str, status: str) -> None:
    """Within the transaction that ends a render: queue the message to its webhook, if it has one."""
    render = Render.get(id=render_id)
    if render is None or not render.webhook_url:
        return
    job = the(Job, id=render_id)
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
        event=EVENTS[status],
        payload=json.dumps(payload, separators=(",", ":")),
        status="pending",
        next_at=now,
        created_at=now,
    )


def claim_due(limit: int) -> list[Delivery]:
    """Take deliveries that are due; one that is not reported back is due again after a minute."""
    taken: list[Delivery] = []
    with writing():
        now = now_ms()
        due = rows(
            "SELECT id, account_id, url, payload, attempts FROM webhook_delivery "
            "WHERE status = 'pending' AND next_at <= $now ORDER BY next_at LIMIT $limit",
            {"now": now, "limit": limit},
        )
        for delivery_id, account_id, url, payload, attempts in due:
            claim = {"id": delivery_id, "now": now, "later": now + CLAIM_MS, "attempts": attempts}
            if execute(
                "UPDATE webhook_delivery SET next_at = $later, attempts = attempts + 1 "
                "WHERE id = $id AND status = 'pending' AND next_at <= $now AND attempts = $attempts",
                claim,
            ):
                taken.append(Delivery(delivery_id, url, payload, signing_secret(account_id), attempts + 1))
    return taken


def signing_secret(account_id: str) -> str:
    """Within a writing transaction: the account's secret, made when it is first needed."""
    account = the(Account, id=account_id)
    if not account.webhook_secret:
        account.webhook_secret = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
        account.flush()
    return str(account.webhook_secret)


def attempt(delivery: Delivery, settings: Settings) -> tuple[int | None, str | None]:
    """POST one message to the address that was checked, without following redirects: (status code, what went wrong)."""
    import httpx
    from standardwebhooks.webhooks import Webhook

    parts = urlsplit(delivery.url)
    host = parts.hostname or ""
    now = datetime.now(UTC)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = resolve(host, port, settings)
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{literal}:{port}").geturl()
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Velocity-Webhooks/1",
            "webhook-id": f"msg_{delivery.id}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(delivery.secret).sign(f"msg_{delivery.id}", now, delivery.payload),
        }
        timeout = settings.webhook_timeout_seconds
        with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
            request = client.build_request(
                "POST", target, content=delivery.payload.encode(), headers=headers, extensions={"sni_hostname": host}
            )
            response = client.send(request, stream=True)
            response.close()
    except ForbiddenAddress as error:
        return None, str(error)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"[:500]
    return response.status_code, None if response.is_success else f"the answer was {response.status_code}"


def report(delivery: Delivery, code: int | None, fault: str | None, settings: Settings) -> None:
    """Write down an attempt: delivered, due again with a doubled wait, or given up."""
    now = now_ms()
    if fault is None:
        status, completed, next_at = "delivered", now, now
    elif delivery.attempts >= settings.webhook_attempts:
        status, completed, next_at = "failed", now, now
    else:
        wait = settings.webhook_backoff_seconds * 2 ** (delivery.attempts - 1)
        status, completed, next_at = "pending", None, now + int(wait * 1000)
    with writing():
        execute(
            "UPDATE webhook_delivery SET status = $status, next_at = $next_at, response_code = $code, "
            "reason = $reason, completed_at = $completed WHERE id = $id",
            {
                "status": status,
                "next_at": next_at,
                "code": code,
                "reason": fault,
                "completed": completed,
                "id": delivery.id,
            },
        )


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
                next_attempt_at=iso_time(entry.next_at) if entry.status == "pending" else None,
                created_at=iso_time(entry.created_at),
                completed_at=iso_time(entry.completed_at),
            )
            for entry in found
        ]


def secret_of(caller: Caller) -> WebhookSecret:
    with writing():
        lock_account(caller.account_id)
        return WebhookSecret(secret=signing_secret(caller.account_id))
