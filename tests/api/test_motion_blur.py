"""``motion_blur`` in all that draws: stills, frames, videos, orders, caches, templates that carry it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve

DOCUMENT = Path(__file__).parent.parent / "golden" / "documents" / "motion_blur.json"
BLUR = ve.MotionBlur(samples=8)
SIZE = (240, 160)


def document(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return found | changes


def test_a_customized_template_carries_its_motion_blur_everywhere(tmp_path: Path) -> None:
    with ve.open_template(DOCUMENT) as template, template.customized(motion_blur=BLUR) as blurred:
        wanted = ve.render_still(template, 4, motion_blur=BLUR)
        assert not np.array_equal(wanted, ve.render_still(template, 4))
        assert np.array_equal(ve.render_still(blurred, 4), wanted)
        again = pickle.loads(pickle.dumps(blurred))  # what this test wrote
        assert again.motion_blur == BLUR and np.array_equal(ve.render_still(again, 4), wanted)
        assert "motion blur of 8 samples" in repr(blurred)
        with blurred.customized([{"layer": "still", "visible": False}]) as further:
            assert further.motion_blur == BLUR
        ve.render(blurred, tmp_path / "one.mp4")
        ve.render(template, tmp_path / "other.mp4", motion_blur=BLUR)
        assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "other.mp4").read_bytes()
        again.close()


def test_frames_are_the_stills() -> None:
    with ve.open_template(DOCUMENT) as template, ve.frames(template, motion_blur=BLUR, frames=(3, 6)) as frames:
        for frame in frames:
            assert np.array_equal(frame.pixels, ve.render_still(template, frame.frame, motion_blur=BLUR))


def test_orders_executors_and_caches_make_the_same_bytes_and_mix_nothing_up(tmp_path: Path) -> None:
    encoder = ve.EncoderConfig(segment_seconds=0.4)
    with ve.open_template(DOCUMENT) as template:

        def rendered(name: str, **how: Any) -> tuple[bytes, ve.RenderResult]:
            result = ve.render(template, tmp_path / name, encoder=encoder, **how)
            return (tmp_path / name).read_bytes(), result

        cache = tmp_path / "cache"
        sharp, _ = rendered("sharp.mp4", cache=cache)
        blurred, result = rendered("blurred.mp4", cache=cache, motion_blur=BLUR)
        assert sharp != blurred and result.reused_frames == 0
        again, result = rendered("again.mp4", cache=cache, motion_blur=BLUR)
        assert again == blurred and result.reused_frames == 20
        assert ve.cached_frames(template, cache, encoder=encoder, motion_blur=BLUR) == 20
        assert ve.cached_frames(template, cache, encoder=encoder, motion_blur=True) == 0
        assert rendered("elsewhere.mp4", motion_blur=BLUR, executor="processes")[0] == blurred
        order = ve.order_for(template, tmp_path / "ordered.mp4", encoder=encoder, motion_blur=BLUR)
        ve.render_order(ve.RenderOrder.from_json(order.to_json()))
        assert (tmp_path / "ordered.mp4").read_bytes() == blurred
        manifest = ve.Manifest.of(template, order, ve.render_order(order))
        assert manifest.order.motion_blur == BLUR and ve.verify(tmp_path / "ordered.mp4", manifest).same


def test_a_template_without_switches_says_so_and_stays_sharp() -> None:
    sharp = document()
    for layers in (sharp["layers"], sharp["assets"][0]["layers"]):
        for layer in layers:
            layer["mb"] = False
    with ve.open_template(json.dumps(sharp).encode()) as template:
        still = ve.still(template, 4, motion_blur=True)
        assert [one.feature for one in still.findings] == ["motion_blur.none"]
        assert np.array_equal(still.pixels, ve.still(template, 4).pixels) and not ve.still(template, 4).findings


def test_a_check_finds_what_a_render_would_be_refused_for() -> None:
    large = document(w=4000, h=4000)
    turning = next(layer for layer in large["layers"] if layer["nm"] == "bar")
    turning["shapes"][0]["it"][0]["s"]["k"] = [4000, 4000]
    with ve.open_template(json.dumps(large | {"layers": [turning] * 30}).encode()) as template:
        assert not template.check(ve.EncoderConfig())
        [problem] = template.check(ve.EncoderConfig(), motion_blur=ve.MotionBlur(samples=64))
        assert isinstance(problem, ve.FrameCostError) and str(problem.hint).endswith("fewer samples of the motion blur")


@pytest.mark.parametrize("wrong", [16, "yes", {"samples": 8}])
def test_what_is_no_motion_blur_is_refused(wrong: Any) -> None:
    with ve.open_template(DOCUMENT) as template:
        with pytest.raises(ve.WrongTypeError):
            ve.still(template, 4, motion_blur=wrong)
        with pytest.raises(ve.WrongTypeError):
            template.customized(motion_blur=wrong)
