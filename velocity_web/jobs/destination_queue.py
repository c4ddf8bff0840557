"""The queue of videos that are sent to destinations: fair to accounts, for any number of workers beside each other.

A claim is a row's ``claimed_at`` and ``owner``, good until its ``next_at``, which its owner pushes on as long as it
works. An attempt whose worker died does not count: however often that happens, the video is sent in the end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from velocity_web.database.entities import execute, lock_account, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally, count
from velocity_web.orders.endings import announce_end
from velocity_web.processes.identity import is_dead
from velocity_web.schemas import states
from velocity_web.settings import Settings

BY_ACCOUNT = 2
"""At once, of all workers."""
LONGEST_PAUSE_MS = 300_000
HELD = f"id = $id AND claimed_at = $claimed AND owner = $owner AND status = '{states.PENDING}'"
DUE = f"status = '{states.PENDING}' AND next_at <= $now"
WORKING = "SELECT account_id FROM destination WHERE owner IS NOT NULL AND next_at > $now"
WAITING = f"SELECT account_id, MIN(next_at) FROM destination WHERE {DUE} GROUP BY account_id"
FIRST = (
    "SELECT destination.id, destination.render_id, connection, path, attempts, claimed_at, part, render.file, "
    f"render.sha256 FROM destination JOIN render ON render.id = destination.render_id WHERE {DUE} "
    "AND destination.account_id = $account ORDER BY next_at, number LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One attempt. ``part`` is what an earlier one may have left half written; ``file`` the video in the storage."""

    id: str
    render_id: str
    account_id: str
    connection: str
    path: str
    attempt: int
    claimed_at: int
    owner: str
    part: str | None
    file: str | None
    sha256: str | None


def take_back() -> None:
    """Make due again what dead workers of this machine held."""
    with reading():
        owners = [owner for (owner,) in rows("SELECT DISTINCT owner FROM destination WHERE owner IS NOT NULL", {})]
    for owner in owners:
        if is_dead(owner):
            with writing():
                execute(
                    "UPDATE destination SET next_at = $now, attempts = attempts - 1, claimed_at = NULL, owner = NULL "
                    f"WHERE owner = $owner AND status = '{states.PENDING}'",
                    {"now": now_ms(), "owner": owner},
                )


def claim(owner: str, settings: Settings) -> Claimed | None:
    """Take the delivery that is due first, of the account that has the fewest under way; None where none has room."""
    with reading():
        now = now_ms()
        working = Counter(account_id for (account_id,) in rows(WORKING, {"now": now}))
        waiting = rows(WAITING, {"now": now})
    fitting = [(working[account_id], first, account_id) for account_id, first in waiting]
    for number, _first, account_id in sorted(fitting):
        if number < BY_ACCOUNT and (taken := _claim_of(owner, account_id, settings)):
            return taken
    return None


def _claim_of(owner: str, account_id: str, settings: Settings) -> Claimed | None:
    """None when other workers were faster."""
    with writing():
        now = now_ms()
        for found in rows(FIRST, {"now": now, "account": account_id}):
            delivery_id, render_id, connection, path, attempts, lost, part, file, sha256 = found
            attempt = attempts + (lost is None)  # an attempt that was lost is made anew
            taken = execute(
                "UPDATE destination SET claimed_at = $now, owner = $owner, next_at = $until, attempts = $attempt "
                f"WHERE id = $id AND {DUE} AND attempts = $attempts",
                {
                    "now": now,
                    "owner": owner,
                    "until": now + int(settings.lease_seconds * 1000),
                    "attempt": attempt,
                    "id": delivery_id,
                    "attempts": attempts,
                },
            )
            if taken:
                return Claimed(
                    delivery_id, render_id, account_id, connection, path, attempt, now, owner, part, file, sha256
                )
    return None


def _key(claimed: Claimed) -> dict[str, object]:
    return {"id": claimed.id, "claimed": claimed.claimed_at, "owner": claimed.owner}


def renew(claimed: Claimed, settings: Settings) -> bool:
    """A heartbeat. False where it is no longer ours: the render was cancelled, or another worker has it."""
    with writing():
        until = now_ms() + int(settings.lease_seconds * 1000)
        return bool(execute(f"UPDATE destination SET next_at = $until WHERE {HELD}", {**_key(claimed), "until": until}))


def note_part(claimed: Claimed, part: str) -> None:
    """What will be half written, before it is: whoever comes after a kill removes it."""
    with writing():
        execute(f"UPDATE destination SET part = $part WHERE {HELD}", {**_key(claimed), "part": part})


def give_back(claimed: Claimed) -> None:
    """An attempt that was broken off by this side does not count, and is due at once."""
    with writing():
        execute(
            "UPDATE destination SET next_at = $now, attempts = attempts - 1, claimed_at = NULL, owner = NULL "
            f"WHERE {HELD}",
            {**_key(claimed), "now": now_ms()},
        )


def delivered(claimed: Claimed, size_bytes: int) -> None:
    """It is there, also where its render was cancelled just before: then the row says so, and the render stays so."""
    with writing():
        lock_account(claimed.account_id)
        execute(
            f"UPDATE destination SET status = '{states.DELIVERED}', size_bytes = $size, completed_at = $now, "
            "reason = NULL, claimed_at = NULL, owner = NULL, part = NULL "
            f"WHERE id = $id AND claimed_at = $claimed AND status IN ('{states.PENDING}', '{states.CANCELLED}')",
            {"id": claimed.id, "claimed": claimed.claimed_at, "size": size_bytes, "now": now_ms()},
        )
        _end_render(claimed.render_id)


def failed(claimed: Claimed, reason: str, settings: Settings, *, is_final: bool = False) -> None:
    """Due again with a doubled wait, or given up."""
    with writing():
        lock_account(claimed.account_id)
        now = now_ms()
        is_last = is_final or claimed.attempt >= settings.delivery_attempts
        pause = min(LONGEST_PAUSE_MS, int(1000 * settings.delivery_backoff_seconds * 2 ** min(20, claimed.attempt - 1)))
        execute(
            "UPDATE destination SET status = $status, next_at = $next, reason = $reason, completed_at = $completed, "
            f"claimed_at = NULL, owner = NULL WHERE {HELD}",
            {
                **_key(claimed),
                "status": states.FAILED if is_last else states.PENDING,
                "next": now if is_last else now + pause,
                "completed": now if is_last else None,
                "reason": reason,
            },
        )
        if is_last:
            _end_render(claimed.render_id)


def _end_render(render_id: str) -> None:
    """Within the transaction that holds the account: the render is completed once nothing of it is on its way."""
    left = f"SELECT 1 FROM destination WHERE render_id = $id AND status = '{states.PENDING}' LIMIT 1"
    if rows(left, {"id": render_id}):
        return
    ended = execute(
        f"UPDATE job SET status = '{states.COMPLETED}', stage = '{states.COMPLETED}', completed_at = $now "
        f"WHERE id = $id AND status = '{states.DELIVERING}'",
        {"id": render_id, "now": now_ms()},
    )
    if ended:
        count(Tally.ENDED, states.RENDER, states.COMPLETED)
        announce_end(render_id, states.COMPLETED)
