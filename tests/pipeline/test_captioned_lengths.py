"""Captions in videos that are longer or shorter than their template: they keep the time of the video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest
from lengths_support import marker, moving, template

import velocity_engine as ve
from velocity_engine.order import Duration
from velocity_engine.pipeline.prepared import prepare

HOLD = [marker("Middle velocity:hold", 40, 20)]
LOOP = [marker("Middle velocity:loop", 40, 20)]
STRETCH = [marker("Middle velocity:stretch", 40, 20)]
CUES = [ve.Cue(0.4, 1.2, "one"), ve.Cue(3.0, 5.0, "two of them"), ve.Cue(7.6, 8.4, "three")]


def said(**how: Any) -> ve.Captions:
    return ve.Captions(cues=CUES, **how)


def text_layer(**more: Any) -> dict[str, Any]:
    """A text that comes from below within ten frames, stands still, and goes within five."""
    words = {"s": {"s": 12, "f": "Inter-Bold", "t": "designed", "fc": [1, 1, 1]}, "t": 0}
    straight = {"i": {"x": [1, 1], "y": [1, 1]}, "o": {"x": [0, 0], "y": [0, 0]}}
    ends = ((20, 80), (30, 40), (60, 40), (65, 80))
    keys = [{"t": frame, "s": [4, height, 0], **straight} for frame, height in ends]
    place = {"p": {"a": 1, "k": keys}}
    text = {"d": {"k": [words]}, "a": []}
    return {"ty": 5, "nm": "Title", "ind": 7, "ip": 20, "op": 65, "st": 0, "ks": place, "t": text} | more


def opened_with(tmp_path: Path, markers: list[dict[str, Any]], driven: bool) -> ve.Template:
    return template(tmp_path, markers, [text_layer(), moving()] if driven else [moving()])


def lists(opened: ve.Template, seconds: float | None, captions: ve.Captions | None, **more: Any) -> list[bytes]:
    lasting = None if seconds is None else Duration(seconds=seconds)
    file = ve.FileReference.unread(opened.location)
    render = prepare(ve.RenderOrder(template=file, output="v.mp4", captions=captions, duration=lasting, **more), opened)
    try:
        scene, count = render.video.scene, render.video.frame_count
        return [scene.display_list(number).digest for number in range(count)]
    finally:
        render.close()


def is_said(seconds: float) -> bool:
    return any(cue.start - 1e-9 <= seconds < cue.end - 1e-9 for cue in CUES)


@pytest.mark.parametrize("markers", [HOLD, LOOP, STRETCH])
@pytest.mark.parametrize("style", ["box", "karaoke", "pop"])
def test_cues_are_shown_at_their_seconds_of_the_video(
    tmp_path: Path, markers: list[dict[str, object]], style: str
) -> None:
    with opened_with(tmp_path, markers, driven=False) as opened:
        plain, captioned = lists(opened, 9.0, None), lists(opened, 9.0, said(style=style))
    differing = [number for number, (one, other) in enumerate(zip(plain, captioned, strict=True)) if one != other]
    seen = [number for number in range(225) if is_said(number / 25)]
    if style == "pop":  # at its very moment a word has not sprung up
        assert set(differing) <= set(seen) and len(differing) >= len(seen) - 6
    else:
        assert differing == seen


@pytest.mark.parametrize("markers", [HOLD, LOOP, STRETCH])
def test_a_layer_plays_for_each_cue_at_its_second_of_the_video(
    tmp_path: Path, markers: list[dict[str, object]]
) -> None:
    """Where nothing else moves, a cue looks the same wherever in the video it stands, and however that is filled."""
    with template(tmp_path, markers, [text_layer()]) as opened:
        times = [(0.4, 2.0), (3.2, 4.8), (6.8, 8.4)]
        captions = ve.Captions(cues=[ve.Cue(*time, "Hello") for time in times], layer="Title")
        found, ground = lists(opened, 9.0, captions), lists(opened, None, ve.Captions(cues=CUES[:1], layer="Title"))[-1]
    shown = [found[number : number + 40] for number in (10, 80, 170)]
    assert shown[0] == shown[1] == shown[2] and len(set(shown[0])) == 11
    quiet = [*found[:10], *found[50:80], *found[120:170], *found[210:]]
    assert set(quiet) == {ground}


def test_a_text_within_a_stretched_composition_keeps_the_time_of_the_video(tmp_path: Path) -> None:
    inner = {"id": "comp", "nm": "Frame", "layers": [text_layer(ip=0, op=65)]}
    outer = {"ty": 0, "nm": "Window", "refId": "comp", "w": 64, "h": 64, "ip": 0, "op": 100, "st": 0, "sr": 2, "ks": {}}
    with template(tmp_path, HOLD, [outer], assets=[inner]) as opened:
        found = lists(opened, 9.0, ve.Captions(cues=[ve.Cue(4.0, 6.0, "Hello")], layer="Frame/Title"))
    assert len(set(found[:100] + found[150:])) == 1
    assert found[110] != found[0] and found[99] != found[105]


def test_captions_leave_what_is_kept_as_it_is(tmp_path: Path) -> None:
    early = ve.Captions(cues=[ve.Cue(0.4, 1.2, "one")])
    with opened_with(tmp_path, HOLD, driven=False) as opened:
        plain, longer = lists(opened, None, early), lists(opened, 9.0, early)
    assert longer[:40] == plain[:40] and longer[-40:] == plain[-40:]


def test_a_part_of_the_video_has_the_captions_of_that_part(tmp_path: Path) -> None:
    with opened_with(tmp_path, HOLD, driven=True) as opened:
        captions = said(layer="Title")
        whole = lists(opened, 9.0, captions)
        assert lists(opened, 9.0, captions, frames=(50, 130)) == whole[50:130]
        with ve.frames(opened, duration=9.0, captions=captions, frames=(80, 81)) as frames:
            drawn = next(iter(frames)).pixels
        with opened.customized(captions=captions) as changed:
            still = changed.still(80, timeline=changed.timeline(9.0))
    assert (drawn == still.pixels).all()


@pytest.mark.parametrize("how", [{}, {"style": "karaoke"}, {"layer": "Title"}])
@pytest.mark.parametrize("markers", [HOLD, LOOP])
def test_the_bytes_are_the_same_wherever_they_come_from(
    tmp_path: Path, markers: list[dict[str, object]], how: dict[str, Any]
) -> None:
    with opened_with(tmp_path, markers, driven=True) as opened:
        cues = [*CUES, ve.Cue(24.0, 25.0, "late")]
        order = ve.order_for(opened, tmp_path / "a.mp4", duration=31.0, captions=ve.Captions(cues=cues, **how))
        render = prepare(order, opened)
        assert render.video.repeats, "where nothing is said, what is shown again is encoded once"
        render.close()
        ve.render_order(order)
        ve.render_order(order.to(tmp_path / "b.mp4"), executor="processes")
        cache = ve.RenderCache(tmp_path / "cache", 1 << 30)
        reused = [ve.render_order(order.to(tmp_path / f"{name}.mp4"), cache=cache) for name in "cd"]
    assert len({(tmp_path / f"{name}.mp4").read_bytes() for name in "abcd"}) == 1
    assert reused[1].reused_frames == 775


def test_the_text_track_and_the_sidecar_agree_with_the_picture(tmp_path: Path) -> None:
    with opened_with(tmp_path, HOLD, driven=False) as opened:
        video, beside = tmp_path / "v.mp4", tmp_path / "v.srt"
        ve.render(opened, video, duration=9.0, captions=said(text_track=True), sidecar=beside)
    written = ve.read_captions(beside)
    assert [(cue.start, cue.end, cue.text) for cue in written.cues] == [(one.start, one.end, one.text) for one in CUES]
    with av.open(str(video)) as container:
        [track] = container.streams.subtitles
        told = [float((packet.pts or 0) * packet.time_base) for packet in container.demux(track) if packet.size > 2]
    assert told == pytest.approx([cue.start for cue in CUES])


def test_a_cue_after_the_end_is_told(tmp_path: Path) -> None:
    with opened_with(tmp_path, HOLD, driven=False) as opened:
        result = ve.render(opened, tmp_path / "v.mp4", duration=6.0, captions=said())
        assert [one.feature for one in result.findings] == ["captions.late"]
        assert "a cue begins when the video has ended, at 6 s: 'three'" in result.findings[0].message
        assert not ve.render(opened, tmp_path / "v.mp4", duration=9.0, captions=said()).findings
        assert not ve.render(opened, tmp_path / "v.mp4", frames=(0, 20), captions=said()).findings
        assert len(said().findings(2.0)) == 1


def test_a_check_takes_captions_with_a_duration(tmp_path: Path) -> None:
    with opened_with(tmp_path, HOLD, driven=True) as opened:
        assert opened.check(ve.EncoderConfig(), duration=6.0, captions=said(layer="Title")) == []
        [problem] = opened.check(ve.EncoderConfig(), duration=2.0, captions=said())
        assert isinstance(problem, ve.DurationError)
