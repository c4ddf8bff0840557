"""Whole documents: their own fields, compositions, cycles, bounds, and random damage."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from velocity_engine.customize import customize
from velocity_engine.customize.layer_infos import layer_infos
from velocity_engine.errors import DocumentError, VelocityError
from velocity_engine.model.document import Document
from velocity_engine.model.layers import NullContent, PrecompContent
from velocity_engine.parse import parse_document
from velocity_engine.parse.graph import MAX_LAYERS, MAX_MATTES, MAX_PRECOMP_DEPTH

BASE: dict[str, Any] = {"v": "5.9.0", "fr": 30, "ip": 0, "op": 90, "w": 100, "h": 80, "nm": "Demo", "layers": []}


def parsed(**changes: Any) -> Document:
    raw = {key: value for key, value in {**BASE, **changes}.items() if value != "absent"}
    return parse_document(json.dumps(raw).encode(), file="data.json", package=None)


def null(ind: int, **more: Any) -> dict[str, Any]:
    return {"ty": 3, "ind": ind, "nm": f"Layer {ind}", **more}


def test_fields() -> None:
    document = parsed(w="100", h=80.4, fr=29.97, ip=5, bg="#102030", layers=[null(1)])
    assert (document.width, document.height, document.frame_rate) == (100, 80, 29.97)
    assert (document.in_point, document.out_point, document.name, document.version) == (5.0, 90.0, "Demo", "5.9.0")
    assert document.background == pytest.approx((16 / 255, 32 / 255, 48 / 255, 1.0))
    assert document.main.layers[0].name == "Layer 1"
    assert parsed(ip="absent").in_point == 0.0
    assert parsed().background is None


@pytest.mark.parametrize(
    ("changes", "message", "pointer"),
    [
        ({"w": "absent"}, "has no w", "/w"),
        ({"w": 0}, "w .width. is 0", "/w"),
        ({"h": -5}, "h .height. is -5", "/h"),
        ({"h": 20_000}, "h .height. is 20000", "/h"),
        ({"w": []}, "is an array of 0", "/w"),
        ({"w": "wide"}, 'is "wide"', "/w"),
        ({"fr": 0}, "frame rate. is 0", "/fr"),
        ({"fr": -25}, "frame rate. is -25", "/fr"),
        ({"fr": 1e9}, "frame rate", "/fr"),
        ({"fr": 1e-300}, "frame rate", "/fr"),
        ({"fr": 0.0099}, "frame rate", "/fr"),
        ({"fr": "absent"}, "has no fr", "/fr"),
        ({"op": "absent"}, "has no op", "/op"),
        ({"op": 0}, "op .end frame. is 0", "/op"),
        ({"op": -1}, "end frame must be above the first frame", "/op"),
        ({"op": 1e12}, "lasts", "/op"),
        ({"layers": "absent"}, "layers is null", "/layers"),
        ({"layers": {}}, "layers is an object", "/layers"),
    ],
)
def test_fields_that_make_it_unusable(changes: dict[str, Any], message: str, pointer: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        parsed(**changes)
    assert caught.value.place.pointer == pointer
    assert caught.value.place.file == "data.json"


@pytest.mark.parametrize("data", [b"[]", b"3", b'"x"', b"null", b"{}"])
def test_other_json(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_document(data, file="data.json", package=None)


def test_compositions_and_assets_by_id() -> None:
    assets = [
        {"id": "c", "nm": "Card", "fr": 25, "layers": [null(1, bm=77)]},
        {"id": "c", "layers": []},
        {"id": 7, "p": "data:,x"},
        {"layers": []},
        None,
    ]
    document = parsed(assets=assets, layers=[{"ty": 0, "refId": "c"}, {"ty": 2, "refId": "7"}])
    assert set(document.compositions) == {"c"}
    assert (document.compositions["c"].name, document.compositions["c"].frame_rate) == ("Card", 25.0)
    assert document.assets["7"].media is not None
    found = [(finding.feature, finding.place.layer) for finding in document.findings]
    assert ("blend.unknown", "Card/Layer 1") in found
    assert ("asset.duplicate", None) in found
    assert len(found) == 4


def test_markers() -> None:
    markers = [
        {"cm": "Intro", "tm": 5, "dr": 10},
        {"cm": '{"name": "Outro", "x": 1}', "tm": "7"},
        {"cm": "{broken", "tm": 1},
        3,
    ]
    found = parsed(markers=markers).markers
    assert [(marker.name, marker.time, marker.duration) for marker in found] == [
        ("Intro", 5.0, 10.0),
        ("Outro", 7.0, 0.0),
        ("{broken", 1.0, 0.0),
    ]


def test_slots() -> None:
    layer = {"ty": 3, "ks": {"o": {"sid": "fade", "k": 100}, "r": {"sid": "turn", "k": 12}}}
    document = parsed(layers=[layer], slots={"fade": {"p": {"a": 0, "k": 40}}})
    assert document.main.layers[0].transform.opacity.value == (40.0,)
    assert document.main.layers[0].transform.rotation.value == (12.0,)
    assert set(document.slots) == {"fade", "turn"}


# --- cycles and bounds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layers",
    [
        [null(1, parent=1)],
        [null(1, parent=2), null(2, parent=1)],
        [null(9), null(1, parent=2), null(2, parent=3), null(3, parent=1)],
    ],
)
def test_parents_in_a_circle(layers: list[dict[str, Any]]) -> None:
    with pytest.raises(DocumentError, match=r"each other's parent: Layer \d →"):
        parsed(layers=layers)


def test_mattes_in_a_circle() -> None:
    with pytest.raises(DocumentError, match="each other's matte"):
        parsed(layers=[null(1, tt=1, tp=2), null(2, tt=1)])


def test_the_first_layer_of_an_index_counts() -> None:
    document = parsed(layers=[null(1), null(1, parent=1), null(2, parent=1)])
    assert [layer.parent for layer in document.main.layers] == [None, 1, 1]


@pytest.mark.parametrize("inner", ["a", "b"])
def test_compositions_in_a_circle(inner: str) -> None:
    assets = [
        {"id": "a", "layers": [{"ty": 0, "refId": "b"}]},
        {"id": "b", "layers": [{"ty": 0, "refId": inner}]},
    ]
    with pytest.raises(DocumentError, match="contain each other: "):
        parsed(assets=assets, layers=[{"ty": 0, "refId": "a"}])


def test_a_document_that_unfolds_without_bounds_keeps_what_fits() -> None:
    assets = [{"id": str(n), "layers": [{"ty": 0, "refId": str(n + 1), "nm": "In"}] * 10} for n in range(20)]
    assets.append({"id": "20", "layers": [null(1)]})
    document = parsed(assets=assets, layers=[{"ty": 0, "refId": "0", "nm": "Root"}])
    sizes: dict[str, int] = {}
    for composition in [*reversed(list(document.compositions.values())), document.main]:
        inner = [layer.content for layer in composition.layers if isinstance(layer.content, PrecompContent)]
        sizes[composition.id] = len(composition.layers) + sum(sizes[one.composition] for one in inner)
    assert 10_000 < sizes[""] <= MAX_LAYERS
    assert {finding.feature for finding in document.findings} == {"composition.size"}
    assert all(finding.place.pointer and finding.place.layer for finding in document.findings)


def test_precomps_nested_too_deep_are_left_out() -> None:
    assets = [{"id": str(n), "layers": [{"ty": 0, "refId": str(n + 1), "nm": "In"}]} for n in range(3000)]
    document = parsed(assets=[*assets, {"id": "3000", "layers": []}], layers=[{"ty": 0, "refId": "0"}])
    deepest = document.compositions[str(MAX_PRECOMP_DEPTH - 2)].layers[0]
    assert isinstance(deepest.content, NullContent)
    assert isinstance(document.compositions[str(MAX_PRECOMP_DEPTH - 3)].layers[0].content, PrecompContent)
    assert {finding.feature for finding in document.findings} == {"composition.depth"}
    assert document.findings[0].place.pointer == f"/assets/{MAX_PRECOMP_DEPTH - 2}/layers/0/refId"


def test_parents_to_any_depth() -> None:
    document = parsed(layers=[null(n, parent=n + 1) for n in range(3000)] + [null(3000)])
    assert document.findings == ()
    assert document.main.layers[0].parent == 1


def test_chains_of_mattes_are_cut() -> None:
    document = parsed(layers=[null(n, tt=1) for n in range(250)])
    cut = [number for number, layer in enumerate(document.main.layers) if layer.matte is None]
    assert cut == [MAX_MATTES, 2 * MAX_MATTES]
    found = document.findings
    assert [(f.feature, f.place.pointer) for f in found] == [("layer.matte", f"/layers/{n}/tt") for n in cut]


def test_too_many_layers() -> None:
    with pytest.raises(DocumentError, match="100001 layers"):
        parsed(layers=[{}] * 100_001)


def test_glyph_precomps_that_hold_text_or_are_missing_are_dropped() -> None:
    text = {"ty": 5, "t": {"d": {"k": [{"s": {"t": "A", "s": 9, "f": "F"}}]}}}
    assets = [
        {"id": "plain", "layers": [null(1)]},
        {"id": "text", "layers": [text]},
        {"id": "outer", "layers": [{"ty": 0, "refId": "text"}]},
    ]
    chars = [{"ch": name[0], "t": 1, "data": {"refId": name}} for name in ("plain", "text", "outer", "gone")]
    document = parsed(assets=assets, chars=chars)
    assert [glyph.precomp for glyph in document.glyphs] == ["plain"]
    assert len(document.findings) == 3


# --- random damage --------------------------------------------------------------------------------------------------


def k(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def moving(*values: Any) -> dict[str, Any]:
    ease = {"o": {"x": [0.3], "y": [0]}, "i": {"x": [0.7], "y": [1]}}
    return {"a": 1, "k": [{"t": 10 * n, "s": value, **ease} for n, value in enumerate(values)]}


PATH = {"v": [[0, 0], [9, 0], [9, 9]], "i": [[0, 0]] * 3, "o": [[0, 0]] * 3, "c": True}
RICH: dict[str, Any] = {
    **BASE,
    "assets": [
        {"id": "pic", "w": 10, "h": 10, "u": "images/", "p": "data:image/png;base64,aGVsbG8="},
        {
            "id": "comp",
            "nm": "Card",
            "layers": [null(1), {"ty": 1, "ind": 2, "parent": 1, "sw": 9, "sh": 9, "sc": "#fff"}],
        },
    ],
    "layers": [
        {
            "ty": 4,
            "ind": 1,
            "nm": "Shape",
            "parent": 3,
            "ks": {"p": moving([0, 0, 0], [9, 9, 9]), "s": k([100, 100]), "o": moving([0], [100])},
            "shapes": [
                {
                    "ty": "gr",
                    "it": [
                        {"ty": "sh", "ks": moving([PATH], [PATH])},
                        {"ty": "rc", "p": k([0, 0]), "s": k([9, 9]), "r": k(0)},
                        {
                            "ty": "gf",
                            "t": 1,
                            "g": {"p": 2, "k": k([0, 1, 1, 1, 1, 0, 0, 0])},
                            "s": k([0, 0]),
                            "e": k([1, 1]),
                        },
                        {"ty": "st", "c": k([1, 0, 0]), "w": k(2), "d": [{"n": "d", "v": k(3)}]},
                        {"ty": "tr", "p": k([1, 1]), "r": k(4)},
                    ],
                }
            ],
            "masksProperties": [{"mode": "a", "pt": k(PATH), "o": k(100), "x": k(0)}],
            "ef": [{"ty": 29, "mn": "ADBE Gaussian Blur 2", "ef": [{"ty": 0, "v": k(5)}]}],
        },
        {
            "ty": 5,
            "ind": 2,
            "nm": "Text",
            "t": {"d": {"k": [{"t": 0, "s": {"t": "Hi", "s": 9, "f": "F", "fc": [0, 0, 0]}}]}},
        },
        {"ty": 2, "ind": 3, "nm": "Pic", "refId": "pic", "tt": 1, "tp": 2},
        {"ty": 0, "ind": 4, "nm": "Card 1", "refId": "comp", "tm": moving([0], [1])},
    ],
    "markers": [{"cm": "a", "tm": 1, "dr": 2}],
    "fonts": {"list": [{"fName": "F", "fFamily": "F", "fStyle": "Bold"}]},
    "slots": {"s": {"p": k(1)}},
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        [[], {}, [[]], [{}], {"k": []}, {"k": [{}]}, {"k": [{"t": 0}]}, [None], "data:", "#12", 1e308, -1, 2**63]
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places(inner, (*path, number))
    return found


PLACES = places(RICH)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD, st.booleans()), min_size=1, max_size=4))
def test_damaged_documents_never_raise_anything_else(changes: list[tuple[tuple[Any, ...], Any, bool]]) -> None:
    raw = copy.deepcopy(RICH)
    for path, value, remove in changes:
        holder: Any = raw
        try:
            for step in path[:-1]:
                holder = holder[step]
            if remove:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
        except (LookupError, TypeError):
            continue
    data = json.dumps(raw).encode()
    try:
        document = parse_document(data, file="data.json", package=None)
        assert document.width > 0 and document.height > 0 and document.frame_rate > 0
        assert all(info.path.endswith(info.name) for info in layer_infos(document))
        entries = [{"layer": name, "plugin": "p"} for name in ("Shape", "Text", "Pic", "Card 1")]
        for entry in [*entries, {"layer": "Shape", "color": "#fff"}, {"layer": "Text", "text": "x"}]:
            with contextlib.suppress(VelocityError):
                customize(document, None, [entry])
    except VelocityError:
        pass


def test_the_undamaged_document_has_no_findings() -> None:
    document = parse_document(json.dumps(RICH).encode(), file="data.json", package=None)
    assert not document.findings
    assert isinstance(document.main.layers[3].content, PrecompContent)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=20), st.integers(0, 3000))
def test_damaged_bytes(noise: bytes, at: int) -> None:
    data = json.dumps(RICH).encode()
    damaged = data[:at] + noise + data[at + len(noise) :]
    try:
        document = parse_document(damaged, file="data.json", package=None)
    except VelocityError:
        return
    assert document.width > 0 and document.height > 0 and document.frame_rate > 0
