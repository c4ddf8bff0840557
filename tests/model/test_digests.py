"""Digests name things by content, and refuse what has none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest

from velocity_engine.display import FillSource, SolidPaint, StrokeSource, command, group_source
from velocity_engine.model.digests import digest_of
from velocity_engine.model.geometry import MAX_WRITTEN, Path
from velocity_engine.model.shapes import FillRule


class Side(Enum):
    LEFT = 1
    RIGHT = 2


@dataclass(frozen=True)
class Point:
    x: float
    y: float


def test_equal_content_has_equal_digests() -> None:
    assert digest_of(Point(1.0, 2.0), Side.LEFT, {"a": 1}) == digest_of(Point(1.0, 2.0), Side.LEFT, {"a": 1})
    assert digest_of(np.arange(3), (3,)) == digest_of(np.arange(3), (3,))


@pytest.mark.parametrize("other", [(Point(1.0, 3.0),), (Side.RIGHT,), (np.ones(6), (6,)), (1.0, 2.0)])
def test_other_content_has_another_digest(other: tuple[object, ...]) -> None:
    assert digest_of(*other) not in (digest_of(Point(1.0, 2.0)), digest_of(Side.LEFT), digest_of(np.zeros(6), (6,)))


OBJECTS = np.array([object()], dtype=object)


@pytest.mark.parametrize("thing", [object(), lambda: None, open, iter(()), ..., compile("1", "", "eval"), OBJECTS])
def test_what_has_no_content_is_refused(thing: object) -> None:
    for part in (thing, (1, (thing,)), [thing], {"a": thing}):
        with pytest.raises(TypeError, match="no content"):
            digest_of(part)


def test_an_array_counts_by_its_content_however_it_lies_in_memory() -> None:
    array = np.arange(24.0).reshape(4, 6)
    for strided in (array[::2], array[:, ::3], array.T):
        assert digest_of(strided) == digest_of(strided.copy("C"))
        assert digest_of((1, [strided])) == digest_of((1, [strided.copy("C")]))


def test_a_digest_is_the_same_in_another_process() -> None:
    code = (
        "from tests.model.test_digests import Point, Side, digest_of\n"
        "print(digest_of(Point(1.0, 2.0), Side.LEFT, 'text').hex())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=".")
    assert done.stdout.strip() == digest_of(Point(1.0, 2.0), Side.LEFT, "text").hex()


def rounded(width: float, points: int) -> Path:
    """One contour of so many points: beside both sides of MAX_WRITTEN."""
    return Path(np.full((points, 2), width), np.array([0, points]), np.array([True]))


@pytest.mark.parametrize("points", [4, MAX_WRITTEN, MAX_WRITTEN + 3])
def test_whatever_differs_within_a_command_gives_it_another_digest(points: int) -> None:
    """Also of what is written into it without a digest of its own."""
    red, blue = SolidPaint((1.0, 0.0, 0.0, 1.0)), SolidPaint((0.0, 0.0, 1.0, 1.0))
    path = rounded(5.0, points)
    apart = Path(path.points, path.starts, np.array([False]))
    sources = (
        FillSource(path, red),
        FillSource(path, blue),
        FillSource(path, red, FillRule.EVEN_ODD),
        FillSource(rounded(6.0, points), red),
        FillSource(apart, red),
        StrokeSource(path, red, 1.0),
        StrokeSource(path, red, 2.0),
        StrokeSource(path, red, 1.0, dashes=(1.0, 2.0)),
    )
    singles = [command(source, opacity=opacity) for source in sources for opacity in (1.0, 0.5)]
    groups = [command(group_source(inner)) for inner in ([one] for one in singles)]
    several = [command(group_source(singles[:count])) for count in range(2, 8)]
    nested = [command(group_source([one])) for one in groups[:3]]
    digests = {one.digest for one in (*singles, *groups, *several, *nested)}
    assert len(digests) == len(singles) + len(groups) + len(several) + len(nested)


def test_a_plugins_own_kind_of_number_is_named_as_any() -> None:
    paint = SolidPaint((np.float32(0.5), 0.0, 0.0, 1.0))  # type: ignore[arg-type]
    entry = command(FillSource(rounded(5.0, 4), paint))
    assert entry.digest == command(FillSource(rounded(5.0, 4), paint)).digest
    assert entry.digest != command(FillSource(rounded(5.0, 4), SolidPaint((0.25, 0.0, 0.0, 1.0)))).digest
