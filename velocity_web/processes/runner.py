"""Short tasks that a request waits for, each in a confined child process: the check of an asset, of a request or of a
batch. Previews are ``previewers``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from velocity_web.failures import NoSpace
from velocity_web.processes.assignments import Assignment, CheckAssignment, FontSources
from velocity_web.processes.child import Child, TaskFailed, TaskLost
from velocity_web.processes.fork_server import ForkServer, ForkServerDied, Limits
from velocity_web.processes.kept_children import Bounds, KeptChildren
from velocity_web.processes.samples import Samples
from velocity_web.processes.service_fonts import font_sources, seen_fonts
from velocity_web.processes.slots import Place, Slots
from velocity_web.settings import MIB, Settings
from velocity_web.storage.files import remove
from velocity_web.storage.render_caches import render_cache

__all__ = ["Checker", "Runner", "TaskFailed", "TaskLost", "TemplateFiles"]

AssetsOf = Callable[[list[list[list[Any]]]], dict[str, Any]]
"""From (entry, key, id) of all assets of each map to the ``files`` by id, and the ``seconds`` of clips."""


@dataclass(frozen=True, slots=True)
class TemplateFiles:
    """A template's file on this machine, and those of the fonts of its account."""

    file: Path
    fonts: tuple[Path, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return (str(self.file.resolve()), *(str(font.resolve()) for font in self.fonts))

    @property
    def key(self) -> str:
        """Tells it from others: files never change."""
        return "\n".join(self.paths)

    def sources(self, settings: Settings) -> FontSources:
        """Its fonts, and those of the service."""
        return font_sources(settings, self.paths[1:])


class Runner:
    """Starts children from a forking parent of its own, which starts with the first of them or by ``open``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = self._settings = settings
        self._fork_server: ForkServer | None = None
        self._lock = threading.Lock()
        self._slots = Slots(settings.task_slots, settings.task_wait_seconds)
        self._preview_slots = Slots(settings.preview_slots, settings.task_wait_seconds)
        self._checkers: KeptChildren[Child] = KeptChildren(Bounds.of_checkers(settings))
        self._closing: list[Callable[[], None]] = [self._checkers.close]
        self.samples = Samples()

    def open(self) -> None:
        """Let the forking parent load the engine, so that the first request need not wait for it."""
        with self._lock:
            if self._fork_server is None:
                self._fork_server = ForkServer()

    def close(self) -> None:
        for close in self._closing:
            close()
        with self._lock:
            if self._fork_server:
                self._fork_server.close()
                self._fork_server = None

    def slot(self, account_id: str) -> AbstractContextManager[None]:
        """A place among the tasks that run at once. Raises Busy."""
        return self._slots.of(account_id)

    def place(self, account_id: str) -> Place:
        """As ``slot``, for who leaves it now and then."""
        return Place(self._slots, account_id)

    def preview_slot(self, account_id: str) -> AbstractContextManager[None]:
        """A place among the previews that are drawn at once. Raises Busy."""
        return self._preview_slots.of(account_id)

    def on_close(self, close: Callable[[], None]) -> None:
        """Registers what ends children, which is called before the forking parent ends."""
        self._closing.append(close)

    def run(
        self, account_id: str, task: str, assignment: Assignment, reads: tuple[str, ...], folder: Path
    ) -> dict[str, Any]:
        """The result of a task whose process may read ``reads`` and write below ``folder``.

        Raises TaskFailed, NoSpace, and Busy when there is no place for it.
        """
        with self.slot(account_id):
            child = self._start(task, reads, folder)
            try:
                with child.within(self._settings.still_seconds):
                    child.tell(assignment.line())
                    while "result" not in (message := child.message()):
                        pass
                    result: dict[str, Any] = message["result"]
                    return result
            finally:
                child.end()

    def start(self, task: str, reads: tuple[str, ...] = ()) -> Child:
        """A child with a folder of its own, for who holds a slot and ends it. Raises TaskFailed."""
        folder = self._settings.temporary.resolve() / f"task-{uuid4()}"
        folder.mkdir(mode=0o700)
        try:
            return self._start(task, reads, folder, owned=folder)
        except BaseException:
            remove(folder)
            raise

    def checker(self, account_id: str, template: TemplateFiles, assets: tuple[str, ...] = ()) -> Checker:
        """What asks about requests for a template; use it in a ``with`` statement, holding a slot."""
        return Checker(self, self._checkers, self._settings, account_id, template, assets)

    def _start(self, task: str, reads: tuple[str, ...], folder: Path, owned: Path | None = None) -> Child:
        settings = self._settings
        limits = Limits(
            settings.analysis_memory_mb * MIB,
            int(settings.still_seconds) + 5,
            settings.nice,
            settings.run_as,
            reads=reads,
            writes=(str(folder),),
            file_bytes=settings.process_file_mb * MIB,
            sees=seen_fonts(settings),
        )
        with self._lock:
            for _attempt in range(2):
                try:
                    if self._fork_server is None:
                        self._fork_server = ForkServer()
                    pid, channel, _ended = self._fork_server.start(task, limits)
                    return Child(pid, channel, task, owned)
                except OSError as error:
                    raise TaskFailed("its files cannot be prepared") from error
                except ForkServerDied:
                    if self._fork_server:
                        self._fork_server.close()
                    self._fork_server = None
        raise TaskFailed("no process could be started for it")


class Checker:
    """Asks a child that has one template open: a warm one if there is one, else one of its own. One that may read
    ``assets`` is of its own, and ends with this."""

    def __init__(
        self,
        runner: Runner,
        checkers: KeptChildren[Child],
        settings: Settings,
        account_id: str,
        template: TemplateFiles,
        assets: tuple[str, ...] = (),
    ) -> None:
        self._runner = runner
        self._checkers = checkers
        self._settings = settings
        self._key = (account_id, template.key)
        self._template = template
        self._assets = assets
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that answered last."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_error: object) -> None:
        child, self._child = self._child, None
        if child is not None and self._assets:
            child.end()
        elif child is not None:
            self._checkers.keep(*self._key, child)

    def ask(self, question: dict[str, Any], maps: Sequence[bytes], assets: AssetsOf) -> dict[str, Any]:
        """What is wrong with ``maps``, customization maps as JSON that is not read here.

        ``assets`` is given the ids that the maps name and tells the files. Raises TaskFailed.
        """
        for fresh in (False, True):
            child = None if fresh else self._kept()
            if child is None:
                child, fresh = self._begin(), True
            self._child = child
            try:
                with child.within(self._settings.still_seconds):
                    return _converse(child, question, maps, assets)
            except TaskLost:
                self._give_up(child)
                if fresh:
                    raise
            except BaseException:
                self._give_up(child)
                raise
        raise AssertionError("a fresh child answers or fails")

    def sample(self, question: dict[str, Any], customizations: bytes, seconds: float) -> dict[str, Any]:
        """What a few frames (``taken``) and the poster of a render take that ``ask`` found nothing wrong with; nothing
        where that is not known within ``seconds``.
        """
        child = self._child
        return {} if child is None else self._further(child, "sample", question, [customizations], seconds)

    def shared(self, question: dict[str, Any], maps: Sequence[bytes], seconds: float) -> dict[str, Any]:
        """How many ``frames`` the renders of some maps have, and how many of them are ``unique``; nothing where that is
        not known within ``seconds``. ``ask`` found nothing wrong with the maps."""
        return self._answer("shared", question, maps, seconds)

    def cached(self, question: dict[str, Any], maps: Sequence[bytes], seconds: float) -> dict[str, Any]:
        """How many ``frames`` of the renders of some maps are cached, and of how many ``renders`` that was found out;
        nothing where that is not known within ``seconds``. ``ask`` found nothing wrong with the maps."""
        return self._answer("cached", question, maps, seconds)

    def _kept(self) -> Child | None:
        """The child that answered last, or one that waits for questions about the same template."""
        return self._child or (None if self._assets else self._checkers.take(*self._key))

    def _answer(self, what: str, question: dict[str, Any], maps: Sequence[bytes], seconds: float) -> dict[str, Any]:
        try:
            child = self._child = self._kept() or self._begin()
        except (TaskFailed, NoSpace):
            return {}
        return self._further(child, what, {what: question}, maps, seconds)

    def _further(
        self, child: Child, what: str, question: dict[str, Any], maps: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        """The answer that is named ``what``; nothing where the child has none in time."""
        try:
            with child.by_clock(seconds):
                lines = (part for one in maps for part in (one, b"\n"))
                child.tell(b"".join((json.dumps({**question, "maps": len(maps)}).encode(), b"\n", *lines)))
                answer: dict[str, Any] = child.message()[what]
                return answer
        except (TaskFailed, NoSpace, KeyError):
            self._give_up(child)
            return {}

    def _begin(self) -> Child:
        account_id, paths = self._key[0], self._template.paths
        cache = render_cache(self._settings, account_id)
        folders = (str(cache),) if cache else ()
        child = self._runner.start("check", (*paths, *folders, *self._assets))
        assignment = CheckAssignment(
            template=paths[0],
            fonts=self._template.sources(self._settings),
            cache=str(cache) if cache else "",
            idle_seconds=self._settings.checker_idle_seconds,
            busy_seconds=self._settings.still_seconds / 2,  # of all that its limit allows
        )
        try:
            with child.within(self._settings.still_seconds):
                child.tell(assignment.line())
        except BaseException:
            child.end()
            raise
        return child

    def _give_up(self, child: Child) -> None:
        self._child = None
        child.end()


def _converse(child: Child, question: dict[str, Any], maps: Sequence[bytes], assets: AssetsOf) -> dict[str, Any]:
    lines = (part for one in maps for part in (one, b"\n"))
    child.tell(b"".join((json.dumps({**question, "maps": len(maps)}).encode(), b"\n", *lines)))
    message = child.message()
    if "named" in message:
        child.tell(json.dumps(assets(message["named"])).encode(), b"\n")
        message = child.message()
    found: dict[str, Any] = message["checked"]
    return found
