"""What a worker makes of its children: when it ends one, and what it writes down of one that is gone."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web.support_queue import add_account, add_job, empty, events, of

from velocity_web.accounts import budget
from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.jobs import queue
from velocity_web.jobs.running import CANCELLED, LEASE_LOST, End, Running, Verdict
from velocity_web.jobs.worker_loop import Worker
from velocity_web.processes.fork_server import Ended
from velocity_web.settings import MIB, Settings
from velocity_web.storage.files import make_folders
from velocity_web.storage.folder import FolderObjects


@pytest.fixture
def worker(own_database: Path) -> Iterator[Worker]:
    empty()
    data = own_database.parent
    make_folders(data)
    settings = Settings(data=data, max_attempts=2, stall_seconds=120, analysis_seconds=60)
    made = Worker(settings, FolderObjects(data))
    yield made
    for running in made.running.values():
        running.channel.close()


@pytest.fixture
def child() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Processes that a worker may end: each in a session of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(["sleep", "600"], start_new_session=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def running_of(worker: Worker, account: str, kind: str = "render", pid: int = 0, **values: Any) -> Running:
    """A job that the worker holds, in a process that began ten seconds ago."""
    add_job(account, kind)
    job = queue.claim(worker.owner, renders=kind == "render", settings=worker.settings)
    assert job is not None
    folder = worker.settings.data / "tmp" / f"{job.id}-{job.attempt}"
    folder.mkdir()
    ours, theirs = socket.socketpair()
    theirs.close()
    found = Running(job, pid, ours, folder, folder / "out.mp4", float("inf"), **values)
    found.began -= 10
    worker.running[pid] = found
    return found


def ended(worker: Worker, running: Running, status: int = 0) -> None:
    """The process is gone, after 250 ms of the processors; the worker writes down how it ended."""
    running.closed, running.ended = True, Ended(running.pid, status, 250)
    worker._finish_ended()
    assert not worker.running and not worker.ending
    assert not running.folder.exists()


def cancel(running: Running) -> None:
    with writing():
        execute("UPDATE job SET status = 'cancelling' WHERE id = $id", {"id": running.job.id})


# --- ends -----------------------------------------------------------------------------------------------------------


def test_a_render_that_fails_is_charged_what_it_took(worker: Worker) -> None:
    account = add_account()
    running = running_of(worker, account, failed="the font is broken")
    ended(worker, running)
    assert of("job", running.job.id, "status", "reason") == ("failed", "the font is broken")
    assert of("account", account, "used_ms") == (250,)


@pytest.mark.parametrize(
    "values", [{"failed": "broken"}, {"verdict": CANCELLED}, {"verdict": Verdict(End.FAILED, "slow")}]
)
def test_a_render_that_was_cancelled_ends_as_cancelled_however_its_process_ended(
    worker: Worker, values: dict[str, Any]
) -> None:
    account = add_account()
    running = running_of(worker, account, **values)
    cancel(running)
    ended(worker, running)
    assert of("job", running.job.id, "status", "lease_owner") == ("cancelled", None)
    assert of("account", account, "used_ms") == (250,)
    assert events() == [(running.job.id, "render.cancelled")]


def test_a_process_that_dies_is_tried_again_and_one_that_is_hopeless_is_not(worker: Worker) -> None:
    died = running_of(worker, add_account())
    ended(worker, died, signal.SIGSEGV)
    assert of("job", died.job.id, "status", "lease_owner", "reason") == ("processing", None, None)
    hopeless = running_of(worker, add_account(), verdict=Verdict(End.FAILED, "it needed too much"))
    ended(worker, hopeless, signal.SIGKILL)
    assert of("job", hopeless.job.id, "status", "reason") == ("failed", "it needed too much")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (signal.SIGXCPU, "it took more processor time than one process may"),
        (signal.SIGKILL, "failed after 2 attempts: the system ended its process, which it does where memory runs out"),
        (signal.SIGABRT, "failed after 2 attempts: its process crashed"),
    ],
)
def test_the_end_of_a_process_is_told_without_its_signal(worker: Worker, number: int, reason: str) -> None:
    running = running_of(worker, add_account())
    with writing():
        execute("UPDATE job SET attempts = 2 WHERE id = $id", {"id": running.job.id})
    running.job = replace(running.job, attempt=2)
    ended(worker, running, number)
    assert of("job", running.job.id, "status", "reason") == ("failed", reason)


def test_a_job_that_somebody_else_took_is_left_alone(worker: Worker) -> None:
    account = add_account()
    running = running_of(worker, account, verdict=LEASE_LOST)
    with writing():
        execute("UPDATE job SET lease_owner = 'other' WHERE id = $id", {"id": running.job.id})
    ended(worker, running)
    assert of("job", running.job.id, "status", "lease_owner", "attempts") == ("processing", "other", 1)
    assert of("account", account, "used_ms") == (0,)


def test_the_last_death_of_an_analysis_removes_the_upload(worker: Worker) -> None:
    account = add_account(used_bytes=1000)
    key = add_job(account, "audio", attempts=1)
    file = worker.settings.data / "audio" / f"{key}.wav"
    file.write_bytes(b"no sound")
    with writing():
        execute("UPDATE audio SET file = $file WHERE id = $id", {"file": f"audio/{key}.wav", "id": key})
    job = queue.claim(worker.owner, renders=False, settings=worker.settings)
    assert job is not None and job.id == key
    ours, theirs = socket.socketpair()
    theirs.close()
    running = Running(job, 0, ours, worker.settings.data / "tmp" / "none", None, float("inf"))
    worker.running[0] = running
    ended(worker, running, signal.SIGSEGV)
    assert of("job", key, "status", "reason") == (
        "failed",
        "failed after 2 attempts: its process crashed",
    )
    assert not file.exists()
    assert of("account", account, "used_bytes") == (0,)


def test_a_finished_render_is_stored_and_one_that_left_nothing_fails(worker: Worker) -> None:
    account = add_account()
    result = {"sha256": "sha", "frames": 5, "warnings": []}
    running = running_of(worker, account, result=result)
    assert running.output
    running.output.write_bytes(b"a video")
    ended(worker, running)
    file = f"renders/{running.job.id}-1.mp4"
    assert (worker.settings.data / file).read_bytes() == b"a video"
    assert of("render", running.job.id, "file", "size_bytes", "frames_done") == (file, 7, 5)
    empty_handed = running_of(worker, account, result=result)
    ended(worker, empty_handed)
    assert of("job", empty_handed.job.id, "status", "reason") == ("failed", "its process left no file")


def with_poster(worker: Worker, account: str, **values: Any) -> Running:
    """A render whose process left a video and a poster."""
    result = {"sha256": "video", "poster_sha256": "poster", "frames": 5, "warnings": []}
    running = running_of(worker, account, **{"result": result, **values})
    running.poster = running.folder / "poster.png"
    assert running.output
    running.output.write_bytes(b"a video")
    running.poster.write_bytes(b"a poster")
    return running


def kept_of(worker: Worker, running: Running) -> list[str]:
    """What is kept of a render: files, and rows of posters."""
    files = [path.name for path in (worker.settings.data / "renders").glob(f"{running.job.id}*")]
    with reading():
        return [*files, *(row[0] for row in rows("SELECT sha256 FROM poster", {}))]


def test_a_poster_is_stored_with_its_video(worker: Worker) -> None:
    account = add_account()
    running = with_poster(worker, account)
    ended(worker, running)
    begin = f"{running.job.id}-1"
    assert sorted(kept_of(worker, running)) == sorted([f"{begin}.mp4", f"{begin}.poster.png", "poster"])
    assert of("account", account, "used_bytes") == (len(b"a video") + len(b"a poster"),)


def test_a_render_that_is_cancelled_between_its_files_keeps_none(worker: Worker) -> None:
    account = add_account()
    running = with_poster(worker, account)
    cancel(running)
    ended(worker, running)
    assert of("job", running.job.id, "status", "lease_owner") == ("cancelled", None)
    assert kept_of(worker, running) == []
    assert of("account", account, "used_bytes") == (0,)
    assert events() == [(running.job.id, "render.cancelled")]


def test_a_poster_that_does_not_fit_takes_its_video_with_it(worker: Worker) -> None:
    """Room for the video and not for both."""
    used = 10 * MIB - len(b"a video") - 1
    account = add_account(used_bytes=used)
    running = with_poster(worker, account)
    ended(worker, running)
    status, reason = of("job", running.job.id, "status", "reason")
    assert status == "failed" and reason.startswith("Storage quota exceeded: 8 bytes do not fit")
    assert kept_of(worker, running) == []
    assert of("account", account, "used_bytes") == (used,)


def test_a_process_that_leaves_no_poster_fails_and_its_video_goes(worker: Worker) -> None:
    account = add_account()
    running = with_poster(worker, account)
    assert running.poster
    running.poster.unlink()
    ended(worker, running)
    assert of("job", running.job.id, "status", "reason") == ("failed", "its process left no file")
    assert kept_of(worker, running) == []


@pytest.mark.parametrize("told", [{}, {"poster_sha256": None}])
def test_a_process_that_says_nothing_of_its_poster_fails(worker: Worker, told: dict[str, None]) -> None:
    """It works on strangers' files, so that it may say what it likes."""
    running = with_poster(worker, add_account(), result={"sha256": "video", "frames": 5, "warnings": [], **told})
    ended(worker, running)
    assert of("job", running.job.id, "status", "reason") == ("failed", "its process left no file")
    assert kept_of(worker, running) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_finished_video_belongs_to_the_service_again(worker: Worker) -> None:
    running = running_of(worker, add_account(), result={"sha256": "sha", "frames": 5, "warnings": []})
    assert running.output
    running.output.write_bytes(b"a video")
    nobody = pwd.getpwnam("nobody")
    os.chown(running.output, nobody.pw_uid, nobody.pw_gid)
    ended(worker, running)
    found = (worker.settings.data / f"renders/{running.job.id}-1.mp4").stat()
    assert (found.st_uid, found.st_gid) == (0, 0)


# --- watching -------------------------------------------------------------------------------------------------------


def watched(worker: Worker, running: Running, process: subprocess.Popen[bytes]) -> Verdict | None:
    """What the worker holds against a child, which is then gone."""
    worker._watch(time.monotonic())
    if running.verdict is not None:
        assert process.wait(60) == -signal.SIGKILL
    return running.verdict


def test_a_child_that_does_its_work_is_left_alone(worker: Worker, child: Callable[[], subprocess.Popen[bytes]]) -> None:
    process = child()
    assert watched(worker, running_of(worker, add_account(), pid=process.pid), process) is None
    assert process.poll() is None


def test_a_render_without_progress_is_ended_and_tried_again(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = child()
    running = running_of(worker, add_account(), pid=process.pid)
    running.heard -= 121
    assert watched(worker, running, process) == Verdict(End.AGAIN, "no frame came for 120 seconds")


def test_an_analysis_that_takes_too_long_is_ended_for_good(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = child()
    running = running_of(worker, add_account(), "template", process.pid)
    running.seconds = 60
    running.heard -= 121  # which says nothing of an analysis
    assert watched(worker, running, process) is None
    running.began -= 300  # in which others may have kept it from the processors
    assert watched(worker, running, process) is None
    running.began -= 300
    assert watched(worker, running, process) == Verdict(End.FAILED, "it took longer than 600 seconds")


def test_an_analysis_that_takes_too_much_of_the_processors_is_ended_for_good(worker: Worker) -> None:
    busy = [sys.executable, "-c", "import os\nwhile sum(os.times()[:2]) < 0.3: pass\nprint(flush=True)\ninput()"]
    with subprocess.Popen(busy, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        running = running_of(worker, add_account(), "template", process.pid)
        running.seconds = 0.2
        worker._watch(time.monotonic())
    assert running.verdict == Verdict(End.FAILED, "it took longer than 0.2 seconds of processor time")
    assert process.returncode == -signal.SIGKILL


def test_a_child_that_answers_nonsense_is_ended_for_good(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = child()
    running = running_of(worker, add_account(), pid=process.pid, garbled=True)
    assert watched(worker, running, process) == Verdict(End.FAILED, "its process answered what cannot be understood")


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


# --- the forking parent ---------------------------------------------------------------------------------------------


def test_a_job_goes_back_unharmed_where_the_forking_parent_is_found_dead(worker: Worker) -> None:
    account = add_account()
    key = add_job(account, "audio")
    file = worker.settings.data / "audio" / f"{key}.wav"
    file.write_bytes(b"sound")
    with writing():
        execute("UPDATE audio SET file = $file WHERE id = $id", {"file": f"audio/{key}.wav", "id": key})
    job = queue.claim(worker.owner, renders=False, settings=worker.settings)
    assert job is not None
    server = worker._open_fork_server()
    assert server.hear() is None, "it is ready"
    os.kill(server.pid, signal.SIGKILL)
    assert not worker._start(job)
    assert of("job", key, "status", "lease_owner", "attempts") == ("processing", None, 0)
    assert not list((worker.settings.data / "tmp").glob(f"{key}-*"))
    another = worker._open_fork_server()
    assert another is not server
    another.close()
