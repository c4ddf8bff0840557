"""Files at URLs and on connections that previews show: fetched beside the requests, which wait for them only briefly.

Who is told to try again finds them then: what was fetched, and why something cannot be, is remembered for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass

from velocity_web.failures import Busy, NoSpace
from velocity_web.processes.slots import Slots
from velocity_web.settings import Settings
from velocity_web.storage.fetched import FetchedFiles, Held, NotFetched, host_of, name_at
from velocity_web.storage.objects import Stopped

AT_ONCE = 8
BY_ACCOUNT = 2
WAITING = 4
"""Requests that wait for files at once, half of them of one account."""
WAIT_SECONDS = 3.0
LOOK_SECONDS = 0.1
REMEMBERED_SECONDS = 30.0
MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class _Fault:
    error: NotFetched | NoSpace | OSError
    until: float


class PreviewFetches:
    """Those of a server process, which fetches as workers do, and into the same folder."""

    def __init__(self, settings: Settings) -> None:
        self._most_bytes = settings.max_asset_bytes
        self._fresh_seconds = max(REMEMBERED_SECONDS, settings.url_fresh_seconds)
        self._files = FetchedFiles(settings)
        self._pool = ThreadPoolExecutor(AT_ONCE, "preview-fetcher")
        self._places = Slots(WAITING, 0.0)
        self._lock = threading.Lock()
        self._under_way: dict[str, tuple[str, Future[None]]] = {}
        self._faults: dict[str, _Fault] = {}
        self._closing = threading.Event()

    def close(self) -> None:
        """Break off what is under way."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def held(self, location: str) -> Held | None:
        """What lies at a location, where it is here."""
        return self._files.kept(location, self._most_bytes, self._fresh_seconds)

    def bring(self, account_id: str, locations: Sequence[str]) -> dict[str, str]:
        """Wait until files are here. Returns what is wrong, by location. Raises Busy while they are being fetched, and
        where too many requests wait for files; NoSpace, and OSError."""
        faults: dict[str, str] = {}
        with ExitStack() as waiting:
            until = 0.0
            while missing := self._missing(locations, faults):
                begun = [future for location in missing if (future := self._begun(account_id, location))]
                if not until:
                    waiting.enter_context(self._places.of(account_id))
                    until = time.monotonic() + WAIT_SECONDS
                if time.monotonic() >= until:
                    [first, *_others] = missing
                    raise Busy(f"{name_at(first)} is being fetched from {host_of(first)}; try again in a moment")
                if begun:
                    wait(begun, LOOK_SECONDS, FIRST_COMPLETED)
                else:
                    time.sleep(LOOK_SECONDS)
        return faults

    def _missing(self, locations: Sequence[str], faults: dict[str, str]) -> list[str]:
        """What is neither here nor known to be wrong."""
        missing = []
        for location in locations:
            with self._lock:
                fault = self._faults.get(location)
            if fault is not None and fault.until > time.monotonic():
                if not isinstance(fault.error, NotFetched):
                    raise fault.error
                faults[location] = str(fault.error)
            elif (held := self.held(location)) is not None:
                held.copy.__exit__(None, None, None)
            else:
                missing.append(location)
        return missing

    def _begun(self, account_id: str, location: str) -> Future[None] | None:
        """The fetch of a file, which is begun where there is room for it."""
        with self._lock:
            if location in self._under_way:
                return self._under_way[location][1]
            owners = [owner for owner, _future in self._under_way.values()]
            if len(owners) >= AT_ONCE or owners.count(account_id) >= BY_ACCOUNT:
                return None
            future = self._pool.submit(self._fetch, location)
            self._under_way[location] = (account_id, future)
            return future

    # --- in the threads that fetch ---

    def _fetch(self, location: str) -> None:
        fault: _Fault | None = None
        try:
            with self._files.hold(location, self._most_bytes, self._closing.is_set).copy:
                pass
        except Stopped:
            pass
        except NotFetched as error:
            fault = _Fault(error, time.monotonic() + REMEMBERED_SECONDS)
        except (NoSpace, OSError) as error:
            fault = _Fault(error, time.monotonic() + 1.0)
        finally:
            with self._lock:
                del self._under_way[location]
                self._faults.pop(location, None)
                if fault is not None:
                    self._faults[location] = fault
                    while len(self._faults) > MOST_FAULTS:
                        del self._faults[next(iter(self._faults))]
