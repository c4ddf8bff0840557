"""Whole documents whose texts need what lies outside of them: expressions and compositions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from raster_support import path_of
from transforms_support import fixed

from velocity_engine.display import DisplayList, DrawCommand, GroupSource
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.evaluate.expressions import expression_engine
from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import Plan, make_plan

SQUARE = {"v": [[0, 0], [40, 0], [40, -40], [0, -40]], "i": [[0, 0]] * 4, "o": [[0, 0]] * 4, "c": True}
OUTLINE = {"shapes": [{"ty": "gr", "it": [{"ty": "sh", "ks": {"k": SQUARE}}]}]}


def glyph(character: str, **data: Any) -> dict[str, Any]:
    return {"ch": character, "size": 100, "style": "Plain", "fFamily": "Blocks", "w": 50, "data": data or OUTLINE}


def plan_of(text: str, animators: list[Any] | None = None, assets: list[Any] | None = None, **layer: Any) -> Plan:
    style = {"t": text, "s": 20, "f": "Blocks-Plain", "fc": [1, 0, 0], "j": 0}
    data = {"d": {"k": [{"t": 0, "s": style}]}, "a": animators or [], "m": {"g": 1}, "p": {}}
    document = {
        "v": "5.9.0", "fr": 25, "ip": 0, "op": 50, "w": 200, "h": 100, "assets": assets or [],
        "fonts": {"list": [{"fName": "Blocks-Plain", "fFamily": "Blocks", "fStyle": "Plain", "ascent": 75}]},
        "chars": [*map(glyph, "abcde"), glyph("O", refId="orb", st=2, ks={"p": fixed(10, -10)}, op=40)],
        "layers": [{"ty": 5, "nm": "Title", "ind": 1, "ip": 0, "op": 50, "st": 0, "ks": {}, "t": data} | layer],
    }  # fmt: skip
    plan = make_plan(parse_document(json.dumps(document).encode(), file="data.json", package=None), None)
    plan.expressions = expression_engine(plan)
    return plan


def shown(plan: Plan, frame: float = 0.0) -> DisplayList:
    return Evaluator(plan).display_list(frame, fit_viewport((200, 100), 200, 100), (0.0, 0.0, 0.0, 0.0))


def drops(plan: Plan, frame: float = 0.0) -> list[float]:
    """How far each character of a text that one animator moves down stands below its line."""
    (entry,) = shown(plan, frame).commands
    return [float(path_of(entry).contour(i)[:, 1].max()) for i in range(path_of(entry).contours)]


def lowered(*selectors: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"nm": "A", "s": selectors[0] if len(selectors) == 1 else list(selectors), "a": {"p": fixed(0, 100, 0)}}]


def expressed(source: str, **more: Any) -> dict[str, Any]:
    return {"t": 1, "b": 1, "x": source, **more}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("var $bm_rt;\n$bm_rt = $bm_mul(selectorValue, $bm_div(textIndex, textTotal));", [25, 50, 75, 100]),
        ("textIndex % 2 == 0 ? 100 : [0, 50]", [50, 100, 50, 100]),
        ("textIndex * 60", [60, 120, 180, 240]),  # overshoots, as it does in After Effects
        ("-selectorValue / 2", [-50, -50, -50, -50]),
    ],
)
def test_expression_selectors(source: str, expected: list[float]) -> None:
    plan = plan_of("abcd", lowered(expressed(source)))
    assert drops(plan) == pytest.approx(expected)
    assert plan.findings == []


def test_an_expression_selector_takes_what_the_selectors_above_it_give() -> None:
    half = {"t": 0, "b": 1, "sh": 1, "r": 1, "a": fixed(80), "s": fixed(0), "e": fixed(50)}
    plan = plan_of("abcd", lowered(half, expressed("selectorValue + textIndex")))
    assert drops(plan) == pytest.approx([81, 82, 3, 4])


def test_words_and_time_and_chance() -> None:
    plan = plan_of("ab cd", lowered(expressed("textIndex * 10 + time * 25", b=3)))
    assert drops(plan, 5.0) == pytest.approx([15, 15, 25, 25])
    chance = drops(plan_of("abcd", lowered(expressed("random(100)"))), 3.0)
    assert len(set(chance)) == 4
    assert chance == drops(plan_of("abcd", lowered(expressed("random(100)"))), 3.0)


def test_an_expression_selector_that_fails_is_off_and_reported() -> None:
    plan = plan_of("abcd", lowered(expressed("nowhere.at.all")))
    assert plan.expressions is not None
    plan.expressions.check()
    assert drops(plan) == pytest.approx([100] * 4)
    (finding,) = plan.findings
    assert (finding.feature, finding.place.pointer) == ("expression.failed", "/layers/0/t/a/0/s")


# --- characters that are compositions ---


def solid(**more: Any) -> dict[str, Any]:
    layer = {"ty": 1, "nm": "s", "sw": 50, "sh": 50, "sc": "#00ff00", "ip": 0, "op": 30, "st": 0, "ks": {}}
    return layer | more


def corners(entry: DrawCommand) -> tuple[float, float, float, float]:
    box = path_of(entry).transformed(entry.matrix).bounds()
    assert box is not None
    return box


def test_a_composition_stands_where_its_character_would() -> None:
    plan = plan_of("aOb", assets=[{"id": "orb", "layers": [solid()]}], st=3, ks={"p": fixed(100, 50, 0)})
    assert plan.findings == []
    text, inner = shown(plan, 5.0).commands
    assert path_of(text).contours == 2
    # Its own 50 pixels at a size of 20 are 10; it begins an advance of 10 on, moved by (10, -10) of 100.
    assert corners(inner) == pytest.approx((112, 48, 122, 58))
    assert len(shown(plan, 4.0).commands) == 1  # it starts at 3 + 2
    assert len(shown(plan, 36.0).commands) == 1  # the solid within has ended
    assert plan_of("ab").findings == []


def test_animators_move_and_fade_a_composition() -> None:
    half = [{"s": {"t": 0, "b": 1, "sh": 1, "a": fixed(100)}, "a": {"p": fixed(0, 10, 0), "o": fixed(50)}}]
    plan = plan_of("O", half, assets=[{"id": "orb", "layers": [solid(), solid()]}])
    (entry,) = shown(plan, 5.0).commands
    assert entry.opacity == pytest.approx(0.5) and isinstance(entry.source, GroupSource)
    assert corners(entry.source.commands[0]) == pytest.approx((2, 8, 12, 18))


def test_a_composition_that_the_document_lacks_is_reported() -> None:
    plan = plan_of("aO")
    assert [finding.feature for finding in plan.document.findings] == ["glyph.precomp"]
    assert len(shown(plan, 5.0).commands) >= 1
