"""Texts in spans, and with emoji, through renders: the same order has the same bytes, another look has others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from transforms_support import fixed

import velocity_engine as ve

EMOJI = Path(__file__).parents[1] / "text" / "emoji" / "NotoSubset-COLRv1.ttf"
ENCODER = ve.EncoderConfig(bitrate="300k", preset=5)
SPANS: list[dict[str, Any]] = [{"value": "Now "}, {"value": "49", "size": 40, "color": "#ff8a00"}, {"value": " 😀"}]

pytestmark = pytest.mark.filterwarnings("ignore::velocity_engine.FindingWarning")


@pytest.fixture
def template(tmp_path: Path) -> Iterator[ve.Template]:
    folder = tmp_path / "template"
    (folder / "fonts").mkdir(parents=True)
    (folder / "fonts" / EMOJI.name).write_bytes(EMOJI.read_bytes())
    ease = {"i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}
    rising = {"a": 1, "k": [{"t": 0, "s": [0, 30, 0], **ease}, {"t": 10, "s": [0, 0, 0]}]}
    selector = {"t": 0, "b": 1, "r": 1, "sh": 2, "a": fixed(100), "s": fixed(0), "e": fixed(100)}
    shown = {"t": "Title", "f": "Inter-Regular", "s": 24, "fc": [1, 1, 1], "j": 0, "lh": 30}
    title: dict[str, Any] = {"ty": 5, "nm": "Title", "ip": 0, "op": 12, "st": 0, "ks": {"p": fixed(8, 60, 0)}}
    title["t"] = {
        "d": {"k": [{"t": 0, "s": shown}]},
        "p": {},
        "m": {"g": 1},
        "a": [{"s": selector, "a": {"p": rising}}],
    }
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 12, "w": 200, "h": 100, "layers": [title]}
    (folder / "data.json").write_text(json.dumps(document))
    with ve.open_template(folder) as opened:
        yield opened


def rendered(template: ve.Template, text: Any, to: Path, **more: Any) -> ve.RenderResult:
    return ve.render(template, to, encoder=ENCODER, customizations=[{"layer": "Title", "text": text}], **more)


def test_the_same_spans_have_the_same_bytes_with_and_without_a_cache(template: ve.Template, tmp_path: Path) -> None:
    first, again, kept = (tmp_path / f"{name}.mp4" for name in ("first", "again", "kept"))
    rendered(template, SPANS, first)
    cached = [rendered(template, SPANS, to, cache=tmp_path / "cache") for to in (again, kept)]
    assert first.read_bytes() == again.read_bytes() == kept.read_bytes()
    assert [one.reused_frames for one in cached] == [0, 12]


@pytest.mark.parametrize("change", [{"color": "#00ff00"}, {"size": 41}, {"font": "Inter-Bold"}, {"value": "48"}])
def test_another_look_of_a_span_is_drawn_anew(template: ve.Template, tmp_path: Path, change: dict[str, Any]) -> None:
    cache = tmp_path / "cache"
    rendered(template, SPANS, tmp_path / "one.mp4", cache=cache)
    result = rendered(template, [SPANS[0], {**SPANS[1], **change}, SPANS[2]], tmp_path / "two.mp4", cache=cache)
    assert result.reused_frames == 0
    assert (tmp_path / "one.mp4").read_bytes() != (tmp_path / "two.mp4").read_bytes()


def test_a_customized_template_says_its_text_as_one(template: ve.Template) -> None:
    with template.customized([{"layer": "Title", "text": SPANS}]) as spanned:
        assert spanned.layers[0].value == "Now 49 😀"
        assert not (ve.render_still(spanned, frame=11) == ve.render_still(template, frame=11)).all()


def test_a_wrong_span_is_told_with_its_layer_and_number(template: ve.Template) -> None:
    with pytest.raises(ve.CustomizationError, match="size is 0") as told:
        ve.render_still(
            template, frame=0, customizations=[{"layer": "Title", "text": [*SPANS, {"value": "x", "size": 0}]}]
        )
    assert (told.value.place.layer, told.value.place.field) == ("Title", "customizationMap[0].text[3].size")
