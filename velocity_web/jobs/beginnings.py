"""How jobs begin: what they read is fetched, then copied to this machine, then their process is started."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import structlog

from velocity_web.database.entities import reading
from velocity_web.failures import MISTAKE, NoSpace, Unavailable
from velocity_web.jobs import queue
from velocity_web.jobs.attempts import Attempt, plan_analysis, plan_render, remove_attempts
from velocity_web.jobs.carrying import Errand, sent
from velocity_web.jobs.children import Children
from velocity_web.jobs.fetching import Fetched, Fetches
from velocity_web.jobs.outcomes import Outcomes
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.taking_in import NotTaken
from velocity_web.orders.executors import NotInstalled
from velocity_web.orders.remote_sources import sources_of
from velocity_web.processes.fork_server import ForkServerDied
from velocity_web.schemas import states
from velocity_web.storage.fetched import NotFetched
from velocity_web.storage.objects import Stopped

LOG = structlog.get_logger("velocity.worker")


class Beginnings:
    """Those of a worker. ``told`` is called by any thread when there may be something to begin, ``lost`` when the
    parent of all processes is gone."""

    def __init__(
        self,
        outcomes: Outcomes,
        children: Children,
        carrier: Executor,
        told: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._owner = outcomes.owner
        self._settings = outcomes.settings
        self._objects = outcomes.objects
        self._outcomes = outcomes
        self._children = children
        self._carrier = carrier
        self._told = told
        self._lost = lost
        self.fetching: list[Errand[Attempt]] = []
        self.fetches = Fetches(self._owner, self._settings, told)

    @property
    def errands(self) -> list[Errand[Any]]:
        return [*self.fetches.errands, *self.fetching]

    def start(self, job: Leased) -> bool:
        """Fetch what the job reads, and begin at once where that is there already."""
        remove_attempts(self._settings, job)
        with reading():
            sources = sources_of(job.id)
        if sources:
            self.fetches.begin(job, sources)
            return True
        return self._prepare(job, Fetched())

    def _prepare(self, job: Leased, fetched: Fetched) -> bool:
        """False where no child can be started now."""
        plan = plan_render if job.kind == states.RENDER else plan_analysis
        errand = sent(
            self._carrier, job, lambda stop: plan(job, self._settings, self._objects, stop, fetched), self._told
        )
        if errand.future.done():
            return self._begin(errand)
        self.fetching.append(errand)
        return True

    def go_on(self, has_room: Callable[[bool], bool]) -> None:
        """Begin jobs whose files are there by now. ``has_room``: whether there is a place for a render, or another."""
        for errand in [errand for errand in self.fetching if errand.future.done()]:
            self.fetching.remove(errand)
            self._begin(errand)
        for renders in (True, False):
            while has_room(renders) and (fetch := self.fetches.take(renders=renders)):
                self._go_on(fetch)

    def _go_on(self, fetch: Errand[Fetched]) -> None:
        """Begin a job whose files were fetched, or end one whose files cannot be."""
        job = fetch.job
        try:
            fetched = fetch.future.result()
        except NotFetched as error:
            self._outcomes.end(job, str(error))
        except Stopped:
            self._outcomes.give_up(job)
        except (OSError, NoSpace) as error:
            self._outcomes.not_prepared(job, error)
        except Exception:  # a server that somebody else runs may do what nobody thought of: the worker goes on
            LOG.exception("a file could not be fetched", job=job.id)
            self._outcomes.end(job, f"its files cannot be fetched: {MISTAKE}")
        else:
            if fetch.stop.is_set():
                fetched.copies.close()
                self._outcomes.give_up(job)
                return
            if job.kind == states.RENDER:
                queue.set_stage(self._owner, job, states.RENDERING)
            self._prepare(job, fetched)

    def _begin(self, errand: Errand[Attempt]) -> bool:
        """False where no child can be started now."""
        job = errand.job
        try:
            attempt = errand.future.result()
        except (NotInstalled, NotTaken) as fault:
            self._outcomes.end(job, str(fault))
        except FileNotFoundError:
            queue.fail(self._owner, job, "its file is gone from the storage")
        except Stopped:
            self._outcomes.give_up(job)
        except Unavailable as fault:
            self._outcomes.lose(job, fault.detail)
        except (OSError, NoSpace) as error:
            self._outcomes.not_prepared(job, error)
        else:
            if not errand.stop.is_set():
                return self._begin_attempt(job, attempt)
            attempt.copies.close()
            self._outcomes.give_up(job)
        return True

    def _begin_attempt(self, job: Leased, attempt: Attempt) -> bool:
        try:
            self._children.begin(job, attempt)
        except ForkServerDied:
            self._lost()
            queue.release(self._owner, job)
            return False
        except OSError as error:
            self._outcomes.not_prepared(job, error)
        return True
