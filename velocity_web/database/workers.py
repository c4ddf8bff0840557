"""The worker processes of a database, as they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.database.entities import execute, rows, writing
from velocity_web.database.now import now_ms

SAID_SECONDS = 5.0
"""How often a worker says that it lives."""
LIVE_MS = 15_000
FORGOTTEN_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Load:
    """Places of workers and how many of them are taken, for renders and for other jobs."""

    render_slots: int
    other_slots: int
    renders: int
    others: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a worker said of itself, and when."""

    id: str
    load: Load
    seen_at: int


def say(worker_id: str, load: Load) -> None:
    """A worker lives, and has so much to do. Those that have been silent for long are forgotten."""
    with writing():
        now = now_ms()
        execute(
            "INSERT INTO worker (id, render_slots, other_slots, renders, others, seen_at) "
            "VALUES ($id, $render_slots, $other_slots, $renders, $others, $now) "
            "ON CONFLICT (id) DO UPDATE SET render_slots = excluded.render_slots, other_slots = excluded.other_slots, "
            "renders = excluded.renders, others = excluded.others, seen_at = excluded.seen_at",
            {
                "id": worker_id,
                "render_slots": load.render_slots,
                "other_slots": load.other_slots,
                "renders": load.renders,
                "others": load.others,
                "now": now,
            },
        )
        execute("DELETE FROM worker WHERE seen_at < $horizon", {"horizon": now - FORGOTTEN_MS})


def leave(worker_id: str) -> None:
    with writing():
        execute("DELETE FROM worker WHERE id = $id", {"id": worker_id})


def heard() -> list[Heard]:
    """Within a session: the workers that were heard of a moment ago."""
    found = rows(
        "SELECT id, seen_at, render_slots, other_slots, renders, others FROM worker WHERE seen_at >= $horizon "
        "ORDER BY id",
        {"horizon": now_ms() - LIVE_MS},
    )
    return [Heard(worker_id, Load(*load), seen_at) for worker_id, seen_at, *load in found]


def live() -> list[Load]:
    """Within a session: what those workers have to do."""
    return [one.load for one in heard()]
