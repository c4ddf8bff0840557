"""Checks of render requests against one template, inside a child process that stays for further ones.

A question is a line of JSON (``encoder``, ``frames``, ``warnings``, and the number of ``maps``) and a line for each
customization map. Where the maps name assets, the child says which (``{"named": ...}``) and is told the files; then it
answers ``{"checked": ...}``: sentences by field for what all maps share, and for each map its own with what would not
show.

A question with a ``sample`` plan, and one map in which nothing is wrong, is answered by what a few frames of that
render take.
"""

from __future__ import annotations

import json
import select
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from velocity_web.processes.analyse_process import finding_dict
from velocity_web.processes.assignments import CheckAssignment, Question
from velocity_web.processes.render_process import MAX_WARNINGS
from velocity_web.processes.telling import with_known_names

LINE_BYTES = 64 << 20
MAX_PROBLEMS = 100
"""Of one map: more are not told."""

Errors = dict[str, list[str]]
FIELDS = {
    "fps_num": "fpsNum",
    "fps_den": "fpsDenum",
    "resolution": "res",
    "rate_control": "rc",
    "audio_bitrate": "audioBitrate",
    "segment_seconds": "segmentSeconds",
    "frames[0]": "fStart",
    "frames[1]": "fEnd",
    "frames": "fStart",
}
"""The contract's names of what the engine calls otherwise."""


def answer_questions(told: CheckAssignment, reader: BinaryIO, send: Callable[[dict[str, Any]], None]) -> None:
    """Answer questions about a template until none comes for ``told.idle_seconds``, the other side closes, or
    ``told.busy_seconds`` of the processors are spent. Raises the engine's errors where the template cannot be
    opened.
    """
    import velocity_engine as engine

    with engine.open_template(told.template) as template:
        while line := reader.readline(LINE_BYTES):
            question = Question.model_validate_json(line)
            maps = [json.loads(reader.readline(LINE_BYTES)) for _number in range(question.maps)]
            if question.sample is not None:
                send({"sample": {"taken": _sampled(template, question, question.sample, maps[0])}})
            else:
                _answer_check(template, question, maps, reader, send)
            if time.process_time() > told.busy_seconds:
                return
            if not select.select([reader.fileno()], [], [], told.idle_seconds)[0]:
                return  # nothing is in the reader's buffer either: questions come one by one


def _answer_check(
    template: Any, question: Question, maps: list[Any], reader: BinaryIO, send: Callable[[dict[str, Any]], None]
) -> None:
    named = [assets_named(one) for one in maps]
    files: dict[str, str] = {}
    if any(named):
        send({"named": named})
        files = json.loads(reader.readline(LINE_BYTES))
    send({"checked": _checked(template, question, maps, files)})


def assets_named(customizations: list[dict[str, Any]]) -> list[list[Any]]:
    """(entry, key, id) of every ``{"assetId": ...}``; the key is "data.logo" where a plugin's data has it inside."""
    return [
        [number, at, asset_id]
        for number, entry in enumerate(customizations)
        for key, value in entry.items()
        for at, asset_id in (_assets_in_data(value) if key == "data" else _asset_of(key, value))
    ]


def _asset_of(key: str, value: Any) -> list[tuple[str, str]]:
    named = isinstance(value, dict) and isinstance(value.get("assetId"), str)
    return [(key, value["assetId"])] if named else []


def _assets_in_data(data: Any) -> list[tuple[str, str]]:
    """Of the data of a plugin: objects that say nothing but an assetId name one."""
    found: list[tuple[str, str]] = []
    waiting = [("data", data)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            found += _asset_of(at, value) if len(value) == 1 else []
            waiting += [(f"{at}.{key}", inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(f"{at}[{number}]", value[number]) for number in reversed(range(len(value)))]
    return found


def _checked(template: Any, question: Question, maps: list[Any], files: dict[str, str]) -> dict[str, Any]:
    import velocity_engine as engine

    encoder = engine.EncoderConfig.from_values(question.encoder) if question.encoder else None
    look = _look if question.warnings else _problems
    return {
        "shared": errors_of(template.check(encoder, None, question.frames), {}),
        "maps": [look(template, one, files) for one in maps],
    }


def _sampled(
    template: Any, question: Question, plan: Mapping[str, Any], customizations: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Entries that name assets are left out: this process must not read them."""
    import velocity_engine as engine

    encoder = engine.EncoderConfig.from_values(question.encoder or {})
    named = {number for number, _key, _id in assets_named(customizations)}
    own = [entry for number, entry in enumerate(customizations) if number not in named]
    sample = engine.take_sample(template, encoder, question.frames, engine.SamplePlan.from_json(plan), own)
    return None if sample is None else sample.to_json()


def _look(template: Any, customizations: Any, files: dict[str, str]) -> dict[str, Any]:
    found = template.preflight().look(customizations, files, files.values())
    names = _names(files)
    warnings = [finding_dict(finding, names) for finding in found.warnings[:MAX_WARNINGS]]
    return {"errors": errors_of(found.problems, names), "warnings": warnings}


def _problems(template: Any, customizations: Any, files: dict[str, str]) -> dict[str, Any]:
    problems = template.preflight().problems(customizations, files, files.values())
    return {"errors": errors_of(problems, _names(files)), "warnings": []}


def _names(files: Mapping[str, str]) -> dict[str, str]:
    """Assets as the request names them, by the names under which they are kept."""
    return {Path(path).name: f"asset {asset_id}" for asset_id, path in files.items()}


def errors_of(problems: Any, names: Mapping[str, str]) -> Errors:
    """Sentences by the request's fields."""
    errors: Errors = {}
    for problem in problems[:MAX_PROBLEMS]:
        errors.setdefault(field_of(problem), []).append(with_known_names(sentence_of(problem), names))
    return errors


def field_of(problem: Any) -> str:
    """The request's field that an engine's error is about."""
    import velocity_engine as engine

    name = problem.place.field or ""
    if isinstance(problem, engine.EncoderConfigError):
        return f"encoderConfig.{FIELDS.get(name, name)}".rstrip(".")
    if isinstance(problem, engine.FrameRangeError):
        return f"jobInfo.{FIELDS.get(name, name)}".rstrip(".")
    if isinstance(problem, engine.PluginError) and name == "codec":
        return "encoderConfig.codec"
    if not name:
        return "customizationMap" if problem.place.layer is None else "templateId"
    if name.startswith("customizationMap"):
        return name
    return f"customizationMap{name}" if name.startswith("[") else f"customizationMap.{name}"


def sentence_of(problem: Any) -> str:
    return f"{problem.message}. {problem.hint}" if problem.hint else str(problem.message)
