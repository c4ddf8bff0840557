"""Which path a plain path or a ``file:`` URL names."""

from __future__ import annotations

from pathlib import Path

import pytest

from velocity_engine.files.file_urls import path_of


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("a b.mp4", "a b.mp4"),
        ("a%20b.mp4", "a%20b.mp4"),
        ("file:///a%20b.mp4", "/a b.mp4"),
        ("FILE:///a.mp4", "/a.mp4"),
    ],
)
def test_which_path_is_named(target: str, path: str) -> None:
    assert path_of(target) == Path(path)
