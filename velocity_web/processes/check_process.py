"""Checks of render requests against one template, inside a child process that stays for further ones.

A question is a line of JSON (``encoder``, ``frames``, ``mix``, ``motion_blur``, ``strict_fonts``, ``warnings``,
``with_audio`` and ``durations`` of each map, what is ``said`` and of each map the number of its ``captions`` in that,
and the number of ``maps``) and a line for each customization map. Where the maps name assets, the child says which
(``{"named": ...}``) and is told the ``files``, the ``seconds`` of clips, and which of them were ``fetched``: these it
may read, and looks at; then it answers ``{"checked": ...}``: sentences by field for what all maps share, and for each
map its own with what would not show, and how long its video becomes where it has a duration, with its ``markers``
where these are asked for. Where the length follows a clip that is not here, it is not told.

A question with a ``sample``, and one map in which nothing is wrong, is answered by what a few frames of that render
take, where it has a ``plan`` of them, and by what its ``poster`` takes. One that asks for ``shared`` or ``cached``
frames is answered by ``reuse_answers``.
"""

from __future__ import annotations

import json
import select
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from velocity_web.processes.analyse_process import finding_dict, open_with_fonts, placed_markers
from velocity_web.processes.assignments import CheckAssignment
from velocity_web.processes.caption_form import field_of_captions
from velocity_web.processes.render_process import MAX_WARNINGS
from velocity_web.processes.reuse_answers import ReuseAnswers
from velocity_web.processes.telling import sentence_of, with_known_names
from velocity_web.storage.connections import Spot
from velocity_web.storage.fetched import name_at

LINE_BYTES = 64 << 20
LOOKED_CAPTIONS = 20
MAX_PROBLEMS = 100
"""Of one map: more are not told."""

UNCHANGING_KEYS = {"layer", "text", "color"}
"""Of customizations that change no sound, and hardly what a frame takes."""
CHANGED_SECONDS = 5.0
"""Of the processors, for the frames of all maps of a question."""

Errors = dict[str, list[str]]
Files = dict[str, str]
FIELDS = {
    "fps_num": "fpsNum",
    "fps_den": "fpsDenum",
    "resolution": "res",
    "rate_control": "rc",
    "held_frames": "heldFrames",
    "tune": "tune",
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

    with open_with_fonts(told.template, told.fonts) as template:
        unchanged = _Unchanged(template)
        reuse = ReuseAnswers(template, told.cache)
        while line := reader.readline(LINE_BYTES):
            question = json.loads(line)
            maps = [json.loads(reader.readline(LINE_BYTES)) for _number in range(question["maps"])]
            if "shared" in question:
                send({"shared": reuse.shared(question["shared"], maps)})
            elif "cached" in question:
                send({"cached": reuse.cached(question["cached"], maps)})
            elif "sample" in question:
                shown = unchanged.said(question.get("captions"), question.get("motion_blur"))
                send({"sample": _sampled(shown, question, maps[0])})
            else:
                _answer_check(unchanged, question, maps, reader, send)
            if time.process_time() > told.busy_seconds:
                return
            if not select.select([reader.fileno()], [], [], told.idle_seconds)[0]:
                return  # nothing is in the reader's buffer either: questions come one by one


class _Unchanged:
    """What is wrong with a template and an encoder, whatever is customized: looked at once for the same question."""

    def __init__(self, template: Any) -> None:
        self.template = template
        self._asked: str | None = None
        self._found: list[Any] = []
        self._said: tuple[str, Any] | None = None

    def problems(
        self, encoder: Any, frames: Any, how: Mapping[str, Any], asked: str, captions: str | None
    ) -> list[Any]:
        if asked != self._asked:
            self._found = self.template.check(encoder, None, frames, captions=_captions_of(captions), **how)
            self._asked = asked
        return self._found

    def said(self, captions: str | None, blur: Mapping[str, Any] | None = None) -> Any:
        """The template with captions, in which nothing is wrong, and with a motion blur; the latest of these is
        kept."""
        if captions is None and blur is None:
            return self.template
        key = json.dumps([captions, blur])
        if self._said is None or self._said[0] != key:
            if self._said is not None:
                self._said[1].close()
            changed = self.template.customized(captions=_captions_of(captions), motion_blur=blurred_by(blur))
            self._said = (key, changed)
        return self._said[1]

    def further_findings(self, captions: str | None, blur: Mapping[str, Any] | None = None) -> list[Any]:
        """What of captions will not show, such as letters that no font has, or a motion blur that no layer takes."""
        known = set(self.template.findings)
        return [one for one in self.said(captions, blur).findings if one not in known]


def blurred_by(values: Mapping[str, Any] | None) -> Any:
    """The motion blur of a question."""
    import velocity_engine as engine

    return None if values is None else engine.MotionBlur.from_values(values)


def _captions_of(text: str | None) -> Any:
    import velocity_engine as engine

    return None if text is None else engine.Captions.from_values(json.loads(text))


def _answer_check(
    unchanged: _Unchanged,
    question: dict[str, Any],
    maps: list[Any],
    reader: BinaryIO,
    send: Callable[[dict[str, Any]], None],
) -> None:
    named = [assets_named(one) for one in maps]
    told: dict[str, Any] = {"files": {}, "seconds": {}, "fetched": []}
    if any(named):
        send({"named": named})
        told = json.loads(reader.readline(LINE_BYTES))
    checked = _checked(unchanged, question, maps, told)
    add_lengths(checked["maps"], unchanged.template, question, maps, told)
    if question["warnings"]:
        add_late_cues(checked["maps"], unchanged.template, question)
    send({"checked": checked})


def assets_named(customizations: list[dict[str, Any]]) -> list[list[Any]]:
    """(entry, key, id) of every ``{"assetId": ...}``; the key is "data.logo" where a plugin's data has it inside. The
    source itself stands in the place of the id where that is ``{"url": ...}`` or ``{"connection": ..., "path": ...}``.
    """
    return [
        [number, at, asset_id]
        for number, entry in enumerate(customizations)
        for key, value in entry.items()
        for at, asset_id in (_assets_in_data(value) if key == "data" else _source_of(key, value))
    ]


def _asset_of(key: str, value: Any) -> list[tuple[str, str]]:
    named = isinstance(value, dict) and isinstance(value.get("assetId"), str)
    return [(key, value["assetId"])] if named else []


def _source_of(key: str, value: Any) -> list[tuple[str, Any]]:
    """Of "image" and "video". In a plugin's data a URL is the plugin's own business."""
    if key in ("image", "video") and isinstance(value, dict):
        for names in (["url"], ["connection", "path"]):
            if sorted(value) == names and all(isinstance(one, str) and one for one in value.values()):
                return [(key, value)]
    return _asset_of(key, value)


def _assets_in_data(data: Any) -> list[tuple[str, str]]:
    """Of the data of a plugin: each object with an assetId names one, whatever else it says."""
    found: list[tuple[str, str]] = []
    waiting = [("data", data)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            found += _asset_of(at, value)
            waiting += [(f"{at}.{key}", inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(f"{at}[{number}]", value[number]) for number in reversed(range(len(value)))]
    return found


def _checked(unchanged: _Unchanged, question: dict[str, Any], maps: list[Any], told: dict[str, Any]) -> dict[str, Any]:
    import velocity_engine as engine

    encoder = engine.EncoderConfig.from_values(question["encoder"]) if question["encoder"] else None
    is_timed = any(question.get("durations", ()))  # whose frames are looked at with their lengths
    frames = tuple(question["frames"]) if question["frames"] and not is_timed else None
    look = partial(_look if question["warnings"] else _problems, strict=bool(question.get("strict_fonts")))
    template = unchanged.template
    mix = engine.SoundMix.from_values(mixed) if (mixed := question.get("mix")) else None
    said, blur = question["said"][0] if question["said"] else None, question.get("motion_blur")
    asked = json.dumps([question["encoder"], frames, mixed, said, blur])
    how = {"mix": mix, "motion_blur": blurred_by(blur)}
    problems = unchanged.problems(encoder, frames, how, asked, said)
    probed = [path for key, path in told["files"].items() if key not in told["fetched"]]
    own = [look(template, one, told["files"], probed) for one in maps]
    shared = [problem for problem in problems if not isinstance(problem, _changeable())]
    if len(set(question["captions"])) > 1:  # each row of a batch has its own
        shared = [one for one in shared if not isinstance(one, engine.CaptionsError) or one.place.field == "text_track"]
        add_captions_errors(own, unchanged, question)
    if question["warnings"] and not shared:
        add_captions_findings(own, unchanged, question)
        if blur is not None:
            lacking = [finding_dict(one, {}) for one in unchanged.further_findings(None, blur)[:MAX_WARNINGS]]
            for one in own:
                one["warnings"] += lacking
    if encoder is not None and not shared:
        changed = _Changed(template, encoder, frames, how, problems)
        for one, with_audio, found in zip(maps, question["with_audio"], own, strict=True):
            if not found["errors"]:
                found["errors"] = errors_of(changed.problems(one, with_audio), {})
    return {"shared": errors_of(shared, {}), "maps": own}


def add_lengths(
    answers: list[dict[str, Any]], template: Any, question: dict[str, Any], maps: list[Any], told: dict[str, Any]
) -> None:
    """Says of each map in which nothing is wrong how long its video becomes, where its duration is chosen."""
    durations = question.get("durations") or [None] * len(maps)
    known: dict[str, dict[str, Any]] = {}
    for answer, duration, entries in zip(answers, durations, maps, strict=True):
        if duration is not None and not answer["errors"]:
            key = json.dumps([duration, entries if "from" in duration else None])
            if key not in known:
                known[key] = _length(template, question, duration, entries, told)
            answer |= known[key]


def _length(
    template: Any, question: dict[str, Any], duration: dict[str, Any], entries: list[Any], told: dict[str, Any]
) -> dict[str, Any]:
    import velocity_engine as engine

    wanted = engine.Duration.from_values(duration)
    named = [(at, _name_of(source)) for _number, at, source in assets_named(entries)]
    if wanted.layer and any(at == "video" and "://" in key and key not in told["fetched"] for at, key in named):
        return {}
    own = {key: path for key, path in told["files"].items() if any(key == name for _at, name in named)}
    asked = {"customizations": entries, "assets": own, "known": told["seconds"]} if wanted.layer else {}
    encoder = engine.EncoderConfig.from_values(question["encoder"]) if question["encoder"] else None
    try:
        timeline = template.timeline(wanted, encoder=encoder, **asked)
        start, end = template.frame_range(slice(*question["frames"]) if question["frames"] else None, timeline)
    except engine.VelocityError as error:
        return {"errors": errors_of([error], names_of(told["files"]))}
    frames, held = timeline.frames_between(start, end)
    seconds = (encoder or engine.EncoderConfig()).segment_seconds
    cuts = timeline.cuts_between(start, end, timeline.frames_in(seconds))
    markers = placed_markers(template, timeline) if question.get("markers") else []
    length = {"frames": frames, "held": held, "cuts": cuts, "start": start, "end": end, "whole": timeline.end}
    return {"length": length | {"markers": markers}}


def _name_of(source: Any) -> str:
    """By which the file of a source is told: the id of an asset, else the location."""
    if not isinstance(source, dict):
        return str(source)
    return str(source["url"]) if "url" in source else Spot(source["connection"], source["path"]).location


def add_captions_errors(answers: list[dict[str, Any]], unchanged: _Unchanged, question: dict[str, Any]) -> None:
    """Says of each map what is wrong with its own captions."""
    known: dict[int, Errors] = {}
    for answer, number in zip(answers, question["captions"], strict=True):
        if number is not None:
            if number not in known:
                problems = unchanged.template.check(captions=_captions_of(question["said"][number]))
                known[number] = errors_of(problems, {})
            answer["errors"] |= known[number]


def add_captions_findings(answers: list[dict[str, Any]], unchanged: _Unchanged, question: dict[str, Any]) -> None:
    """Says of each map what of its captions will not show, such as letters that no font has; of so many different ones
    as are looked at."""
    for number, said in enumerate(question["said"][:LOOKED_CAPTIONS]):
        of_it = [one for one, its in zip(answers, question["captions"], strict=True) if its == number]
        if any(not one["errors"] for one in of_it):
            lacking = [finding_dict(one, {}) for one in unchanged.further_findings(said)[:MAX_WARNINGS]]
            for one in of_it:
                one["warnings"] += lacking


def add_late_cues(answers: list[dict[str, Any]], template: Any, question: dict[str, Any]) -> None:
    """Says of each map which cues begin after the end of its video. Who chose a part of a video knows it."""
    if question["frames"]:
        return
    said = [_captions_of(one) for one in question["said"]]
    first = template.frame_range(None)[0]
    for answer, number in zip(answers, question["captions"], strict=True):
        if number is not None and not answer["errors"]:
            length = answer.get("length")
            seconds = template.duration if length is None else (length["whole"] - first) / template.frame_rate
            answer["warnings"] += [finding_dict(finding, {}) for finding in said[number].findings(seconds)]


def _changeable() -> tuple[type[Exception], ...]:
    """What can be wrong with a template or its frames that customizations can mend, or bring."""
    import velocity_engine as engine

    return (engine.NoSoundError, engine.FrameCostError)


def _takes_sound_alone(encoder: Any) -> bool:
    import velocity_engine as engine

    return encoder is not None and engine.container_of(encoder).frames == "none"


class _Changed:
    """Whether anything is heard of a template with customizations, and whether its frames can be drawn.
    ``unchanged``: what is wrong without any."""

    def __init__(self, template: Any, encoder: Any, frames: Any, how: Mapping[str, Any], unchanged: list[Any]) -> None:
        self._template, self._encoder, self._frames, self._how = template, encoder, frames, how
        self._known: dict[str, list[Any]] = {"[]": unchanged}
        self._by_sound = _takes_sound_alone(encoder)
        self._until = time.process_time() + CHANGED_SECONDS

    def problems(self, customizations: list[dict[str, Any]], with_audio: bool) -> list[Any]:
        """What is wrong with a map in which nothing else is. A clip of an asset, which this process must not read, is
        believed to be heard; other entries that name assets are left out, and those that change neither. Of frames,
        so many maps are looked at as there is time for."""
        named = {number: place for number, place, _id in assets_named(customizations)}
        mix = self._how["mix"]
        is_muted = mix is not None and mix.mute_template
        if self._by_sound and (with_audio or ("video" in named.values() and not is_muted)):
            return []
        changing = [
            entry
            for number, entry in enumerate(customizations)
            if number not in named and not entry.keys() <= UNCHANGING_KEYS
        ]
        key = json.dumps(changing)
        if key not in self._known:
            if not self._by_sound and time.process_time() > self._until:
                return []
            self._known[key] = self._template.check(self._encoder, changing, self._frames, **self._how)
        return self._known[key]


def _sampled(template: Any, question: dict[str, Any], customizations: list[dict[str, Any]]) -> dict[str, Any]:
    """Entries that name assets are left out: this process must not read them."""
    import velocity_engine as engine

    encoder = engine.EncoderConfig.from_values(question["encoder"])
    frames = tuple(question["frames"]) if question["frames"] else None
    named = {number for number, _key, _id in assets_named(customizations)}
    own = [entry for number, entry in enumerate(customizations) if number not in named]
    asked, video, poster = question["sample"], None, None
    if asked["plan"] is not None:
        video = engine.take_sample(template, encoder, frames, engine.SamplePlan.from_json(asked["plan"]), own)
    if asked["poster"] is not None:
        poster = engine.take_poster_sample(template, encoder, frames, engine.Poster(**asked["poster"]), own)
    return {
        "taken": None if video is None else video.to_json(),
        "poster": None if poster is None else poster.to_json(),
    }


def _look(template: Any, customizations: Any, files: Files, probed: list[str], *, strict: bool) -> dict[str, Any]:
    found = template.preflight(strict).look(customizations, files, probed)
    names = names_of(files)
    warnings = [finding_dict(finding, names) for finding in found.warnings[:MAX_WARNINGS]]
    return {"errors": errors_of(found.problems, names), "warnings": warnings}


def _problems(template: Any, customizations: Any, files: Files, probed: list[str], *, strict: bool) -> dict[str, Any]:
    problems = template.preflight(strict).problems(customizations, files, probed)
    return {"errors": errors_of(problems, names_of(files)), "warnings": []}


def names_of(files: Mapping[str, str]) -> dict[str, str]:
    """Assets as the request names them, by the names under which they are kept."""
    return {Path(path).name: name_at(key) if "://" in key else f"asset {key}" for key, path in files.items()}


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
    if isinstance(problem, engine.FrameCostError):
        return "encoderConfig.res" if name == "resolution" else "templateId"
    if isinstance(problem, engine.EncoderConfigError):
        return f"encoderConfig.{FIELDS.get(name, name)}".rstrip(".")
    if isinstance(problem, engine.CaptionsError):
        return field_of_captions(problem)
    if isinstance(problem, engine.SoundMixError):
        return f"audio.{name}"
    if isinstance(problem, engine.DurationError):
        return "duration"
    if isinstance(problem, engine.FrameRangeError):
        return f"jobInfo.{FIELDS.get(name, name)}".rstrip(".")
    if isinstance(problem, engine.PluginError) and name == "codec":
        return "encoderConfig.codec"
    if not name:
        return "customizationMap" if problem.place.layer is None else "templateId"
    if name.startswith("customizationMap"):
        return name
    return f"customizationMap{name}" if name.startswith("[") else f"customizationMap.{name}"
