"""Layers: every type, what they share, masks, effects, styles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from velocity_engine.model import layers as model
from velocity_engine.model.document import Document
from velocity_engine.parse import parse_document


def parsed(*layers: dict[str, Any], version: str = "5.9.0", **more: Any) -> Document:
    raw = {"v": version, "fr": 30, "ip": 0, "op": 90, "w": 100, "h": 80, "layers": layers, **more}
    return parse_document(json.dumps(raw).encode(), file="data.json", package=None)


def one(layer: dict[str, Any], **more: Any) -> model.Layer:
    return parsed(layer, **more).main.layers[0]


COMP = [{"id": "comp", "layers": [], "nm": "Card", "fr": 25}]
DATA = "data:image/png;base64,aGVsbG8="


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"ty": 0, "refId": "comp", "w": 50, "h": 40, "tm": {"k": 1}}, model.PrecompContent),
        ({"ty": 1, "sw": 10, "sh": 20, "sc": "#ff8000"}, model.SolidContent),
        ({"ty": 2, "refId": "pic"}, model.ImageContent),
        ({"ty": 3}, model.NullContent),
        ({"ty": 4, "shapes": [{"ty": "el"}]}, model.ShapeContent),
        ({"ty": 5, "t": {"d": {"k": [{"s": {"t": "Hi", "s": 9, "f": "F"}}]}}}, model.TextContent),
        ({"ty": 6, "refId": "pic", "au": {"lv": {"k": [0, 0]}}}, model.AudioContent),
        ({"ty": 9, "refId": "pic"}, model.VideoContent),
        ({"ty": 11}, model.NullContent),
        ({"ty": 13, "pe": {"k": 500}}, model.CameraContent),
        ({"ty": 77, "extra": 1}, model.UnknownContent),
        ({}, model.UnknownContent),
    ],
)
def test_types(raw: dict[str, Any], kind: type) -> None:
    document = parsed(raw, assets=[*COMP, {"id": "pic", "p": DATA}])
    assert type(document.main.layers[0].content) is kind
    assert not document.findings


def test_contents() -> None:
    solid = one({"ty": 1, "sw": 10, "sh": 20, "sc": "#ff8000"}).content
    assert isinstance(solid, model.SolidContent)
    assert solid.color.value == pytest.approx((1.0, 128 / 255, 0.0))
    unknown = one({"ty": 77, "extra": 1}).content
    assert isinstance(unknown, model.UnknownContent)
    assert (unknown.type, unknown.raw["extra"]) == (77, 1)
    bare = one({"ty": 0, "refId": "comp"}, assets=COMP).content
    assert isinstance(bare, model.PrecompContent)
    assert (bare.width, bare.height, bare.time_remap) == (100.0, 80.0, None)
    assert one({"ty": 11}).guide


def test_common_fields() -> None:
    layer = one(
        {
            "ty": 3,
            "nm": "Name",
            "ind": 4,
            "ip": 5,
            "op": 50.5,
            "st": -2,
            "sr": 2,
            "hd": True,
            "bm": 3,
            "td": 1,
            "ddd": 1,
            "ao": 1,
            "ct": 1,
            "cl": "png",
        }
    )
    assert (layer.name, layer.index, layer.in_point, layer.out_point) == ("Name", 4, 5.0, 50.5)
    assert (layer.start_time, layer.stretch, layer.hidden, layer.blend_mode) == (
        -2.0,
        2.0,
        True,
        model.BlendMode.OVERLAY,
    )
    assert layer.is_matte and layer.three_d and layer.auto_orient and layer.collapse
    assert (layer.match_class, layer.pointer) == ("png", "/layers/0")


def test_defaults() -> None:
    layer = one({"ty": 3, "sr": 0})
    assert (layer.in_point, layer.out_point, layer.stretch, layer.index, layer.parent) == (0.0, 90.0, 1.0, None, None)
    assert layer.transform.scale.value == (100.0, 100.0, 100.0)
    assert layer.transform.opacity.value == (100.0,)


def test_three_d_transform() -> None:
    ks = {"rx": {"k": 1}, "ry": {"k": 2}, "rz": {"k": 3}, "or": {"k": [4, 5, 6]}, "sk": {"k": 7}}
    transform = one({"ty": 3, "ks": ks}).transform
    assert transform.rotation.value == (3.0,)
    assert transform.rotation_x is not None and transform.rotation_x.value == (1.0,)
    assert transform.orientation is not None and transform.orientation.value == (4.0, 5.0, 6.0)
    assert transform.skew.value == (7.0,)


PATH = {"k": {"v": [[0, 0], [9, 0], [9, 9]], "i": [[0, 0]] * 3, "o": [[0, 0]] * 3, "c": True}}


def test_masks() -> None:
    masks = [
        {"mode": "s", "pt": PATH, "inv": True, "o": {"k": 50}, "x": {"k": 3}, "f": {"k": [2, 4]}, "nm": "Mask 1"},
        {"mode": "zz", "pt": PATH},
        {"mode": "a"},
        7,
    ]
    document = parsed({"ty": 3, "masksProperties": masks})
    first, second = document.main.layers[0].masks
    assert (first.mode, first.inverted, first.opacity.value) == (model.MaskMode.SUBTRACT, True, (50.0,))
    assert first.feather is not None and first.feather.value == (2.0, 4.0)
    assert second.mode is model.MaskMode.NONE
    assert [finding.feature for finding in document.findings] == [
        "mask.mode",
        "document.malformed",
        "document.malformed",
    ]
    assert not one({"ty": 3, "hasMask": False, "masksProperties": masks[:1]}).masks
    old = {"mode": "a", "cl": False, "pt": PATH}
    assert not one({"ty": 3, "masksProperties": [old]}, version="4.4.0").masks[0].path.value.closed
    assert one({"ty": 3, "masksProperties": [old]}).masks[0].path.value.closed


def test_mattes_blend_modes_and_parents_that_are_wrong() -> None:
    document = parsed(
        {"ty": 3, "ind": 1, "nm": "A", "bm": 99, "tt": 9, "parent": 7},
        {"ty": 3, "ind": 2, "nm": "B", "tt": 2, "tp": 8},
        {"ty": 3, "ind": 3, "nm": "C", "tt": 1, "tp": 1, "parent": 2},
    )
    first, second, third = document.main.layers
    assert (first.blend_mode, first.matte, first.parent) == (model.BlendMode.NORMAL, None, None)
    assert (second.matte, second.matte_layer) == (None, None)
    assert (third.matte, third.matte_layer, third.parent) == (model.MatteMode.ALPHA, 1, 2)
    features = [(finding.feature, finding.place.layer) for finding in document.findings]
    assert features == [("blend.unknown", "A"), ("matte.unknown", "A"), ("layer.parent", "A"), ("layer.matte", "B")]


def test_effects_and_styles() -> None:
    layer = one(
        {
            "ty": 3,
            "ef": [
                {
                    "ty": 21,
                    "nm": "Fill",
                    "mn": "ADBE Fill",
                    "en": 0,
                    "ef": [
                        {"ty": 2, "nm": "Color", "mn": "ADBE Fill-0002", "v": {"k": [1, 0, 0, 1]}},
                        {"ty": 5, "nm": "Group", "ef": [{"ty": 0, "nm": "Slider", "v": {"k": 5}}]},
                        {"ty": 6, "nm": "No value"},
                    ],
                },
                3,
            ],
            "sy": [{"ty": 1, "nm": "Shadow", "c": {"k": [0, 0, 0, 1]}, "o": {"k": 75}, "bm": {"k": 5}, "x": 3}, "?"],
        }
    )
    (effect,) = layer.effects
    assert (effect.type, effect.name, effect.match_name, effect.enabled) == (21, "Fill", "ADBE Fill", False)
    color, group, empty = effect.parameters
    assert color.value is not None and color.value.value == (1.0, 0.0, 0.0, 1.0)
    assert group.children[0].value is not None and group.children[0].value.name == "Slider"
    assert empty.value is None
    (style,) = layer.styles
    assert style.values["o"].value == (75.0,)
    assert style.values["x"].value == (3.0,)


def test_a_text_layer_without_text_and_a_precomp_that_is_missing() -> None:
    document = parsed({"ty": 5, "nm": "T"}, {"ty": 0, "nm": "P", "refId": "gone"}, "?")  # type: ignore[arg-type]
    assert all(isinstance(layer.content, model.NullContent) for layer in document.main.layers)
    assert [finding.feature for finding in document.findings] == [
        "document.malformed",
        "composition.missing",
        "document.malformed",
    ]


def test_a_clip_in_an_image_layer_is_a_clip(tmp_path: Any) -> None:
    from velocity_engine.package.package import open_package

    raw = {"fr": 1, "op": 2, "w": 9, "h": 9, "layers": [{"ty": 2, "refId": "c"}], "assets": [{"id": "c", "p": "c.mp4"}]}
    (tmp_path / "data.json").write_text(json.dumps(raw))
    (tmp_path / "c.mp4").write_bytes(b"x")
    with open_package(tmp_path) as package:
        document = parse_document(package.document_bytes, file="data.json", package=package)
    assert isinstance(document.main.layers[0].content, model.VideoContent)
