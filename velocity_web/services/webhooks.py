"""An account's webhooks: where its events go, what was sent, and the secrets that sign it."""

from __future__ import annotations

import json

from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    Account,
    FormerWebhookSecret,
    Render,
    WebhookDelivery,
    WebhookEndpoint,
    execute,
    get_existing,
    lock_account,
    new_id,
    reading,
    rows,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events.webhooks import new_secret, require_allowed, signing_secret
from velocity_web.failures import Conflict, Invalid, NotFound
from velocity_web.schemas import states
from velocity_web.schemas.webhook import (
    EVENTS,
    MOST_ENDPOINTS,
    WebhookChange,
    WebhookDeliveryDetail,
    WebhookDeliveryDto,
    WebhookDto,
    WebhookLog,
    WebhookRequest,
    WebhookSecret,
)
from velocity_web.services.paging import Listed, Window, total_of, whole
from velocity_web.settings import Settings

REMOVED = "the webhook was deleted before this was delivered"
SUBJECTS = ("render", "batch", "template", "audio")
HOUR_MS = 3_600_000


def _dto(endpoint: WebhookEndpoint) -> WebhookDto:
    return WebhookDto(
        id=endpoint.id,
        webhook_id=endpoint.id,
        url=endpoint.url,
        events=json.loads(endpoint.events),
        enabled=endpoint.enabled,
        created_at=iso_time(endpoint.created_at),
    )


def _find(caller: Caller, webhook_id: str) -> WebhookEndpoint:
    """Within a session. Raises NotFound."""
    endpoint: WebhookEndpoint | None = WebhookEndpoint.get(id=webhook_id)
    if endpoint is None or endpoint.account_id != caller.account_id:
        raise NotFound(f"there is no webhook {webhook_id}")
    return endpoint


def create_webhook(caller: Caller, settings: Settings, request: WebhookRequest) -> WebhookDto:
    """Raises Invalid for a URL that is not allowed, and where the account has as many as it may."""
    require_allowed(str(request.url), settings, "url")
    with writing():
        lock_account(caller.account_id)
        sql = "SELECT COUNT(*) FROM webhook_endpoint WHERE account_id = $account"
        [(count,)] = rows(sql, {"account": caller.account_id})
        if count >= MOST_ENDPOINTS:
            sentence = f"an account has at most {MOST_ENDPOINTS} webhooks; delete or change one of them"
            raise Invalid("there are too many webhooks", {"url": [sentence]})
        return _dto(
            WebhookEndpoint(
                id=new_id(),
                account_id=caller.account_id,
                url=str(request.url),
                events=json.dumps(request.events or EVENTS),
                enabled=request.enabled,
                created_at=now_ms(),
            )
        )


def list_webhooks(caller: Caller) -> Listed[WebhookDto]:
    with reading():
        found = WebhookEndpoint.select(lambda endpoint: endpoint.account_id == caller.account_id)
        ordered = found.order_by(lambda endpoint: (endpoint.created_at, endpoint.id))
        return whole([_dto(endpoint) for endpoint in ordered])


def webhook_detail(caller: Caller, webhook_id: str) -> WebhookDto:
    with reading():
        return _dto(_find(caller, webhook_id))


def change_webhook(caller: Caller, settings: Settings, webhook_id: str, change: WebhookChange) -> WebhookDto:
    """What is sent already, or waits to be, goes where it was meant to go. Raises NotFound and Invalid."""
    if change.url is not None:
        require_allowed(str(change.url), settings, "url")
    with writing():
        lock_account(caller.account_id)
        endpoint = _find(caller, webhook_id)
        if change.url is not None:
            endpoint.url = str(change.url)
        if change.events is not None:
            endpoint.events = json.dumps(change.events)
        if change.enabled is not None:
            endpoint.enabled = change.enabled
        endpoint.flush()
        return _dto(endpoint)


def delete_webhook(caller: Caller, webhook_id: str) -> None:
    """What waits to be sent to it is not sent. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        _find(caller, webhook_id)
        both = {"id": webhook_id, "account": caller.account_id}
        execute("DELETE FROM webhook_endpoint WHERE id = $id AND account_id = $account", both)
        execute(
            f"UPDATE webhook_delivery SET status = '{states.FAILED}', reason = $reason, completed_at = $now, "
            "claimed_at = NULL "
            f"WHERE account_id = $account AND status = '{states.PENDING}' AND endpoint_id = $id",
            {**both, "reason": REMOVED, "now": now_ms()},
        )


# --- deliveries ---


def _delivery_fields(entry: WebhookDelivery) -> dict[str, object]:
    kind = entry.event.partition(".")[0]
    return {
        **{f"{subject}_id": entry.subject_id if subject == kind else None for subject in SUBJECTS},
        "id": entry.id,
        "webhook_id": entry.endpoint_id,
        "url": entry.url,
        "event": entry.event,
        "status": entry.status,
        "attempts": entry.attempts,
        "response_code": entry.response_code,
        "reason": entry.reason,
        "next_attempt_at": iso_time(entry.next_at) if entry.status == states.PENDING else None,
        "created_at": iso_time(entry.created_at),
        "completed_at": iso_time(entry.completed_at),
    }


def _delivery_dto(entry: WebhookDelivery) -> WebhookDeliveryDto:
    return WebhookDeliveryDto.model_validate(_delivery_fields(entry))


def _find_delivery(caller: Caller, delivery_id: str) -> WebhookDelivery:
    """Within a session. Raises NotFound."""
    entry: WebhookDelivery | None = WebhookDelivery.get(id=delivery_id)
    if entry is None or entry.account_id != caller.account_id:
        raise NotFound(f"there is no delivery {delivery_id}")
    return entry


def list_deliveries(caller: Caller, asked: WebhookLog) -> Listed[WebhookDeliveryDto]:
    """Newest first. Raises NotFound for a render that is not the caller's."""
    named = (asked.render_id, asked.batch_id, asked.template_id, asked.audio_id)
    subjects = [str(subject) for subject in named if subject is not None]
    parameters = {"account": caller.account_id}
    condition = "account_id = $account"
    for number, subject in enumerate(subjects):
        condition += f" AND render_id = $subject{number}"
        parameters[f"subject{number}"] = subject
    if asked.status is not None:
        condition += " AND status = $status"
        parameters["status"] = asked.status
    window = Window(asked.skip, asked.take)
    source = f"FROM webhook_delivery WHERE {condition}"
    with reading():
        if asked.render_id is not None:
            render = Render.get(id=str(asked.render_id))
            if render is None or render.account_id != caller.account_id:
                raise NotFound(f"there is no render {asked.render_id}")
        sql = f"SELECT id {source} ORDER BY created_at DESC, id LIMIT $take OFFSET $skip"
        ids = [row[0] for row in rows(sql, {**parameters, "take": window.take, "skip": window.skip})]
        found = {entry.id: entry for entry in WebhookDelivery.select(lambda entry: entry.id in ids)} if ids else {}
        total = total_of(source, parameters, window, len(ids))
        return [_delivery_dto(found[delivery_id]) for delivery_id in ids], total


def delivery_detail(caller: Caller, delivery_id: str) -> WebhookDeliveryDetail:
    with reading():
        entry = _find_delivery(caller, delivery_id)
        return WebhookDeliveryDetail.model_validate({**_delivery_fields(entry), "payload": json.loads(entry.payload)})


def resend(caller: Caller, delivery_id: str) -> WebhookDeliveryDto:
    """Send a delivery once more, with all its attempts, under the id that it had. Raises NotFound and Conflict."""
    with writing():
        lock_account(caller.account_id)
        _find_delivery(caller, delivery_id)
        again = execute(
            f"UPDATE webhook_delivery SET status = '{states.PENDING}', attempts = 0, next_at = $now, reason = NULL, "
            f"response_code = NULL, completed_at = NULL, claimed_at = NULL "
            f"WHERE id = $id AND status <> '{states.PENDING}'",
            {"id": delivery_id, "now": now_ms()},
        )
        if not again:
            raise Conflict("the delivery is still pending; it can be sent again once it was delivered or has failed")
    with reading():
        return _delivery_dto(_find_delivery(caller, delivery_id))


# --- the secret ---


def secret_of(caller: Caller) -> WebhookSecret:
    with writing():
        lock_account(caller.account_id)
        former = FormerWebhookSecret.get(account_id=caller.account_id)
        until = former.valid_until if former is not None and former.valid_until > now_ms() else None
        return WebhookSecret(secret=signing_secret(caller.account_id), former_valid_until=iso_time(until))


def rotate_secret(caller: Caller, overlap_hours: float) -> WebhookSecret:
    """A new secret. The one before it signs beside it for a while, in the place of any that did so until now."""
    with writing():
        lock_account(caller.account_id)
        former, until = signing_secret(caller.account_id), now_ms() + int(overlap_hours * HOUR_MS)
        execute(
            "INSERT INTO former_webhook_secret (account_id, secret, valid_until) VALUES ($account, $secret, $until) "
            "ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, valid_until = excluded.valid_until",
            {"account": caller.account_id, "secret": former, "until": until},
        )
        account = get_existing(Account, id=caller.account_id)
        account.webhook_secret = new_secret()
        account.flush()
        shown = iso_time(until) if overlap_hours else None
        return WebhookSecret(secret=account.webhook_secret, former_valid_until=shown)
