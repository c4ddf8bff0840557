"""Mixes: as values, in orders, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import velocity_engine as ve

FULL = ve.SoundMix(
    volume=0.5,
    fade_in=1,
    fade_out=2.5,
    start=3,
    trim=(1, 4),
    loop=True,
    mute_template=True,
    ducking=ve.Ducking(layer="Comp/Voice", depth=9, attack=0.1, release=1),
    loudness=-14,
)


def order(mix: ve.SoundMix | None) -> ve.RenderOrder:
    return ve.RenderOrder(template=ve.FileReference("t.zip", "0" * 64), output="o.mp4", mix=mix)


@pytest.mark.parametrize("mix", [FULL, ve.SoundMix(trim=(0, 1)), ve.SoundMix(loudness=-23)])
def test_it_is_the_same_after_json(mix: ve.SoundMix) -> None:
    assert ve.SoundMix.from_values(json.loads(json.dumps(mix.to_values()))) == mix
    assert ve.RenderOrder.from_json(order(mix).to_json()).mix == mix


def test_one_that_changes_nothing_is_none() -> None:
    """So that an order without one is as it was before there were mixes."""
    assert order(ve.SoundMix()) == order(None)
    assert "mix" not in json.loads(order(ve.SoundMix()).to_json())


def test_the_digest_knows_it() -> None:
    digests = {order(mix).digest for mix in (None, FULL, replace(FULL, volume=0.6), replace(FULL, ducking=None))}
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"volume": -1}, "volume is -1 (field volume). Give a number from 0 to 10"),
        ({"fade_in": 1e9}, "fade_in is 1e+09"),
        ({"trim": (2, 1)}, "the trim is no part of a file"),
        ({"trim": (1, 2, 3)}, "the trim is no part of a file"),
        ({"loudness": -90}, "loudness is -90 (field loudness). Give a number from -70 to -5 (LUFS)"),
    ],
)
def test_numbers_out_of_their_range_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ve.SoundMixError) as caught:
        ve.SoundMix(**values)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "values", [{"volume": "1"}, {"volume": float("nan")}, {"trim": "1:2"}, {"loop": 1}, {"ducking": -12}]
)
def test_wrong_types_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ve.WrongTypeError):
        ve.SoundMix(**values)
