"""When a worker ends one of its children."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

from web.support_queue import add_account
from web.support_worker import running_of

from velocity_web.jobs.running import End, Running, Verdict
from velocity_web.jobs.worker_loop import Worker


def watched(worker: Worker, running: Running, process: subprocess.Popen[bytes]) -> Verdict | None:
    """What the worker holds against a child, which is then gone."""
    worker.children.watch(time.monotonic())
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
        worker.children.watch(time.monotonic())
    assert running.verdict == Verdict(End.FAILED, "it took longer than 0.2 seconds of processor time")
    assert process.returncode == -signal.SIGKILL


def test_a_child_that_answers_nonsense_is_ended_for_good(
    worker: Worker, child: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = child()
    running = running_of(worker, add_account(), pid=process.pid, garbled=True)
    assert watched(worker, running, process) == Verdict(End.FAILED, "its process answered what cannot be understood")
