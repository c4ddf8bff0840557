"""Properties and transforms as documents have them, for the documents of tests."""

from __future__ import annotations

from typing import Any


def fixed(*value: float) -> dict[str, Any]:
    return {"a": 0, "k": list(value) if len(value) > 1 else value[0]}


def moving(*pairs: tuple[float, list[float]]) -> dict[str, Any]:
    """From value to value at even speed."""
    ease = {"o": {"x": [0], "y": [0]}, "i": {"x": [1], "y": [1]}}
    return {"a": 1, "k": [{"t": t, "s": v, **ease} for t, v in pairs]}


def transform(**changes: Any) -> dict[str, Any]:
    base = {"o": fixed(100), "r": fixed(0), "p": fixed(0, 0, 0), "a": fixed(0, 0, 0), "s": fixed(100, 100, 100)}
    return base | changes
