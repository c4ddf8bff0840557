"""The fetching step of jobs whose files lie at URLs or on connections: before their process begins, without a network.

It has threads of its own, and takes no place of those that render: a slow server holds up its own job alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from velocity_web.database.entities import reading
from velocity_web.jobs import queue
from velocity_web.jobs.carrying import Errand, sent
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.taking_in import keep
from velocity_web.orders.remote_sources import sources_of
from velocity_web.schemas import states
from velocity_web.settings import Settings
from velocity_web.storage.fetched import FetchedFiles, Held
from velocity_web.storage.files import MadeFile
from velocity_web.storage.objects import Objects

AT_ONCE = 16
BY_ACCOUNT = 4
POSTPONED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a job reads from elsewhere, by location; it stays until ``copies`` is closed."""

    files: dict[str, Held] = field(default_factory=dict)
    copies: ExitStack = field(default_factory=ExitStack)


class Fetches:
    """Those of the worker ``owner``. ``told`` is called at the end of one, by any thread."""

    def __init__(self, owner: str, settings: Settings, told: Callable[[], None]) -> None:
        self.errands: list[Errand[Fetched]] = []
        self._owner = owner
        self._settings = settings
        self._told = told
        self._files = FetchedFiles(settings)
        self._pool = ThreadPoolExecutor(AT_ONCE, "fetcher")

    def begin(self, job: Leased, sources: Sequence[tuple[str, int]]) -> None:
        """Fetch what the job reads; where too much is being fetched, the job goes back for a moment."""
        under_way = [errand.job.account_id for errand in self.errands if not errand.future.done()]
        if len(under_way) >= AT_ONCE or under_way.count(job.account_id) >= BY_ACCOUNT:
            queue.postpone(self._owner, job, POSTPONED_SECONDS)
            return
        queue.set_stage(self._owner, job, states.FETCHING)
        self.errands.append(sent(self._pool, job, lambda stop: self._fetch(sources, stop), self._told))

    def take(self, *, renders: bool) -> Errand[Fetched] | None:
        """One that came to its end, the first of its kind; it is forgotten here."""
        for errand in self.errands:
            if errand.future.done() and (errand.job.kind == states.RENDER) == renders:
                self.errands.remove(errand)
                return errand
        return None

    def keep_asset(self, job: Leased, result: dict[str, Any], objects: Objects, stop: Callable[[], bool]) -> MadeFile:
        """What was fetched, and found to be an asset, as a file of the storage. Raises what ``hold`` and
        ``Objects.store`` raise."""
        with reading():
            [(location, most_bytes)] = sources_of(job.id)
        held = self._files.hold(location, most_bytes, stop)
        with held.copy:
            return keep(held, f"assets/{job.subject_id}.{result['format']}", self._settings, objects, stop)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, sources: Sequence[tuple[str, int]], stop: Callable[[], bool]) -> Fetched:
        fetched = Fetched()
        with ExitStack() as opened:
            for location, most_bytes in sources:
                held = self._files.hold(location, most_bytes, stop)
                opened.enter_context(held.copy)
                fetched.files[location] = held
            fetched.copies.push(opened.pop_all().__exit__)
        return fetched
