"""What every sentence that the service sends must be like, and where the source has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import velocity_web

SOURCE = Path(velocity_web.__file__).parent
FAILURES = {
    "Invalid",
    "Forbidden",
    "Gone",
    "QuotaExceeded",
    "NotDeletable",
    "BudgetExhausted",
    "NotFound",
    "Conflict",
    "TooLarge",
    "KeyReused",
    "TooMany",
    "TaskFailed",
    "Refusal",
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NEVER = (
    "/tmp",
    "Error(",
    "Error:",
    "Input should",
    "String should",
    "Traceback",
    "valid dictionary",
    "not enough values",
    "<class",
    "NoneType",
    "Errno",
    "upload-",
    "customization-",
    "pydantic",
)
TWICE = re.compile(r"\b([a-z]\w+)[ :;,.]{1,2}\1\b|\b((?:\w+ ){2,6}\w+)[ :;,.]{1,3}\2\b", re.IGNORECASE)
LONGEST = 400
AN_ID = "550e8400-e29b-41d4-a716-446655440000"  # what sentences show for an id


def faults(sentence: str, sent: str = "") -> list[str]:
    """Why it is no sentence for a person who sent a request; ``sent`` is what the request says itself."""
    found = [f"says {words!r}" for words in NEVER if words in sentence and words not in sent]
    known = {*UUID.findall(sent), AN_ID}
    found += [f"names {identity}" for identity in UUID.findall(sentence) if identity not in known]
    if TWICE.search(sentence):
        found.append("says something twice")
    if len(sentence) > LONGEST:
        found.append(f"has {len(sentence)} characters")
    if not sentence or sentence != sentence.strip() or sentence[-1] in ",;:(-" or sentence[0] in ",;:)-":
        found.append("begins or ends in the middle")
    return found


def sentences_of(answer: Any) -> Iterator[str]:
    """The sentences of a problem, a status or a row of a batch."""
    for key in ("detail", "reason", "message", "title"):
        if answer.get(key):
            yield answer[key]
    for listed in (answer.get("errors") or {}).values():
        yield from listed


def literals() -> Iterator[tuple[str, str]]:
    """(place, text) of every text in a failure that the source raises; what it fills in is written as X."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in FAILURES:
                for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    for text in texts(argument):
                        yield f"{path.name}:{node.lineno}", text


def texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from texts(value)
    elif isinstance(node, ast.List | ast.Tuple):
        for value in node.elts:
            yield from texts(value)


def check(answer: Any, sent: str = "") -> list[str]:
    """The sentences of an answer, which hold to the rules; ``sent`` is all that the request named."""
    found = list(sentences_of(answer))
    for sentence in found:
        assert not faults(sentence, sent), (sentence, faults(sentence, sent))
    return found
