"""The setting of a render's motion blur, and what an order tells of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.order.motion_blur import motion_blur_of


def test_the_defaults_are_those_of_after_effects_and_lie_evenly_around_the_frame() -> None:
    blur = ve.MotionBlur()
    assert (blur.samples, blur.shutter_angle, blur.shutter_phase) == (16, 180.0, -90.0)
    offsets = blur.offsets
    assert len(offsets) == 16 and sum(offsets) == pytest.approx(0.0)
    assert offsets[0] == pytest.approx(-0.25 + 0.5 / 32) and offsets[-1] == pytest.approx(0.25 - 0.5 / 32)


def test_the_shutter_opens_at_its_phase_for_its_angle() -> None:
    assert ve.MotionBlur(samples=2, shutter_angle=360, shutter_phase=0).offsets == (0.25, 0.75)
    assert ve.MotionBlur(samples=4, shutter_angle=720, shutter_phase=-360).offsets == (-0.75, -0.25, 0.25, 0.75)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("samples", 1),
        ("samples", 65),
        ("shutter_angle", 0),
        ("shutter_angle", 721),
        ("shutter_phase", -361),
        ("shutter_phase", 400.5),
    ],
)
def test_numbers_out_of_their_range_are_refused_with_what_would_be_right(name: str, value: float) -> None:
    with pytest.raises(ve.MotionBlurError) as told:
        ve.MotionBlur(**{name: value})  # type: ignore[arg-type]
    assert told.value.place.field == name and f"{value:g}" in told.value.message and told.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [("samples", 16.5), ("samples", True), ("samples", "16"), ("shutter_angle", float("nan")), ("shutter_phase", None)],
)
def test_wrong_types_are_told(name: str, value: Any) -> None:
    with pytest.raises(ve.WrongTypeError) as told:
        ve.MotionBlur(**{name: value})
    assert told.value.place.field == name


def test_what_callers_may_give() -> None:
    blur = ve.MotionBlur(samples=8)
    assert motion_blur_of(None) is None and motion_blur_of(False) is None
    assert motion_blur_of(True) == ve.MotionBlur() and motion_blur_of(blur) is blur
    for wrong in (16, "on", {"samples": 8}):
        with pytest.raises(ve.WrongTypeError):
            motion_blur_of(wrong)


def test_an_order_without_motion_blur_is_as_it_was_and_one_with_it_has_another_digest() -> None:
    order = ve.RenderOrder(template=ve.FileReference("a.zip", "0" * 64), output="a.mp4")
    assert "motion_blur" not in json.loads(order.to_json())
    blurred = replace(order, motion_blur=ve.MotionBlur(samples=8))
    again = ve.RenderOrder.from_json(blurred.to_json())
    assert again == blurred and again.motion_blur == ve.MotionBlur(samples=8)
    digests = {order.digest, blurred.digest, replace(order, motion_blur=ve.MotionBlur()).digest}
    assert len(digests) == 3


def test_an_order_with_a_wrong_shutter_is_no_order() -> None:
    order = ve.RenderOrder(
        template=ve.FileReference("a.zip", "0" * 64), output="a.mp4", motion_blur=ve.MotionBlur(samples=8)
    )
    values = json.loads(order.to_json())
    values["motion_blur"]["samples"] = {"a": 1}
    with pytest.raises(ve.OrderError):
        ve.RenderOrder.from_values(values)
