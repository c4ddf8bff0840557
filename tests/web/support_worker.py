"""A worker without a loop, and jobs that it holds."""

from __future__ import annotations

import socket
from typing import Any

from web.support_queue import add_job

from velocity_web.database.entities import execute, writing
from velocity_web.jobs import queue
from velocity_web.jobs.running import Running
from velocity_web.jobs.worker_loop import Worker
from velocity_web.processes.fork_server import Ended


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
    worker.children.running[pid] = found
    return found


def ended(worker: Worker, running: Running, status: int = 0) -> None:
    """The process is gone, after 250 ms of the processors; the worker writes down how it ended."""
    running.closed, running.ended = True, Ended(running.pid, status, 250)
    worker._finish_ended()
    assert not worker.children.running and not worker.ending
    assert not running.folder.exists()


def cancel(running: Running) -> None:
    with writing():
        execute("UPDATE job SET status = 'cancelling' WHERE id = $id", {"id": running.job.id})
