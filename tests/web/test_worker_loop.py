"""What a worker does for jobs while they run, and where its forking parent dies."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from web.support_queue import add_account, add_job, of
from web.support_worker import cancel, running_of

from velocity_web.accounts import budget
from velocity_web.database.entities import execute, writing
from velocity_web.jobs import queue
from velocity_web.jobs.running import CANCELLED, LEASE_LOST, End, Verdict
from velocity_web.jobs.worker_loop import Worker


def test_a_beat_keeps_the_lease_and_charges_renders(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    account, poor = add_account(budget_ms=10**9), add_account(budget_ms=100)
    paying, broke, free = (
        running_of(worker, owner, kind, child().pid, is_spread=True)  # which is charged how long it ran
        for owner, kind in ((account, "render"), (poor, "render"), (account, "audio"))
    )
    with writing():
        execute("UPDATE job SET lease_until = 1", {})
    worker._beat()
    for running in (paying, broke, free):
        assert of("job", running.job.id, "lease_until")[0] > time.time() * 1000
    assert of("render", paying.job.id, "charged_ms")[0] >= 10_000
    assert paying.verdict is None and free.verdict is None
    assert broke.verdict == Verdict(End.FAILED, budget.EXHAUSTED)
    assert of("account", poor, "used_ms") == (100,)
    assert of("account", account, "used_ms") == of("render", paying.job.id, "charged_ms")


def test_jobs_that_were_cancelled_or_taken_lose_their_child(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    account = add_account()
    cancelled, taken, own = (running_of(worker, account, pid=child().pid) for _ in range(3))
    cancel(cancelled)
    with writing():
        execute("UPDATE job SET attempts = 2 WHERE id = $id", {"id": taken.job.id})
    worker._obey_database()
    assert (cancelled.verdict, taken.verdict, own.verdict) == (CANCELLED, LEASE_LOST, None)


def test_a_job_goes_back_unharmed_where_the_forking_parent_is_found_dead(worker: Worker) -> None:
    account = add_account()
    key = add_job(account, "audio")
    file = worker.settings.data / "audio" / f"{key}.wav"
    file.write_bytes(b"sound")
    with writing():
        execute("UPDATE audio SET file = $file WHERE id = $id", {"file": f"audio/{key}.wav", "id": key})
    job = queue.claim(worker.owner, renders=False, settings=worker.settings)
    assert job is not None
    server = worker.children.fork_server()
    assert server.hear() is None, "it is ready"
    os.kill(server.pid, signal.SIGKILL)
    assert not worker.beginnings.start(job)
    assert of("job", key, "status", "lease_owner", "attempts") == ("processing", None, 0)
    assert not list((worker.settings.data / "tmp").glob(f"{key}-*"))
    another = worker.children.fork_server()
    assert another is not server
    another.close()
