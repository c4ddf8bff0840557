"""What a run measured, and tables of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PEERS = ("rlottie + PyAV", "thorvg + PyAV", "MoviePy")


@dataclass(frozen=True, slots=True)
class Figure:
    """``processors``: None for all. ``values`` by name, with the unit in the name where it is not a frame rate."""

    template: str
    size: str
    processors: int | None
    what: str
    values: dict[str, float]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """In Markdown; nothing where there are no rows."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(row) + " |" for row in lines] if rows else []
