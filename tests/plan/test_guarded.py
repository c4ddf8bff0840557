"""What third parties' objects do wrong is told with their name, the layer and the frame."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine.display import DrawCommand, EffectCall, FillSource, SolidPaint, command
from velocity_engine.model.geometry import rectangle_path

RED = SolidPaint((1.0, 0.0, 0.0, 1.0))


def boxed(width: float, **how: Any) -> list[DrawCommand]:
    return [command(FillSource(rectangle_path(0, 0, width, 10), RED), **how)]


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_arguments: Any) -> Any:
        raise error

    return fail


class Frail:
    """A layer type, each part of which can be replaced by a faulty one."""

    key = "frail"
    lottie_types = (77,)
    moves = True

    def __init__(self, draw: Callable[[Any], Any] = lambda sampler: boxed(9), prepare: Any = None) -> None:
        self.draw = draw
        self._prepare = prepare

    def prepare(self, layer: Any, context: Any) -> Any:
        return self._prepare(layer, context) if self._prepare else self


class Glitch:
    """An effect, each part of which can be replaced by a faulty one."""

    key = "glitch"
    match_names = ("ACME Glitch",)
    lottie_types = ()

    def __init__(self, evaluate: Any = None, apply: Any = None) -> None:
        self._evaluate = evaluate or (lambda effect, sampler, matrix: EffectCall(self.key, (), matrix))
        self._apply = apply or (lambda pixels, call, origin: pixels)

    def evaluate(self, effect: Any, sampler: Any, matrix: Any) -> Any:
        return self._evaluate(effect, sampler, matrix)

    def apply(self, pixels: Any, call: Any, origin: Any) -> Any:
        return self._apply(pixels, call, origin)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    glitch = {"ty": 5, "nm": "Glitch", "mn": "ACME Glitch", "ef": [], "en": 1}
    common = {"ks": {}, "ip": 0, "op": 5, "st": 0}
    mine = {"ty": 77, "nm": "Mine", **common}
    box = {"ty": 1, "nm": "Box", "sw": 100, "sh": 10, "sc": "#00ff00", **common}
    worn = {"ty": 1, "nm": "Worn", "sw": 100, "sh": 10, "sc": "#00ff00", "ef": [glitch], **common}
    layers = [mine, box, worn]
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 128, "h": 64, "layers": layers, "assets": []}
    (tmp_path / "data.json").write_text(json.dumps(document))
    return tmp_path / "data.json"


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (raising(KeyError("colour")), "KeyError: 'colour'"),
        (raising(ValueError()), "ValueError"),
        (raising(MemoryError()), "ran out of memory"),
        (raising(SystemExit(3)), "SystemExit: 3"),
        (raising(FileNotFoundError(errno.ENOENT, "No such file", "/secret/place")), "No such file"),
        (lambda sampler: None, "draw returned NoneType"),
        (lambda sampler: ["box"], "draw returned str in place of a DrawCommand"),
        (lambda sampler: boxed(float("nan")), "points that are not finite"),
        (lambda sampler: boxed(1, opacity=float("nan")), "an opacity is nan"),
        (lambda sampler: boxed(1, matrix=(1.0, 0.0, 0.0, 1.0, float("inf"), 0.0)), "a matrix is not finite"),
    ],
)
def test_drawing_that_fails_names_plugin_layer_and_frame(
    register: Any, path: Path, draw: Callable[[Any], Any], words: str
) -> None:
    def late(sampler: Any) -> Any:
        return draw(sampler) if sampler.frame >= 3 else boxed(9)

    register(Frail(late))
    with ve.open_template(path) as template:
        assert ve.render_still(template, frame=2).any()
        with pytest.raises(ve.PluginError, match=r"the layer plugin 'frail' of this program .*at frame 3") as still:
            ve.render_still(template, frame=3)
        with pytest.raises(ve.PluginError, match="at frame 3") as render:
            ve.render(template, path.with_name("out.mp4"))
    assert str(still.value) == str(render.value)
    assert words in still.value.message and still.value.place.layer == "Mine"
    assert "/secret" not in str(still.value)
    assert [one.name for one in path.parent.iterdir()] == ["data.json"], "something is left of the video"


def test_preparing_that_fails_is_told_before_anything_is_drawn(register: Any, path: Path) -> None:
    register(Frail(prepare=raising(KeyError("colour"))))
    words = "the layer plugin 'frail' of this program failed while it was prepared: KeyError: 'colour'"
    entries = [{"layer": "Box", "plugin": "frail", "data": {}}]
    with ve.open_template(path) as template:
        assert (words, "Mine") in [(one.message, one.place.layer) for one in template.findings]
        with pytest.raises(ve.RenderFailed, match="KeyError"):
            ve.render(template, path.with_name("out.mp4"))
        (problem,) = template.check(customizations=entries)
        assert (problem.message, problem.place.field) == (words, "customizationMap[0].plugin")
    register(Frail(prepare=lambda layer, context: 17))
    with ve.open_template(path) as template:
        assert any("prepare returned int, which has no method draw" in one.message for one in template.findings)


@pytest.mark.parametrize(
    ("glitch", "words"),
    [
        (Glitch(evaluate=raising(KeyError("amount"))), "KeyError: 'amount'"),
        (Glitch(evaluate=lambda *_: 3), "TypeError"),
        (Glitch(apply=raising(IndexError("row 7"))), "IndexError: row 7"),
        (Glitch(apply=lambda pixels, *_: None), "apply returned NoneType"),
        (Glitch(apply=lambda pixels, *_: pixels[1:]), "it must return uint8 pixels of the shape"),
        (Glitch(apply=lambda pixels, *_: pixels.astype(np.float32)), "apply returned float32"),
        (Glitch(apply=raising(MemoryError())), "ran out of memory"),
    ],
)
def test_effects_that_fail_name_plugin_layer_and_frame(register: Any, path: Path, glitch: Glitch, words: str) -> None:
    register(Frail())
    register(glitch)
    with ve.open_template(path) as template:
        with pytest.raises(ve.PluginError, match=r"the effect 'glitch' of this program .*at frame 1") as still:
            ve.render_still(template, frame=1)
        with pytest.raises(ve.PluginError, match="at frame 0"):
            ve.render(template, path.with_name("out.mp4"))
    assert words in still.value.message and still.value.place.layer == "Worn"


def test_errors_of_the_engines_kind_pass_as_they_are(register: Any, path: Path) -> None:
    register(Frail(raising(ve.MediaError("the picture is gone"))))
    with ve.open_template(path) as template, pytest.raises(ve.MediaError, match="the picture is gone"):
        ve.render_still(template)


def test_what_a_plugin_draws_is_drawn_and_built_ins_are_not_watched(register: Any, path: Path) -> None:
    register(Frail())
    register(Glitch())
    with ve.open_template(path) as template:
        assert ve.render_still(template)[5, 5].tolist() == [255, 0, 0, 255]
        plan = template.plan()
        mine, box, worn = plan.main.layers
        assert type(mine.prepared).__name__ == "GuardedLayer"
        assert type(box.prepared).__name__ == "PreparedSolid"
        assert type(worn.prepared).__name__ == "PreparedSolid"
        plan.close()
