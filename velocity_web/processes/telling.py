"""An engine's error as the reason of a job: the names that its sender knows, and nothing said twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from velocity_web.schemas.sentences import bounded

if TYPE_CHECKING:
    import velocity_engine as engine

_ENTRY = re.compile(r"\bcustomization-(\d+)(?:-\d+)?\b")


def with_known_names(text: str, names: Mapping[str, str]) -> str:
    """``text`` with the sender's names in the place of the service's own.

    Args:
        text: What the engine says of files as it knows them.
        names: The sender's name of a file by the name under which the service keeps it.
    """
    if names:
        kept = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        text = re.sub(kept, lambda match: names[match[0]], text)
    return _ENTRY.sub(r"customizationMap[\1]", text)


def placed(message: str, place: engine.Place) -> str:
    """``message`` with where it is, but for what it says itself."""
    where = {"file": place.file, "layer": place.layer, "at": place.pointer, "field": place.field}
    named = [f"{label} {value}" for label, value in where.items() if value and value not in message]
    return f"{message} ({', '.join(named)})" if named else message


def reason(error: engine.VelocityError, names: Mapping[str, str], notes: Sequence[str] = ()) -> str:
    """What went wrong, where, and what would be right."""
    text = placed(error.message, error.place)
    if error.hint and error.hint not in error.message:
        text = f"{text}. {error.hint}"
    return bounded(with_known_names("; ".join([text, *notes]), names))


def sentence_of(problem: engine.VelocityError) -> str:
    """What is wrong, and what would be right."""
    return f"{problem.message}. {problem.hint}" if problem.hint else str(problem.message)
