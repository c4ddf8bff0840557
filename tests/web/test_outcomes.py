"""What a worker writes down of a child that is gone."""

from __future__ import annotations

import os
import pwd
import signal
import socket
from dataclasses import replace
from typing import Any

import pytest
from web.support_queue import add_account, add_job, events, of
from web.support_worker import cancel, ended, running_of

from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.jobs import queue
from velocity_web.jobs.running import CANCELLED, LEASE_LOST, End, Running, Verdict
from velocity_web.jobs.worker_loop import Worker
from velocity_web.settings import MIB


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
    worker.children.running[0] = running
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
