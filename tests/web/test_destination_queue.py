"""The queue of videos that are sent: attempts that a worker's death ended do not count, nobody waits behind another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from web.support_queue import add_account, add_job, empty, events, of

from velocity_web.database.entities import execute, insert_many, new_id, writing
from velocity_web.database.now import now_ms
from velocity_web.jobs import completions, queue
from velocity_web.jobs import destination_queue as deliveries
from velocity_web.jobs.completions import Rendered
from velocity_web.orders.destinations import Named, add_destinations, copy_destinations, destinations_of
from velocity_web.processes.identity import this_host, this_worker
from velocity_web.schemas.destination import DestinationRequest
from velocity_web.settings import Settings
from velocity_web.storage.files import MadeFile

OWNER = this_worker()
DEAD = f"{this_host()}:1999999999:1"
STATE = ("status", "attempts", "owner")


@pytest.fixture
def settings(own_database: Path) -> Settings:
    empty()
    return Settings(data=own_database.parent, delivery_attempts=3, delivery_backoff_seconds=1)


def add_due(account: str, render_id: str | None = None, **values: Any) -> str:
    key = new_id()
    base = {
        "id": key, "render_id": render_id or delivering(account), "account_id": account, "number": 0,
        "connection": "media", "path": "a.mp4", "status": "pending", "attempts": 0, "next_at": now_ms(),
    }  # fmt: skip
    with writing():
        insert_many("destination", [{**base, **values}])
    return key


def delivering(account: str) -> str:
    key = add_job(account, status="delivering")
    with writing():
        execute("UPDATE render SET file = 'renders/a.mp4', sha256 = 's' WHERE id = $id", {"id": key})
    return key


def test_a_render_with_destinations_is_delivering_until_all_have_ended(settings: Settings) -> None:
    account = add_account()
    job_id = add_job(account)
    asked = [DestinationRequest(connection="media", path=path) for path in ("{id}.mp4", "{name}-{template}.{ending}")]
    with writing():
        add_destinations(account, [Named(job_id, "one", "promo", "render.webm")], asked)
    job = queue.claim(OWNER, renders=True, settings=settings)
    assert job is not None and of("job", job.id, "stage") == ("rendering",)
    assert deliveries.claim(OWNER, settings) is None, "it is not made yet"
    video = MadeFile("renders/one.mp4", 2000, "sha")
    assert completions.complete_render(OWNER, job, Rendered(video, None, 25, 600)) is None
    assert of("job", job.id, "status", "stage", "lease_owner", "completed_at") == ("delivering",) * 2 + (None, None)
    assert of("account", account, "used_bytes", "used_ms") == (2000, 600) and events() == []
    first, second = deliveries.claim(OWNER, settings), deliveries.claim(OWNER, settings)
    assert first is not None and second is not None
    assert {first.path, second.path} == {f"{job.id}.mp4", "one-promo.webm"}
    deliveries.delivered(first, 2000)
    assert of("job", job.id, "status") == ("delivering",) and events() == []
    deliveries.failed(second, "no room", settings, is_final=True)
    assert of("job", job.id, "status", "stage") == ("completed", "completed")
    assert events() == [(job.id, "render.completed")]
    with writing():
        told = destinations_of(job.id)
        copy_destinations(job.id, "other")
        again = destinations_of("other")
    assert sorted((one.status, one.reason) for one in told) == [("delivered", None), ("failed", "no room")]
    assert [one.status for one in again] == ["waiting"] * 2 and {"other.mp4"} < {one.path for one in again}


def test_a_failed_attempt_is_due_again_with_a_doubled_wait(settings: Settings) -> None:
    key = add_due(add_account())
    for attempt in (1, 2, 3):
        claimed = deliveries.claim(OWNER, settings)
        assert claimed is not None and claimed.attempt == attempt
        assert deliveries.claim(OWNER, settings) is None
        before = now_ms()
        deliveries.failed(claimed, "busy", settings)
        status, next_at = of("destination", key, "status", "next_at")
        assert status == ("failed" if attempt == 3 else "pending")
        if attempt < 3:
            assert next_at - before >= 1000 * 2 ** (attempt - 1)
            with writing():
                execute("UPDATE destination SET next_at = 0 WHERE id = $id", {"id": key})


def test_attempts_of_the_dead_do_not_count(settings: Settings) -> None:
    key = add_due(add_account())
    for _ in range(50):
        claimed = deliveries.claim(DEAD, settings)
        assert claimed is not None and claimed.attempt == 1
        deliveries.note_part(claimed, "/media/.a.mp4.part")
        assert deliveries.claim(OWNER, settings) is None
        deliveries.take_back()
        assert of("destination", key, *STATE) == ("pending", 0, None)
    taken = deliveries.claim(OWNER, settings)
    assert taken is not None and (taken.attempt, taken.part) == (1, "/media/.a.mp4.part")
    assert claimed is not None
    deliveries.delivered(claimed, 5)
    assert of("destination", key, "status") == ("pending",), "who was dead has nothing to say"
    deliveries.give_back(taken)
    assert of("destination", key, *STATE) == ("pending", 0, None)


def test_a_claim_that_runs_out_is_taken_over_as_the_same_attempt(settings: Settings) -> None:
    key = add_due(add_account())
    lost = deliveries.claim("elsewhere:1:1", settings)
    assert lost is not None and deliveries.renew(lost, settings)
    with writing():
        execute("UPDATE destination SET next_at = 0 WHERE id = $id", {"id": key})
    taken = deliveries.claim(OWNER, settings)
    assert taken is not None and taken.attempt == 1 and of("destination", key, *STATE) == ("pending", 1, OWNER)
    assert not deliveries.renew(lost, settings) and deliveries.renew(taken, settings)


def test_what_arrives_after_a_cancel_is_told(settings: Settings) -> None:
    account = add_account()
    render_id = delivering(account)
    key = add_due(account, render_id)
    claimed = deliveries.claim(OWNER, settings)
    assert claimed is not None
    with writing():
        execute("UPDATE job SET status = 'cancelled' WHERE id = $id", {"id": render_id})
        execute("UPDATE destination SET status = 'cancelled' WHERE id = $id", {"id": key})
    assert not deliveries.renew(claimed, settings)
    deliveries.failed(claimed, "broken off", settings)
    assert of("destination", key, "status", "reason") == ("cancelled", None)
    deliveries.delivered(claimed, 5)
    assert of("destination", key, "status") == ("delivered",)
    assert of("job", render_id, "status") == ("cancelled",) and events() == []


def test_nobody_waits_behind_another_account(settings: Settings) -> None:
    many, few = add_account(), add_account()
    for number in range(5):
        add_due(many, next_at=number)
    add_due(few)
    taken = [claimed.account_id for _ in range(4) if (claimed := deliveries.claim(OWNER, settings))]
    assert taken == [many, few, many], "two of an account at once"
