"""The queue of webhook deliveries: fair to accounts and to receivers, for any number of workers beside each other.

A claim is a row's ``claimed_at``, good until its ``next_at``: then the delivery is due again, whoever had it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.events.webhooks import signing_secrets
from velocity_web.schemas import states
from velocity_web.settings import Settings

BY_ACCOUNT = 4
BY_RECEIVER = 4
BY_ACCOUNT_AND_RECEIVER = 3
"""Below what one account may have at once, so that a dead receiver leaves room for the account's others."""
CLAIM_MARGIN_MS = 30_000

UNDER_WAY = "SELECT account_id FROM webhook_delivery WHERE claimed_at IS NOT NULL AND next_at > $now"
# Each account's delivery that is due first and whose receiver has room. The accounts are found by skipping from one to
# the next in the index, so that one with thousands of deliveries costs no more than another.
FIRST_OF_EACH = f"""
WITH RECURSIVE under_way AS (
    SELECT account_id, receiver FROM webhook_delivery WHERE claimed_at IS NOT NULL AND next_at > $now
), waiting (account_id) AS (
    SELECT MIN(account_id) FROM webhook_delivery WHERE status = '{states.PENDING}' AND account_id > '' AND next_at > 0
    UNION ALL
    SELECT (SELECT MIN(d.account_id) FROM webhook_delivery d
            WHERE d.status = '{states.PENDING}' AND d.account_id > waiting.account_id AND d.next_at > 0)
    FROM waiting WHERE waiting.account_id IS NOT NULL
)
SELECT d.id, d.account_id, d.url, d.payload, d.attempts, d.next_at FROM webhook_delivery d WHERE d.id IN (
    SELECT (
        SELECT f.id FROM webhook_delivery f
        WHERE f.status = '{states.PENDING}' AND f.account_id = waiting.account_id AND f.next_at <= $now
        AND f.receiver NOT IN (SELECT receiver FROM under_way GROUP BY receiver HAVING COUNT(*) >= $by_receiver)
        AND f.receiver NOT IN (SELECT receiver FROM under_way u WHERE u.account_id = waiting.account_id
                           GROUP BY receiver HAVING COUNT(*) >= $by_both)
        ORDER BY f.next_at LIMIT 1
    ) FROM waiting WHERE waiting.account_id IS NOT NULL
)
"""
NEXT_DUE = f"SELECT MIN(next_at) FROM webhook_delivery WHERE status = '{states.PENDING}'"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt that was claimed; all of ``secrets`` sign it."""

    id: str
    account_id: str
    url: str
    payload: str
    secrets: tuple[str, ...]
    attempts: int
    claimed_at: int


def claim_round(room: int, held: Mapping[str, int], settings: Settings) -> list[Delivery]:
    """Take at most one due delivery of each account, first of those that have the fewest under way.

    Args:
        room: How many to take at most.
        held: What accounts hold of this worker beside the deliveries that are under way.
        settings: For how long an attempt may take.

    Returns:
        What was taken; nothing once there is nothing due that has room.
    """
    with reading():
        now = now_ms()
        of_account = Counter(account_id for (account_id,) in rows(UNDER_WAY, {"now": now}))
        limits = {"now": now, "by_receiver": BY_RECEIVER, "by_both": BY_ACCOUNT_AND_RECEIVER}
        first = rows(FIRST_OF_EACH, limits)
    of_account.update(held)
    fitting = [found for found in first if of_account[found[1]] < BY_ACCOUNT]
    fitting.sort(key=lambda found: (of_account[found[1]], found[5]))
    return [taken for found in fitting[:room] if (taken := _claim(found, settings))]


def due_in() -> float | None:
    """In how many seconds the next delivery is due, or a claim runs out; None where there is none."""
    with reading():
        [(next_at,)] = rows(NEXT_DUE, {})
        return None if next_at is None else max(0.0, (next_at - now_ms()) / 1000)


def _claim(found: tuple[str, str, str, str, int, int], settings: Settings) -> Delivery | None:
    """None when another worker was faster."""
    delivery_id, account_id, url, payload, attempts, _next_at = found
    sql = (
        "UPDATE webhook_delivery SET next_at = $later, claimed_at = $now, attempts = attempts + 1 "
        f"WHERE id = $id AND status = '{states.PENDING}' AND next_at <= $now AND attempts = $attempts"
    )
    with writing():
        now = now_ms()
        later = now + int(settings.webhook_timeout_seconds * 1000) + CLAIM_MARGIN_MS
        if not execute(sql, {"id": delivery_id, "now": now, "later": later, "attempts": attempts}):
            return None
        return Delivery(delivery_id, account_id, url, payload, signing_secrets(account_id), attempts + 1, now)


def report(delivery: Delivery, code: int | None, fault: str | None, settings: Settings) -> None:
    """Write down an attempt: delivered, due again with a doubled wait, or given up."""
    with writing():
        now = now_ms()
        if fault is None:
            status, completed, next_at = states.DELIVERED, now, now
        elif delivery.attempts >= settings.webhook_attempts:
            status, completed, next_at = states.FAILED, now, now
        else:
            wait = settings.webhook_backoff_seconds * 2 ** (delivery.attempts - 1)
            status, completed, next_at = states.PENDING, None, now + int(wait * 1000)
        execute(
            "UPDATE webhook_delivery SET status = $status, next_at = $next_at, response_code = $code, "
            "reason = $reason, completed_at = $completed, claimed_at = NULL WHERE id = $id AND claimed_at = $claimed",
            {
                "status": status,
                "next_at": next_at,
                "code": code,
                "reason": fault,
                "completed": completed,
                "id": delivery.id,
                "claimed": delivery.claimed_at,
            },
        )


def give_back(delivery: Delivery) -> None:
    """An attempt that was broken off by this side does not count, and is due at once."""
    with writing():
        execute(
            "UPDATE webhook_delivery SET next_at = $now, attempts = attempts - 1, claimed_at = NULL "
            "WHERE id = $id AND claimed_at = $claimed",
            {"now": now_ms(), "id": delivery.id, "claimed": delivery.claimed_at},
        )
