"""Request bodies as the server sees them: small ones it reads itself, all others a child process reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

from velocity_web.accounts.auth import Caller
from velocity_web.failures import Invalid
from velocity_web.processes.assignments import FormAssignment
from velocity_web.processes.child import Child
from velocity_web.processes.form_process import open_form
from velocity_web.processes.runner import Runner, TaskFailed
from velocity_web.schemas.reading import Body
from velocity_web.settings import Settings

CSV = "text/csv"
SMALL_BYTES = 64 * 1024
"""A body of this size is read within a millisecond or two."""
CHUNK = 1 << 18
Mapped = Literal["render", "preview", "link", "clip"]


@dataclass(frozen=True, slots=True)
class Head:
    """What a form says of a body: ``errors`` by field, ``warnings`` of unknown fields, and the ``request`` without its
    customization maps and captions, mended where there are errors, None where that was not possible. ``captions`` are
    JSON as the engine writes it, None where there are none; ``captions_source`` names the file that has their cues.
    """

    errors: dict[str, list[str]]
    warnings: list[str]
    request: dict[str, Any] | None
    captions: str | None = None
    captions_source: dict[str, str] | None = None
    digest: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class RenderForm:
    """A body of a render, a preview or a clip: its head and its customization map, as JSON."""

    head: Head
    customizations: str


def read_render(caller: Caller, settings: Settings, runner: Runner, body: Body) -> RenderForm:
    """Raises Invalid for what is no JSON, and Busy."""
    return read_mapped(caller, settings, runner, body, "render")


def read_mapped(caller: Caller, settings: Settings, runner: Runner, body: Body, kind: Mapped) -> RenderForm:
    """As ``read_render``, of a body of this kind."""
    if body.length <= SMALL_BYTES:
        raw = body.stream.read()
        if (form := open_form(raw, kind)) is not None:
            return RenderForm(Head(**form[0]), form[1])
        body = Body(BytesIO(raw), len(raw), body.kind)
    assignment = FormAssignment(kind=kind, length=body.length)
    with runner.slot(caller.account_id), _reading(runner, settings, body, assignment) as child, _failing():
        message = child.message()
        _require_form(message)
        return RenderForm(Head(**message["head"]), str(message["map"]))


@dataclass(frozen=True, slots=True)
class BatchRowForm:
    """A row; ``errors`` are what is wrong with its captions."""

    number: int
    name: str | None
    audio_id: str | None
    audio: dict[str, str]
    customizations: str
    metadata: dict[str, str]
    captions: str | None = None
    captions_source: dict[str, str] | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)


class BatchForm:
    """A batch whose rows come out of a child one by one."""

    def __init__(self, child: Child) -> None:
        self._child = child
        message = child.message()
        _require_form(message)
        self.head = Head(**message["head"])

    def rows(self, seconds: float) -> Iterator[BatchRowForm]:
        """All rows, in order; each may take ``seconds`` of processor time. Raises Invalid."""
        while True:
            with _failing(), self._child.within(seconds):
                message = self._child.message()
            if "end" in message:
                return
            metadata = message.get("metadata") or {}
            audio = message.get("audio_source") or {}
            said = message.get("captions"), message.get("captions_source"), message.get("errors") or {}
            named = message["number"], message["name"], message["audio"]
            yield BatchRowForm(*named, audio, message["map"], metadata, *said)


@contextmanager
def batch_form(runner: Runner, settings: Settings, body: Body, query: dict[str, Any]) -> Iterator[BatchForm]:
    """The form of a batch's body; ``query`` has the other fields of a CSV body. The caller holds a slot.

    Raises Invalid.
    """
    assignment = FormAssignment(
        kind="csv" if body.kind == CSV else "batch",
        length=body.length,
        most_rows=settings.batch_max_rows,
        query=query,
    )
    with _reading(runner, settings, body, assignment) as child:
        with _failing():
            form = BatchForm(child)
        yield form


@contextmanager
def _reading(runner: Runner, settings: Settings, body: Body, assignment: FormAssignment) -> Iterator[Child]:
    """A child that was sent the body."""
    with _failing():
        child = runner.start("form")
    try:
        with child.within(settings.still_seconds):
            with _failing():
                child.tell(assignment.line())
                while part := body.stream.read(CHUNK):
                    child.tell(part)
            yield child
    finally:
        child.end()


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except TaskFailed as failure:
        raise Invalid(f"the body cannot be read: {failure}", {"": [str(failure)]}) from None


def _require_form(message: dict[str, Any]) -> None:
    if "invalid" in message:
        raise Invalid(message["invalid"]["detail"], message["invalid"]["errors"])
