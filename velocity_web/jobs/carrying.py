"""The files of jobs on their way between this machine and the storage: no worker's loop waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from velocity_web.jobs.queue import Leased
from velocity_web.processes import lending
from velocity_web.storage.files import MadeFile, made_bytes
from velocity_web.storage.objects import Objects, discard

LEFT_NONE = "its process left no file"
Result = TypeVar("Result")


class LeftNone(Exception):
    """A child said that it made a file, and there is none."""


@dataclass(frozen=True, slots=True)
class Errand(Generic[Result]):
    """What is done for a job elsewhere, until ``stop`` is set."""

    job: Leased
    stop: threading.Event
    future: Future[Result]


def sent(
    carrier: Executor, job: Leased, act: Callable[[Callable[[], bool]], Result], told: Callable[[], None]
) -> Errand[Result]:
    """Let ``act`` be done, which is given what asks whether to stop. ``told`` is called at its end, by any thread."""
    stop = threading.Event()
    future = carrier.submit(act, stop.is_set)
    future.add_done_callback(lambda _done: told())
    return Errand(job, stop, future)


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a child says it made, and the name that it is to get."""

    path: Path
    file: str
    sha256: str | None


def deliver(objects: Objects, made: Sequence[Made], stop: Callable[[], bool]) -> list[MadeFile]:
    """Store all of them, or none. Raises LeftNone, and what ``Objects.store`` raises."""
    stored: list[MadeFile] = []
    try:
        for one in made:
            if not one.sha256 or made_bytes(one.path) is None:
                raise LeftNone
            lending.take_back(one.path)
            stored.append(MadeFile(one.file, objects.store(one.path, one.file, stop), one.sha256))
    except BaseException:
        discard(objects, *(one.file for one in stored))
        raise
    return stored
