"""What layers cost, measured by drawing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from clear_template import clear_template
from proofs_support import write_template

import velocity_engine as ve
from velocity_engine.composite import FrameCompositor
from velocity_engine.display import CLEAR
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.profiling.layer_clock import LayerClock, MeasuredEvaluator, measured_compositor
from velocity_engine.profiling.layer_costs import WINDOW, windows

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
PATIENCE = 600.0


def test_all_frames_are_measured_where_there_is_time() -> None:
    with ve.open_template(DEMO) as template:
        costs = ve.layer_costs(template, size=(320, 180), seconds=PATIENCE)
    assert costs is not None
    assert costs.whole and costs.frames == 149
    assert (costs.width, costs.height) == (320, 180)
    assert sum(layer.milliseconds for layer in costs.layers) == pytest.approx(costs.frame_ms)
    assert sum(layer.share for layer in costs.layers) == pytest.approx(1.0)
    order = [layer.milliseconds for layer in costs.layers]
    assert order == sorted(order, reverse=True)
    by_name = {layer.layer: layer for layer in costs.layers}
    assert by_name["Backdrop"].tiles == 0 and by_name["Backdrop"].draw_ms > 0
    assert by_name["Photo"].tiles > by_name["Spark 1"].tiles > 0


def test_a_layer_with_much_to_draw_is_the_dearest(tmp_path: Path) -> None:
    """The photo is blurred widely while it moves; the two texts stand still."""
    import json

    place = write_template(tmp_path)
    told = json.loads((place / "data.json").read_text())
    photo = told["layers"][1]
    photo["ks"]["p"] = {"a": 1, "k": [{"t": 0, "s": [100, 10, 0]}, {"t": 40, "s": [140, 10, 0]}]}
    photo["ef"] = [{
        "ty": 29, "nm": "Gaussian Blur", "mn": "ADBE Gaussian Blur 2", "en": 1,
        "ef": [{"ty": 0, "v": {"k": 40}}, {"ty": 7, "v": {"k": 1}}, {"ty": 7, "v": {"k": 0}}],
    }]  # fmt: skip
    (place / "data.json").write_text(json.dumps(told))
    with ve.open_template(place) as template:
        costs = ve.layer_costs(template, size=(800, 480), seconds=PATIENCE)
    assert costs is not None
    assert costs.layers[0].layer == "Photo"
    assert costs.layers[0].changing == 1.0
    inside = next(layer for layer in costs.layers if layer.layer == "Comp/Inside")
    assert 0 < inside.changing < 0.1, "it comes once"


def test_held_frames_and_dirty_tiles_are_counted(tmp_path: Path) -> None:
    with ve.open_template(write_template(tmp_path)) as template:
        costs = ve.layer_costs(template, seconds=PATIENCE)
    assert costs is not None
    assert costs.frames == 39
    assert costs.held == pytest.approx(38 / 39)
    assert costs.dirty == pytest.approx(1 / 39 / 8)
    with clear_template(tmp_path, 20) as template:
        moving = ve.layer_costs(template, seconds=PATIENCE)
    assert moving is not None
    assert moving.held == 0.0


def test_little_time_measures_a_part_that_lies_evenly() -> None:
    with ve.open_template(DEMO) as template:
        costs = ve.layer_costs(template, size=(64, 36), seconds=0.0)
    assert costs is not None
    assert costs.frames == WINDOW and not costs.whole
    runs = windows(150)
    assert sum(count for _, count in runs) == 149
    assert sorted(first for first, _ in runs) == list(range(0, 149, WINDOW))
    assert [first for first, _ in runs[:3]] == [0, 8 * WINDOW, 4 * WINDOW]
    assert windows(1) == []


def test_a_template_of_one_frame_and_a_wish_to_stop(tmp_path: Path) -> None:
    with clear_template(tmp_path, 1) as template:
        assert ve.layer_costs(template) is None
    with clear_template(tmp_path, 20) as template:
        assert ve.layer_costs(template, cancelled=lambda: True) is None


def test_time_within_another_label_counts_for_itself_alone() -> None:
    clock = LayerClock()
    clock.take()
    with clock.of("outer"):
        time.sleep(0.02)
        with clock.of("inner"):
            time.sleep(0.05)
    spent = clock.take()
    assert spent["inner"] >= 50e6
    assert spent["outer"] >= 20e6
    assert "outer" not in clock.take()


def test_what_is_measured_is_drawn_to_the_same_bit() -> None:
    size = (320, 180)
    clock = LayerClock()
    with ve.open_template(DEMO) as template:
        plan = template.plan()
        viewport = fit_viewport((template.width, template.height), *size)
        plain, measured = FrameCompositor(*size), FrameCompositor(*size, measured_compositor(clock))
        evaluators = (Evaluator(plan), MeasuredEvaluator(plan, clock))
        for frame in range(40, 60):
            lists = [evaluator.display_list(frame, viewport, CLEAR) for evaluator in evaluators]
            assert lists[0].digest == lists[1].digest
            one, _ = plain.advance(lists[0])
            other, _ = measured.advance(lists[1])
            assert (one == other).all()
        plan.close()
