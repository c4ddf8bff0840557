"""Digests name things by content, and refuse what has none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest

from velocity_engine.model.digests import digest_of


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
