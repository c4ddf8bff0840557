"""Texts, animators, fonts, glyphs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from velocity_engine.model.properties import Property
from velocity_engine.model.shapes import Group, PathShape
from velocity_engine.model.text import (
    BoxFit,
    Caps,
    ExpressionSelector,
    Justify,
    RangeSelector,
    Resize,
    Selector,
    TextData,
    VerticalAlign,
    WigglySelector,
)
from velocity_engine.parse.context import Context, version_of
from velocity_engine.parse.text import fonts, glyphs, text_data

STYLE = {"s": 40, "f": "Inter-Bold", "t": "Hello\rWorld", "j": 2, "tr": 25, "lh": 48, "ls": 3, "fc": [1, 0, 0]}


def context(version: str = "5.9.0") -> Context:
    return Context(file="x.json", version=version_of(version), package=None)


def read(raw: Any, carried: Context | None = None) -> TextData | None:
    return text_data(
        carried or context(), {"d": raw, "p": {}, "m": {"g": 1, "a": {"a": 0, "k": [0, 0]}}, "a": []}, "/t"
    )


@pytest.mark.parametrize(
    "raw",
    [{"k": [{"t": 0, "s": STYLE}]}, {"k": STYLE}, STYLE, {"k": [{"s": STYLE}], "sid": "title"}],
)
def test_a_text(raw: Any) -> None:
    data = read(raw)
    assert data is not None
    text = data.document.value
    assert (text.text, text.font, text.size, text.justify) == ("Hello\rWorld", "Inter-Bold", 40.0, Justify.CENTER)
    assert (text.tracking, text.line_height, text.baseline_shift, text.fill) == (25.0, 48.0, 3.0, (1.0, 0.0, 0.0))
    assert text.stroke is None
    assert text.box is None
    assert not data.document.moves


def test_box_stroke_caps_and_keyframes() -> None:
    more = {**STYLE, "sz": [200, 100], "ps": [-100, -20], "sc": "#00ff00", "sw": 2, "of": True, "ca": 1, "t": 12}
    data = read({"k": [{"t": 20, "s": more}, {"t": 0, "s": STYLE}], "x": "value"})
    assert data is not None
    assert data.document.expression == "value"
    assert [frame.time for frame in data.document.keyframes] == [0.0, 20.0]
    text = data.document.keyframes[1].value
    assert data.document.keyframes[1].hold
    assert (text.text, text.box, text.caps) == ("12", (-100.0, -20.0, 200.0, 100.0), Caps.ALL)
    assert (text.stroke, text.stroke_width, text.stroke_over_fill) == ((0.0, 1.0, 0.0), 2.0, True)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, None),
        ({"rs": 0, "mf": 10, "m": 1}, None),
        ({"rs": 1}, BoxFit(resize=Resize.FIT)),
        ({"sk_rs": 2}, BoxFit(resize=Resize.SHRINK)),
        ({"rs": 2, "mf": 10, "xf": 50, "xl": 3}, BoxFit(resize=Resize.SHRINK, min_size=10, max_size=50, max_lines=3)),
        ({"vj": 5}, BoxFit(align=VerticalAlign.VISUAL_BOTTOM)),
        ({"sk_vj": 2}, BoxFit(align=VerticalAlign.BOTTOM)),
        ({"sk_vj": 3}, BoxFit(resize=Resize.FIT, align=VerticalAlign.CENTER)),
        ({"sk_vj": 4, "rs": 1}, BoxFit(resize=Resize.SHRINK, align=VerticalAlign.CENTER)),
        ({"vj": 0, "sk_vj": 4}, BoxFit(align=VerticalAlign.TOP)),
        ({"m": 0}, BoxFit(wraps=False)),
        ({"rs": -7, "vj": 99, "xl": -1}, None),
    ],
)
def test_skotties_fields_for_texts_in_their_box(fields: dict[str, int], wanted: BoxFit | None) -> None:
    boxed = read({"k": [{"t": 0, "s": {**STYLE, "sz": [200, 100], "ps": [0, 0], **fields}}]})
    assert boxed is not None
    assert boxed.document.value.box_fit == wanted
    assert boxed.document.value.fit is None
    point = read({"k": [{"t": 0, "s": {**STYLE, **fields}}]})
    assert point is not None
    assert point.document.value.box_fit is None


def test_colors_in_slots_and_bad_ones() -> None:
    carried = context()
    style = {**STYLE, "fc": {"k": [0, 1, 0], "sid": "accent"}, "sc": "reddish"}
    data = read({"k": [{"t": 0, "s": style}]}, carried)
    assert data is not None
    assert (data.document.value.fill, data.document.value.stroke) == ((0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
    assert "accent" in carried.used_slots
    assert [finding.place.pointer for finding in carried.findings] == ["/t/d/k/0/s/sc"]


def test_bad_keyframes_are_dropped() -> None:
    carried = context()
    data = read({"k": [{"t": 0, "s": STYLE}, {"t": 1, "s": {"s": "big"}}, {"t": 2}, 5]}, carried)
    assert data is not None
    assert len(carried.findings) == 3
    assert read(None) is None
    assert read({"k": []}) is None


def test_lone_surrogates_are_replaced() -> None:
    data = read({"k": [{"t": 0, "s": {**STYLE, "t": "a\ud800b"}}]})
    assert data is not None
    assert data.document.value.text == "a\ufffdb"
    data.document.value.text.encode()


def test_animators_and_path() -> None:
    raw = {
        "d": {"k": [{"t": 0, "s": STYLE}]},
        "m": {"g": 3, "a": {"k": [10, 20]}},
        "p": {"m": 0, "f": {"k": 5}, "r": 1},
        "a": [
            {
                "nm": "Animator 1",
                "s": {
                    "t": 0,
                    "xe": {"k": 0},
                    "ne": {"k": 10},
                    "a": {"k": 100},
                    "b": 3,
                    "rn": 1,
                    "sh": 2,
                    "r": 2,
                    "m": 2,
                },
                "a": {"o": {"k": 0}, "fc": {"k": [1, 0, 0, 1]}, "t": {"k": 5}, "p": {"k": [0, 9, 0]}},
            },
            4,
        ],
    }
    carried = context()
    data = text_data(carried, raw, "/t")
    assert data is not None
    assert data.anchor_grouping == 3
    assert data.path is not None and data.path.mask == 0
    assert data.path.reversed is not None and data.path.reversed.value == (1.0,)
    (animator,) = data.animators
    (selector,) = animator.selectors
    assert isinstance(selector, RangeSelector)
    assert (selector.based_on, selector.shape, selector.units, selector.mode, selector.randomize) == (3, 2, 2, 2, True)
    assert animator.style.tracking is not None and animator.style.tracking.value == (5.0,)
    assert animator.style.scale is None
    assert len(carried.findings) == 1


def test_fonts() -> None:
    embedded = "data:font/ttf;base64," + base64.b64encode(b"font").decode()
    carried = context()
    found = fonts(
        carried,
        {
            "list": [
                {"fName": "Inter-Bold", "fFamily": "Inter", "fStyle": "Bold", "ascent": 72.7, "fPath": embedded},
                {"fName": "Web", "fPath": "https://example.com/font.ttf"},
                {"fName": "Broken", "fPath": "data:font/ttf;base64,???"},
                None,
            ]
        },
    )
    assert [font.data for font in found] == [b"font", None, None]
    assert (found[0].family, found[0].style, found[0].ascent) == ("Inter", "Bold", 72.7)
    assert len(carried.findings) == 2


def selectors_of(carried: Context, raw: Any) -> tuple[Selector, ...]:
    data = text_data(carried, {"d": {"k": {"t": "a", "s": 9, "f": "F"}}, "a": [{"s": raw, "a": {}}]}, "/t")
    assert data is not None
    return data.animators[0].selectors


def test_selectors_of_each_kind() -> None:
    carried = context()
    raw = [{"t": 0, "b": 2}, {"t": 1, "b": 3, "x": "textIndex"}, {"t": 2, "ld": 1, "wf": {"k": 5}, "m": 1}, "no", {}]
    first, second, third, fourth = selectors_of(carried, raw)
    assert isinstance(first, RangeSelector) and first.based_on == 2
    assert isinstance(second, ExpressionSelector) and second.based_on == 3
    assert (second.amount.expression, second.amount.pointer) == ("textIndex", "/t/a/0/s/1")
    assert isinstance(third, WigglySelector) and third.lock_dimensions and third.mode == 1
    assert third.frequency is not None and third.frequency.value == (5.0,)
    assert isinstance(fourth, RangeSelector)
    assert carried.findings == []


def test_an_expression_selector_without_its_expression() -> None:
    carried = context()
    (selector,) = selectors_of(carried, {"t": 1})
    assert isinstance(selector, ExpressionSelector) and selector.amount.expression is None
    assert [finding.feature for finding in carried.findings] == ["text.expression_selector"]


def test_glyphs() -> None:
    shape = {"ty": "gr", "it": [{"ty": "sh", "ks": {"k": {"v": [], "i": [], "o": [], "c": True}}}]}
    common = {"size": 12, "style": "Bold", "fFamily": "Inter", "w": 61.2}
    inner = {"refId": "c", "ip": 2, "op": 9, "st": 1, "sr": 2, "ks": {"p": {"k": [3, 4]}}}
    found = glyphs(
        context(),
        [{"ch": "A", **common, "data": {"shapes": [shape]}}, {"ch": "B", **common, "t": 1, "data": inner}, 3],
    )
    assert (found[0].character, found[0].width, len(found[0].shapes), found[0].precomp) == ("A", 61.2, 1, None)
    assert found[1].precomp == "c"
    assert (found[1].in_point, found[1].out_point, found[1].start_time, found[1].stretch) == (2, 9, 1, 2)
    position = found[1].transform.position
    assert isinstance(position, Property) and position.value[:2] == (3, 4)


def test_glyphs_of_old_documents_have_positions_for_tangents_and_more_groups_than_they_need() -> None:
    corners = [[0, 0], [10, 0], [10, -20]]
    path = {"v": corners, "i": corners, "o": [[0, 0], [14, 0], [10, -20]], "c": True}
    group = {"ty": "gr", "it": [{"ty": "sh", "ks": {"k": path}}, {"ty": "fl"}]}
    raw: list[Any] = [
        {"ch": "A", "size": 12, "style": "", "fFamily": "Inter", "w": 9, "data": {"shapes": [group, group]}}
    ]
    for version, expected in (("4.6.3", [0, 0]), ("4.8.0", [10, 0])):
        (glyph,) = glyphs(context(version=version), raw)
        (outline,) = glyph.shapes
        assert isinstance(outline, Group) and isinstance(outline.items[0], PathShape)
        value = outline.items[0].path.value
        assert value.ins[1].tolist() == expected
        assert value.outs[1].tolist() == [value.ins[1][0] + 4, 0]
    assert raw[0]["data"]["shapes"][0]["it"][0]["ks"]["k"]["i"] is corners
