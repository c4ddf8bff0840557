"""Shape items: one of each kind, groups, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from velocity_engine.model import shapes as model
from velocity_engine.model.properties import Property
from velocity_engine.parse.context import Context, version_of
from velocity_engine.parse.shapes import MAX_GROUP_DEPTH, shape_items


def context(version: str = "5.9.0") -> Context:
    return Context(file="x.json", version=version_of(version), package=None)


def k(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


PATH = {"v": [[0, 0], [1, 1]], "i": [[0, 0]] * 2, "o": [[0, 0]] * 2, "c": False}
STOPS = {"p": 2, "k": k([0, 1, 1, 1, 1, 0, 0, 0])}
EACH: list[tuple[dict[str, Any], type[model.ShapeItem]]] = [
    ({"ty": "gr", "it": []}, model.Group),
    ({"ty": "sh", "ks": k(PATH)}, model.PathShape),
    ({"ty": "el", "p": k([1, 2]), "s": k([3, 4])}, model.Ellipse),
    ({"ty": "rc", "p": k([1, 2]), "s": k([3, 4]), "r": k(5)}, model.Rectangle),
    ({"ty": "sr", "sy": 2, "pt": k(5), "p": k([0, 0]), "r": k(0), "or": k(9), "os": k(0)}, model.Polystar),
    ({"ty": "fl", "c": k([1, 0, 0, 1]), "o": k(50), "r": 2}, model.Fill),
    ({"ty": "gf", "t": 2, "g": STOPS, "s": k([0, 0]), "e": k([9, 0])}, model.Fill),
    ({"ty": "st", "c": k([1, 0, 0, 1]), "w": k(3), "lc": 1, "lj": 3, "ml2": k(7)}, model.Stroke),
    ({"ty": "gs", "t": 1, "g": STOPS, "s": k([0, 0]), "e": k([9, 0]), "w": k(3)}, model.Stroke),
    ({"ty": "tm", "s": k(0), "e": k(50), "o": k(90), "m": 2}, model.Trim),
    ({"ty": "mm", "mm": 4}, model.Merge),
    ({"ty": "rp", "c": k(3), "o": k(1), "m": 2, "tr": {"so": k(100), "eo": k(0)}}, model.Repeater),
    ({"ty": "rd", "r": k(4)}, model.RoundCorners),
    ({"ty": "zz", "s": k(4), "r": k(3), "pt": k(2)}, model.ZigZag),
    ({"ty": "pb", "a": k(40)}, model.PuckerBloat),
    ({"ty": "tw", "a": k(40), "c": k([1, 1])}, model.Twist),
    ({"ty": "op", "a": k(4), "lj": 2, "ml": k(4)}, model.OffsetPath),
]


@pytest.mark.parametrize(("raw", "kind"), EACH)
def test_each_kind(raw: dict[str, Any], kind: type[model.ShapeItem]) -> None:
    carried = context()
    (item,) = shape_items(carried, [{**raw, "nm": "name", "mn": "ADBE", "hd": True, "bm": 3}], "/shapes")
    assert type(item) is kind
    assert (item.name, item.match_name, item.hidden, item.blend_mode) == ("name", "ADBE", True, 3)
    assert item.pointer == "/shapes/0"
    assert not carried.findings


@pytest.mark.parametrize("kind", [raw["ty"] for raw, _ in EACH])
def test_each_kind_without_its_fields(kind: str) -> None:
    items = shape_items(context(), [{"ty": kind}], "")
    assert len(items) == (0 if kind == "sh" else 1)


def test_values() -> None:
    star, fill, stroke, trim, merge, repeater, zigzag = shape_items(
        context(), [EACH[n][0] for n in (4, 5, 7, 9, 10, 11, 13)], ""
    )
    assert isinstance(star, model.Polystar) and star.kind is model.StarKind.POLYGON
    assert isinstance(fill, model.Fill) and fill.rule is model.FillRule.EVEN_ODD
    assert isinstance(stroke, model.Stroke) and stroke.miter_limit.value == (7.0,)
    assert (stroke.cap, stroke.join) == (model.Cap.BUTT, model.Join.BEVEL)
    assert isinstance(trim, model.Trim) and trim.mode is model.TrimMode.INDIVIDUALLY
    assert isinstance(merge, model.Merge) and merge.mode is model.MergeMode.INTERSECT
    assert isinstance(repeater, model.Repeater) and repeater.above  # EACH says m 2
    assert repeater.transform.end_opacity is not None
    assert isinstance(zigzag, model.ZigZag) and zigzag.smooth


def test_groups_keep_their_transform_apart() -> None:
    raw = {"ty": "gr", "it": [{"ty": "el"}, {"ty": "fl"}, {"ty": "tr", "p": k([5, 6]), "o": k(40)}]}
    (group,) = shape_items(context(), [raw], "")
    assert isinstance(group, model.Group)
    assert len(group.items) == 2
    assert group.transform.opacity.value == (40.0,)
    position = group.transform.position
    assert isinstance(position, Property) and position.value[:2] == (5.0, 6.0)


def test_dashes_and_direction() -> None:
    dashes = [{"n": "d", "v": k(4)}, {"n": "g", "v": k(2)}, {"n": "o", "v": k(1)}, {"n": "x"}, 3]
    carried = context()
    stroke, ellipse = shape_items(carried, [{"ty": "st", "d": dashes}, {"ty": "el", "d": 3}], "")
    assert isinstance(stroke, model.Stroke)
    assert [(dash.kind, dash.length.value[0]) for dash in stroke.dashes] == [("d", 4.0), ("g", 2.0), ("o", 1.0)]
    assert isinstance(ellipse, model.Ellipse) and ellipse.reversed
    assert len(carried.findings) == 2


@pytest.mark.parametrize(("version", "closed"), [("4.4.17", True), ("4.4.18", False)])
def test_closed_on_the_shape_in_old_documents(version: str, closed: bool) -> None:
    (path,) = shape_items(context(version), [{"ty": "sh", "closed": True, "ks": k(PATH)}], "")
    assert isinstance(path, model.PathShape)
    assert path.path.value.closed is closed


def test_what_is_not_known_is_reported() -> None:
    carried = context()
    raw = [{"ty": "qq", "nm": "Odd"}, {"ty": 4}, "no", {"ty": "no"}, {"ty": "tr"}, {"ty": "fl", "r": 7}]
    (fill,) = shape_items(carried, raw, "/shapes")
    assert isinstance(fill, model.Fill)
    assert [finding.feature for finding in carried.findings] == [
        "shape.qq",
        "shape.unknown",
        "document.malformed",
        "document.malformed",
    ]
    assert "Odd" in carried.findings[0].message


def test_deep_groups() -> None:
    raw: dict[str, Any] = {"ty": "gr", "it": []}
    for _ in range(MAX_GROUP_DEPTH - 1):
        raw = {"ty": "gr", "it": [raw]}
    whole = context()
    shape_items(whole, [raw], "")
    assert whole.findings == []
    deeper = context()
    shape_items(deeper, [{"ty": "gr", "it": [raw]}], "/shapes")
    (finding,) = deeper.findings
    assert (finding.feature, finding.place.pointer) == ("shape.depth", "/shapes" + "/0/it" * MAX_GROUP_DEPTH + "/0")
