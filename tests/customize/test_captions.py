"""Captions in a document: which layer they go to, and where it stands still."""

from __future__ import annotations

import json
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.customize.captions import with_captions
from velocity_engine.model.document import Document
from velocity_engine.model.layers import CaptionsContent, Layer, PrecompContent, TextContent
from velocity_engine.parse.document import parse_document

CUES = [ve.Cue(1, 3, "first"), ve.Cue(3, 4, "second\nline")]


def moving(*keys: tuple[float, float]) -> dict[str, Any]:
    ease = {"o": {"x": [0.3], "y": [0.3]}, "i": {"x": [0.7], "y": [0.7]}}
    return {"a": 1, "k": [{"t": time, "s": [value], **ease} for time, value in keys]}


def text(name: str, **more: Any) -> dict[str, Any]:
    words = {"s": {"s": 20, "f": "Inter-Bold", "t": "designed", "fc": [1, 1, 1]}, "t": 0}
    return {"ty": 5, "nm": name, "ip": 0, "op": 100, "st": 0, "ks": {}, "t": {"d": {"k": [words]}, "a": []}} | more


def precomp(name: str, shown: str, **more: Any) -> dict[str, Any]:
    return {"ty": 0, "nm": name, "refId": shown, "w": 100, "h": 50, "ip": 0, "op": 100, "st": 0, "ks": {}} | more


def document(*layers: dict[str, Any], **compositions: list[dict[str, Any]]) -> Document:
    assets = [{"id": name, "nm": name, "layers": inner} for name, inner in compositions.items()]
    fonts = {"list": [{"fName": "Inter-Bold", "fFamily": "Inter", "fStyle": "Bold", "ascent": 75}]}
    made = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 100, "w": 200, "h": 100, "fonts": fonts, "layers": list(layers)}
    return parse_document(json.dumps({**made, "assets": assets}).encode(), file="data.json", package=None)


def captioned(source: Document, layer: str | None, **how: Any) -> Document:
    return with_captions(source, ve.Captions(cues=CUES, layer=layer, **how))


def words_of(layer: Layer) -> list[str]:
    assert layer.replay is not None
    contents = [cue.content for cue in layer.replay.cues]
    return [one.text.document.value.text for one in contents if isinstance(one, TextContent)]


def test_over_everything_they_are_a_layer_of_their_own() -> None:
    source = document(text("Title"))
    top, rest = captioned(source, None).main.layers
    assert isinstance(top.content, CaptionsContent)
    assert top.content.box == (16.0, 8.0, 184.0, 92.0) and rest == source.main.layers[0]
    assert captioned(source, None, style="none") == source


def test_a_text_plays_for_each_cue_with_the_words_of_it() -> None:
    [layer] = captioned(document(text("Title", op=50)), "Title").main.layers
    assert layer.replay is not None
    assert [(cue.start, cue.end) for cue in layer.replay.cues] == [(25.0, 75.0), (75.0, 100.0)]
    assert words_of(layer) == ["first", "second line"], "a text without a box has the lines that it was designed with"
    assert (layer.in_point, layer.out_point) == (25.0, 100.0)


def test_a_precomp_plays_with_its_own_words_for_each_cue() -> None:
    made = captioned(document(precomp("Lower", "lower"), lower=[text("Words"), text("Hidden", hd=True)]), "Lower")
    [layer] = made.main.layers
    assert layer.replay is not None
    shown = [cue.content for cue in layer.replay.cues]
    assert all(isinstance(one, PrecompContent) for one in shown)
    compositions = [made.compositions[one.composition] for one in shown if isinstance(one, PrecompContent)]
    texts = [one.layers[0].content for one in compositions]
    assert [one.text.document.value.text for one in texts if isinstance(one, TextContent)] == ["first", "second line"]


def test_a_text_in_a_precomp_keeps_the_time_of_its_composition() -> None:
    source = document(precomp("Lower", "lower", st=10, sr=2), lower=[text("Words")])
    layer = captioned(source, "lower/Words").compositions["lower"].layers[0]
    assert layer.replay is not None
    assert [(cue.start, cue.end) for cue in layer.replay.cues] == [(7.5, 32.5), (32.5, 45.0)]


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("Nobody", "there is no layer 'Nobody'"),
        ("Twice", "there are 2 layers 'Twice'"),
        ("Null", "is of kind null and shows no captions"),
        ("Two texts", "has 2 texts"),
        ("Shared text", "is shown several times"),
        ("Inside", "is shown several times, or at a time of its own"),
    ],
)
def test_a_layer_that_cannot_show_them_is_told(layer: str, words: str) -> None:
    null = {"ty": 3, "nm": "Null", "ip": 0, "op": 100, "st": 0, "ks": {}}
    remapped = precomp("Remapped", "remapped", tm=moving((0, 0), (100, 4)))
    source = document(
        text("Twice"), text("Twice"), null, precomp("Two texts", "two"), precomp("One", "shared"),
        precomp("Other", "shared"), remapped,
        two=[text("A"), text("B")], shared=[text("Shared text")], remapped=[text("Inside")],
    )  # fmt: skip
    with pytest.raises(ve.CaptionsError) as caught:
        captioned(source, layer)
    assert words in str(caught.value) and caught.value.place.field == "layer"


def test_a_precomp_takes_so_many_cues_as_there_can_be_compositions() -> None:
    many = ve.Captions(cues=[ve.Cue(at, at + 1, "a") for at in range(501)], layer="Lower")
    source = document(precomp("Lower", "lower"), lower=[text("Words")])
    with pytest.raises(ve.CaptionsError, match="Give a precomp at most 500"):
        with_captions(source, many)


def span(**more: Any) -> tuple[float, float, float, float]:
    replay = captioned(document(text("Title", **more)), "Title").main.layers[0].replay
    assert replay is not None
    return (replay.begins, replay.settles, replay.leaves, replay.ends)


OPACITY = moving((0, 0), (10, 100), (80, 100), (90, 0))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (0, 0, 100, 100)),
        ({"ks": {"r": moving((0, 0), (10, 5))}}, (0, 10, 100, 100)),
        ({"ks": {"r": moving((90, 0), (100, 5))}}, (0, 0, 90, 100)),
        ({"ks": {"o": OPACITY}}, (0, 10, 80, 90)),
        ({"ks": {"o": moving((20, 0), (30, 100), (80, 100), (90, 0))}}, (20, 30, 80, 90)),
        ({"ks": {"o": OPACITY, "r": moving((5, 0), (15, 9))}, "ip": 2, "op": 95}, (2, 15, 80, 90)),
        ({"ks": {"r": moving((0, 0), (100, 50))}}, (0, 99, 100, 100)),
        ({"ks": {"r": {"a": 1, "k": [{"t": 0, "s": [0], "h": 1}, {"t": 40, "s": [9]}]}}}, (0, 40, 100, 100)),
    ],
    ids=["still", "comes", "goes", "both", "begins later", "two ways", "never still", "jumps"],
)
def test_it_is_held_where_nothing_of_it_moves(more: dict[str, Any], expected: tuple[float, ...]) -> None:
    assert span(**more) == expected


def test_what_carries_and_cuts_it_moves_it() -> None:
    carrier = {"ty": 3, "nm": "Carrier", "ind": 7, "ip": 0, "op": 100, "st": 0, "ks": {"r": moving((0, 0), (20, 5))}}
    matte = {"ty": 1, "nm": "Matte", "td": 1, "sw": 9, "sh": 9, "sc": "#ffffff", "ip": 0, "op": 100, "st": 0,
             "ks": {"r": moving((70, 0), (80, 5))}}  # fmt: skip
    layer = captioned(document(carrier, matte, text("Title", parent=7, tt=1)), "Title").main.layers[2]
    assert layer.replay is not None
    assert (layer.replay.settles, layer.replay.leaves) == (20, 70)


def test_an_animator_that_hides_the_text_is_looked_at() -> None:
    selector = {"t": 0, "s": {"a": 0, "k": 0}, "e": {"a": 0, "k": 100}, "o": moving((20, -100), (44, 100)), "b": 1,
                "a": {"a": 0, "k": 100}, "sh": 2, "r": 1, "rn": 0, "m": 1}  # fmt: skip
    made = text("Title")
    made["t"]["a"] = [{"nm": "Rise", "s": selector, "a": {"o": {"a": 0, "k": 0}}}]
    replay = captioned(document(made), "Title").main.layers[0].replay
    assert replay is not None and (replay.begins, replay.settles) == (20, 44)
