"""Analyses of uploads, inside a child process."""

from __future__ import annotations

import dataclasses
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from velocity_web.processes.assignments import FileAssignment, FontAssignment, FontSources, TemplateAssignment
from velocity_web.processes.telling import placed, with_known_names
from velocity_web.schemas import states
from velocity_web.schemas.asset import CONTENT_TYPES
from velocity_web.schemas.sentences import joined

ASSETS = (
    "Clips are MP4 with H.264 or H.265; pictures are PNG, JPEG, GIF, TGA or WebP; caption files are SRT, WebVTT or ASS"
)
VALUE_CHARACTERS = 500
NAME_CHARACTERS = 500
LISTED = 2000
HELD_SECONDS = 1.0  # of a processor; a template that takes longer to look at does not tell what it holds
LATER_SECONDS = 6.0  # of a processor, after the time of a trial (the threads of encoders come on top of it)
HANGING_SECONDS = 60.0


def analyse_template(told: TemplateAssignment, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """What there is to know of a template. Raises the engine's errors for whatever a render would fail of too."""
    import velocity_engine as engine

    send({"stage": states.VALIDATING})
    with open_with_fonts(told.file, told.fonts) as template:
        send({"stage": states.EXTRACTING})
        names = told.names
        seen = contents(template)
        send({"stage": states.ANALYZING})
        findings = [finding_dict(finding, names) for finding in template.findings]
        errors = [finding for finding in template.findings if finding.severity == "error"]
        if errors:
            sentences = [placed(error.message, error.place) for error in errors]
            raise engine.DocumentError(joined([with_known_names(sentence, names) for sentence in sentences]))
        analysis = {**seen, "findings": findings[:LISTED]}
        # Whatever becomes of what is tried, and of this process in it, the analysis stands.
        send({"result": analysis})
        signal.setitimer(signal.ITIMER_PROF, HELD_SECONDS + told.trial_seconds + LATER_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, HANGING_SECONDS)
        held = engine.held_ranges(template, HELD_SECONDS)
        analysis["held"] = None if held is None else held[:LISTED]
        if told.trial_seconds == 0:
            return analysis
        send({"result": analysis})
        trial = engine.try_out(template, told.trial_seconds)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return {**analysis, "trial": trial and trial.to_json()}


def open_with_fonts(file: str, fonts: FontSources) -> Any:
    """The template in a file, with the fonts of the account and of the service."""
    import velocity_engine as engine

    return engine.open_template(file, font_files=fonts.files, system_fonts=fonts.system)


def contents(template: Any) -> dict[str, Any]:
    """What is in a template, without planning it."""
    return {
        "width": template.width,
        "height": template.height,
        "frame_rate": template.frame_rate,
        "frame_count": template.frame_count,
        "duration": template.duration,
        "span": template.frame_range(None),
        "layers": [layer_dict(layer) for layer in template.layers[:LISTED]],
        "fonts": [plain(font) for font in template.fonts[:LISTED]],
        "slots": [plain(slot) | {"layers": list(slot.layers)[:LISTED]} for slot in template.slots[:LISTED]],
        "first_frame": template.first_frame,
        "lengths": lengths_dict(template),
        "markers": [plain(marker) for marker in template.markers[:LISTED]],
        "plugins": [plugin_dict(plugin) for plugin in template.layer_plugins[:LISTED]],
        "assets": [plain(asset) for asset in template.assets[:LISTED]],
    }


def placed_markers(template: Any, timeline: Any) -> list[dict[str, Any]]:
    """Where a video of that timeline has the markers of its template."""
    return [plain(timeline.placed(marker)) for marker in template.markers[:LISTED]]


def lengths_dict(template: Any) -> dict[str, float] | None:
    """None where its markers say what cannot be, which is among the findings."""
    import velocity_engine as engine

    try:
        found = template.lengths
    except engine.DurationError:
        return None
    return {"shortest": found.shortest, "longest": found.longest}


def finding_dict(finding: Any, names: Mapping[str, str]) -> dict[str, Any]:
    file = finding.place.file
    return {
        "feature": finding.feature,
        "message": with_known_names(finding.message, names),
        "severity": finding.severity,
        "instead": finding.instead,
        "file": file and with_known_names(file, names),
        "layer": finding.place.layer,
        "pointer": finding.place.pointer,
    }


def layer_dict(layer: Any) -> dict[str, Any]:
    value = layer.value
    customizable = layer.customizable
    return {
        "name": layer.name,
        "path": layer.path,
        "kind": str(layer.kind),
        "value": None if value is None else str(value)[:VALUE_CHARACTERS],
        "in_point": layer.in_point,
        "out_point": layer.out_point,
        "customizable": customizable if isinstance(customizable, bool) else [str(key) for key in customizable],
    }


def plugin_dict(plugin: Any) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "title": plugin.title,
        "description": plugin.description,
        "data_schema": None if plugin.data_schema is None else dict(plugin.data_schema),
    }


def plain(value: Any) -> Any:
    """A dataclass of the engine as JSON: its fields that are small and plain, in camelCase."""
    from pydantic.alias_generators import to_camel

    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {
        to_camel(name): item
        for name, item in fields.items()
        if isinstance(item, int | float | bool | None) or (isinstance(item, str) and len(item) <= VALUE_CHARACTERS)
    }


def analyse_audio(told: FileAssignment, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Raises MediaError for what cannot be decoded."""
    import velocity_engine as engine

    send({"stage": states.ANALYZING})
    info = engine.probe_audio(told.file)
    if not info.seconds > 0:
        raise engine.MediaError("the audio has no sound in it")
    return {"seconds": info.seconds, "format": info.format, "codec": info.codec}


def analyse_asset(told: FileAssignment, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A caption file, a clip, else a picture. Raises CaptionsError with what is wrong in a caption file, and MediaError
    with the sentence of what the file looks like most, and where it is a picture that only templates may have.
    """
    import velocity_engine as engine

    if (said := engine.probe_captions(told.file)) is not None:
        cues = engine.Captions(cues=said.cues).to_values()["cues"]
        has = {"width": 0, "height": 0, "seconds": said.seconds, "cues": cues}
        return {"kind": "captions", "format": said.format, **has}
    try:
        found = engine.probe_asset(told.file)
    except engine.MediaError as error:
        raise engine.MediaError(error.message, place=error.place, hint=ASSETS) from error.__cause__
    size = {"width": found.width, "height": found.height}
    if isinstance(found, engine.VideoInfo):
        return {"kind": "video", "format": "mp4", "seconds": found.seconds, **size}
    if found.format.lower() not in CONTENT_TYPES:
        raise engine.MediaError(f"the file is a {found.format} picture", hint=ASSETS)
    return {"kind": "image", "format": found.format.lower(), "seconds": None, **size}


def analyse_font(told: FontAssignment, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Raises MediaError for what is no font that can be drawn."""
    import velocity_engine as engine

    output = Path(told.output)
    found = engine.probe_font(told.file, output)
    is_unpacked = output.exists()
    kept = engine.probe_font(output).format if is_unpacked else found.format
    faces = [{name: _bounded(value) for name, value in asdict(face).items()} for face in found.faces]
    return {"format": kept, "unpacked": is_unpacked, "faces": faces}


def _bounded(value: Any) -> Any:
    return value[:NAME_CHARACTERS] if isinstance(value, str) else value
