"""Accounts, jobs and deliveries in the database of the test's own process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from velocity_web.clock import now_ms
from velocity_web.database.entities import (
    Account,
    Audio,
    Job,
    Render,
    Template,
    WebhookDelivery,
    execute,
    new_id,
    reading,
    rows,
    writing,
)
from velocity_web.jobs.queue import Leased

HOOK = "http://receiver.example:8000/hook"


def empty() -> None:
    with writing():
        for table in (
            "destination",
            "remote_source",
            "webhook_delivery",
            "webhook_endpoint",
            "former_webhook_secret",
            "label",
            "queue_turn",
            "job",
            "poster",
            "render",
            "template",
            "audio",
            "account",
        ):
            execute(f"DELETE FROM {table}", {})  # names of our own


def add_account(**values: Any) -> str:
    key = new_id()
    base = {"name": key, "quota_mb": 10, "budget_ms": 10_000, "created_at": 1}
    with writing():
        Account(id=key, **{**base, **values})
    return key


def add_job(account: str, kind: str = "render", **values: Any) -> str:
    """A job that waits, with what it is about; ``values`` are of the job."""
    key, own = new_id(), {"account_id": account, "name": "one", "created_at": 1}
    file = {"file": f"{kind}s/{key}", "size_bytes": 1000, "sha256": "s"}
    with writing():
        Job(**{"id": key, "kind": kind, "subject_id": key, "status": "pending", **own, **values})
        if kind == "render":
            Render(id=key, template_id="t", template_name="t", request="{}", webhook_url=HOOK, **own)
        elif kind == "template":
            Template(id=key, file_name="one.zip", **file, **own)
        else:
            Audio(id=key, group_id="group", format="wav", **file, **own)
    return key


def add_delivery(account: str, **values: Any) -> str:
    key = new_id()
    base = {
        "subject_id": "r", "url": HOOK, "receiver": "receiver.example:8000", "event": "render.completed",
        "payload": "{}", "status": "pending", "next_at": now_ms(), "created_at": 1,
    }  # fmt: skip
    with writing():
        WebhookDelivery(id=key, account_id=account, **{**base, **values})
    return key


def of(table: str, key: str, *columns: str) -> tuple[Any, ...]:
    with reading():
        [found] = rows(f"SELECT {', '.join(columns)} FROM {table} WHERE id = $id", {"id": key})
    return found


def turn_of(account: str, *, renders: bool = True) -> tuple[Any, ...]:
    """``ready_at`` and ``claimed_at`` of the account's turn."""
    with reading():
        [found] = rows(
            "SELECT ready_at, claimed_at FROM queue_turn WHERE account_id = $id AND is_render = $renders",
            {"id": account, "renders": renders},
        )
    return found


def set_served(account: str, when: int) -> None:
    """The account was served last at that time, and nothing of it waits."""
    with writing():
        execute("INSERT INTO queue_turn VALUES ($id, $yes, NULL, $when)", {"id": account, "yes": True, "when": when})


def events() -> list[tuple[Any, ...]]:
    """What was announced of which render."""
    with reading():
        return rows("SELECT render_id, event FROM webhook_delivery ORDER BY created_at", {})


@dataclass(frozen=True, slots=True)
class About:
    """How far a time may be from what is expected: a test may be kept waiting, but never waits for less."""

    start: int
    milliseconds: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and self.start + self.milliseconds <= other <= now_ms() + self.milliseconds

    __hash__ = None  # type: ignore[assignment]


def leased(job: str, account: str, kind: str = "render", attempt: int = 1) -> Leased:
    return Leased(job, kind, account, job, attempt)
