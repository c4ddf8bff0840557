"""Videos that are longer or shorter than their template: what is kept stays bit by bit, what is held costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from lengths_support import clip_layer, marker, moving, template
from media_support import make_sound, shade_of, tone

import velocity_engine as ve
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.order import Duration
from velocity_engine.pipeline.prepared import PreparedRender, prepare

HOLD = [marker("Middle velocity:hold", 40, 20)]
LOOP = [marker("Middle velocity:loop", 40, 20)]
STRETCH = [marker("Middle velocity:stretch", 40, 20)]


def ready(opened: ve.Template, duration: Duration | None = None, **more: object) -> PreparedRender:
    order = ve.RenderOrder(
        template=ve.FileReference.unread(opened.location),
        output="v.mp4",
        duration=duration,
        **more,  # type: ignore[arg-type]
    )
    return prepare(order, opened)


def digests(opened: ve.Template, duration: Duration | None = None, **more: object) -> list[bytes]:
    render = ready(opened, duration, **more)
    try:
        return [render.video.scene.display_list(number).digest for number in range(render.video.frame_count)]
    finally:
        render.close()


@pytest.mark.parametrize("markers", [HOLD, LOOP, STRETCH])
@pytest.mark.parametrize("seconds", [3.6, 5.28, 9.0])
def test_protected_frames_are_the_same(tmp_path: Path, markers: list[dict[str, object]], seconds: float) -> None:
    with template(tmp_path, markers) as opened:
        plain, changed = digests(opened), digests(opened, Duration(seconds=seconds))
    assert len(set(plain)) == 100
    assert len(changed) == round(seconds * 25)
    assert changed[:40] == plain[:40]
    assert changed[-40:] == plain[-40:]


@pytest.mark.parametrize("fps", [Fraction(30_000, 1001), Fraction(50), Fraction(12)])
def test_protected_frames_are_the_same_at_another_rate(tmp_path: Path, fps: Fraction) -> None:
    config = ve.EncoderConfig(fps_num=fps.numerator, fps_den=fps.denominator)
    with template(tmp_path, HOLD) as opened:
        plain = digests(opened, encoder=config)
        changed = digests(opened, Duration(seconds=7.3), encoder=config)
        kept = opened.timeline(7.3, encoder=config).regions
    assert changed[: kept[0].frames] == plain[: kept[0].frames]
    assert changed[-kept[2].frames :] == plain[-kept[2].frames :]


def test_protected_pictures_are_the_same_bit_by_bit(tmp_path: Path) -> None:
    with template(tmp_path, LOOP) as opened, ve.frames(opened) as plain, ve.frames(opened, duration=5.0) as longer:
        before, after = [frame.pixels.copy() for frame in plain], [frame.pixels.copy() for frame in longer]
    assert len(after) == 125
    kept = [*range(40), *range(40, 60), *range(40, 60), *range(55, 60), *range(60, 100)]
    assert all(np.array_equal(after[number], before[source]) for number, source in enumerate(kept))


def test_held_frames_are_evaluated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    evaluate = Evaluator.display_list

    def noted(self: Evaluator, frame: float, *more: object) -> object:
        asked.append(frame)
        return evaluate(self, frame, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Evaluator, "display_list", noted)
    with template(tmp_path, HOLD) as opened:
        result = ve.render(opened, tmp_path / "v.mp4", duration=604.0)
    assert result.frames == 15_100
    assert result.held_frames >= 14_990
    assert len(asked) == len(set(asked)) == 100


@pytest.mark.parametrize("markers", [HOLD, LOOP])
def test_segments_that_are_shown_again_are_the_bytes_of_an_own_encoding(
    tmp_path: Path, markers: list[dict[str, object]]
) -> None:
    with template(tmp_path, markers) as opened:
        render = ready(opened, Duration(seconds=31.0))
        assert len(render.video.repeats) >= 3
        render.close()
        order = ve.order_for(opened, tmp_path / "here.mp4", duration=31.0)
        ve.render_order(order)
        ve.render_order(order.to(tmp_path / "elsewhere.mp4"), executor="local")
        cache = ve.RenderCache(tmp_path / "cache", 1 << 30)
        reused = [ve.render_order(order.to(tmp_path / f"{name}.mp4"), cache=cache) for name in ("first", "second")]
        every = [segment for segment in render.video.segments if segment.number in render.video.repeats]
        for segment in every[:2]:
            again = ready(opened, Duration(seconds=31.0))
            try:
                video = again.video
                one, other = (
                    packets_of(order, video.segments[number])
                    for number in (segment.number, video.repeats[segment.number].original)
                )
            finally:
                again.close()
            assert one == other
    files = {(tmp_path / f"{name}.mp4").read_bytes() for name in ("here", "elsewhere", "first", "second")}
    assert len(files) == 1
    assert reused[1].reused_frames == 775


def packets_of(order: ve.RenderOrder, segment: object) -> list[tuple[bytes, int, int]]:
    encoded = ve.render_segment(order, segment)  # type: ignore[arg-type]
    return [(bytes(packet.data), packet.pts, packet.dts) for packet in encoded.packets]


def test_what_is_kept_is_found_in_the_cache(tmp_path: Path) -> None:
    with template(tmp_path, HOLD) as opened:
        cache = ve.RenderCache(tmp_path / "cache", 1 << 30)
        ve.render(opened, tmp_path / "plain.mp4", cache=cache)
        assert ve.cached_frames(opened, cache, duration=9.0) == 100
        longer = ve.render(opened, tmp_path / "longer.mp4", duration=9.0, cache=cache)
    assert (longer.frames, longer.reused_frames) == (225, 100)


# --- frames of the timeline ---


def shown(opened: ve.Template, duration: Duration, frames: object) -> list[bytes]:
    return digests(opened, duration, frames=frames)


def test_frames_are_counted_on_the_timeline(tmp_path: Path) -> None:
    with template(tmp_path, [*HOLD, marker("End", 70, 20)]) as opened:
        lasting = Duration(seconds=6.0)
        whole = digests(opened, lasting)
        assert shown(opened, lasting, (50, 130)) == whole[50:130]
        order = ve.order_for(opened, tmp_path / "v.mp4", duration=6.0, frames="End")
        assert order.frames == (120.0, 140.0)
        assert ve.render_order(order).frames == 20
        with pytest.raises(ve.FrameRangeError, match="leaves the composition"):
            ve.order_for(opened, tmp_path / "v.mp4", duration=6.0, frames=(0, 151))
        with pytest.raises(ve.FrameRangeError) as caught:
            ve.render(opened, tmp_path / "v.mp4", duration=6.0, poster=ve.Poster(str(tmp_path / "p.png"), frame=150))
        assert caught.value.place.field == "poster"


def test_a_poster_shows_the_middle_of_the_video(tmp_path: Path) -> None:
    from PIL import Image

    with template(tmp_path, HOLD) as opened:
        ve.render(opened, tmp_path / "v.mp4", duration=10.0, poster=str(tmp_path / "p.png"))
        with ve.frames(opened, frames=(59, 60), alpha=False) as frames:
            expected = next(iter(frames)).pixels.copy()
    assert np.array_equal(np.asarray(Image.open(tmp_path / "p.png"))[..., :3], expected)


# --- a clip that plays on ---


def greys(opened: ve.Template, duration: str) -> list[int]:
    with ve.frames(opened, duration=duration) as frames:
        return [int(frame.pixels[5, 5, 0]) for frame in frames]


@pytest.mark.parametrize("kind", ["hold", "loop", "stretch"])
def test_a_clip_plays_at_its_own_pace_and_to_its_end(tmp_path: Path, kind: str) -> None:
    layers = [clip_layer(ip=20, op=80, st=20)]
    with template(tmp_path, [marker(f"velocity:{kind}", 40, 40)], layers, clip_frames=90) as opened:
        found = greys(opened, "layer:Clip")
    assert len(found) == 130
    assert [abs(one - shade_of(number)) <= 4 for number, one in enumerate(found[20:110])] == [True] * 90
    assert found[:20] == found[110:] == [0] * 20


def test_a_clip_within_a_composition_plays_on(tmp_path: Path) -> None:
    inner = {"id": "comp", "nm": "Frame", "layers": [clip_layer(ip=0, op=60, st=0)]}
    outer = {"ty": 0, "nm": "Window", "refId": "comp", "w": 64, "h": 64, "ip": 20, "op": 80, "st": 20, "ks": {}}
    with template(tmp_path, [marker("velocity:hold", 40, 40)], [outer], assets=[inner], clip_frames=90) as opened:
        found = greys(opened, "layer:Clip")
    assert [abs(one - shade_of(number)) <= 4 for number, one in enumerate(found[20:110])] == [True] * 90


def test_what_lies_beside_the_clip_is_held(tmp_path: Path) -> None:
    layers = [moving(), clip_layer(ip=20, op=80, st=20)]
    with template(tmp_path, [marker("velocity:hold", 40, 40)], layers, clip_frames=120) as opened:
        with ve.frames(opened, duration="layer:Clip") as frames:
            found = [frame.pixels.copy() for frame in frames]
        square = opened.still(79).pixels[32, :, 0] > 240
    assert all(np.array_equal(one[32, :, 0] > 240, square) for one in found[79:139])


def test_a_shorter_clip_makes_a_shorter_video(tmp_path: Path) -> None:
    layers = [clip_layer(ip=20, op=80, st=20)]
    with template(tmp_path, [marker("velocity:hold", 40, 40)], layers, clip_frames=30) as opened:
        found = greys(opened, "layer:Clip")
    assert len(found) == 70
    assert [abs(one - shade_of(number)) <= 4 for number, one in enumerate(found[20:50])] == [True] * 30


# --- an order ---


def test_an_order_keeps_its_duration(tmp_path: Path) -> None:
    with template(tmp_path, HOLD) as opened:
        voice = make_sound(tmp_path / "voice.wav", tone(6.5))
        given: Sequence[float | str | ve.Duration] = (6.0, "audio", ve.Duration(seconds=8))
        orders = [ve.order_for(opened, tmp_path / "v.mp4", audio=voice, duration=one) for one in given]
        plain = ve.order_for(opened, tmp_path / "v.mp4", audio=voice)
    assert len({order.digest for order in [plain, *orders]}) == 4
    assert "duration" not in plain.to_json()
    for order in orders:
        assert ve.RenderOrder.from_json(order.to_json()) == order
    assert ve.render_order(orders[1]).video_seconds == pytest.approx(6.52)


def test_a_check_tells_what_a_render_would(tmp_path: Path) -> None:
    with template(tmp_path, HOLD) as opened:
        assert opened.check(ve.EncoderConfig(), duration=6.0) == []
        assert opened.check(ve.EncoderConfig(), duration=6.0, frames=(0, 150)) == []
        for asked, kind in (
            ({"duration": 2.0}, ve.DurationError),
            ({"duration": 6.0, "frames": (0, 151)}, ve.FrameRangeError),
            ({"duration": "audio"}, ve.DurationError),
        ):
            found = opened.check(ve.EncoderConfig(), **asked)
            assert [type(one) for one in found] == [kind]


def test_held_ranges_of_a_longer_video(tmp_path: Path) -> None:
    with template(tmp_path, HOLD) as opened:
        assert ve.held_ranges(opened, 5.0) == ()
        assert ve.held_ranges(opened, 5.0, opened.timeline(6.0)) == ((60, 110),)


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_a_single_frame_is_held_by_each_codec(tmp_path: Path, codec: str) -> None:
    with template(tmp_path, [marker("velocity:hold", 40)]) as opened:
        config = ve.EncoderConfig(codec=codec, preset=5)
        result = ve.render(opened, tmp_path / "v.mp4", duration=20.0, encoder=config)
    found = ve.probe_video(tmp_path / "v.mp4")
    assert (result.frames, found.frames) == (500, 500)
    assert found.seconds == pytest.approx(20.0)


@pytest.mark.parametrize(("kind", "seconds"), [("hold", 8.0), ("hold", 30.2), ("loop", 9.0), ("stretch", 6.0)])
def test_a_timeline_tells_how_many_segments_its_regions_begin(tmp_path: Path, kind: str, seconds: float) -> None:
    """Those of a render that differ: the others are shown again."""
    ends = [marker(f"Middle velocity:{kind}", 55, 30), marker("End velocity:protect", 85, 15)]
    with template(tmp_path, ends) as opened:
        timeline = opened.timeline(seconds)
        render = ready(opened, Duration(seconds=seconds))
        rendered = len(render.video.segments) - len(render.video.repeats)
        render.close()
    usual = round(ve.EncoderConfig().segment_seconds * 25)
    cuts = timeline.cuts_between(timeline.start, timeline.end, usual)
    assert cuts >= 2, "at both ends of the region"
    assert rendered == 1 + cuts
    assert timeline.cuts_between(timeline.start, timeline.start + 50, usual) == 0
