"""Customizations: what each entry changes, and what is said about wrong ones."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from velocity_engine.customize import apply_all, customize, entry_for
from velocity_engine.customize.problems import Sources
from velocity_engine.errors import CustomizationError
from velocity_engine.model.document import Document, Media
from velocity_engine.model.layers import (
    ImageContent,
    Layer,
    PluginContent,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
    VideoContent,
)
from velocity_engine.model.properties import Property
from velocity_engine.model.shapes import Fill, Group, Stroke
from velocity_engine.model.text import TextDocument
from velocity_engine.package.package import Package, open_package
from velocity_engine.parse import parse_document


def problems_of(
    document: Document, entries: Any, package: Package | None = None, assets: dict[str, str] | None = None
) -> list[CustomizationError]:
    return apply_all(document, entries, Sources(package=package, assets=assets)).problems


def k(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def text_layer(name: str, *texts: str, **style: Any) -> dict[str, Any]:
    frames = [
        {"t": 10 * n, "s": {"t": text, "s": 40, "f": "Inter", "lh": 48, "fc": [0, 0, 0], **style}}
        for n, text in enumerate(texts)
    ]
    return {"ty": 5, "nm": name, "t": {"d": {"k": frames, "x": "value"}}}


STOPS = {"p": 2, "k": k([0, 1, 1, 1, 1, 0, 0, 0])}
SHAPES = [
    {
        "ty": "gr",
        "it": [
            {"ty": "rc", "p": k([10, 20]), "s": k([40, 20])},
            {"ty": "fl", "c": k([1, 1, 1, 1]), "o": k(80)},
            {"ty": "st", "c": k([0, 1, 0, 1]), "w": k(2)},
            {"ty": "tr", "p": k([100, 0]), "s": k([200, 100])},
        ],
    },
    {"ty": "gf", "t": 1, "g": STOPS, "s": k([0, 0]), "e": k([1, 1])},
]
GROWING = [{"t": 0, "s": [0, 0]}, {"t": 9, "s": [10, 10]}]
DOCUMENT: dict[str, Any] = {
    "v": "5.9.0",
    "nm": "Promo",
    "fr": 30,
    "ip": 0,
    "op": 90,
    "w": 640,
    "h": 360,
    "assets": [
        {"id": "image_0", "w": 300, "h": 200, "u": "images/", "p": "a.png"},
        {"id": "image_1", "w": 30, "h": 20, "u": "images/", "p": "gone.png"},
        {"id": "clip_0", "w": 640, "h": 360, "u": "images/", "p": "clip.mp4"},
        {"id": "card", "nm": "Card", "layers": [text_layer("Title", "one"), {"ty": 3, "nm": "Null"}]},
    ],
    "layers": [
        text_layer("Headline", "first", "second"),
        {"ty": 2, "nm": "Product", "refId": "image_0"},
        {"ty": 2, "nm": "Twin", "refId": "image_0"},
        {"ty": 2, "nm": "Lost", "refId": "image_1"},
        {"ty": 9, "nm": "Clip", "refId": "clip_0"},
        {"ty": 1, "nm": "Backdrop", "sw": 640, "sh": 360, "sc": "#ffffff"},
        {"ty": 4, "nm": "Badge", "shapes": SHAPES},
        {"ty": 0, "nm": "Card left", "refId": "card", "w": 100, "h": 50},
        {"ty": 0, "nm": "Card right", "refId": "card", "w": 100, "h": 50},
        {"ty": 3, "nm": "Controller", "ks": {"o": {"sid": "fade", "k": 100}, "p": {"sid": "place", "k": [1, 2, 3]}}},
        {"ty": 4, "nm": "Growing", "shapes": [{"ty": "el", "s": {"a": 1, "k": GROWING}}]},
        {"ty": 4, "nm": "Slotted", "shapes": [{"ty": "fl", "c": {"sid": "accent", "k": [1, 0, 0, 1]}}]},
    ],
    "slots": {"accent": {"p": k([0, 0, 1, 1])}},
}


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Package]:
    path = tmp_path / "promo.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(DOCUMENT))
        for name in ("images/a.png", "images/alt.png", "images/clip.mp4"):
            archive.writestr(name, name)
    with open_package(path) as opened:
        yield opened


@pytest.fixture
def document(package: Package) -> Document:
    return parse_document(package.document_bytes, file="data.json", package=package)


def layer(document: Document, name: str, composition: str = "") -> Layer:
    layers = (document.compositions[composition] if composition else document.main).layers
    return next(one for one in layers if one.name == name)


def text(document: Document, name: str, composition: str = "") -> Property[TextDocument]:
    content = layer(document, name, composition).content
    assert isinstance(content, TextContent)
    return content.text.document


# --- texts ----------------------------------------------------------------------------------------------------------


def test_a_text_changes_at_every_keyframe(document: Document, package: Package) -> None:
    changed = text(customize(document, package, [{"layer": "Headline", "text": "Hello"}]), "Headline")
    assert changed.value.text == "Hello"
    assert {frame.value.text for frame in changed.keyframes} <= {"Hello"}
    assert changed.expression is None
    assert text(document, "Headline").value.text == "first", "the old document stays as it is"


def test_a_text_with_style(document: Document, package: Package) -> None:
    style = {"value": "Hi", "font": "Inter-Bold", "size": 80, "color": "#ff8800", "fit": "shrink"}
    new = text(customize(document, package, [{"layer": "Headline", "text": style}]), "Headline").value
    assert (new.text, new.font, new.size, new.fit, new.line_height) == ("Hi", "Inter-Bold", 80.0, "shrink", 96.0)
    assert new.fill == pytest.approx((1.0, 136 / 255, 0.0))
    only = text(customize(document, package, [{"layer": "Headline", "text": {"size": 20}}]), "Headline")
    assert (only.value.text, only.expression) == ("first", "value")


# --- pictures and clips ---------------------------------------------------------------------------------------------


def test_a_picture_in_the_box_of_the_old_one(document: Document, package: Package) -> None:
    entry = {"layer": "Product", "image": {"file": "images/alt.png"}, "fit": "contain"}
    changed = customize(document, package, [entry])
    content = layer(changed, "Product").content
    assert isinstance(content, ImageContent) and content.fit == "contain"
    asset = changed.assets[content.asset]
    assert (asset.media, asset.width, asset.height, asset.name) == (
        Media(name="images/alt.png"),
        300.0,
        200.0,
        "alt.png",
    )
    twin = layer(changed, "Twin").content
    assert isinstance(twin, ImageContent) and twin.asset == "image_0"


def test_pictures_and_clips_take_each_others_place(document: Document, package: Package, tmp_path: Path) -> None:
    clip = tmp_path / "new.mp4"
    clip.write_bytes(b"x")
    changed = customize(
        document,
        package,
        [
            {"layer": "Product", "video": {"assetId": "id-1"}, "trim": [1, 2.5], "loop": True},
            {"layer": "Clip", "image": {"data": "data:image/png;base64,aGVsbG8="}},
            {"layer": "Backdrop", "image": {"file": "a.png"}},
            {"layer": "Card left", "video": {"file": "clip.mp4"}, "fit": "fill"},
        ],
        assets={"id-1": clip},
    )
    product, shown = layer(changed, "Product").content, layer(changed, "Clip").content
    assert isinstance(product, VideoContent)
    assert (product.trim, product.loop, product.fit) == ((1.0, 2.5), True, "cover")
    assert changed.assets[product.asset].media == Media(path=str(clip))
    assert isinstance(shown, ImageContent)
    assert changed.assets[shown.asset].media == Media(data=b"hello")
    backdrop, card = layer(changed, "Backdrop").content, layer(changed, "Card left").content
    assert isinstance(backdrop, ImageContent) and changed.assets[backdrop.asset].width == 640.0
    assert isinstance(card, VideoContent) and changed.assets[card.asset].height == 50.0


def test_an_asset_changes_for_all_its_layers(document: Document, package: Package) -> None:
    changed = customize(document, package, [{"asset": "image_0", "image": {"file": "images/alt.png"}, "fit": "none"}])
    assert changed.assets["image_0"].media == Media(name="images/alt.png")
    assert (changed.assets["image_0"].width, changed.assets["image_0"].name) == (300.0, "alt.png")
    for name in ("Product", "Twin"):
        content = layer(changed, name).content
        assert isinstance(content, ImageContent) and content.fit == "none"


@pytest.mark.parametrize("target", [{"layer": "Lost"}, {"asset": "image_1"}])
def test_a_missing_picture_that_is_replaced_is_no_finding_any_more(
    document: Document, package: Package, target: dict[str, str]
) -> None:
    assert [finding.feature for finding in document.findings] == ["asset.missing"]
    changed = customize(document, package, [{**target, "image": {"file": "images/alt.png"}}])
    assert not changed.findings
    assert customize(document, package, [{"layer": "Lost", "visible": False}]).findings


# --- colours, visibility, plugins, slots ----------------------------------------------------------------------------


def test_colors(document: Document, package: Package) -> None:
    entries: list[dict[str, Any]] = [
        {"layer": "Backdrop", "color": "#102030"},
        {"layer": "Badge", "color": "#ff000080"},
        {"layer": "Headline", "color": [0, 0, 1]},
    ]
    changed = customize(document, package, entries)
    solid, badge = layer(changed, "Backdrop").content, layer(changed, "Badge").content
    assert isinstance(solid, SolidContent)
    assert solid.color.value == pytest.approx((16 / 255, 32 / 255, 48 / 255))
    assert isinstance(badge, ShapeContent)
    group, gradient = badge.items
    assert isinstance(group, Group) and isinstance(gradient, Fill)
    _, fill, stroke = group.items
    assert isinstance(fill, Fill) and isinstance(stroke, Stroke)
    for item in (fill, gradient):
        assert isinstance(item.paint, Property)
        assert item.paint.value == pytest.approx((1.0, 0.0, 0.0, 128 / 255))
    assert fill.opacity.value == (80.0,)
    assert isinstance(stroke.paint, Property) and stroke.paint.value == (0.0, 1.0, 0.0, 1.0)
    assert text(changed, "Headline").value.fill == (0.0, 0.0, 1.0)


def test_visibility(document: Document, package: Package) -> None:
    hidden = customize(document, package, [{"layer": "Badge", "visible": False}])
    assert layer(hidden, "Badge").hidden
    assert not layer(customize(hidden, package, [{"layer": "Badge", "visible": True}]), "Badge").hidden


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("Product", (0.0, 0.0, 300.0, 200.0)),
        ("Backdrop", (0.0, 0.0, 640.0, 360.0)),
        ("Card left", (0.0, 0.0, 100.0, 50.0)),
        ("Badge", (80.0, 10.0, 80.0, 20.0)),
        ("Growing", (-5.0, -5.0, 10.0, 10.0)),
    ],
)
def test_a_plugin_fills_the_box_of_the_layer(
    document: Document, package: Package, name: str, box: tuple[float, ...]
) -> None:
    changed = customize(document, package, [{"layer": name, "plugin": "qrcode", "data": {"text": "x"}}])
    content = layer(changed, name).content
    assert isinstance(content, PluginContent)
    assert (content.plugin, content.data) == ("qrcode", {"text": "x"})
    assert (content.left, content.top, content.width, content.height) == pytest.approx(box)


def test_a_plugin_in_place_of_a_text(document: Document, package: Package) -> None:
    content = layer(
        customize(document, package, [{"layer": "Headline", "plugin": "qrcode", "data": "x"}]), "Headline"
    ).content
    assert isinstance(content, PluginContent)
    assert content.top < 0.0 < content.top + content.height
    assert content.width > 50.0


def test_slots(document: Document, package: Package) -> None:
    entries: list[dict[str, Any]] = [
        {"layer": "Headline", "text": "Hello"},
        {"slot": "accent", "value": "#00ff00"},
        {"slot": "fade", "value": 40},
        {"slot": "place", "value": {"a": 1, "k": [{"t": 0, "s": [0, 0]}, {"t": 9, "s": [5, 5]}]}},
    ]
    changed = customize(document, package, entries)
    controller = layer(changed, "Controller").transform
    assert controller.opacity.value == (40.0,)
    assert controller.position.moves
    assert text(changed, "Headline").value.text == "Hello"
    slotted = layer(changed, "Slotted").content
    assert isinstance(slotted, ShapeContent) and isinstance(slotted.items[0], Fill)
    assert isinstance(slotted.items[0].paint, Property) and slotted.items[0].paint.value == (0.0, 1.0, 0.0)


def test_slots_of_the_wrong_kind(document: Document, package: Package) -> None:
    entries: list[dict[str, Any]] = [
        {"slot": "accent", "value": "#00ff00"},
        {"slot": "fade", "value": "much"},
        {"slot": "acent", "value": 1},
    ]
    problems = problems_of(document, entries, package)
    assert [problem.place.field for problem in problems] == ["customizationMap[1].value", "customizationMap[2].slot"]
    assert "Did you mean accent?" in str(problems[1])


def test_slots_of_texts_and_pictures(tmp_path: Path) -> None:
    raw = {
        **{key: DOCUMENT[key] for key in ("fr", "ip", "op", "w", "h")},
        "assets": [{"id": "pic", "sid": "photo", "u": "images/", "p": "a.png"}],
        "layers": [
            {
                **text_layer("T", "old"),
                "t": {"d": {"k": [{"t": 0, "s": {"t": "old", "s": 9, "f": "F"}}], "sid": "words"}},
            },
            {"ty": 2, "nm": "P", "refId": "pic"},
        ],
    }
    (tmp_path / "data.json").write_text(json.dumps(raw))
    for name in ("images/a.png", "b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with open_package(tmp_path) as package:
        document = parse_document(package.document_bytes, file="data.json", package=package)
        entries: list[dict[str, Any]] = [
            {"slot": "words", "value": "new"},
            {"slot": "photo", "value": {"file": "b.png"}},
        ]
        changed = customize(document, package, entries)
    assert text(changed, "T").value.text == "new"
    assert text(changed, "T").value.size == 9.0
    assert changed.assets["pic"].media == Media(name="b.png")


# --- addresses ------------------------------------------------------------------------------------------------------


def test_a_name_inside_a_composition_changes_for_all_who_show_it(document: Document, package: Package) -> None:
    for address in ("Title", "Card/Title", "card/Title"):
        changed = customize(document, package, [{"layer": address, "text": "two"}])
        assert text(changed, "Title", "card").value.text == "two"
        assert set(changed.compositions) == {"card"}


def test_a_name_inside_one_of_two_layers_changes_only_there(document: Document, package: Package) -> None:
    entries = [{"layer": "Card left/Title", "text": "L"}, {"layer": "Card right/Title", "text": "R"}]
    changed = customize(document, package, entries)
    shown = {}
    for name in ("Card left", "Card right"):
        content = layer(changed, name).content
        assert isinstance(content, PrecompContent)
        shown[name] = text(changed, "Title", content.composition).value.text
    assert shown == {"Card left": "L", "Card right": "R"}
    assert text(document, "Title", "card").value.text == "one"


def test_all_layers_of_a_name_change_where_they_can() -> None:
    layers = [text_layer("Same", "a"), {"ty": 3, "nm": "Same"}, text_layer("Same", "b"), text_layer("A/B", "c")]
    raw = {"fr": 30, "op": 9, "w": 9, "h": 9, "layers": layers}
    document = parse_document(json.dumps(raw).encode(), file="data.json", package=None)
    changed = customize(document, None, [{"layer": "Same", "text": "x"}, {"layer": "A/B", "text": "y"}])
    contents = [
        one.content.text.document.value.text for one in changed.main.layers if isinstance(one.content, TextContent)
    ]
    assert contents == ["x", "x", "y"]


@pytest.mark.parametrize("address", ["/" * 500, "a/" * 500 + "Title", "Card/Card/Title", "Title/Title"])
def test_addresses_that_lead_nowhere(document: Document, package: Package, address: str) -> None:
    with pytest.raises(CustomizationError, match="there is no layer"):
        customize(document, package, [{"layer": address, "text": "x"}])


# --- what is wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "field", "message"),
    [
        ({"layer": "Hedline", "text": "x"}, ".layer", "no layer 'Hedline'.*Did you mean Headline"),
        ({"layer": "Headline", "txt": "x"}, ".txt", "Did you mean text"),
        ({"layer": "Headline", "text": "x", "fit": "shrink"}, ".fit", 'key "fit" is unknown'),
        ({"layer": "Headline", "text": {"value": "x", "colour": "#fff"}}, ".text.colour", "Did you mean color"),
        ({"layer": "Headline", "text": 5}, ".text", "text is 5"),
        ({"layer": "Headline", "text": {}}, ".text", "text is empty"),
        ({"layer": "Headline", "text": {"value": 5}}, ".text.value", "must be a string"),
        ({"layer": "Headline", "text": {"size": 0}}, ".text.size", "above 0"),
        ({"layer": "Headline", "text": {"size": True}}, ".text.size", "size is true"),
        ({"layer": "Headline", "text": {"fit": "grow"}}, ".text.fit", "shrink, wrap, clip"),
        ({"layer": "Headline", "text": {"font": ""}}, ".text.font", "font's name"),
        ({"layer": "Headline", "text": {"color": "red"}}, ".text.color", "#ff8800"),
        ({"layer": "Headline", "text": "x" * 20_001}, ".text.value", "20001 characters"),
        ({"layer": "Headline", "image": {"file": "images/a.png"}}, ".image", "of kind text and takes no image"),
        ({"layer": "Controller", "plugin": "qrcode", "data": "x"}, ".plugin", "of kind null"),
        ({"layer": "Product", "image": {"file": "images/b.png"}}, ".image.file", "no file.*Did you mean images/a.png"),
        ({"layer": "Product", "image": {"file": "../../etc/passwd"}}, ".image.file", "no file"),
        ({"layer": "Product", "image": {"assetId": "nope"}}, ".image.assetId", "no asset"),
        ({"layer": "Product", "image": {"data": "https://x/y.png"}}, ".image.data", "it is no data: URI"),
        ({"layer": "Product", "image": {"data": "data:;base64,?"}}, ".image.data", "base64"),
        ({"layer": "Product", "image": {}}, ".image", "image is empty.*must be"),
        ({"layer": "Product", "image": {"url": "https://x/y.png"}}, ".image.url", 'the url of "y.png" leads nowhere'),
        ({"layer": "Clip", "video": {"path": "clip.mp4"}}, ".video.path", 'key "path" of video.*must be'),
        ({"layer": "Product", "image": "a.png"}, ".image", "must be"),
        ({"layer": "Product", "image": {"file": "a", "data": "b"}}, ".image", "several sources"),
        ({"layer": "Product", "image": {"file": "a.png"}, "fit": "zoom"}, ".fit", "cover, contain"),
        ({"layer": "Product", "image": {"file": "a.png"}, "loop": True}, ".loop", "unknown"),
        ({"layer": "Clip", "video": {"file": "clip.mp4"}, "trim": [5, 1]}, ".trim", "start < end"),
        ({"layer": "Clip", "video": {"file": "clip.mp4"}, "trim": [0, float("inf")]}, ".trim", "start < end"),
        ({"layer": "Clip", "video": {"file": "clip.mp4"}, "loop": 1}, ".loop", "true or false"),
        ({"layer": "Badge", "visible": "no"}, ".visible", "true or false"),
        ({"layer": "Backdrop", "color": [0, 0, 255]}, ".color", "from 0 to 1"),
        ({"layer": "Badge", "plugin": 3}, ".plugin", "name of a layer plugin"),
        ({"layer": "", "text": "x"}, ".layer", "must be a name"),
        ({"layer": ["Headline"], "text": "x"}, ".layer", "must be a name"),
        ({"layer": "Headline"}, "", "nothing to replace"),
        ({"layer": "Headline", "text": "x", "visible": True}, "", "several things"),
        ({"text": "x"}, "", "names no target"),
        ({"Layer": "Headline", "text": "x"}, "", 'Did you mean "layer" in place of "Layer"'),
        ({"slot": "fade"}, "", "Give value$"),
        ({"layer": "a", "asset": "b", "image": {}}, "", "several targets"),
        ({"asset": "image_9", "image": {"file": "a.png"}}, ".asset", "Did you mean image_"),
        ({"asset": "image_0", "text": "x"}, ".text", "no replacement for an asset"),
        ({"slot": "nope", "value": 1}, ".slot", "no slot"),
        ({"slot": "fade", "value": None}, ".value", "null"),
        ("Headline", "", "must be an object"),
        (None, "", "must be an object"),
    ],
)
def test_wrong_entries(document: Document, package: Package, entry: Any, field: str, message: str) -> None:
    with pytest.raises(CustomizationError, match=message) as caught:
        customize(document, package, [entry])
    assert caught.value.place.field == f"customizationMap[0]{field}"


def test_all_problems_are_told(document: Document, package: Package) -> None:
    entries: list[Any] = [
        {"layer": "Headlin", "txt": 1},
        {"layer": "Headline", "text": "fine"},
        {"layer": "Nowhere", "visible": True},
        4,
    ]
    problems = problems_of(document, entries)
    assert [problem.place.field for problem in problems] == [
        "customizationMap[0].txt",
        "customizationMap[0].layer",
        "customizationMap[2].layer",
        "customizationMap[3]",
    ]
    with pytest.raises(CustomizationError, match=r"\(3 more problems\)"):
        customize(document, package, entries)
    assert not problems_of(document, [])


@pytest.mark.parametrize("whole", [None, "x", {"layer": "Headline"}, 5, [{}] * 10_001])
def test_maps_that_are_no_arrays_or_too_long(document: Document, whole: Any) -> None:
    (problem,) = problems_of(document, whole)
    assert problem.place.field == "customizationMap"


def test_files_are_only_checked_where_they_can_be(document: Document) -> None:
    entries: list[dict[str, Any]] = [
        {"layer": "Product", "image": {"assetId": "later"}},
        {"layer": "Twin", "image": {"file": "later.png"}},
    ]
    assert not problems_of(document, entries)
    assert len(problems_of(document, entries, assets={})) == 1


# --- the command line's LAYER=VALUE ---------------------------------------------------------------------------------


def test_entries_for_the_command_line(document: Document, tmp_path: Path) -> None:
    picture, clip = tmp_path / "p.jpg", tmp_path / "c.mov"
    for path in (picture, clip):
        path.write_bytes(b"x")
    assert entry_for(document, "Headline", "a=b") == ({"layer": "Headline", "text": "a=b"}, {})
    assert entry_for(document, "Headline", "hidden") == ({"layer": "Headline", "text": "hidden"}, {})
    assert entry_for(document, "Backdrop", "#fff") == ({"layer": "Backdrop", "color": "#fff"}, {})
    assert entry_for(document, "Badge", "#fff") == ({"layer": "Badge", "color": "#fff"}, {})
    assert entry_for(document, "Card left/Title", "x")[0] == {"layer": "Card left/Title", "text": "x"}
    for name in ("Product", "Clip", "Backdrop", "Card left"):
        entry, assets = entry_for(document, name, str(picture))
        assert (entry, assets) == ({"layer": name, "image": {"assetId": str(picture)}}, {str(picture): str(picture)})
    assert entry_for(document, "Product", str(clip))[0]["video"] == {"assetId": str(clip)}
    assert entry_for(document, "Product", "images/alt.png") == (
        {"layer": "Product", "image": {"file": "images/alt.png"}},
        {},
    )
    assert entry_for(document, "Controller", "hidden") == ({"layer": "Controller", "visible": False}, {})
    with pytest.raises(CustomizationError, match="cannot be set on a layer of kind null"):
        entry_for(document, "Controller", "x")
    with pytest.raises(CustomizationError, match="Did you mean Headline"):
        entry_for(document, "Headlin", "x")
