"""The processes of a worker's jobs: how they begin, what they say, and when one of them is ended."""

from __future__ import annotations

import selectors
import time
from contextlib import suppress

import structlog

from velocity_web.jobs.attempts import Attempt
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.running import End, Running, Verdict
from velocity_web.processes.fork_server import Ended, ForkServer, ForkServerDied, kill_child
from velocity_web.schemas import states
from velocity_web.settings import MIB, Settings
from velocity_web.storage.files import remove

GREETING_SECONDS = 10
LOG = structlog.get_logger("velocity.worker")


class Children:
    """Those that run, by their process's id. The worker's ``selector`` waits for what they and their parent say."""

    def __init__(self, settings: Settings, selector: selectors.BaseSelector) -> None:
        self.running: dict[int, Running] = {}
        self._settings = settings
        self._selector = selector
        self._fork_server: ForkServer | None = None

    def fork_server(self) -> ForkServer:
        """The parent of all children, which is started where there is none."""
        if self._fork_server is None:
            self._fork_server = ForkServer()
            self._selector.register(self._fork_server.socket, selectors.EVENT_READ)
        return self._fork_server

    def close(self) -> None:
        if self._fork_server:
            self._fork_server.close()

    def begin(self, job: Leased, attempt: Attempt) -> None:
        """Start the child of an attempt. Raises ForkServerDied or OSError, and then nothing of the attempt is left."""
        try:
            attempt.folder.mkdir(mode=0o700)
            pid, channel, ended = self.fork_server().start(job.kind, attempt.limits)
        except (ForkServerDied, OSError):
            attempt.copies.close()
            remove(attempt.folder)
            raise
        for other in ended:
            self._note_end(other)
        self.running[pid] = Running(
            job,
            pid,
            channel,
            attempt.folder,
            attempt.output,
            attempt.seconds,
            is_spread=attempt.is_spread,
            poster=attempt.poster,
            copies=attempt.copies,
        )
        self._selector.register(channel, selectors.EVENT_READ)
        try:
            channel.settimeout(GREETING_SECONDS)
            channel.sendall(attempt.assignment.line())
        except OSError:
            kill_child(pid)
        channel.setblocking(False)
        LOG.info("job started", job=job.id, kind=job.kind, attempt=job.attempt, pid=pid)

    def is_parent(self, descriptor: int) -> bool:
        return self._fork_server is not None and descriptor == self._fork_server.socket.fileno()

    def hear_parent(self) -> None:
        """Take in which child ended. Raises ForkServerDied."""
        ended = self.fork_server().hear()
        if ended is not None:
            self._note_end(ended)

    def hear(self, descriptor: int) -> Running | None:
        """Take in what a child said on ``descriptor``. Returns the child where it told of another stage."""
        for running in self.running.values():
            if running.channel.fileno() == descriptor:
                before = running.stage
                running.read()
                if running.closed:
                    self._selector.unregister(running.channel)
                return running if running.stage != before else None
        return None

    def lose_all(self) -> list[Running]:
        """The parent died: end and forget all children, which could not be followed any more."""
        LOG.error("the forking parent died; its jobs go back to the queue")
        if self._fork_server:
            self._selector.unregister(self._fork_server.socket)
            self._fork_server.close()
            self._fork_server = None
        return self.end_all()

    def end_all(self) -> list[Running]:
        lost = list(self.running.values())
        for running in lost:
            kill_child(running.pid)
            self.forget(running)
        return lost

    def forget(self, running: Running) -> None:
        """It is gone."""
        del self.running[running.pid]
        with suppress(KeyError, ValueError):
            self._selector.unregister(running.channel)
        running.channel.close()
        running.copies.close()
        running.gone = time.monotonic()

    def watch(self, now: float) -> None:
        """End those that take too long, need too much, or say nothing. ``now`` is of ``time.monotonic``."""
        for running in self.running.values():
            if running.verdict or running.result is not None:
                continue
            is_render = running.job.kind == states.RENDER
            megabytes = self._settings.render_memory_mb if is_render else self._settings.analysis_memory_mb
            if running.garbled:
                condemn(running, "its process answered what cannot be understood", End.FAILED)
            elif late := running.lateness():
                condemn(running, late, End.FAILED)
            elif running.memory_bytes() > megabytes * MIB:
                condemn(running, f"it needed more than {megabytes} MB of memory", End.FAILED)
            elif is_render and now - running.heard > self._settings.stall_seconds:
                condemn(running, f"no frame came for {self._settings.stall_seconds:g} seconds", End.AGAIN)

    def _note_end(self, ended: Ended) -> None:
        if ended.pid in self.running:
            self.running[ended.pid].ended = ended


def condemn(running: Running, why: str, end: End) -> None:
    """End a child, for a reason that its job is told."""
    running.verdict = Verdict(end, why)
    kill_child(running.pid)
