"""The captions of a request, read: a caption file is parsed here, in a confined child."""

from __future__ import annotations

import json
from typing import Any

from pydantic.alias_generators import to_camel

from velocity_web.processes.telling import sentence_of
from velocity_web.schemas.captions import SOURCES, CaptionsRequest, CueRequest

Errors = dict[str, list[str]]
FIELD = "captions"


def captions_text(request: CaptionsRequest, errors: Errors) -> str | None:
    """Captions as the engine writes them, as JSON; None where ``errors`` gets what is wrong, by field."""
    import velocity_engine as engine

    given = [name for name in SOURCES if getattr(request, name) is not None]
    if len(given) != 1:
        has = f"the captions have {' and '.join(given)}" if given else "the captions have none of them"
        errors[FIELD] = [f"give one of {', '.join(SOURCES)}; {has}"]
        return None
    how = request.model_dump(exclude=set(SOURCES))
    try:
        if request.text is not None:
            captions = engine.Captions.of_text(request.text, **how)
        elif request.words is not None:
            words = [word.model_dump(exclude_none=True) for word in request.words]
            captions = engine.Captions.of_words(words, **how)
        else:
            cues = [_cue(number, cue, errors) for number, cue in enumerate(request.cues or [])]
            if errors:
                return None
            captions = engine.Captions(cues=[cue for cue in cues if cue is not None], **how)
    except engine.VelocityError as error:
        errors[field_of_captions(error)] = [sentence_of(error)]
        return None
    return json.dumps(captions.to_values(), ensure_ascii=False, separators=(",", ":"))


def _cue(number: int, cue: CueRequest, errors: Errors) -> Any:
    import velocity_engine as engine

    if len(errors) >= 20:
        return None
    try:
        words = [
            engine.Word(word.text, word.start, cue.end if word.end is None else word.end) for word in cue.words or ()
        ]
        return engine.Cue(cue.start, cue.end, cue.text or "", words)
    except engine.VelocityError as error:
        errors[f"{FIELD}.cues[{number}].{error.place.field or ''}".rstrip(".")] = [sentence_of(error)]
        return None


def field_of_captions(error: Any) -> str:
    """The request's field that an engine's error about captions is about."""
    return f"{FIELD}.{to_camel(error.place.field or '')}".rstrip(".")
