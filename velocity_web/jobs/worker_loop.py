"""A worker: leases jobs, lets each run in a child process (``children``), and has its end written down (``outcomes``).

One thread does everything that touches children, so that their order is plain; webhooks go out from other threads.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from velocity_web.accounts import budget
from velocity_web.database import tallies, workers
from velocity_web.database.entities import lock_account, reading, rows, writing
from velocity_web.database.faults import DATABASE_ERRORS, is_database_fault, is_no_space
from velocity_web.database.workers import Load
from velocity_web.jobs import queue
from velocity_web.jobs.attempts import POSTER, UNPACKED, kept_name
from velocity_web.jobs.beginnings import Beginnings
from velocity_web.jobs.bell import Bell
from velocity_web.jobs.carrying import Errand, Made, deliver, sent
from velocity_web.jobs.children import Children, condemn
from velocity_web.jobs.destination_sender import DestinationSender
from velocity_web.jobs.outcomes import Outcomes
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.running import CANCELLED, LEASE_LOST, End, Running
from velocity_web.jobs.webhook_sender import WebhookSender
from velocity_web.orders.cleanup import remove_leftovers
from velocity_web.processes.fork_server import ForkServerDied, kill_child
from velocity_web.processes.identity import this_worker
from velocity_web.schemas import states
from velocity_web.settings import Settings
from velocity_web.storage import disk
from velocity_web.storage.files import remove
from velocity_web.storage.objects import Objects

BEAT_SECONDS = 0.5
SWEEP_SECONDS = 1.0
CLEANUP_SECONDS = 600.0
FAULT_SECONDS = 0.5
STOP_SECONDS = 2.0
STORED = (states.RENDER, states.ASSET, states.FONT)
"""Jobs whose files are stored once their child is gone."""
LOG = structlog.get_logger("velocity.worker")
Result = TypeVar("Result")


class Worker:
    """``control`` is a pipe whose bytes mean "look now" and whose end means "the server is gone"."""

    def __init__(self, settings: Settings, objects: Objects, control: int | None = None) -> None:
        self.settings = settings
        self.objects = objects
        self.owner = this_worker()
        self.delivering: list[Running] = []
        self.ending: list[Running] = []
        self.stopping_at: float | None = None
        self._control = control
        self._selector = selectors.DefaultSelector()
        self.children = Children(settings, self._selector)
        self._next_beat = self._next_sweep = self._next_cleanup = self._next_word = 0.0
        self._said: Load | None = None
        self._signalled, self._signal_pipe = os.pipe()
        self._arrived, self._arrival_pipe = os.pipe()
        self._bell = Bell(settings, self._selector)
        self._webhooks = WebhookSender(settings, lambda: self._bell.hears)
        self._carrier = objects.carrier(2 * settings.workers + settings.light_workers)
        self._destinations = DestinationSender(self.owner, settings, objects)
        self.outcomes = Outcomes(self.owner, settings, objects, self._carrier, self._destinations.wake)
        self.beginnings = Beginnings(self.outcomes, self.children, self._carrier, self._awaken, self._lose_children)

    def run(self) -> None:
        """Work until a signal, or until ``control`` ends; then running renders have the grace time to finish."""
        for pipe in (self._signal_pipe, self._arrival_pipe):
            os.set_blocking(pipe, False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for pipe in (self._signalled, self._arrived):
            self._selector.register(pipe, selectors.EVENT_READ)
        if self._control is not None:
            self._selector.register(self._control, selectors.EVENT_READ)
        self.children.fork_server()
        self._webhooks.start()
        self._destinations.start()
        LOG.info("worker ready", owner=self.owner, renders=self.settings.workers, analyses=self.settings.light_workers)
        while not self._is_done():
            try:
                self._turn()
            except DATABASE_ERRORS as error:
                if not is_database_fault(error):
                    raise
                self._bear(error)
        self._give_back_all()
        self._leave()
        self._destinations.stop()
        self._webhooks.stop()
        self._bell.close()
        self.children.close()
        LOG.info("worker stopped", owner=self.owner)

    def _leave(self) -> None:
        try:
            tallies.write_down()
            workers.leave(self.owner)
        except DATABASE_ERRORS as error:
            LOG.error("what was counted last is lost", fault=str(error))

    def _bear(self, fault: Exception) -> None:
        """Go on a moment after the database failed. What was to be written is written in a later turn."""
        LOG.error("the database does not answer", fault=str(fault))
        if is_no_space(fault):
            disk.give_up_reserve(self.settings)
        time.sleep(FAULT_SECONDS)

    # --- the turn of the loop ---

    def _turn(self) -> None:
        self._bell.tend()
        until = min(self._next_sweep, self.stopping_at or self._next_sweep)
        is_busy = bool(self.children.running or self._errands())
        for key, _events in self._selector.select(self._bell.patience(until, is_busy=is_busy)):
            self._on_ready(key.fd)
        self.beginnings.go_on(self._has_place)
        self._finish_ended()
        now = time.monotonic()
        if self.children.running or self._errands():
            if self._bell.is_rung or not self._bell.hears or now >= self._next_beat:
                self._obey_database()
            self.children.watch(now)
            if now >= self._next_beat:
                self._next_beat = now + BEAT_SECONDS
                self._beat()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            with suppress(OSError):
                disk.hold_reserve(self.settings)
            for job in queue.sweep(self.settings):
                self.outcomes.remove_upload(job)
            self._tell_of_itself(now)
        if now >= self._next_cleanup:
            self._next_cleanup = now + CLEANUP_SECONDS
            remove_leftovers(self.settings)
        if self.stopping_at is None and self._bell.is_time():
            self._claim()

    def _on_signal(self, _number: int, _frame: object) -> None:
        with suppress(BlockingIOError):
            os.write(self._signal_pipe, b"s")

    def _on_ready(self, number: int) -> None:
        if number == self._signalled:
            os.read(number, 64)
            self._stop(self.settings.grace_seconds)
        elif number == self._arrived:
            os.read(number, 4096)
            self._bell.ring()
        elif number == self._control:
            if not os.read(number, 4096):
                self._selector.unregister(number)
                self._stop(0.0)
            self._bell.ring()
        elif self._bell.is_it(number):
            if self._bell.hear():
                self._webhooks.wake()
        elif self.children.is_parent(number):
            try:
                self.children.hear_parent()
            except ForkServerDied:
                self._lose_children()
        elif (running := self.children.hear(number)) and running.stage:
            queue.set_stage(self.owner, running.job, running.stage)

    def _stop(self, grace: float) -> None:
        until = time.monotonic() + grace
        self.stopping_at = until if self.stopping_at is None else min(self.stopping_at, until)

    def _is_done(self) -> bool:
        idle = not (self.children.running or self.ending or self._errands())
        return self.stopping_at is not None and (idle or time.monotonic() >= self.stopping_at)

    # --- beginnings ---

    def _claim(self) -> None:
        if not self.children.fork_server().is_ready:
            return  # a lease would run out while the engine loads
        ready_in: list[float] = []
        for renders, slots in ((True, self.settings.workers), (False, self.settings.light_workers)):
            while self._has_room(slots, renders=renders):
                job = queue.claim(self.owner, renders=renders, settings=self.settings) if _waiting(renders) else None
                if job is None:
                    ready_in.extend(_ready_in(renders))
                    break
                if not self.beginnings.start(job):
                    return  # without its fork server; the next turn has another
        self._bell.looked(min(ready_in, default=None))

    def _has_room(self, slots: int, *, renders: bool) -> bool:
        """Beside those at work, as many may be on their way to the storage."""
        at_work = [*(one.job for one in self.children.running.values()), *(one.job for one in self.beginnings.fetching)]
        here = sum((job.kind == states.RENDER) == renders for job in at_work)
        leaving = len(self.delivering) if renders else 0
        return here < slots and here + leaving < 2 * slots

    def _has_place(self, renders: bool) -> bool:
        return self._has_room(self.settings.workers if renders else self.settings.light_workers, renders=renders)

    def _send(self, job: Leased, act: Callable[[Callable[[], bool]], Result]) -> Errand[Result]:
        return sent(self._carrier, job, act, self._awaken)

    def _awaken(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._arrival_pipe, b"a")

    def _errands(self) -> list[Errand[Any]]:
        return [*self.beginnings.errands, *(one.delivery for one in self.delivering if one.delivery)]

    def _lose_children(self) -> None:
        for running in self.children.lose_all():
            self._end(running)
        self._bell.ring()

    # --- while they run ---

    def _obey_database(self) -> None:
        """End the children of jobs that were cancelled, or whose lease somebody else took."""
        with reading():
            ours = rows("SELECT id, attempts, status FROM job WHERE lease_owner = $owner", {"owner": self.owner})
        status = {(job_id, attempt): state for job_id, attempt, state in ours}
        for running in self.children.running.values():
            state = status.get((running.job.id, running.job.attempt))
            if state == states.PROCESSING or running.verdict:
                continue
            running.verdict = CANCELLED if state == states.CANCELLING else LEASE_LOST
            kill_child(running.pid)
        for errand in self._errands():
            if status.get((errand.job.id, errand.job.attempt)) != states.PROCESSING:
                errand.stop.set()

    def _beat(self) -> None:
        """Keep the leases, show the progress, charge the time: one short transaction for each job."""
        for errand in self._errands():
            with writing():
                lock_account(errand.job.account_id)
                queue.renew(self.owner, errand.job, self.settings)
        for running in self.children.running.values():
            if running.verdict:
                continue
            job = running.job
            with writing():
                lock_account(job.account_id)
                if not queue.renew(self.owner, job, self.settings) or job.kind != states.RENDER:
                    continue
                solvent = budget.charge(job.account_id, job.id, running.charged_ms)
                if running.progress:
                    shown = running.progress
                    queue.set_progress(job.id, shown.done, shown.total, shown.remaining_ms)
            if not solvent and running.result is None:
                condemn(running, budget.EXHAUSTED, End.FAILED)

    def _tell_of_itself(self, now: float) -> None:
        """For ``/metrics``, which is not worth the disk's reserve, nor that a job waits."""
        renders = sum(one.job.kind == states.RENDER for one in self.children.running.values())
        load = Load(self.settings.workers, self.settings.light_workers, renders, len(self.children.running) - renders)
        try:
            tallies.write_down()
            if load != self._said or now >= self._next_word:
                workers.say(self.owner, load)
                self._said, self._next_word = load, now + workers.SAID_SECONDS
        except DATABASE_ERRORS as error:
            if not is_database_fault(error):
                raise
            LOG.warning("the database does not take what was counted", fault=str(error))

    # --- ends ---

    def _finish_ended(self) -> None:
        """Write down the ends of children; one that the database did not take stays first in the line."""
        for running in [running for running in self.children.running.values() if running.is_over]:
            self.children.forget(running)
            self._bell.ring()
            self._end(running)
        for running in [one for one in self.delivering if one.delivery and one.delivery.future.done()]:
            self.delivering.remove(running)
            self.ending.append(running)
        while self.ending:
            self.outcomes.finish(self.ending[0])
            del self.ending[0]

    def _end(self, running: Running) -> None:
        """Its child is gone. The files of a finished render, asset or font go to the storage first."""
        job, result = running.job, running.result
        if running.verdict is not None or result is None or job.kind not in STORED:
            self.ending.append(running)
            return
        if job.kind != states.RENDER:
            unpacked = running.folder / UNPACKED if result.get("unpacked") else None
            running.delivery = self._send(
                job, lambda stop: [self.beginnings.fetches.keep_made(job, result, unpacked, self.objects, stop)]
            )
        else:
            made = self._made(running, result)
            running.delivery = self._send(job, lambda stop: deliver(self.objects, made, stop))
        self.delivering.append(running)

    def _made(self, running: Running, result: dict[str, Any]) -> list[Made]:
        job, output, poster = running.job, running.output, running.poster
        assert output
        made = [Made(output, kept_name(job, job.attempt, output), result["sha256"])]
        if poster is not None:
            made.append(Made(poster, kept_name(job, job.attempt, poster, POSTER), result.get("poster_sha256")))
        return made

    def _give_back_all(self) -> None:
        for running in self.children.end_all():
            remove(running.folder)
            self.outcomes.release(running.job)
        for errand in self._errands():
            errand.stop.set()
        wait([errand.future for errand in self._errands()], STOP_SECONDS)
        for fetch in self.beginnings.fetches.errands:
            self._give_back(fetch, lambda fetched: fetched.copies.close())
        self.beginnings.fetches.close()
        for fetched in self.beginnings.fetching:
            self._give_back(fetched, lambda attempt: attempt.copies.close())
        for running in self.delivering:
            assert running.delivery
            remove(running.folder)
            self._give_back(running.delivery, lambda stored: self.outcomes.discard(*(one.file for one in stored)))
        self._carrier.shutdown(wait=False, cancel_futures=True)

    def _give_back(self, errand: Errand[Result], undo: Callable[[Result], None]) -> None:
        """Where its files are still on their way, the job goes back when its lease ends."""
        if not errand.future.done():
            return
        with suppress(Exception):
            undo(errand.future.result())
        self.outcomes.release(errand.job)


def _waiting(renders: bool) -> bool:
    with reading():
        return queue.waiting(renders=renders)


def _ready_in(renders: bool) -> list[float]:
    """In how many seconds there is more to claim, if that is known."""
    with reading():
        seconds = queue.ready_in(renders=renders)
    return [] if seconds is None else [seconds]
