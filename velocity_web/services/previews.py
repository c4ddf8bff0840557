"""Previews of templates with values of one's own, drawn by processes that keep templates open."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.accounts.rates import Buckets
from velocity_web.database.entities import Template, TemplateInstance, reading
from velocity_web.failures import Conflict, Invalid, NotFound, TooMany
from velocity_web.orders.account_fonts import font_copies, font_files
from velocity_web.processes.assignments import ClipQuestion, PreviewQuestion
from velocity_web.processes.previewers import Drawn, Previewers, Subject
from velocity_web.processes.runner import Runner, TaskFailed, TemplateFiles
from velocity_web.processes.shelf import Shelf
from velocity_web.schemas import states
from velocity_web.schemas.preview import ClipRequest, PreviewRequest
from velocity_web.schemas.template import FindingDto
from velocity_web.services.captions import SILENT, Said, said_of
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import duration_of
from velocity_web.services.looked_files import CheckDesk
from velocity_web.services.preview_files import PreviewFiles
from velocity_web.services.preview_frames import Shown, clip_encoder, frames_of, size_errors, span_of
from velocity_web.services.processing import with_job
from velocity_web.services.render_checks import blur_of, joined, values_of
from velocity_web.services.render_sources import NO_MAP
from velocity_web.services.request_fetches import RequestFetches
from velocity_web.services.templates import find_template
from velocity_web.settings import Settings
from velocity_web.storage.objects import Objects

Errors = dict[str, list[str]]
SHEET_WIDTH = 320
FRAMES_OF_A_PICTURE = 5
"""So many frames of a clip count as one picture."""
INVALID = "the request has invalid fields"
GONE = "the file is gone from the storage"
Place = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What previews are drawn with."""

    settings: Settings
    objects: Objects
    runner: Runner
    previewers: Previewers
    rates: Buckets
    fetches: RequestFetches


def desk_of(settings: Settings, objects: Objects, runner: Runner, fetches: RequestFetches) -> Desk:
    rates = Buckets(settings.previews_per_second, settings.preview_burst)
    return Desk(settings, objects, runner, Previewers(runner, settings, engine.__version__), rates, fetches)


@dataclass(frozen=True, slots=True)
class Picture:
    """An answer: ``content`` is None where the client has it already."""

    content: bytes | None
    digest: str
    width: int
    height: int
    findings: list[FindingDto]
    frames: tuple[float, ...] = ()
    columns: int = 1


def previewable(caller: Caller, template_id: str, instance_id: str | None = None) -> Shown:
    """Raises NotFound, Conflict, and Invalid for an instance that is not of this template."""
    with reading():
        template, job = with_job(find_template, caller, template_id)
        if job.status != states.COMPLETED:
            raise Conflict("the template is not completed; poll its status")
        return Shown(
            template.file,
            template.sha256,
            template.file_name,
            json.loads(template.analysis or "{}"),
            font_files(caller.account_id),
            NO_MAP if instance_id is None else _entries_of(caller, template, instance_id),
        )


def _entries_of(caller: Caller, template: Template, instance_id: str) -> str:
    instance = TemplateInstance.get(id=instance_id)
    if instance is None or instance.account_id != caller.account_id:
        sentence = f"there is no template instance {instance_id}"
    elif instance.template_id != template.id:
        sentence = f"the instance {instance.name!r} is of another template"
    else:
        return str(instance.customization_map)
    raise Invalid(INVALID, {"templateInstanceId": [sentence]})


def draw_plain(
    desk: Desk, caller: Caller, template_id: str, frame: int, width: int | None, known: Sequence[str]
) -> Picture:
    """One frame of a template as it is, as a PNG. Raises as ``draw``, without TooMany."""
    shown = previewable(caller, template_id)
    if frame >= shown.frame_count:
        sentence = f"it must be from 0 to {shown.frame_count - 1}"
        raise Invalid("the frame is past the end", {"frame": [sentence]})
    size = shown.size(width or shown.analysis["width"])
    question = PreviewQuestion(frames=[shown.first + frame], size=list(size), kind="png", known=list(known))
    with _drawing(desk, caller, shown) as subject, desk.runner.preview_slot(caller.account_id):
        try:
            drawn = desk.previewers.draw(subject, question, NO_MAP.encode(), _no_assets)
        except TaskFailed as failure:
            raise Invalid("the frame cannot be drawn", {"frame": [str(failure)]}) from None
    if drawn.said["errors"]:
        sentences = [sentence for told in drawn.said["errors"].values() for sentence in told]
        raise Invalid("the frame cannot be drawn", {"frame": sentences})
    return _picture(drawn, shown, (float(frame),), 1)


def draw(desk: Desk, caller: Caller, template_id: str, form: RenderForm, known: Sequence[str]) -> Picture:
    """A picture of a template with what a form replaces in it. ``known`` are the digests of pictures that the client
    has.

    Raises NotFound, Conflict, Invalid with the sentences of all fields at once, TooMany, Unavailable, and Busy, also
    while files are fetched that the picture shows.
    """
    request = _request(PreviewRequest, form)
    shown = previewable(caller, template_id, _instance_of(request))
    frames, errors = frames_of(request, shown)
    columns = min(len(frames), request.columns or math.ceil(math.sqrt(len(frames)))) or 1
    usual = shown.analysis["width"] if request.frames is None else min(SHEET_WIDTH, shown.analysis["width"])
    size = shown.size(request.width or usual)
    errors |= size_errors(size, columns, math.ceil(len(frames) / columns))
    _charge(desk, caller, max(1, len(frames)))
    head = form.head
    said = said_of(Elsewhere(desk.settings, caller), head.captions, head.captions_source, errors)
    wrong = {**errors, **_duration_errors(request), **form.head.errors}
    question = PreviewQuestion(
        frames=[] if wrong else [shown.first + frame for frame in frames],
        columns=columns,
        size=[1, 1] if wrong else list(size),
        kind=request.format,
        known=list(known),
        motion_blur=values_of(blur_of(request.motion_blur)),
        **_timing(request, wrong),
    )
    asked = _Asked(shown, question, joined(shown.customizations, form.customizations), said, wrong)
    drawn = _asked(desk, caller, asked, desk.runner.preview_slot)
    return _picture(drawn, shown, frames, columns)


def draw_clip(desk: Desk, caller: Caller, template_id: str, form: RenderForm, known: Sequence[str]) -> Picture:
    """A short video, otherwise as ``draw``."""
    request = _request(ClipRequest, form)
    shown = previewable(caller, template_id, _instance_of(request))
    span, errors = span_of(request, shown, desk.settings.preview_clip_seconds)
    width, height = (max(2, 2 * round(side / 2)) for side in shown.size(request.width))
    errors |= size_errors((width, height), 1, 1)
    frames = max(1.0, (span[1] - span[0]) / shown.rate * request.frame_rate)
    _charge(desk, caller, frames / FRAMES_OF_A_PICTURE)
    head = form.head
    said = said_of(Elsewhere(desk.settings, caller), head.captions, head.captions_source, errors)
    wrong = {**errors, **_duration_errors(request), **form.head.errors}
    clip = None
    if not wrong:
        encoder = clip_encoder(request, (width, height))
        ending = engine.container_of(encoder).endings[0]
        start, end = (shown.first + frame for frame in span)
        most = desk.settings.preview_clip_seconds * shown.rate
        clip = ClipQuestion(start=start, end=end, most=most, encoder=encoder.to_values(), ending=ending)
    size = [1, 1] if wrong else [width, height]
    blur = values_of(blur_of(request.motion_blur))
    how = {"clip": clip, "motion_blur": blur, **_timing(request, wrong)}
    question = PreviewQuestion(frames=[], size=size, kind="png", known=list(known), **how)
    asked = _Asked(shown, question, joined(shown.customizations, form.customizations), said, wrong)
    drawn = _asked(desk, caller, asked, desk.runner.slot)
    return _picture(drawn, shown, span, 1)


def _duration_errors(request: PreviewRequest | ClipRequest) -> Errors:
    errors: Errors = {}
    duration_of(request.duration, None, None, errors)
    if "duration.from" in errors:
        errors["duration.from"] = ["a preview has no audio; give seconds, or layer:Clip"]
    return errors


def _timing(request: PreviewRequest | ClipRequest, wrong: Errors) -> dict[str, Any]:
    """What a question says of a duration: markers are found on the timeline of that by who answers."""
    duration = None if wrong else duration_of(request.duration, None, None, {})
    if duration is None:
        return {}
    return {"duration": duration.to_values(), "in_template": request.marker is not None}


def _request(model: type[Any], form: RenderForm) -> Any:
    if form.head.request is None:
        raise Invalid(INVALID, form.head.errors)
    return model.model_validate(form.head.request)


def _instance_of(request: PreviewRequest | ClipRequest) -> str | None:
    return str(request.template_instance_id) if request.template_instance_id else None


def _charge(desk: Desk, caller: Caller, pictures: float) -> None:
    if seconds := desk.rates.take(caller.account_id, pictures):
        wait = max(1, math.ceil(seconds))
        raise TooMany(f"too many previews; try again in {wait} {'second' if wait == 1 else 'seconds'}", wait)


# --- drawing ---


@contextmanager
def _drawing(desk: Desk, caller: Caller, shown: Shown) -> Iterator[Subject]:
    try:
        copy = desk.objects.copy(shown.file, shown.sha256)
    except FileNotFoundError:
        raise NotFound(GONE) from None
    with copy as path, font_copies(desk.objects, shown.fonts) as fonts:
        yield Subject(caller.account_id, TemplateFiles(path, fonts), shown.name)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be drawn: the customization map as JSON, what is said, and what is known to be wrong."""

    shown: Shown
    question: PreviewQuestion
    customizations: str
    said: Said
    wrong: Errors


def _asked(desk: Desk, caller: Caller, asked: _Asked, place: Place) -> Drawn:
    """While files are fetched that it shows, no ``place`` is taken. Raises Invalid with all that is wrong, and Busy."""
    check_desk = CheckDesk(caller, desk.settings, desk.objects, desk.runner, desk.fetches)
    files = PreviewFiles(check_desk, SILENT if asked.wrong else asked.said)
    drawn = _answered(desk, caller, asked, files, place)
    if not asked.wrong and files.lacks_nothing_else(drawn.said["errors"]):
        files.fetch()
        drawn = _answered(desk, caller, asked, files, place)
        files.require_all()
    errors = dict(files.errors)
    lacking = (*errors, *files.missing_fields)
    for field, sentences in drawn.said["errors"].items():
        if not lacking or not field.startswith(lacking):
            errors.setdefault(field, []).extend(sentences)
    if errors or asked.wrong:
        raise Invalid(INVALID, {**errors, **asked.wrong})
    return drawn


def _answered(desk: Desk, caller: Caller, asked: _Asked, files: PreviewFiles, place: Place) -> Drawn:
    """Where what is said is still to be fetched, nothing is drawn: the map alone is looked at."""
    lacks: dict[str, Any] = (
        {"frames": [], "clip": None} if files.said.file is not None else {"captions": files.said.text}
    )
    question = asked.question.model_copy(update=lacks)
    with _drawing(desk, caller, asked.shown) as subject, place(caller.account_id):
        try:
            return desk.previewers.draw(subject, question, asked.customizations.encode(), files.provide)
        except TaskFailed as failure:
            told = {"": [str(failure)], **asked.wrong}
            raise Invalid(f"the preview cannot be drawn: {failure}", told) from None


def _no_assets(_named: Any, _shelf: Shelf) -> dict[str, str]:
    return {}


def _picture(drawn: Drawn, shown: Shown, frames: tuple[float, ...], columns: int) -> Picture:
    said = drawn.said
    tried = [one for one in shown.analysis.get("findings", ()) if one["feature"].startswith("expression.")]
    findings = [*said["warnings"], *(one for one in tried if one not in said["warnings"])]
    return Picture(
        drawn.content if said["drawn"] else None,
        said["digest"],
        said["width"],
        said["height"],
        [FindingDto(**finding) for finding in findings],
        tuple(frame - shown.first for frame in said["frames"]) if said.get("frames") else frames,
        columns,
    )
