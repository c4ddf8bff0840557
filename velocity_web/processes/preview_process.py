"""Previews of one template, inside a child process that stays for further ones of the same account.

A question is a line of JSON (``PreviewQuestion``) and a line with the customization map. Where the map names assets,
the child says which (``{"named": ...}``) and is told the files; then it answers ``{"preview": ...}``
(``answers.Previewed``). What it drew lies in ``output``.
"""

from __future__ import annotations

import hashlib
import json
import math
import select
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from velocity_web.processes.analyse_process import finding_dict, open_with_fonts
from velocity_web.processes.assignments import ClipQuestion, PreviewAssignment, PreviewQuestion
from velocity_web.processes.check_process import LINE_BYTES, assets_named, blurred_by, errors_of, names_of
from velocity_web.processes.render_process import MAX_WARNINGS

ANY = "*"
Entries = list[dict[str, Any]]
Files = dict[str, str]


def answer_previews(told: PreviewAssignment, reader: BinaryIO, send: Callable[[dict[str, Any]], None]) -> None:
    """Draw until no question comes for ``told.idle_seconds``, the other side closes, or ``told.busy_seconds`` of the
    processors are spent. Raises the engine's errors where the template cannot be opened.
    """

    with open_with_fonts(told.template, told.fonts) as template:
        desk = _Desk(template, told)
        while line := reader.readline(LINE_BYTES):
            question = PreviewQuestion.model_validate_json(line)
            entries: Entries = json.loads(reader.readline(LINE_BYTES))
            files: Files = {}
            if named := assets_named(entries):
                send({"named": [named]})
                files = json.loads(reader.readline(LINE_BYTES))
            send({"preview": desk.answer(question, entries, files)})
            if time.process_time() > told.busy_seconds:
                return
            if not select.select([reader.fileno()], [], [], told.idle_seconds)[0]:
                return  # nothing is in the reader's buffer either: questions come one by one


class _Desk:
    """A template, and what was customized of it for the latest question: the next is often about another frame of the
    same values."""

    def __init__(self, template: Any, told: PreviewAssignment) -> None:
        self._template = template
        self._told = told
        self._latest: Any = None
        self._latest_key = ""

    def answer(self, question: PreviewQuestion, entries: Entries, files: Files) -> dict[str, Any]:
        """What ``answers.Previewed`` takes. Raises OSError where the disk is full."""

        names = {**self._told.names, **names_of(files)}
        assets = [path for key, path in files.items() if "://" not in key]  # what was fetched nobody has looked at
        look = self._template.preflight().look(entries, files, assets)
        if look.problems:
            return _wrong(errors_of(look.problems, names))
        if not question.frames and question.clip is None:
            return _previewed(None, drawn=False, size=(0, 0), warnings=[])
        try:
            changed = self._customized(entries, files, question)
            if question.clip is not None:
                return self._clip(question, question.clip, changed, (look.warnings, names))
            return self._picture(question, changed, (look.warnings, names))
        except _refusals() as error:
            return _wrong(_by_field(error, names))

    def _customized(self, entries: Entries, files: Files, question: PreviewQuestion) -> Any:
        import velocity_engine as engine

        captions, blur = question.captions, question.motion_blur
        key = json.dumps([entries, files, captions, blur and dict(blur)], sort_keys=True)
        if self._latest is None or key != self._latest_key:
            if self._latest is not None:
                self._latest.close()
            self._latest = None
            said = None if captions is None else engine.Captions.from_values(json.loads(captions))
            self._latest = self._template.customized(entries, files, said, blurred_by(blur))
            self._latest_key = key
        return self._latest

    def _picture(
        self, question: PreviewQuestion, changed: Any, looked: tuple[Sequence[Any], Mapping[str, str]]
    ) -> dict[str, Any]:
        import velocity_engine as engine

        found, names = looked
        width, height = question.size
        timeline, frames = _timed(changed, question, question.frames)
        prepared = [changed.prepare_still(frame, (width, height), timeline) for frame in frames]
        columns = min(question.columns, len(prepared))
        rows = math.ceil(len(prepared) / columns)
        size = (width * columns, height * rows)
        warnings = _told([*found, *(finding for one in prepared for finding in one.findings)], names)
        shown = [one.digest.hex() for one in prepared]
        digest = self._digest([shown, columns, question.kind, warnings])
        if _is_known(digest, question.known):
            return _previewed(digest, drawn=False, size=size, warnings=warnings, frames=frames)
        sheet = np.zeros((size[1], size[0], 4), np.uint8)
        for number, one in enumerate(prepared):
            x, y = number % columns * width, number // columns * height
            sheet[y : y + height, x : x + width] = one.draw().pixels
        Path(self._told.output).write_bytes(engine.Still(sheet, frames[0]).encoded(question.kind))
        return _previewed(digest, drawn=True, size=size, warnings=warnings, frames=frames)

    def _clip(
        self,
        question: PreviewQuestion,
        clip: ClipQuestion,
        changed: Any,
        looked: tuple[Sequence[Any], Mapping[str, str]],
    ) -> dict[str, Any]:
        """The digest is of the request: what is the same order has the same bytes."""
        import velocity_engine as engine

        found, names = looked
        size = (question.size[0], question.size[1])
        own = {asset_id: Path(path).name for asset_id, path in changed.asset_files.items()}
        timeline, (start, end) = _timed(changed, question, [clip.start, clip.end])
        if timeline is not None:
            start, end = self._template.frame_range((start, min(end, start + clip.most, timeline.end)), timeline)
        entries = list(changed.customizations)
        shown = [start, end, question.duration, dict(clip.encoder), size, entries, own, question.captions]
        shown += [dict(question.motion_blur)] if question.motion_blur else []
        digest = self._digest([Path(self._told.template).name, shown])
        if _is_known(digest, question.known):
            return _previewed(digest, drawn=False, size=size, warnings=_told(found, names), frames=(start, end))
        encoder = engine.EncoderConfig.from_values(clip.encoder)
        output = Path(self._told.output).with_suffix(clip.ending)
        duration = None if question.duration is None else engine.Duration.from_values(question.duration)
        result = engine.render(changed, output, encoder=encoder, frames=(start, end), duration=duration)
        output.replace(self._told.output)
        warnings = _told([*found, *result.findings], names)
        return _previewed(digest, drawn=True, size=size, warnings=warnings, frames=(start, end))

    def _digest(self, shown: Any) -> str:
        text = json.dumps([self._told.build, shown], sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _timed(changed: Any, question: PreviewQuestion, frames: Sequence[float]) -> tuple[Any, Sequence[float]]:
    """The timeline of the video that a preview is of, where its duration is chosen, and the frames on that."""
    import velocity_engine as engine

    if question.duration is None:
        return None, frames
    timeline = changed.timeline(engine.Duration.from_values(question.duration))
    return timeline, [timeline.place_of(frame) for frame in frames] if question.in_template else frames


def _is_known(digest: str, known: Sequence[str]) -> bool:
    return digest in known or ANY in known


def _told(findings: Iterable[Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [finding_dict(finding, names) for finding in list(dict.fromkeys(findings))[:MAX_WARNINGS]]


def _refusals() -> tuple[type[Exception], ...]:
    """What is wrong with the values, or with the size."""
    import velocity_engine as engine

    return (
        engine.CaptionsError,
        engine.CustomizationError,
        engine.DurationError,
        engine.FrameCostError,
        engine.FrameRangeError,
        engine.EncoderConfigError,
    )


def _by_field(error: Any, names: Mapping[str, str]) -> dict[str, list[str]]:
    """What cannot be drawn in this size is a matter of ``width``; frames are looked at here where their duration is
    chosen."""
    import velocity_engine as engine

    told = errors_of([error], names)
    if isinstance(error, engine.CustomizationError | engine.CaptionsError | engine.DurationError):
        return told
    if isinstance(error, engine.FrameRangeError) and (error.place.field or "").startswith("frame"):
        return {"frame": [sentence for sentences in told.values() for sentence in sentences]}
    return {"width": [sentence for sentences in told.values() for sentence in sentences]}


def _wrong(errors: dict[str, list[str]]) -> dict[str, Any]:
    return {"errors": errors, "digest": None, "drawn": False, "width": 0, "height": 0, "warnings": []}


def _previewed(
    digest: str | None,
    *,
    drawn: bool,
    size: tuple[int, int],
    warnings: list[dict[str, Any]],
    frames: Sequence[float] = (),
) -> dict[str, Any]:
    width, height = size
    shown = {"width": width, "height": height, "frames": list(frames)}
    return {"errors": {}, "digest": digest, "drawn": drawn, "warnings": warnings, **shown}
