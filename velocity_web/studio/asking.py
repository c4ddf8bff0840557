"""Reading what the page asks, with the same models as the service's."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, TypeVar

import falcon
from pydantic import ValidationError

import velocity_engine as engine
from velocity_web.failures import Invalid
from velocity_web.processes.caption_form import NONE, read_captions
from velocity_web.processes.check_process import errors_of
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.captions import CaptionsRequest
from velocity_web.schemas.preview import ClipRequest, PreviewRequest
from velocity_web.schemas.reading import field_errors, parse_json
from velocity_web.schemas.render import RenderRequest
from velocity_web.services.lengths import duration_of
from velocity_web.services.render_checks import blur_of, encoder_from
from velocity_web.studio.renders import Wish
from velocity_web.studio.workshop import Entries, Files

Asked = TypeVar("Asked", bound=RequestModel)
MOST_BYTES = 64 << 20
INVALID = "the request has invalid fields"


@dataclass(frozen=True, slots=True)
class Values:
    """What is filled in."""

    entries: Entries
    files: Files


def body_of(req: falcon.Request, model: type[Asked]) -> tuple[Asked, dict[str, Any]]:
    """The body as the model and as it was sent. Raises Invalid."""
    if (req.content_length or 0) > MOST_BYTES:
        raise Invalid("the body is too large", {"": [f"at most {MOST_BYTES} bytes"]})
    raw = parse_json(req.bounded_stream.read(MOST_BYTES))
    try:
        return model.model_validate(raw), raw
    except ValidationError as error:
        raise Invalid(INVALID, field_errors(error, model, raw)) from None


def wrong(problems: list[engine.VelocityError]) -> Invalid:
    """What the engine says is wrong, by the fields of the request."""
    return Invalid(INVALID, errors_of(problems, {}))


def captions_of(asked: CaptionsRequest | None) -> engine.Captions | None:
    """The captions of a request. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    said = NONE if asked is None else read_captions(asked, errors)
    if said.source:
        errors["captions"] = ["the studio takes what is said as text, cues or words"]
    if errors:
        raise Invalid(INVALID, errors)
    return None if said.text is None else engine.Captions.from_values(json.loads(said.text))


def frame_size(template: engine.Template, width: int | None) -> tuple[int, int]:
    """Pixels of a picture so wide, in the shape of the template."""
    across = width or template.width
    return across, max(1, round(across * template.height / template.width))


def duration_asked(request: PreviewRequest | ClipRequest | RenderRequest) -> engine.Duration | None:
    """How long the video is to be. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    duration = duration_of(request.duration, None, None, errors)
    if errors:
        raise Invalid(INVALID, errors)
    return duration


def moment(template: engine.Template, frame: int) -> float:
    """A frame of the request, which counts from the template's first. Raises Invalid."""
    _require_before(template.frame_count, frame)
    return template.first_frame + frame


def require_moment(template: engine.Template, frame: int, duration: engine.Duration | None, values: Values) -> float:
    """How many frames the video has. Raises Invalid where ``frame``, which counts from its first, is none of them."""
    count = float(template.frame_count)
    if duration is not None:
        try:
            timeline = template.timeline(duration, customizations=values.entries, assets=values.files)
        except engine.VelocityError as error:
            raise wrong([error]) from None
        count = timeline.end - template.first_frame
    _require_before(count, frame)
    return count


def _require_before(count: float, frame: int) -> None:
    if frame >= count:
        raise Invalid("the frame is past the end", {"frame": [f"it must be from 0 to {math.ceil(count) - 1}"]})


def wish_of(template: engine.Template, request: RenderRequest, values: Values) -> Wish:
    """The render that a request means. Raises Invalid with all that is wrong with it."""
    try:
        encoder = engine.resolve_encoder(encoder_from(request.encoder_config))
    except engine.VelocityError as error:
        raise wrong([error]) from None
    info = request.job_info
    start = template.first_frame + ((info.f_start if info else None) or 0)
    end = None if info is None or info.f_end is None else template.first_frame + info.f_end
    whole = template.frame_range(None)
    frames = (start, whole[1] if end is None or end == template.first_frame + template.frame_count else end)
    duration, timeline, lasting = duration_asked(request), None, None
    if duration is not None:
        try:
            timeline = template.timeline(duration, encoder=encoder, customizations=values.entries, assets=values.files)
            frames = template.frame_range(slice(start, end), timeline)
        except engine.VelocityError as error:
            raise wrong([error]) from None
        usual = timeline.frames_in(encoder.segment_seconds)
        lasting = *timeline.frames_between(*frames), timeline.cuts_between(*frames, usual)
    captions, blur = captions_of(request.captions), blur_of(request.motion_blur)
    problems = template.check(
        encoder, values.entries, frames, values.files, duration=duration, captions=captions, motion_blur=blur
    )
    if problems:
        raise wrong(problems)
    return Wish(
        request.name, encoder, values.entries, values.files, frames, duration, timeline, lasting, captions, blur
    )
