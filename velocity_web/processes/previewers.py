"""Asks children that have one template of one account open for pictures and clips of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from velocity_web.processes.assignments import PreviewAssignment, PreviewQuestion
from velocity_web.processes.child import Child, TaskLost
from velocity_web.processes.kept_children import Bounds, KeptChildren
from velocity_web.processes.runner import Runner, TemplateFiles
from velocity_web.processes.shelf import Shelf
from velocity_web.settings import Settings
from velocity_web.storage.files import read_made, remove

OUTPUT = "preview"
MOST_BYTES = 256 << 20

Named = list[list[list[Any]]]
Provide = Callable[[Named, Shelf], dict[str, str]]
"""From (entry, key, id) of the assets that a map names to the files by id, which it puts on the shelf."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose template is drawn: its files on this machine, and the name that it was uploaded with."""

    account_id: str
    files: TemplateFiles
    name: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a child said (``answers.Previewed``), and the bytes, where it drew any."""

    said: dict[str, Any]
    content: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class _Previewer:
    """A child with what belongs to it."""

    child: Child
    shelf: Shelf

    def is_open(self) -> bool:
        return self.child.is_open()

    def private_bytes(self) -> int:
        return self.child.private_bytes()

    def end(self) -> None:
        self.child.end()
        self.shelf.clear()

    @property
    def output(self) -> Path:
        assert self.child.folder is not None
        return self.child.folder / OUTPUT


class Previewers:
    """Children are kept for the next preview of the same account and template, and handed to one request at a time.
    ``build`` names what draws: digests are of it, too."""

    def __init__(self, runner: Runner, settings: Settings, build: str) -> None:
        self._runner = runner
        self._kept: KeptChildren[_Previewer] = KeptChildren(Bounds.of_previewers(settings))
        runner.on_close(self._kept.close)
        self._settings = settings
        self._build = build

    def draw(self, subject: Subject, question: PreviewQuestion, customizations: bytes, provide: Provide) -> Drawn:
        """The answer to a question about a customization map, as JSON that is not read here; the caller holds a place.
        A child that dies is replaced once. Raises TaskFailed, NoSpace, and OSError."""
        kept = self._kept.take(subject.account_id, subject.files.key)
        if kept is not None:
            try:
                return self._asked(kept, subject, question, customizations, provide)
            except TaskLost:
                pass  # it was ended from outside, or had spent its time: another one answers
        try:
            return self._asked(self._begin(subject), subject, question, customizations, provide)
        except TaskLost:
            return self._asked(self._begin(subject), subject, question, customizations, provide)

    def _asked(
        self, one: _Previewer, subject: Subject, question: PreviewQuestion, customizations: bytes, provide: Provide
    ) -> Drawn:
        try:
            with one.child.within(self._settings.still_seconds):
                one.child.tell(question.model_dump_json().encode(), b"\n", customizations, b"\n")
                message = one.child.message()
                files: dict[str, str] = {}
                if "named" in message:
                    files = provide(message["named"], one.shelf)
                    one.child.tell(json.dumps(files).encode(), b"\n")
                    message = one.child.message()
                one.shelf.keep_only({Path(path).name: None for path in files.values()})
            said: dict[str, Any] = message["preview"]
            content = b""
            if said["drawn"]:
                content = read_made(one.output, MOST_BYTES)
                remove(one.output)
        except BaseException:
            one.end()
            raise
        self._kept.keep(subject.account_id, subject.files.key, one)
        return Drawn(said, content)

    def _begin(self, subject: Subject) -> _Previewer:
        paths = subject.files.paths
        shelf = Shelf(self._settings.temporary.resolve() / f"task-{uuid4()}", self._settings.run_as)
        try:
            child = self._runner.start("preview", (*paths, str(shelf.folder)))
        except BaseException:
            shelf.clear()
            raise
        one = _Previewer(child, shelf)
        assignment = PreviewAssignment(
            template=paths[0],
            output=str(one.output),
            build=" ".join((self._build, *(font.name for font in subject.files.fonts))),
            fonts=subject.files.sources(self._settings),
            names={subject.files.file.name: subject.name},
            idle_seconds=self._settings.previewer_idle_seconds,
            busy_seconds=self._settings.still_seconds / 2,  # of all that its limit allows
        )
        try:
            with child.within(self._settings.still_seconds):
                child.tell(assignment.line())
        except BaseException:
            one.end()
            raise
        return one
