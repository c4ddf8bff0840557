"""Files at URLs and on connections that previews show and checks look at: fetched beside the requests, which wait for
them only briefly.

Who is told to try again finds them then: what was fetched, and why something cannot be, is remembered for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from velocity_web.failures import Busy, NoSpace
from velocity_web.processes.slots import Slots
from velocity_web.services.known_contents import KnownContents
from velocity_web.settings import Settings
from velocity_web.storage.fetched import FetchedFiles, Held, NotFetched, host_of, name_at
from velocity_web.storage.objects import Stopped

AT_ONCE = 16
BY_ACCOUNT = 4
WAITING = 4
"""Requests that wait for files at once, half of them of one account."""
LOOK_SECONDS = 0.1
REMEMBERED_SECONDS = 30.0
MOST_FAULTS = 1000
_Wanted = tuple[str, int]
"""A location, and the most bytes of a file there."""


@dataclass(frozen=True, slots=True)
class _Fault:
    error: NotFetched | NoSpace | OSError
    until: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request waits for files: ``seconds`` in all, and ``quiet`` ones for the next of them."""

    seconds: float = 3.0
    quiet: float = 3.0


A_MOMENT = Patience()


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request waited for, by location: what is wrong with some (``faults``), and those that are still being
    fetched (``late``). The others are here."""

    faults: dict[str, str]
    late: tuple[str, ...] = ()

    def require_all(self) -> None:
        """Raises Busy where something is still being fetched."""
        if self.late:
            first = self.late[0]
            raise Busy(f"{name_at(first)} is being fetched from {host_of(first)}; try again in a moment")


class RequestFetches:
    """Those of a server process, which fetches as workers do, and into the same folder. ``known`` is
    what was found in some of them."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.url_seconds
        self._fresh_seconds = max(REMEMBERED_SECONDS, settings.url_fresh_seconds)
        self._files = FetchedFiles(settings)
        self._pool = ThreadPoolExecutor(AT_ONCE, "request-fetcher")
        self._places = Slots(WAITING, 0.0)
        self._lock = threading.Lock()
        self._under_way: dict[_Wanted, tuple[str, Future[None]]] = {}
        self._faults: dict[_Wanted, _Fault] = {}
        self._closing = threading.Event()
        self.known = KnownContents()

    def close(self) -> None:
        """Break off what is under way."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def held(self, location: str, most_bytes: int) -> Held | None:
        """What lies at a location, where it is here and not larger."""
        return self._files.kept(location, most_bytes, self._fresh_seconds)

    def bring(
        self, account_id: str, locations: Sequence[str], most_bytes: int, patience: Patience = A_MOMENT
    ) -> Brought:
        """Wait until files of at most so many bytes are here, or as long as ``patience`` says. Raises Busy where too
        many requests wait for files; NoSpace, and OSError."""
        faults: dict[str, str] = {}
        wanted = self._missing([(location, most_bytes) for location in dict.fromkeys(locations)], faults)
        if wanted:
            with self._places.of(account_id):
                wanted = self._waited(account_id, wanted, patience, faults)
        return Brought(faults, tuple(location for location, _most in wanted))

    def _waited(
        self, account_id: str, wanted: list[_Wanted], patience: Patience, faults: dict[str, str]
    ) -> list[_Wanted]:
        """What is still missing at the end. Each is looked at again when its fetch came to an end, no sooner."""
        until = time.monotonic() + patience.seconds
        quiet_until = time.monotonic() + patience.quiet
        while wanted and time.monotonic() < min(until, quiet_until):
            begun: dict[_Wanted, Future[None]] = {}
            for one in wanted:
                future = self._begun(account_id, one)
                if future is None:
                    break  # there is no room for more
                begun[one] = future
            if begun:
                wait(begun.values(), LOOK_SECONDS, FIRST_COMPLETED)
            else:
                time.sleep(LOOK_SECONDS)
            ended = [one for one, future in begun.items() if future.done()]
            if ended:
                quiet_until = time.monotonic() + patience.quiet
                here = set(ended).difference(self._missing(ended, faults))
                wanted = [one for one in wanted if one not in here]
        return wanted

    def _missing(self, wanted: Sequence[_Wanted], faults: dict[str, str]) -> list[_Wanted]:
        """What is neither here nor known to be wrong."""
        missing = []
        for one in wanted:
            with self._lock:
                fault = self._faults.get(one)
            if fault is not None and fault.until > time.monotonic():
                if not isinstance(fault.error, NotFetched):
                    raise fault.error
                faults[one[0]] = str(fault.error)
            elif (held := self.held(*one)) is not None:
                held.copy.__exit__(None, None, None)
            else:
                missing.append(one)
        return missing

    def _begun(self, account_id: str, wanted: _Wanted) -> Future[None] | None:
        """The fetch of a file, which is begun where there is room for it."""
        with self._lock:
            if wanted in self._under_way:
                return self._under_way[wanted][1]
            owners = [owner for owner, _future in self._under_way.values()]
            if len(owners) >= AT_ONCE or owners.count(account_id) >= BY_ACCOUNT:
                return None
            future = self._pool.submit(self._fetch, wanted)
            self._under_way[wanted] = (account_id, future)
            return future

    # --- in the threads that fetch ---

    def _fetch(self, wanted: _Wanted) -> None:
        fault: _Fault | None = None
        try:
            with self._files.hold(*wanted, self._closing.is_set, self._seconds).copy:
                pass
        except Stopped:
            pass
        except NotFetched as error:
            fault = _Fault(error, time.monotonic() + REMEMBERED_SECONDS)
        except (NoSpace, OSError) as error:
            fault = _Fault(error, time.monotonic() + 1.0)
        finally:
            with self._lock:
                del self._under_way[wanted]
                self._faults.pop(wanted, None)
                if fault is not None:
                    self._faults[wanted] = fault
                    while len(self._faults) > MOST_FAULTS:
                        del self._faults[next(iter(self._faults))]
