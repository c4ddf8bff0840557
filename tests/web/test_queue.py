"""The queue itself, without a server: who gets which job, and what becomes of it, of its charge, and of its room."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from web.support_queue import About, add_account, add_job, empty, events, leased, of, set_served, turn_of

from velocity_web.accounts import budget
from velocity_web.clock import now_ms
from velocity_web.database.entities import execute, reading, writing
from velocity_web.jobs import completions, queue
from velocity_web.jobs.completions import Rendered
from velocity_web.jobs.queue import Leased
from velocity_web.processes.identity import this_host, this_worker
from velocity_web.settings import Settings
from velocity_web.storage.files import MadeFile

OWNER, OTHER = "host:1:1", "host:2:2"
LEASE = ("status", "lease_owner", "attempts")


@pytest.fixture
def settings(own_database: Path) -> Settings:
    empty()
    return Settings(data=own_database.parent, lease_seconds=15.0, max_attempts=3)


def claimed(settings: Settings, account: str, kind: str = "render") -> Leased:
    add_job(account, kind)
    job = queue.claim(OWNER, renders=kind == "render", settings=settings)
    assert job is not None
    return job


def charged(account: str, job: Leased, ms: int) -> None:
    with writing():
        assert budget.charge(account, job.id, ms)


# --- leases ---------------------------------------------------------------------------------------------------------


def test_a_claim_leases_a_job_for_some_seconds_and_counts_an_attempt(settings: Settings) -> None:
    account = add_account()
    key, before = add_job(account), now_ms()
    assert queue.claim(OWNER, renders=False, settings=settings) is None
    job = queue.claim(OWNER, renders=True, settings=settings)
    assert job == leased(key, account)
    assert of("job", key, *LEASE) == ("processing", OWNER, 1)
    assert of("job", key, "lease_until", "started_at") == (About(before, 15_000), About(before, 0))
    assert turn_of(account) == (None, About(before, 0)), "nothing of this account waits"
    assert queue.claim(OTHER, renders=True, settings=settings) is None


def test_a_job_waits_until_it_may_begin(settings: Settings) -> None:
    add_job(add_account(), not_before=now_ms() + 60_000)
    assert queue.claim(OWNER, renders=True, settings=settings) is None
    with reading():
        assert not queue.waiting(renders=True)
    add_job(add_account(), not_before=now_ms())
    with reading():
        assert queue.waiting(renders=True) and not queue.waiting(renders=False)
    assert queue.claim(OWNER, renders=True, settings=settings) is not None


def test_the_account_with_the_fewest_at_work_then_the_one_that_waited_longest_is_next(settings: Settings) -> None:
    busy, late, early = add_account(), add_account(), add_account()
    for account, served in ((busy, 1), (late, 3), (early, 2)):
        set_served(account, served)
    add_job(busy, status="processing", lease_owner=OTHER, lease_until=now_ms() + 60_000)
    order = []
    for account in (busy, late, early, early):
        add_job(account)
    while (job := queue.claim(OWNER, renders=True, settings=settings)) is not None:
        order.append(job.account_id)
    assert order == [early, late, busy, early]


def test_of_one_account_the_oldest_job_is_next(settings: Settings) -> None:
    account = add_account()
    young, old = add_job(account, created_at=9), add_job(account, created_at=5)
    found = [queue.claim(OWNER, renders=True, settings=settings) for _ in range(2)]
    assert [job.id for job in found if job] == [old, young]


def test_only_who_holds_the_lease_renews_it_and_writes(settings: Settings) -> None:
    account = add_account()
    job = claimed(settings, account)
    stale, before = leased(job.id, account, attempt=job.attempt + 1), now_ms()
    with writing():
        assert queue.renew(OWNER, job, settings)
        assert not queue.renew(OTHER, job, settings)
        assert not queue.renew(OWNER, stale, settings)
        assert queue.held(OWNER, job) == "processing"
        assert queue.held(OTHER, job) is None and queue.held(OWNER, stale) is None
    assert of("job", job.id, "lease_until") == (About(before, 15_000),)
    queue.set_stage(OTHER, job, "stolen")
    assert of("job", job.id, "stage") == ("rendering",)
    queue.set_stage(OWNER, job, "fonts")
    assert of("job", job.id, "stage") == ("fonts",)


# --- attempts that are lost -----------------------------------------------------------------------------------------


def test_an_attempt_that_is_lost_goes_back_after_a_pause_and_costs_nothing(settings: Settings) -> None:
    account = add_account()
    job = claimed(settings, account)
    charged(account, job, 700)
    before = now_ms()
    assert not queue.lose_attempt(OWNER, job, "it died", settings)
    assert of("job", job.id, *LEASE, "not_before") == ("processing", None, 1, About(before, 200))
    assert of("account", account, "used_ms") == (0,)
    assert of("render", job.id, "charged_ms", "frames_done") == (0, 0)
    assert not events()


def test_the_last_attempt_that_is_lost_fails_the_job_and_says_why(settings: Settings) -> None:
    account = add_account()
    key = add_job(account, attempts=2)
    job = queue.claim(OWNER, renders=True, settings=settings)
    assert job is not None and job.attempt == 3
    assert queue.lose_attempt(OWNER, job, "it died", settings)
    assert of("job", key, "status", "reason", "lease_owner") == ("failed", "failed after 3 attempts: it died", None)
    assert events() == [(key, "render.failed")]


def test_an_attempt_that_is_lost_while_it_is_cancelled_is_cancelled(settings: Settings) -> None:
    account = add_account()
    key = add_job(account, status="cancelling", lease_owner=OWNER, lease_until=now_ms(), attempts=3)
    assert not queue.lose_attempt(OWNER, leased(key, account, attempt=3), "it died", settings)
    assert of("job", key, "status", "lease_owner", "reason") == ("cancelled", None, None)
    assert events() == [(key, "render.cancelled")]


def test_leases_that_ran_out_or_whose_worker_is_gone_are_taken_back(settings: Settings) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    gone = f"{this_host()}:{ended.pid}:1"
    account, later = add_account(used_bytes=5000), now_ms() + 60_000
    held: dict[str, Any] = {"status": "processing", "lease_until": later}
    alive = add_job(account, **held, lease_owner=this_worker(), attempts=1)
    elsewhere = add_job(account, **held, lease_owner="other host:7:1", attempts=1)
    silent = add_job(account, **(held | {"lease_until": now_ms() - 1}), lease_owner=this_worker(), attempts=1)
    dead = add_job(account, **held, lease_owner=gone, attempts=1)
    hopeless = add_job(account, "template", **held, lease_owner=gone, attempts=3)
    assert queue.sweep(settings) == [leased(hopeless, account, "template", 3)], "whose upload is to be removed"
    assert of("job", alive, "lease_owner") == (this_worker(),)
    assert of("job", elsewhere, "lease_owner") == ("other host:7:1",)
    for key in (silent, dead):
        assert of("job", key, *LEASE) == ("processing", None, 1)
    assert of("job", hopeless, "status", "reason") == ("failed", "failed after 3 attempts: its worker was lost")
    assert of("account", account, "used_bytes") == (4000,)


# --- ends -----------------------------------------------------------------------------------------------------------


def test_a_render_that_fails_is_charged_and_announced(settings: Settings) -> None:
    account = add_account()
    job = claimed(settings, account)
    assert not queue.fail(OTHER, job, "not mine", 900)
    assert queue.fail(OWNER, job, "the font is broken", 300)
    assert of("job", job.id, "status", "reason", "lease_owner") == ("failed", "the font is broken", None)
    assert of("account", account, "used_ms", "used_bytes") == (300, 0)
    assert events() == [(job.id, "render.failed")]
    assert not queue.fail(OWNER, job, "again", 900)
    assert of("account", account, "used_ms") == (300,)


def test_an_upload_that_fails_gives_its_room_back(settings: Settings) -> None:
    account = add_account(used_bytes=1500)
    job = claimed(settings, account, "audio")
    assert queue.fail(OWNER, job, "it is no sound")
    assert of("account", account, "used_bytes", "used_ms") == (500, 0)
    assert not events()


def test_a_cancelled_render_ends_once_its_process_is_gone(settings: Settings) -> None:
    account = add_account()
    job = claimed(settings, account)
    assert not queue.finish_cancelling(OWNER, job, 100), "nobody cancelled it"
    with writing():
        execute("UPDATE job SET status = 'cancelling' WHERE id = $id", {"id": job.id})
    assert queue.finish_cancelling(OWNER, job, 250)
    assert of("job", job.id, "status") == ("cancelled",)
    assert of("account", account, "used_ms") == (250,)
    assert events() == [(job.id, "render.cancelled")]


def test_a_job_that_a_stopping_worker_gives_back_has_lost_no_attempt(settings: Settings) -> None:
    account = add_account()
    job = claimed(settings, account)
    charged(account, job, 400)
    queue.release(OTHER, job)
    assert of("job", job.id, *LEASE) == ("processing", OWNER, 1)
    queue.release(OWNER, job)
    assert of("job", job.id, *LEASE) == ("processing", None, 0)
    assert of("account", account, "used_ms") == (0,)
    assert queue.claim(OTHER, renders=True, settings=settings) == leased(job.id, account)


def complete(job: Leased, owner: str = OWNER, size: int = 2000, ms: int = 600) -> str | None:
    return completions.complete_render(owner, job, Rendered(MadeFile("renders/one.mp4", size, "sha"), None, 25, ms))


def test_a_finished_render_has_its_file_is_charged_counted_and_announced(settings: Settings) -> None:
    account = add_account(used_bytes=10)
    job = claimed(settings, account)
    assert complete(job, OTHER, ms=0) == "the lease was lost or the render cancelled"
    assert complete(job) is None
    assert of("job", job.id, "status", "lease_owner") == ("completed", None)
    columns = ("file", "sha256", "size_bytes", "render_ms", "frames_done", "frames_total", "remaining_ms")
    assert of("render", job.id, *columns) == ("renders/one.mp4", "sha", 2000, 600, 25, 25, 0)
    assert of("account", account, "used_bytes", "used_ms") == (2010, 600)
    assert events() == [(job.id, "render.completed")]


def test_a_finished_render_without_budget_or_room_fails(settings: Settings) -> None:
    poor, full = add_account(budget_ms=500), add_account(quota_mb=0)
    job = claimed(settings, poor)
    assert complete(job) == budget.EXHAUSTED
    assert of("job", job.id, "status", "reason") == ("failed", budget.EXHAUSTED)
    assert of("account", poor, "used_ms", "used_bytes") == (500, 0)
    job = claimed(settings, full)
    why = complete(job)
    assert why is not None and why.startswith("Storage quota exceeded: 2000 bytes do not fit")
    assert of("job", job.id, "status", "reason") == ("failed", why)
    assert of("account", full, "used_ms", "used_bytes") == (600, 0)
    assert of("render", job.id, "file") == (None,)


def test_analyses_are_kept_by_who_holds_the_lease(settings: Settings) -> None:
    account = add_account()
    template, sound = claimed(settings, account, "template"), claimed(settings, account, "audio")
    completions.complete_template(OTHER, template, {"width": 1})
    completions.complete_audio(OTHER, sound, 1.0)
    assert of("template", template.id, "analysis") == of("audio", sound.id, "seconds") == (None,)
    completions.complete_template(OWNER, template, {"width": 8})
    completions.complete_audio(OWNER, sound, 2.5)
    assert of("template", template.id, "analysis") == ('{"width": 8}',)
    assert of("audio", sound.id, "seconds") == (2.5,)
    assert of("job", sound.id, "status", "stage") == ("completed", "completed")
