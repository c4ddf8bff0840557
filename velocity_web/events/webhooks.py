"""Webhooks: which URLs they may go to, what is announced to whom, and what signs it (Standard Webhooks)."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

import velocity_engine as engine
from velocity_web.database.entities import Account, WebhookDelivery, get_existing, new_id, rows
from velocity_web.database.now import now_ms
from velocity_web.failures import Invalid
from velocity_web.schemas import states
from velocity_web.schemas.base import ResponseModel
from velocity_web.settings import Settings

CHECK_SECONDS = 1.0
CHECKS_AT_ONCE = 4
_checks = threading.BoundedSemaphore(CHECKS_AT_ONCE)


def require_allowed(url: str, settings: Settings, field: str = "webhookUrl") -> None:
    """Raises Invalid, of the request's ``field``, for a URL that no delivery would be made to.

    A name that is not found soon is let pass, so that nobody's resolver holds up a request: a delivery looks again.
    """
    try:
        target = engine.network.target_of(url)
        spelled = engine.network.spelled_address(target.host, target.port)
        reach_of(settings).require(target, spelled or _found_soon(target))
    except engine.network.ForbiddenAddress as error:
        raise Invalid("the webhook's URL is not allowed", {field: [str(error)]}) from None


def reach_of(settings: Settings) -> engine.network.Reach:
    """Where webhooks may go to."""
    allowed = ["*", *settings.private_hosts] if settings.webhook_allow_private else settings.private_hosts
    return engine.network.Reach.of(allowed)


def _found_soon(target: engine.network.Target) -> list[str]:
    """The addresses of a name; none where the look-up fails, takes long, or too many are under way."""
    if not _checks.acquire(blocking=False):
        return []
    found = engine.network.begin_look_up(target.host, target.port)
    found.add_done_callback(lambda _found: _checks.release())
    try:
        return found.result(CHECK_SECONDS)
    except (OSError, UnicodeError):
        return []


@dataclass(frozen=True, slots=True)
class News:
    """That something ended: its ``kind`` and ``status`` are the event, such as ``render.completed``. ``url`` is the one
    that the request named, if it did; the account's own are told as well.
    """

    account_id: str
    kind: str
    subject_id: str
    status: str
    url: str | None = None

    @property
    def event(self) -> str:
        return f"{self.kind}.{self.status}"


Address = tuple[str, str | None]
"""A URL, and the account's webhook that has it."""


def takers_of(news: News) -> list[Address]:
    """Within a session: where the news go, each URL once."""
    found: dict[str, str | None] = {news.url: None} if news.url else {}
    sql = "SELECT id, url, events FROM webhook_endpoint WHERE account_id = $account AND enabled = $yes"
    for endpoint_id, url, events in rows(sql, {"account": news.account_id, "yes": True}):
        if news.event in json.loads(events):
            found.setdefault(url, endpoint_id)
    return list(found.items())


def announce(news: News, takers: list[Address], data: ResponseModel) -> None:
    """Within the transaction that ended it: queue a message for each of those that ``takers_of`` found."""
    now = now_ms()
    payload = {
        "type": news.event,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data.model_dump(mode="json"),
    }
    for url, endpoint_id in takers:
        WebhookDelivery(
            id=new_id(),
            account_id=news.account_id,
            subject_id=news.subject_id,
            endpoint_id=endpoint_id,
            url=url,
            receiver=engine.network.receiver_of(url),
            event=news.event,
            payload=json.dumps(payload, separators=(",", ":")),
            status=states.PENDING,
            next_at=now,
            created_at=now,
        )


def new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"


def signing_secret(account_id: str) -> str:
    """Within a writing transaction: the account's secret, made when it is first needed."""
    account = get_existing(Account, id=account_id)
    if not account.webhook_secret:
        account.webhook_secret = new_secret()
        account.flush()
    return str(account.webhook_secret)


def signing_secrets(account_id: str) -> tuple[str, ...]:
    """Within a writing transaction: the account's secret, and the former one as long as that is good."""
    sql = "SELECT secret FROM former_webhook_secret WHERE account_id = $account AND valid_until > $now"
    former = rows(sql, {"account": account_id, "now": now_ms()})
    return (signing_secret(account_id), *(secret for (secret,) in former))
