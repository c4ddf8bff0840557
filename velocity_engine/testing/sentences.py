"""How a check says what does not hold."""

from __future__ import annotations

from typing import Any

from velocity_engine.plugins import checks


def require(holds: bool, sentence: str) -> None:
    """Raises AssertionError with the sentence where something does not hold."""
    if not holds:
        raise AssertionError(sentence)


def require_protocol(kind: checks.Kind, candidate: Any) -> None:
    """Raises AssertionError where an object has not the attributes and methods of its kind."""
    problems = kind.problems(candidate)
    require(not problems, f"the {kind.noun} does not follow its protocol: {'; '.join(problems)}")
