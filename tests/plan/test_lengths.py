"""Which moment each frame of a longer or shorter video shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from lengths_support import FRAMES, clip_layer, marker, moving, template
from media_support import make_sound, tone

import velocity_engine as ve

HOLD = [
    marker("velocity:protect", 0, 40),
    marker("Middle velocity:hold", 40, 20),
    marker("End velocity:protect", 60, 40),
]


def moments(timeline: ve.Timeline) -> list[float]:
    return [timeline.moment(number) for number in range(timeline.frame_count)]


def test_a_held_region_shows_its_last_frame_until_its_end(tmp_path: Path) -> None:
    timeline = template(tmp_path, HOLD).timeline(6.0)
    assert timeline.frame_count == 150
    assert timeline.seconds == 6.0
    assert moments(timeline) == [*range(60), *([59] * 50), *range(60, 100)]
    assert timeline.held_frames == 50


def test_markers_are_placed_where_the_video_has_them(tmp_path: Path) -> None:
    opened = template(tmp_path, [*HOLD, marker("Start", 0), marker("Late", 70)])
    for seconds, places in (
        (6.0, [(0, 40), (40, 70), (110, 40), (0, 0), (120, 0)]),
        (3.6, [(0, 40), (40, 10), (50, 40), (0, 0), (60, 0)]),
    ):
        timeline = opened.timeline(seconds)
        placed = [timeline.placed(one) for one in opened.markers]
        assert [(one.time, one.duration) for one in placed] == places
        assert [one.name for one in placed] == [one.name for one in opened.markers]


def test_a_shorter_hold_leaves_out_its_end(tmp_path: Path) -> None:
    assert moments(template(tmp_path, HOLD).timeline(3.6)) == [*range(50), *range(60, 100)]


def test_a_loop_has_its_seam_before_the_rest(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("velocity:loop", 40, 20)])
    expected = [*range(40), *range(40, 60), *range(40, 60), *range(53, 60), *range(60, 100)]
    assert moments(opened.timeline((100 + 27) / 25)) == expected
    assert moments(opened.timeline(3.6)) == [*range(40), *range(50, 60), *range(60, 100)]


def test_a_stretch_is_even(tmp_path: Path) -> None:
    timeline = template(tmp_path, [marker("velocity:stretch", 40, 20)]).timeline(4.8)
    assert moments(timeline) == [*range(40), *(40 + number / 2 for number in range(40)), *range(60, 100)]
    assert timeline.moment_at(41) == 40.5


@pytest.mark.parametrize("kind", ["hold", "loop", "stretch"])
def test_the_templates_own_length_changes_nothing(tmp_path: Path, kind: str) -> None:
    assert moments(template(tmp_path, [marker(f"velocity:{kind}", 40, 20)]).timeline(4.0)) == [*range(100)]


def test_regions_share_what_is_added_by_their_lengths(tmp_path: Path) -> None:
    opened = template(tmp_path, [marker("A velocity:hold", 10, 10), marker("B velocity:hold", 50, 30)])
    assert [(one.name, one.frames) for one in opened.timeline(8.0).regions if one.name] == [("A", 35), ("B", 105)]
    shrunk = opened.timeline(opened.lengths.shortest)
    assert [(one.name, one.frames) for one in shrunk.regions if one.name] == [("A", 1), ("B", 1)]
    assert opened.lengths == ve.Lengths(62 / 25, 86_400.0)


def test_kept_frames_are_those_of_the_grid_at_any_rate(tmp_path: Path) -> None:
    config = ve.EncoderConfig(fps_num=30_000, fps_den=1001)
    opened = template(tmp_path, HOLD)
    plain, longer = (opened.timeline(seconds, encoder=config) for seconds in (4.0, 7.3))
    step = 25 / (30_000 / 1001)
    kept = [number * step for number in range(120)]
    assert moments(plain) == kept
    found = moments(longer)
    assert found[: plain.regions[0].frames] == kept[: plain.regions[0].frames]
    tail = plain.regions[-1].frames
    assert found[-tail:] == kept[-tail:]


def test_places_go_both_ways(tmp_path: Path) -> None:
    timeline = template(tmp_path, HOLD).timeline(6.0)
    assert [timeline.place_of(moment) for moment in (0, 39, 59, 60, 100)] == [0, 39, 59, 110, 150]
    assert [timeline.moment_at(place) for place in (39.5, 80.25, 110.5, 149)] == [39.5, 59, 60.5, 99]


def test_as_many_regions_as_there_may_be_take_no_longer_for_each(tmp_path: Path) -> None:
    """What is looked for in all of them for each of them would take minutes."""
    markers = [marker("velocity:loop", 2 * number, 1) for number in range(10_000)]
    timeline = template(tmp_path, markers, [moving(20_000)], end=20_000).timeline(960)
    assert timeline.frame_count == 960 * 25 and len(timeline.regions) == 20_000
    places = [timeline.place_of(2 * number) for number in range(10_000)]
    assert places == sorted(places) and places[0] == 0


# --- as long as the content ---


def test_as_long_as_the_sound_is_heard(tmp_path: Path) -> None:
    voice = make_sound(tmp_path / "voice.wav", tone(6.5))
    opened = template(tmp_path, HOLD)
    assert opened.timeline("audio", audio=voice).seconds == pytest.approx(6.52)  # 163 frames hold all of it
    mix = ve.SoundMix(start=1.0, trim=(0.5, 6.0))
    assert opened.timeline("audio", audio=voice, mix=mix).seconds == pytest.approx(6.52)
    with pytest.raises(ve.DurationError, match="there is none"):
        opened.timeline("audio")


@pytest.mark.parametrize(("frames", "seconds"), [(60, 4.4), (200, 10.0), (25, 3.0)])
def test_as_long_as_a_clip(tmp_path: Path, frames: int, seconds: float) -> None:
    layers = [clip_layer(ip=35, op=85, st=35), moving()]
    opened = template(tmp_path, [marker("velocity:hold", 55, 30)], layers, clip_frames=frames)
    assert opened.timeline("layer:Clip").seconds == pytest.approx(seconds)


def test_as_long_as_a_clip_within_a_composition(tmp_path: Path) -> None:
    inner = {"id": "comp", "nm": "Frame", "layers": [clip_layer(ip=0, op=50, st=0)]}
    outer = {"ty": 0, "nm": "Window", "refId": "comp", "w": 64, "h": 64, "ip": 20, "op": 70, "st": 20, "ks": {}}
    opened = template(tmp_path, [marker("velocity:loop", 30, 20)], [outer], assets=[inner], clip_frames=100)
    for name in ("layer:Clip", "layer:Window/Clip"):
        timeline = opened.timeline(name)
        assert timeline.seconds == pytest.approx(6.0)
        ahead = timeline.ahead_at(90.0)
        assert ahead is not None
        assert ahead.frames + timeline.moment_at(90.0) == 90.0  # the clip's own time goes on


# --- what cannot be ---


@pytest.mark.parametrize(
    ("markers", "duration", "said", "hint"),
    [
        ([], 5.0, "no region of the template is elastic, so that it always has 4 seconds", "velocity:hold"),
        (HOLD, 2.0, "would have 2 seconds, and what its template protects needs 3.24", "shortest possible"),
        (HOLD, 90_000.0, "the duration is 90000", "at most 86400"),
        (HOLD, 0.0, "the duration is 0", "more than 0"),
        (HOLD, "layer:Square", "'Square', which shows no clip", "Clip"),
        (HOLD, "layer:Clop", "there is no layer 'Clop'", "Did you mean 'Clip'"),
        (HOLD, "video", "cannot follow 'video'", "layer:"),
        ([marker("velocity:hold", 90, 10)], "layer:Clip", "no elastic region lies within", "velocity:hold"),
    ],
)
def test_lengths_that_cannot_be(
    tmp_path: Path, markers: list[dict[str, object]], duration: float | str, said: str, hint: str
) -> None:
    opened = template(tmp_path, markers, [clip_layer(op=80), moving()])
    with pytest.raises(ve.DurationError) as caught:
        opened.timeline(duration)
    assert said in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.place.field == "duration"


def test_a_clip_whose_time_is_remapped_has_no_own_pace(tmp_path: Path) -> None:
    remap = {
        "a": 1,
        "k": [{"t": 0, "s": [0], "i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}, {"t": 100, "s": [1]}],
    }
    opened = template(tmp_path, HOLD, [clip_layer(tm=remap)])
    with pytest.raises(ve.DurationError, match="does not play at its own pace"):
        opened.timeline("layer:Clip")


def test_all_frames_have_one_moment_of_the_template(tmp_path: Path) -> None:
    opened = template(
        tmp_path, [marker("A velocity:loop", 7, 13), marker("B velocity:stretch", 31, 9), marker("C velocity:hold", 77)]
    )
    for seconds in (3.2, 3.52, 4.0, 5.32, 17.4):
        found = moments(opened.timeline(seconds))
        assert len(found) == round(seconds * 25)
        assert min(found) >= 0
        assert max(found) <= FRAMES - 1
        for kept in (range(7), range(20, 31), range(40, 77), range(78, 100)):
            assert [moment for moment in found if moment in kept and moment == int(moment)] == [*kept]
