"""The captions of a request, read: a caption file is parsed here, in a confined child."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_camel

from velocity_web.processes.telling import sentence_of
from velocity_web.schemas.captions import SOURCES, CaptionsRequest, CaptionsSource, CueRequest

Errors = dict[str, list[str]]
FIELD = "captions"
GIVEN = "give one of text, cues, words, assetId, url, or connection and path"
STAND_IN = (0.0, 1.0, "-")
"""A cue in the place of those that are in a file which is not read here."""


@dataclass(frozen=True, slots=True)
class ReadCaptions:
    """``text``: captions as the engine writes them, as JSON; None where there are none, or something is wrong.
    ``source``: what names the file that has their cues, in whose place ``STAND_IN`` stands."""

    text: str | None = None
    source: dict[str, str] = field(default_factory=dict)


NONE = ReadCaptions()


def read_captions(
    request: CaptionsRequest, errors: Errors, of_row: CaptionsSource | None = None, named: str = FIELD
) -> ReadCaptions:
    """The captions of a request. ``errors`` gets what is wrong, by field.

    Args:
        request: How they look, and what is said.
        errors: Gets what is wrong.
        of_row: What is said in a row of a batch, in place of what the request has.
        named: The field that says it.
    """
    said = request if of_row is None else of_row
    if not _is_one(said):
        has = f"the captions have {' and '.join(map(to_camel, said.given()))}" if said.given() else "there is none"
        errors[named] = [f"{GIVEN}; {has}"]
        return NONE
    import velocity_engine as engine

    try:
        captions = _captions(said, request.model_dump(exclude=set(SOURCES)), errors, named)
    except engine.VelocityError as error:
        errors[_field_of(error, named)] = [sentence_of(error)]
        return NONE
    if captions is None:
        return NONE
    text = json.dumps(captions.to_values(), ensure_ascii=False, separators=(",", ":"))
    return ReadCaptions(text, said.file())


def _is_one(said: CaptionsSource) -> bool:
    """Whether exactly one thing says what is said."""
    plain = [name for name in said.given() if name not in ("url", "connection", "path")]
    return (len(plain), len(said.given())) == (1, 1) or (not plain and bool(said.named()))


def _captions(said: CaptionsSource, how: dict[str, Any], errors: Errors, named: str) -> Any:
    """None where ``errors`` got what is wrong with cues."""
    import velocity_engine as engine

    if said.file():
        return engine.Captions(cues=[engine.Cue(*STAND_IN)], **how)
    if said.text is not None:
        return engine.Captions.of_text(said.text, **how)
    if said.words is not None:
        return engine.Captions.of_words([word.model_dump(exclude_none=True) for word in said.words], **how)
    wrong: Errors = {}
    cues = [_cue(f"{named}.cues[{number}]", cue, wrong) for number, cue in enumerate(said.cues or [])]
    if wrong:
        errors |= wrong
        return None
    return engine.Captions(cues=[cue for cue in cues if cue is not None], **how)


def _cue(at: str, cue: CueRequest, errors: Errors) -> Any:
    import velocity_engine as engine

    if len(errors) >= 20:
        return None
    try:
        words = [
            engine.Word(word.text, word.start, cue.end if word.end is None else word.end) for word in cue.words or ()
        ]
        return engine.Cue(cue.start, cue.end, cue.text or "", words)
    except engine.VelocityError as error:
        errors[f"{at}.{error.place.field or ''}".rstrip(".")] = [sentence_of(error)]
        return None


def field_of_captions(error: Any) -> str:
    """The request's field that an engine's error about captions is about."""
    return _field_of(error, FIELD)


def _field_of(error: Any, named: str) -> str:
    return f"{named}.{to_camel(error.place.field or '')}".rstrip(".")
