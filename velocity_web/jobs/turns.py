"""Whose turn it is: which account gets the next free worker, found without looking at the jobs that wait.

A row of ``queue_turn`` stands for an account and a kind of job. Triggers set its ``ready_at`` when a job comes to wait,
so that it is never later than the earliest of them; who claims clears it when none is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from velocity_web.database.entities import NOT_YET, db, execute, rows
from velocity_web.schemas import states


@dataclass(frozen=True, slots=True)
class Kind:
    """Renders, or all other jobs, as SQL. ``waits`` is what the partial index of such jobs spells out."""

    is_render: str
    of_job: str

    @property
    def waits(self) -> str:
        return (
            f"{self.of_job} AND lease_owner IS NULL AND status IN ({states.listed(states.CLAIMABLE)}) "
            f"AND not_before < {NOT_YET}"
        )

    @property
    def busy(self) -> str:
        """Accounts that have such jobs at work, as many as there are workers at most."""
        return f"FROM job WHERE lease_owner IS NOT NULL AND {self.of_job}"


RENDERS = Kind("TRUE", f"kind = '{states.RENDER}'")
OTHERS = Kind("FALSE", f"kind <> '{states.RENDER}'")
CROWD = 8
"""How many accounts are tried whose turns others are just taking."""


def kind_of(*, renders: bool) -> Kind:
    return RENDERS if renders else OTHERS


def idle_first(kind: Kind) -> str:
    """The account without such a job at work that was served longest ago."""
    return (
        "SELECT turn.account_id FROM queue_turn turn "
        f"WHERE turn.is_render = {kind.is_render} AND turn.ready_at IS NOT NULL AND turn.ready_at <= $now "
        f"AND turn.account_id NOT IN (SELECT account_id {kind.busy}) ORDER BY turn.claimed_at"
    )


def busy_first(kind: Kind) -> str:
    """Of the accounts that have such jobs at work, the one with the fewest."""
    return (
        f"SELECT turn.account_id FROM (SELECT account_id, COUNT(*) AS number {kind.busy} GROUP BY account_id) busy "
        "JOIN queue_turn turn ON turn.account_id = busy.account_id "
        f"AND turn.is_render = {kind.is_render} WHERE turn.ready_at <= $now ORDER BY busy.number, turn.claimed_at"
    )


def oldest_job(kind: Kind) -> str:
    """Of one account."""
    return (
        "SELECT id, kind, subject_id, attempts, traceparent, created_at FROM job "
        f"WHERE account_id = $account AND {kind.waits} AND not_before <= $now ORDER BY created_at, id LIMIT 1"
    )


def any_ready(kind: Kind) -> str:
    return (
        f"SELECT 1 FROM queue_turn WHERE is_render = {kind.is_render} AND ready_at IS NOT NULL AND ready_at <= $now "
        "LIMIT 1"
    )


def earliest(kind: Kind) -> str:
    return f"SELECT MIN(ready_at) FROM queue_turn WHERE is_render = {kind.is_render} AND ready_at IS NOT NULL"


def take_turn(kind: Kind, now: int) -> str | None:
    """Within a transaction: the account whose turn it is. Others that claim meanwhile get another one's."""
    for sql in (idle_first(kind), busy_first(kind)):
        if found := rows(f"{sql} LIMIT 1{_unlocked('turn')}", {"now": now}):
            return str(found[0][0])
    return None


def crowd(kind: Kind, now: int) -> list[str]:
    """Within a transaction: accounts to look at when others are taking all turns, as where there is one account."""
    found = [
        account_id
        for sql in (idle_first(kind), busy_first(kind))
        for (account_id,) in rows(f"{sql} LIMIT {CROWD}", {"now": now})
    ]
    return found[:CROWD]


def take_job(kind: Kind, account_id: str, now: int) -> tuple[Any, ...] | None:
    """Within a transaction: the account's oldest job that nobody else is just taking, as ``oldest_job`` has it."""
    found = rows(f"{oldest_job(kind)}{_unlocked('job')}", {"account": account_id, "now": now})
    return found[0] if found else None


def end_turn(kind: Kind, account_id: str, now: int, taken: str | None) -> None:
    """Within the transaction that took the turn: note whom it went to, and whether others of the account still wait.

    A job is seen here until who takes it has committed, so that one that is given up is not forgotten. Where others are
    taking all that are left, the account was served.
    """
    key = {"account": account_id}
    turn = f"WHERE account_id = $account AND is_render = {kind.is_render}"
    if taken is None:
        [(left,)] = rows(f"SELECT MIN(not_before) FROM job WHERE account_id = $account AND {kind.waits}", key)
        served = {**key, "left": left, "now": now}
        at_end = "CASE WHEN $left <= $now THEN $now ELSE claimed_at END"
        execute(f"UPDATE queue_turn SET ready_at = $left, claimed_at = {at_end} {turn}", served)
        return
    others = f"EXISTS (SELECT 1 FROM job WHERE account_id = $account AND {kind.waits} AND id <> $taken)"
    execute(
        f"UPDATE queue_turn SET claimed_at = $now, ready_at = CASE WHEN {others} THEN ready_at ELSE NULL END {turn}",
        {**key, "now": now, "taken": taken},
    )


def _unlocked(table: str) -> str:
    """Takes a row for this transaction, passing over those that others hold. SQLite has one writer anyway."""
    return "" if db.provider.dialect == "SQLite" else f" FOR UPDATE OF {table} SKIP LOCKED"
