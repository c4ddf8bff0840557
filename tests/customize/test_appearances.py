"""When layers are seen, and where those that people replace come and go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from velocity_engine.customize import appearances
from velocity_engine.customize.appearances import frames_of, layer_spans, replaceable_edges
from velocity_engine.model.document import Document
from velocity_engine.parse import parse_document

TEXT = {"d": {"k": [{"t": 0, "s": {"t": "Hello", "s": 9, "f": "F"}}]}}


def text(name: str, start: float, end: float) -> dict[str, Any]:
    return {"ty": 5, "nm": name, "ip": start, "op": end, "t": TEXT}


def shown(composition: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    return {"ty": 0, "refId": composition, "ip": start, "op": end, "w": 9, "h": 9, **more}


def document(*layers: dict[str, Any], compositions: dict[str, list[dict[str, Any]]] | None = None) -> Document:
    assets = [{"id": name, "layers": inner} for name, inner in (compositions or {}).items()]
    raw = {"fr": 30, "ip": 0, "op": 300, "w": 9, "h": 9, "assets": assets, "layers": list(layers)}
    return parse_document(json.dumps(raw).encode(), file="", package=None)


def seen(found: Document, composition: str = "card") -> list[float]:
    """The span of the first layer of a composition."""
    return list(layer_spans(found)[composition, 0])


def test_a_layer_is_seen_within_the_composition() -> None:
    assert layer_spans(document(text("A", 20, 60), text("B", -5, 400), text("C", 300, 310))) == {
        ("", 0): (20, 60),
        ("", 1): (0, 300),
    }


def test_a_layer_of_a_precomp_is_seen_in_the_time_of_those_that_show_it() -> None:
    inner = {"card": [text("Name", 10, 50)]}
    assert seen(document(shown("card", 100, 140, st=95), compositions=inner)) == [105, 140]
    assert seen(document(shown("card", 100, 300, st=100, sr=2), compositions=inner)) == [120, 200]
    assert seen(document(shown("card", 0, 60), shown("card", 200, 300, st=200), compositions=inner)) == [10, 250]


def test_where_time_is_remapped_the_whole_showing_counts() -> None:
    remapped = shown("card", 100, 140, tm={"a": 0, "k": 0.5})
    assert seen(document(remapped, compositions={"card": [text("Name", 10, 20)]})) == [100, 140]


def test_compositions_within_each_other_are_followed() -> None:
    inner = {"outer": [shown("inner", 10, 90, st=20)], "inner": [text("Name", 5, 30)]}
    assert seen(document(shown("outer", 50, 300, st=50), compositions=inner), "inner") == [75, 100]


def test_what_the_parser_lets_unfold_is_followed_to_its_end() -> None:
    inner = {f"c{n}": [shown(f"c{n + 1}", n, 300)] * 3 for n in range(8)}
    inner["c8"] = [text("Name", 5, 9)]
    assert seen(document(shown("c0", 0, 300), compositions=inner), "c8") == [7, 9]


def test_edges_are_of_what_is_replaced_and_seen_for_a_while() -> None:
    found = document(
        text("Title", 0, 290),
        text("End card", 210, 300),
        text("", 33, 44),
        {"ty": 1, "nm": "Solid", "ip": 50, "op": 60, "sc": "#102030", "sw": 9, "sh": 9},
        {"ty": 2, "nm": "Logo", "ip": 210, "op": 260, "refId": "logo"},
    )
    assert replaceable_edges(found) == ((210, 2), (260, 1))


def test_few_edges_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appearances, "MAX_EDGES", 2)
    found = document(text("A", 10, 20), text("B", 20, 30), text("C", 30, 40), text("D", 20, 41))
    assert replaceable_edges(found) == ((20, 3), (30, 2))


def test_an_edge_lies_before_the_first_output_frame_that_shows_it() -> None:
    assert frames_of(((10.5, 1), (20.0, 2), (400.0, 1)), 0.0, 1.0, 300) == {11: 1, 20: 2}
    assert frames_of(((20.0, 2), (21.0, 1)), 10.0, 2.0, 100) == {5: 2, 6: 1}
