"""The contract's own examples, read out of its text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

CONTRACT = Path(__file__).resolve().parents[2] / "docs" / "api" / "velocity-simple-api-v1.md"
HEADING = re.compile(r"^## (GET|POST|DELETE) (/\S+)$")
FENCE = re.compile(r"^```(\w*)$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Example:
    """A code block under an endpoint's heading; ``title`` is the last heading or bold line above it."""

    endpoint: str
    title: str
    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.endpoint} line {self.line}"


def examples() -> list[Example]:
    found: list[Example] = []
    endpoint = title = language = ""
    block: list[str] | None = None
    for number, line in enumerate(CONTRACT.read_text(encoding="utf-8").splitlines(), 1):
        if block is not None:
            if line == "```":
                found.append(Example(endpoint, title, language, "\n".join(block), number))
                block = None
            else:
                block.append(line)
        elif match := FENCE.match(line):
            language, block = match[1], []
        elif match := HEADING.match(line):
            endpoint, title = f"{match[1]} {match[2]}", ""
        elif line.startswith("# "):
            endpoint = ""
        elif line.startswith(("### ", "**")):
            title = line.strip("#* :")
    return found


def of_language(language: str, *, with_text: str = "") -> list[Example]:
    return [
        example
        for example in examples()
        if example.endpoint and example.language == language and with_text in example.text
    ]


def json_answers() -> list[Example]:
    return [example for example in of_language("json") if example.title.startswith(("Example Response",))]


def json_requests() -> list[Example]:
    return [example for example in of_language("json") if not example.title.startswith("Example Response")]


def shape_faults(shown: Any, actual: Any, path: str = "$") -> list[str]:
    """How an answer differs in fields and types from the one shown; values may differ, further fields may be there."""
    if isinstance(shown, dict):
        if not isinstance(actual, dict):
            return [f"{path} is no object"]
        missing = [f"{path}.{key} is missing" for key in shown if key not in actual]
        return missing + [
            fault for key in shown if key in actual for fault in shape_faults(shown[key], actual[key], f"{path}.{key}")
        ]
    if isinstance(shown, list):
        if not isinstance(actual, list) or (shown and not actual):
            return [f"{path} is no list like the one shown"]
        return [fault for entry in actual for fault in (shape_faults(shown[0], entry, f"{path}[]") if shown else [])]
    return [] if _alike(shown, actual) else [f"{path} is {actual!r}, shown was {shown!r}"]


def _alike(shown: Any, actual: Any) -> bool:
    if shown is None:
        return actual is None
    if isinstance(shown, bool) or isinstance(actual, bool):
        return isinstance(shown, bool) and isinstance(actual, bool)
    if isinstance(shown, int | float):
        return isinstance(actual, int if isinstance(shown, int) else float)
    if not isinstance(actual, str):
        return False
    if TIME.fullmatch(shown):
        return bool(TIME.fullmatch(actual))
    return not _is_uuid(shown) or _is_uuid(actual)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def parsed(example: Example) -> Any:
    return json.loads(example.text)
