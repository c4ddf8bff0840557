"""Sends finished videos to their destinations, beside the jobs.

One thread speaks with the database; a few others send. What is there is whole: a folder's file gets its name when all
of it is written, an object store shows an object when its upload is complete.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

import velocity_engine as engine
from velocity_web.database.faults import DATABASE_ERRORS
from velocity_web.failures import NoSpace, Unavailable
from velocity_web.jobs import destination_queue as queue
from velocity_web.jobs.destination_queue import Claimed
from velocity_web.schemas.sentences import bounded
from velocity_web.settings import Settings
from velocity_web.storage.connections import Opened, Spot, leads_to, opened
from velocity_web.storage.objects import Objects, Stopped

AT_ONCE = 4
POLL_SECONDS = 1.0
BEAT_SECONDS = 2.0
STOP_SECONDS = 3.0
CHUNK = 1 << 20
NO_ANSWER = "the storage behind the connection does not answer as it should"
GONE = "the video is gone from the storage"
LOG = structlog.get_logger("velocity.destinations")


@dataclass(frozen=True, slots=True)
class _Sending:
    claimed: Claimed
    stop: threading.Event
    future: Future[int]


class DestinationSender:
    """Looks for due deliveries until it is stopped: once a second, and when ``wake`` is called."""

    def __init__(self, owner: str, settings: Settings, objects: Objects) -> None:
        self._owner = owner
        self._settings = settings
        self._objects = objects
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._under_way: list[_Sending] = []
        self._pool = ThreadPoolExecutor(AT_ONCE, "destination")
        self._next_beat = 0.0
        self._thread = threading.Thread(target=self._run, name="destinations", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something due that was not before."""
        self._woken.set()

    def stop(self) -> None:
        """Begin nothing more, and break off what is under way, which is due again at once."""
        self._stopped.set()
        self._woken.set()
        for sending in self._under_way:
            sending.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._turn()
            except DATABASE_ERRORS as error:
                LOG.error("deliveries wait for the database", fault=str(error))
            except Exception:
                LOG.exception("deliveries could not be made")
            self._woken.wait(min(POLL_SECONDS, self._settings.poll_seconds) if self._under_way else POLL_SECONDS)
            self._woken.clear()
        for sending in self._under_way:
            with suppress(Exception):
                self._settle(sending) if sending.future.done() else queue.give_back(sending.claimed)

    def _turn(self) -> None:
        for sending in [one for one in self._under_way if one.future.done()]:
            self._settle(sending)
            self._under_way.remove(sending)
        if (now := time.monotonic()) >= self._next_beat:
            self._next_beat = now + BEAT_SECONDS
            queue.take_back()
            for sending in self._under_way:
                if not queue.renew(sending.claimed, self._settings):
                    sending.stop.set()
        while len(self._under_way) < AT_ONCE and not self._stopped.is_set():
            claimed = queue.claim(self._owner, self._settings)
            if claimed is None:
                return
            stop = threading.Event()
            future = self._pool.submit(self._send, claimed, stop)
            future.add_done_callback(lambda _done: self.wake())
            self._under_way.append(_Sending(claimed, stop, future))

    def _settle(self, sending: _Sending) -> None:
        claimed = sending.claimed
        try:
            size = sending.future.result()
        except (Stopped, engine.RenderCancelled):
            queue.give_back(claimed)
        except FileNotFoundError:
            queue.failed(claimed, GONE, self._settings, is_final=True)
        except (Unavailable, NoSpace) as fault:
            self._failed(claimed, fault.detail)
        except engine.StorageError as error:
            self._failed(claimed, self._told(claimed, error.message))
        except Exception as error:
            LOG.exception("a delivery broke", destination=claimed.id)
            said = error.strerror if isinstance(error, OSError) and error.strerror else "the service made a mistake"
            self._failed(claimed, f"{claimed.path} cannot be stored: {said}")
        else:
            queue.delivered(claimed, size)
            LOG.info("delivered", destination=claimed.id, render=claimed.render_id, attempt=claimed.attempt)

    def _failed(self, claimed: Claimed, reason: str) -> None:
        LOG.warning("a delivery failed", destination=claimed.id, attempt=claimed.attempt, fault=reason)
        queue.failed(claimed, bounded(reason), self._settings)

    def _told(self, claimed: Claimed, message: str) -> str:
        """What a storage said, without where the connection leads: that is the administrator's business."""
        found = self._settings.connections.get(claimed.connection)
        if found is None:
            return message
        told = message.replace(f"{found.url.rstrip('/')}/", "").replace(found.url, "")
        return f"{claimed.path} cannot be stored: {NO_ANSWER}" if leads_to(told, found) else told

    # --- in the threads that send ---

    def _send(self, claimed: Claimed, stop: threading.Event) -> int:
        if claimed.file is None:
            raise FileNotFoundError(GONE)
        there = opened(self._settings, Spot(claimed.connection, claimed.path))
        with self._objects.copy(claimed.file, claimed.sha256 or "", stop.is_set) as local:
            if hasattr(there.storage, "part"):
                return self._write(there, local, claimed, stop.is_set)

            def sent(_bytes: int) -> None:
                if stop.is_set():
                    raise Stopped

            return int(there.storage.put(str(local), there.target, sent))

    def _write(self, there: Opened, local: Path, claimed: Claimed, stop: Callable[[], bool]) -> int:
        """Beside the target first, under a name that is noted before: whatever happens, nothing half stays."""
        storage: Any = there.storage
        if claimed.part is not None:
            Path(claimed.part).unlink(missing_ok=True)
        part = Path(storage.part(there.target))
        queue.note_part(claimed, str(part))
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with local.open("rb") as source, part.open("wb") as destination:
                while data := source.read(CHUNK):
                    if stop():
                        raise Stopped
                    destination.write(data)
            return int(storage.name(str(part), there.target))
        finally:
            part.unlink(missing_ok=True)
