"""What commands say when something went wrong, or might surprise."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TextIO

from velocity_engine.errors import (
    CaptionsError,
    CustomizationError,
    EncoderConfigError,
    Finding,
    FrameRangeError,
    MotionBlurError,
    Place,
    RenderCancelled,
    RenderFailed,
    SoundMixError,
    VelocityError,
    WrongTypeError,
)

DEBUG = "VELOCITY_DEBUG"
FAILURE, MISTAKE, INTERRUPTED = 1, 2, 130
_MISTAKES = (
    CaptionsError,
    CustomizationError,
    EncoderConfigError,
    FrameRangeError,
    MotionBlurError,
    SoundMixError,
    WrongTypeError,
)
_OPTIONS = {
    "fps_num": "--fps",
    "fps_den": "--fps",
    "resolution": "--size",
    "rate_control": "--rc",
    "profile": "--codec-profile",
    "samples": "--blur-samples",
    "frames[0]": "--frames",
    "frames[1]": "--frames",
    **{name: f"--{name.replace('_', '-')}" for name in (
        "bitrate", "codec", "preset", "gop", "idr", "level", "container", "qp", "audio_bitrate", "segment_seconds",
        "held_frames",        "frames", "frame", "size", "fps", "output", "audio", "executor", "poster",
        "shutter_angle", "shutter_phase",
    )},
}  # fmt: skip
"""The options by the names that the library has for what they say."""


def exit_status(error: Exception) -> int:
    if isinstance(error, RenderCancelled):
        return INTERRUPTED
    return MISTAKE if isinstance(error, _MISTAKES) else FAILURE


def explain(error: Exception, stream: TextIO) -> int:
    """Prints what went wrong, a sentence a line, and returns the exit status. A traceback only on demand."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error, file=stream)
    if isinstance(error, VelocityError):
        lines = [_in_options(error), *getattr(error, "__notes__", ())]
    elif isinstance(error, OSError):
        lines = [f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"]
    else:
        lines = [f"internal error: {type(error).__name__}: {error}", f"{DEBUG}=1 shows where; please report it"]
    if isinstance(error, RenderFailed) and error.__cause__ is not None:
        lines.append(f"beneath: {type(error.__cause__).__name__}: {error.__cause__}")
    for line in lines:
        print(f"velocity: {line}", file=stream)
    return exit_status(error)


def _in_options(error: VelocityError) -> str:
    """The error in the words of the command line."""
    field = error.place.field or ""
    option = _caption_option(field) if isinstance(error, CaptionsError) else _OPTIONS.get(field)
    if option is None:
        return str(error)
    return str(type(error)(error.message, place=replace(error.place, field=option), hint=error.hint))


def _caption_option(field: str) -> str | None:
    """The option that says a value of captions."""
    if field in ("sidecar", "text_track"):
        return f"--{field.replace('_', '-')}"
    in_file = field == "text" or field.startswith(("cues", "words"))
    return "--captions" if in_file else f"--caption-{field.replace('_', '-')}"


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201


def error_object(error: VelocityError) -> dict[str, Any]:
    return {"error": {"message": error.message, "place": place_object(error.place), "hint": error.hint}}


def place_object(place: Place) -> dict[str, str]:
    names = ("file", "layer", "pointer", "field")
    return {name: value for name in names if (value := getattr(place, name)) is not None}


def finding_object(finding: Finding) -> dict[str, Any]:
    return {
        "feature": finding.feature,
        "severity": finding.severity,
        "message": finding.message,
        "place": place_object(finding.place),
        "instead": finding.instead,
    }


def print_findings(findings: Iterable[Finding], stream: TextIO) -> None:
    """One line a finding; the same thing in several places is said once, with the number of places."""
    places: dict[tuple[str, str, str], list[Place]] = {}
    for finding in findings:
        places.setdefault((finding.severity, finding.message, finding.instead), []).append(finding.place)
    for (severity, message, instead), where in places.items():
        first = f" ({where[0]})" if str(where[0]) else ""
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        print(f"{severity}: {message}{first}{more}; {instead}", file=stream)
