"""Previews of templates with values of one's own, drawn by processes that keep templates open."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.accounts.rates import Buckets
from velocity_web.database.entities import Asset, Template, TemplateInstance, reading
from velocity_web.failures import Conflict, Invalid, NotFound, TooMany
from velocity_web.orders.account_fonts import font_copies, font_files
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.assignments import ClipQuestion, PreviewQuestion
from velocity_web.processes.previewers import Drawn, Previewers, Provide, Subject
from velocity_web.processes.runner import Runner, TaskFailed, TemplateFiles
from velocity_web.processes.shelf import Shelf
from velocity_web.schemas import states
from velocity_web.schemas.preview import ClipRequest, PreviewRequest
from velocity_web.schemas.template import FindingDto
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import duration_of
from velocity_web.services.processing import with_job
from velocity_web.services.render_checks import blur_of, find_assets, joined, named_as, values_of
from velocity_web.services.render_sources import NO_MAP
from velocity_web.services.templates import find_template
from velocity_web.settings import Settings
from velocity_web.storage.objects import Objects

Errors = dict[str, list[str]]
SHEET_WIDTH = 320
MOST_PIXELS = 32 << 20
LONGEST_SIDE = 16_383
"""The longest that a WebP may have."""
FRAMES_OF_A_PICTURE = 5
"""So many frames of a clip count as one picture."""
CLIP_BYTES_A_SECOND = 250_000
CLIP_CODECS = {"mp4": ("h264", 4), "webm": ("av1", 5)}
"""With the preset: quick ones."""
LONGEST_FRAMES = 1e9  # of a video whose length is chosen, until who draws knows it
INVALID = "the request has invalid fields"
GONE = "the file is gone from the storage"
NOT_FETCHED = (
    "a render fetches this file, a preview does not; take it in with POST /asset/import, and name its assetId here"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What previews are drawn with."""

    settings: Settings
    objects: Objects
    runner: Runner
    previewers: Previewers
    rates: Buckets


def desk_of(settings: Settings, objects: Objects, runner: Runner) -> Desk:
    rates = Buckets(settings.previews_per_second, settings.preview_burst)
    return Desk(settings, objects, runner, Previewers(runner, settings, engine.__version__), rates)


@dataclass(frozen=True, slots=True)
class Shown:
    """A template that can be drawn: its stored file, the name that it was uploaded with, what the analysis said of it,
    the fonts of its account, and the entries that an instance of it brings, as JSON."""

    file: str
    sha256: str
    name: str
    analysis: dict[str, Any]
    fonts: tuple[engine.FileReference, ...] = ()
    customizations: str = NO_MAP

    @property
    def first(self) -> float:
        return float(self.analysis["span"][0])

    @property
    def frame_count(self) -> int:
        return int(self.analysis["frame_count"])

    @property
    def rate(self) -> float:
        return float(self.analysis["frame_rate"])

    def size(self, width: int) -> tuple[int, int]:
        return width, max(1, round(self.analysis["height"] * width / self.analysis["width"]))


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

    Raises NotFound, Conflict, Invalid with the sentences of all fields at once, TooMany, Busy and Unavailable.
    """
    request = _request(PreviewRequest, form)
    shown = previewable(caller, template_id, _instance_of(request))
    frames, errors = _frames(request, shown)
    columns = min(len(frames), request.columns or math.ceil(math.sqrt(len(frames)))) or 1
    usual = shown.analysis["width"] if request.frames is None else min(SHEET_WIDTH, shown.analysis["width"])
    size = shown.size(request.width or usual)
    errors |= _size_errors(size, columns, math.ceil(len(frames) / columns))
    _charge(desk, caller, max(1, len(frames)))
    wrong = {**errors, **_duration_errors(request), **form.head.errors}
    question = PreviewQuestion(
        frames=[] if wrong else [shown.first + frame for frame in frames],
        columns=columns,
        size=[1, 1] if wrong else list(size),
        kind=request.format,
        known=list(known),
        captions=None if wrong else form.head.captions,
        motion_blur=values_of(blur_of(request.motion_blur)),
        **_timing(request, wrong),
    )
    with _drawing(desk, caller, shown) as subject, desk.runner.preview_slot(caller.account_id):
        drawn = _asked(desk, caller, subject, question, (joined(shown.customizations, form.customizations), wrong))
    return _picture(drawn, shown, frames, columns)


def draw_clip(desk: Desk, caller: Caller, template_id: str, form: RenderForm, known: Sequence[str]) -> Picture:
    """A short video, otherwise as ``draw``."""
    request = _request(ClipRequest, form)
    shown = previewable(caller, template_id, _instance_of(request))
    span, errors = _span(request, shown, desk.settings.preview_clip_seconds)
    width, height = (max(2, 2 * round(side / 2)) for side in shown.size(request.width))
    errors |= _size_errors((width, height), 1, 1)
    frames = max(1.0, (span[1] - span[0]) / shown.rate * request.frame_rate)
    _charge(desk, caller, frames / FRAMES_OF_A_PICTURE)
    wrong = {**errors, **_duration_errors(request), **form.head.errors}
    clip = None
    if not wrong:
        encoder = _clip_encoder(request, (width, height))
        ending = engine.container_of(encoder).endings[0]
        start, end = (shown.first + frame for frame in span)
        most = desk.settings.preview_clip_seconds * shown.rate
        clip = ClipQuestion(start=start, end=end, most=most, encoder=encoder.to_values(), ending=ending)
    size = [1, 1] if wrong else [width, height]
    said, timing = None if wrong else form.head.captions, _timing(request, wrong)
    asked = {"clip": clip, "captions": said, "motion_blur": values_of(blur_of(request.motion_blur)), **timing}
    question = PreviewQuestion(frames=[], size=size, kind="png", known=list(known), **asked)
    with _drawing(desk, caller, shown) as subject, desk.runner.slot(caller.account_id):
        drawn = _asked(desk, caller, subject, question, (joined(shown.customizations, form.customizations), wrong))
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


# --- which frames ---


def _frames(request: PreviewRequest, shown: Shown) -> tuple[tuple[float, ...], Errors]:
    """The frames, from 0 on, and what is wrong with them."""
    given = [name for name in ("frame", "marker", "frames") if getattr(request, name) is not None]
    if len(given) > 1:
        sentence = f"give one of frame, marker and frames; the request has {' and '.join(given)}"
        return (), {name: [sentence] for name in given}
    if request.marker is not None:
        moment, errors = _marker(request.marker, shown)
        return ((moment[0],), {}) if moment else ((), errors)
    frames = request.frames if request.frames is not None else [request.frame or 0]
    most = shown.frame_count if request.duration is None else math.inf  # who knows the length looks at them then
    wrong = [(number, frame) for number, frame in enumerate(frames) if frame >= most]
    errors = {}
    for number, frame in wrong:
        field = "frame" if request.frames is None else f"frames[{number}]"
        errors[field] = [_no_frame(frame, shown)]
    return tuple(float(frame) for frame in frames), errors


def _no_frame(frame: int, shown: Shown) -> str:
    return f"there is no frame {frame}; the composition has frames 0 to {shown.frame_count - 1}"


def _marker(name: str, shown: Shown) -> tuple[tuple[float, float] | None, Errors]:
    """The start and the duration of a marker, in frames from 0 on."""
    markers = shown.analysis["markers"]
    found = next((marker for marker in markers if marker["name"] == name), None)
    if found is None:
        names = ", ".join(repr(marker["name"]) for marker in markers[:10])
        has = f"its markers are {names}" if names else "it has no markers"
        return None, {"marker": [f"the template has no marker {name[:100]!r}; {has}"]}
    start = max(0.0, float(found["time"]) - shown.first)
    if start >= shown.frame_count:
        return None, {"marker": [f"the marker {name[:100]!r} lies past the end of the composition"]}
    return (start, float(found.get("duration") or 0.0)), {}


def _span(request: ClipRequest, shown: Shown, most_seconds: float) -> tuple[tuple[float, float], Errors]:
    """The first frame of a clip and the one after its last, from 0 on, and what is wrong with them."""
    whole = (0.0, float(shown.frame_count) if request.duration is None else LONGEST_FRAMES)
    most = most_seconds * shown.rate
    if request.marker is not None:
        given = [name for name in ("start_frame", "end_frame") if getattr(request, name) is not None]
        if given:
            return whole, {"marker": ["give marker, or startFrame and endFrame, not both"]}
        moment, errors = _marker(request.marker, shown)
        if moment is None:
            return whole, errors
        start, lasts = moment
        return (start, min(whole[1], start + min(lasts or most, most))), {}
    start = float(request.start_frame or 0)
    if start >= whole[1]:
        return whole, {"startFrame": [_no_frame(int(start), shown)]}
    if request.end_frame is None:
        return (start, min(whole[1], start + max(1.0, float(int(most))))), {}
    end = float(request.end_frame)
    if not start < end <= whole[1]:
        return whole, {"endFrame": [f"it must be from {int(start) + 1} to {shown.frame_count}"]}
    if end - start > most + 1e-6:
        frames = f"{int(most)} frames of this template"
        return whole, {"endFrame": [f"a clip may last {most_seconds:g} seconds, which are {frames}"]}
    return (start, end), {}


def _size_errors(size: tuple[int, int], columns: int, rows: int) -> Errors:
    width, height = size[0] * columns, size[1] * rows
    if max(width, height) <= LONGEST_SIDE and width * height <= MOST_PIXELS:
        return {}
    most = f"at most {LONGEST_SIDE} pixels a side and {MOST_PIXELS} in all"
    return {"width": [f"the picture would have {width}x{height} pixels; it may have {most}"]}


def _clip_encoder(request: ClipRequest, size: tuple[int, int]) -> engine.EncoderConfig:
    codec, preset = CLIP_CODECS[request.format]
    return engine.EncoderConfig(
        codec=codec,
        container=request.format,
        preset=preset,
        bitrate=engine.BytesPerSecond(CLIP_BYTES_A_SECOND),
        fps_num=request.frame_rate,
        fps_den=1,
        resolution=size,
    )


# --- drawing ---


@contextmanager
def _drawing(desk: Desk, caller: Caller, shown: Shown) -> Iterator[Subject]:
    try:
        copy = desk.objects.copy(shown.file, shown.sha256)
    except FileNotFoundError:
        raise NotFound(GONE) from None
    with copy as path, font_copies(desk.objects, shown.fonts) as fonts:
        yield Subject(caller.account_id, TemplateFiles(path, fonts), shown.name)


def _asked(desk: Desk, caller: Caller, subject: Subject, question: PreviewQuestion, asked: tuple[str, Errors]) -> Drawn:
    """``asked``: the customization map as JSON, and what is known to be wrong with the request. Raises Invalid with
    both."""
    customizations, wrong = asked
    errors: Errors = {}
    try:
        provide = _provider(desk, caller, errors)
        drawn = desk.previewers.draw(subject, question, customizations.encode(), provide)
    except TaskFailed as failure:
        raise Invalid(f"the preview cannot be drawn: {failure}", {"": [str(failure)], **wrong}) from None
    lacking = set(errors)
    for field, sentences in drawn.said["errors"].items():
        if field not in lacking:
            errors.setdefault(field, []).extend(sentences)
    if errors or wrong:
        raise Invalid(INVALID, {**errors, **wrong})
    return drawn


def _no_assets(_named: Any, _shelf: Shelf) -> dict[str, str]:
    return {}


def _provider(desk: Desk, caller: Caller, errors: Errors) -> Provide:
    """What finds the assets that a map names; what is wrong with them goes to ``errors``."""

    def provide(named: list[list[list[Any]]], shelf: Shelf) -> dict[str, str]:
        errors.clear()  # it may be asked again, by another child
        known: dict[str, Asset | None] = {}
        wanted = [(int(index), str(key), named_as(source)) for one in named for index, key, source in one]
        with reading():
            found = find_assets(Elsewhere(desk.settings, caller), wanted, errors, known)
        for index, key, source in wanted:
            if isinstance(source, dict):
                errors.setdefault(f"customizationMap[{index}].{key}", [NOT_FETCHED])
        found = {key: file for key, file in found.items() if not is_remote(file.location)}
        return {asset_id: str(path) for asset_id, file in found.items() if (path := _put(desk, shelf, file))}

    return provide


def _put(desk: Desk, shelf: Shelf, file: engine.FileReference) -> Path | None:
    """None where the file is gone: then the child says that there is no such asset."""
    try:
        with desk.objects.copy(file.location, file.sha256 or "") as path:
            return shelf.put(path, Path(file.location).name)
    except FileNotFoundError:
        return None


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
