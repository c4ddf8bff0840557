"""How much of a batch is the same in several of its videos."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.pipeline.prepared import prepare

ENCODER = ve.EncoderConfig(preset=5, gop=30, segment_seconds=1)
FRAMES = 90


def text(name: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    words = {"t": "Hello", "s": 9, "f": "F", "fc": [1, 1, 1]}
    return {"ty": 5, "nm": name, "ip": start, "op": end, "st": 0, "t": {"d": {"k": [{"t": 0, "s": words}]}}, **more}


def opened(folder: Path, *layers: dict[str, Any], assets: tuple[dict[str, Any], ...] = ()) -> ve.Template:
    raw = {"fr": 30, "ip": 0, "op": FRAMES, "w": 64, "h": 64, "layers": list(layers), "assets": list(assets)}
    file = folder / "data.json"
    file.write_text(json.dumps(raw))
    return ve.open_template(file)


def counted(template: ve.Template, *maps: list[dict[str, Any]], **more: Any) -> tuple[int, int]:
    batch = ve.BatchFrames(template, **{"encoder": ENCODER, **more})
    for one in maps:
        batch.add(one)
    return batch.frames, batch.unique_frames


def named(layer: str, value: str) -> dict[str, Any]:
    return {"layer": layer, "text": value}


def test_equal_videos_are_one(tmp_path: Path) -> None:
    with opened(tmp_path, text("Title", 0, FRAMES)) as template:
        assert counted(template, [], []) == (180, 90)
        assert counted(template, *[[named("Title", "A")]] * 5) == (450, 90)
        assert counted(template, [named("Title", "A")], [named("Title", "B")]) == (180, 180)


def test_segments_without_what_is_replaced_are_shared(tmp_path: Path) -> None:
    with opened(tmp_path, text("Title", 0, FRAMES), text("Name", 60, FRAMES)) as template:
        maps = [[named("Name", str(number))] for number in range(10)]
        assert counted(template, *maps) == (900, 60 + 10 * 30)
        both = [[named("Title", "T"), *one] for one in maps]
        assert counted(template, *both) == (900, 60 + 10 * 30)


def test_the_rate_and_the_frames_are_those_of_the_videos(tmp_path: Path) -> None:
    with opened(tmp_path, text("Name", 60, FRAMES)) as template:
        slow = ve.EncoderConfig(preset=5, gop=15, segment_seconds=1, fps_num=15)
        maps = [[named("Name", str(number))] for number in range(3)]
        assert counted(template, *maps, encoder=slow) == (135, 30 + 3 * 15)
        assert counted(template, *maps, frames=(0, 60)) == (180, 60)


def test_expressions_may_show_it_anywhere(tmp_path: Path) -> None:
    expression = {"ks": {"o": {"a": 0, "k": 100, "x": "thisComp.layer('Name').text.sourceText.length"}}}
    with opened(tmp_path, text("Title", 0, FRAMES, **expression), text("Name", 60, FRAMES)) as template:
        assert counted(template, [named("Name", "A")], [named("Name", "B")]) == (180, 180)


def test_what_a_precomp_shows_is_seen_where_that_is(tmp_path: Path) -> None:
    card = {"id": "card", "nm": "Card", "layers": [text("Name", 0, FRAMES)]}
    shown = {"ty": 0, "nm": "End", "refId": "card", "ip": 60, "op": FRAMES, "st": 60, "w": 64, "h": 64}
    with opened(tmp_path, shown, assets=(card,)) as template:
        for address in ("Name", "Card/Name", "End/Name"):
            assert counted(template, [named(address, "A")], [named(address, "B")]) == (180, 120)


def test_customizations_of_the_template_count(tmp_path: Path) -> None:
    with opened(tmp_path, text("Title", 0, 30), text("Name", 60, FRAMES)) as template:
        batch = ve.BatchFrames(template, ENCODER)
        batch.add([named("Title", "T")])
        with template.customized([named("Title", "T")]) as changed:
            assert counted(changed, [], [named("Name", "N")]) == (180, 120)


@pytest.mark.parametrize("count", [2, 3])
def test_what_it_says_is_what_a_cache_finds(tmp_path: Path, count: int) -> None:
    with opened(tmp_path, text("Title", 0, FRAMES), text("Name", 60, FRAMES)) as template:
        batch = ve.BatchFrames(template, ENCODER)
        drawn = 0
        for number in range(count):
            entries = [named("Name", f"N{number}")]
            batch.add(entries)
            result = ve.render(
                template, tmp_path / "a.mp4", encoder=ENCODER, customizations=entries, cache=tmp_path / "cache"
            )
            drawn += result.frames - result.reused_frames
        assert drawn == batch.unique_frames


def test_what_it_is_given_is_checked(tmp_path: Path) -> None:
    with opened(tmp_path, text("Title", 0, 30)) as template, pytest.raises(ve.WrongTypeError, match="encoder"):
        ve.BatchFrames(template, "h264")  # type: ignore[arg-type]


MARKED = [{"cm": "Middle velocity:hold", "tm": 30, "dr": 30}]


def marked(folder: Path, *layers: dict[str, Any]) -> ve.Template:
    raw = {"fr": 30, "ip": 0, "op": FRAMES, "w": 64, "h": 64, "layers": list(layers), "markers": MARKED}
    file = folder / "marked.json"
    file.write_text(json.dumps(raw))
    return ve.open_template(file)


def repeated_frames(order: ve.RenderOrder, template: ve.Template) -> int:
    """Of segments that show an earlier one of the same video again: they are not drawn either."""
    render = prepare(order, template)
    try:
        return sum(one.last - one.first for one in render.video.segments if one.number in render.video.repeats)
    finally:
        render.close()


def test_where_regions_cut_it_says_what_a_cache_finds(tmp_path: Path) -> None:
    lengths, said = [None, 5.0, 9.0, 5.0], ve.Captions(cues=[ve.Cue(0.2, 0.8, "Hello"), ve.Cue(4, 4.5, "you")])
    straight = {"i": {"x": [1, 1], "y": [1, 1]}, "o": {"x": [0, 0], "y": [0, 0]}}
    keys = [{"t": 0, "s": [0, 30, 0], **straight}, {"t": FRAMES, "s": [60, 30, 0]}]
    title = text("Title", 0, FRAMES, ks={"p": {"a": 1, "k": keys}})
    with marked(tmp_path, title, text("Name", 60, FRAMES)) as template:
        batch = ve.BatchFrames(template, ENCODER)
        drawn = 0
        for number, length in enumerate(lengths):
            for captions in (None, said):
                entries = [named("Name", f"N{number}")]
                timeline = None if length is None else template.timeline(length, encoder=ENCODER)
                batch.add(entries, captions=captions, timeline=timeline)
                how: dict[str, Any] = {"customizations": entries, "captions": captions, "duration": length}
                result = ve.render(template, tmp_path / "a.mp4", encoder=ENCODER, cache=tmp_path / "cache", **how)
                order = ve.order_for(template, tmp_path / "a.mp4", encoder=ENCODER, **how)
                drawn += result.frames - result.reused_frames - repeated_frames(order, template)
                assert result.frames == (90 if length is None else length * 30)
    assert batch.frames == 2 * (90 + 150 + 270 + 150)
    assert batch.unique_frames == drawn


def test_captions_of_several_rows(tmp_path: Path) -> None:
    with opened(tmp_path, text("Title", 0, FRAMES)) as template:
        batch = ve.BatchFrames(template, ENCODER)
        for word in ("one", "two", "two"):
            batch.add(captions=ve.Captions(cues=[ve.Cue(1.2, 1.8, word)]))
        assert (batch.frames, batch.unique_frames) == (270, 90 + 30)
        with template.customized(captions=ve.Captions(cues=[ve.Cue(1.2, 1.8, "two")])) as changed:
            assert counted(changed, [], []) == (180, 90)
