"""Renders that find what earlier ones encoded: the same bytes, for less work."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import velocity_engine as ve

ENCODER = ve.EncoderConfig(bitrate="400k", preset=5, gop=25, segment_seconds=1)
FRAMES, RATE = 75, 25
PIXEL = "R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs="
LOGO = {"id": "logo", "w": 24, "h": 24, "u": "", "p": f"data:image/gif;base64,{PIXEL}", "e": 1}
PATIENCE = 60


def still(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def solid(name: str, number: int, color: str, shown: tuple[int, int]) -> dict[str, Any]:
    place = {"o": still(100), "r": still(0), "p": still([5 * number, 8, 0]), "a": still([0, 0, 0])}
    return {
        "nm": name, "ty": 1, "ind": number, "ip": shown[0], "op": shown[1], "st": 0, "sc": color, "sw": 24, "sh": 24,
        "ks": {**place, "s": still([100, 100, 100])},
    }  # fmt: skip


def document() -> dict[str, Any]:
    """Three seconds: a box that moves, a card in the last second, a ground."""
    box = solid("Box", 1, "#0000ff", (0, FRAMES))
    ease = {"i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}
    box["ks"]["p"] = {"a": 1, "k": [{"t": 0, "s": [0, 4, 0], **ease}, {"t": FRAMES, "s": [40, 20, 0]}]}
    ground = {**solid("Ground", 3, "#ff0000", (0, FRAMES)), "sw": 96, "sh": 64}
    ground["ks"] = {**ground["ks"], "p": still([0, 0, 0])}
    return {
        "v": "5.9.0", "fr": RATE, "ip": 0, "op": FRAMES, "w": 96, "h": 64, "assets": [],
        "layers": [box, solid("Card", 2, "#00ff00", (50, FRAMES)), ground],
    }  # fmt: skip


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(document()))
    return file


def rendered(template: Path, output: Path, **more: Any) -> tuple[ve.RenderResult, bytes]:
    with ve.open_template(template) as opened:
        result = ve.render(opened, output, **{"encoder": ENCODER, **more})
    assert result.cache_faults == ()
    return result, output.read_bytes()


def colored(layer: str, color: str) -> list[dict[str, Any]]:
    return [{"layer": layer, "color": color}]


def test_the_same_order_is_a_copy(template: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    plain, expected = rendered(template, tmp_path / "plain.mp4")
    first, first_bytes = rendered(template, tmp_path / "first.mp4", cache=cache)
    again, again_bytes = rendered(template, tmp_path / "again.mp4", cache=cache)
    assert expected == first_bytes == again_bytes
    assert (plain.reused_frames, first.reused_frames, again.reused_frames) == (0, 0, FRAMES)
    told = ("frames", "held_frames", "size_bytes", "findings", "tiles", "held_tiles", "video_seconds")
    assert [getattr(again, name) for name in told] == [getattr(first, name) for name in told]
    assert again.output == str(tmp_path / "again.mp4")


def test_what_did_not_change_is_not_drawn(template: Path, tmp_path: Path) -> None:
    changed = {"customizations": colored("Card", "#ffff00")}
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache")
    result, content = rendered(template, tmp_path / "b.mp4", cache=tmp_path / "cache", **changed)
    assert result.reused_frames == 50
    assert content == rendered(template, tmp_path / "c.mp4", **changed)[1]


def test_what_is_seen_everywhere_is_drawn_everywhere(template: Path, tmp_path: Path) -> None:
    changed = {"customizations": colored("Box", "#ffff00")}
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache")
    result, content = rendered(template, tmp_path / "b.mp4", cache=tmp_path / "cache", **changed)
    assert result.reused_frames == 0
    assert content == rendered(template, tmp_path / "c.mp4", **changed)[1]


def test_what_changes_between_the_ends_of_a_segment_is_noticed(template: Path, tmp_path: Path) -> None:
    other = document()
    other["layers"].insert(0, solid("Flash", 4, "#ffffff", (30, 31)))
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(other))
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache")
    result, content = rendered(changed, tmp_path / "b.mp4", cache=tmp_path / "cache")
    assert result.reused_frames == 50
    assert content == rendered(changed, tmp_path / "c.mp4")[1]


def test_segments_are_cut_where_what_is_replaced_begins(tmp_path: Path) -> None:
    """A picture for the last second of three: the two seconds before it are found."""
    file = tmp_path / "card.json"
    card = {**solid("Card", 2, "", (50, FRAMES)), "ty": 2, "refId": "logo"}
    whole = document()
    file.write_text(json.dumps({**whole, "assets": [LOGO], "layers": [card, *whole["layers"]]}))
    encoder = ve.EncoderConfig(bitrate="400k", preset=5)
    changed = {"customizations": [{"layer": "Card", "visible": False}], "encoder": encoder}
    first, _ = rendered(file, tmp_path / "a.mp4", cache=tmp_path / "cache", encoder=encoder)
    assert [(one.first, one.last) for one in first.segments] == [(0, 50), (50, FRAMES)]
    result, content = rendered(file, tmp_path / "b.mp4", cache=tmp_path / "cache", **changed)
    assert result.reused_frames == 50
    assert [one.last for one in result.segments] == [50, FRAMES]
    assert content == rendered(file, tmp_path / "c.mp4", **changed)[1]


def test_a_part_of_a_video_finds_its_segments(template: Path, tmp_path: Path) -> None:
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache")
    result, content = rendered(template, tmp_path / "b.mp4", cache=tmp_path / "cache", frames=(25, 75))
    assert (result.frames, result.reused_frames) == (50, 50)
    assert content == rendered(template, tmp_path / "c.mp4", frames=(25, 75))[1]


def test_another_configuration_finds_nothing(template: Path, tmp_path: Path) -> None:
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache")
    other = ve.EncoderConfig(bitrate="480k", preset=5, gop=25, segment_seconds=1)
    assert rendered(template, tmp_path / "b.mp4", cache=tmp_path / "cache", encoder=other)[0].reused_frames == 0


@pytest.mark.parametrize("executor", ["local", "processes"])
def test_executors_render_what_is_missing(template: Path, tmp_path: Path, executor: str) -> None:
    changed = {"customizations": colored("Card", "#ffff00"), "executor": executor}
    rendered(template, tmp_path / "a.mp4", cache=tmp_path / "cache", executor=executor)
    result, content = rendered(template, tmp_path / "b.mp4", cache=tmp_path / "cache", **changed)
    assert result.reused_frames == 50
    assert content == rendered(template, tmp_path / "c.mp4", customizations=changed["customizations"])[1]
    here = rendered(template, tmp_path / "d.mp4", cache=tmp_path / "cache", customizations=colored("Card", "#ffff00"))
    assert here[0].reused_frames == FRAMES


def test_a_cache_at_a_url(template: Path, tmp_path: Path) -> None:
    place = f"memory://{tmp_path.name}/cache"
    rendered(template, tmp_path / "a.mp4", cache=place)
    assert rendered(template, tmp_path / "b.mp4", cache=place)[0].reused_frames == FRAMES
    changed = {"customizations": colored("Card", "#ffff00")}
    assert rendered(template, tmp_path / "c.mp4", cache=place, **changed)[0].reused_frames == 50


def test_a_poster_is_kept_with_its_video(template: Path, tmp_path: Path) -> None:
    def with_poster(name: str) -> bytes:
        poster = ve.Poster(str(tmp_path / f"{name}.png"), 60)
        result, _ = rendered(template, tmp_path / f"{name}.mp4", cache=tmp_path / "cache", poster=poster)
        assert result.poster == str(tmp_path / f"{name}.png")
        assert result.reused_frames == (0 if name == "a" else FRAMES)
        return (tmp_path / f"{name}.png").read_bytes()

    assert with_poster("a") == with_poster("b")


@pytest.mark.parametrize("name", ["a.gif", "frames/%03d.png", "a.webm", "a.wav"])
def test_whatever_a_codec_writes(template: Path, tmp_path: Path, name: str) -> None:
    document_ = json.loads(template.read_text())
    found = []
    for folder, cache in (("plain", None), ("first", tmp_path / "cache"), ("again", tmp_path / "cache")):
        (tmp_path / folder / "frames").mkdir(parents=True)
        with ve.open_template(template) as opened:
            if name.endswith(".wav"):
                sound = tmp_path / "tone.wav"
                _write_tone(sound)
                result = ve.render(opened, tmp_path / folder / name, audio=sound, cache=cache)
            else:
                result = ve.render(opened, tmp_path / folder / name, cache=cache)
        assert result.cache_faults == ()
        files = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        found.append([(path.relative_to(tmp_path / folder), path.read_bytes()) for path in files])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == (document_["op"] if "%" in name else 1)
    assert result.reused_frames == result.frames


def _write_tone(path: Path) -> None:
    import numpy as np
    import soundfile

    soundfile.write(path, np.sin(np.arange(48_000) / 20) * 0.5, 48_000)


def test_a_damaged_entry_is_made_anew(template: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    _, expected = rendered(template, tmp_path / "a.mp4", cache=cache)
    for file in (path for path in cache.rglob("*") if path.is_file()):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    with ve.open_template(template) as opened:
        result = ve.render(opened, tmp_path / "b.mp4", encoder=ENCODER, cache=cache)
    assert (tmp_path / "b.mp4").read_bytes() == expected
    assert result.reused_frames == 0
    assert len(result.cache_faults) == 1 + 3
    assert all("is damaged" in fault for fault in result.cache_faults)
    assert rendered(template, tmp_path / "c.mp4", cache=cache)[0].reused_frames == FRAMES


def test_a_cache_that_cannot_be_written_to_costs_nothing_but_its_use(template: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    with ve.open_template(template) as opened:
        result = ve.render(opened, tmp_path / "a.mp4", encoder=ENCODER, cache=tmp_path / "cache")
    assert len(result.cache_faults) == 1
    assert (tmp_path / "a.mp4").read_bytes() == rendered(template, tmp_path / "b.mp4")[1]


def test_a_render_that_was_cancelled_leaves_its_segments(template: Path, tmp_path: Path) -> None:
    def stop(progress: ve.Progress) -> None:
        if progress.frames_done > 50:
            raise KeyError("enough")

    cache = tmp_path / "cache"
    with ve.open_template(template) as opened, pytest.raises(KeyError):
        ve.render(opened, tmp_path / "a.mp4", encoder=ENCODER, cache=cache, progress=stop)
    result, content = rendered(template, tmp_path / "b.mp4", cache=cache)
    assert content == rendered(template, tmp_path / "c.mp4")[1]
    assert result.reused_frames in (0, 25, 50, 75)


KILLED = """
import sys, velocity_engine as ve
with ve.open_template(sys.argv[1]) as template:
    encoder = ve.EncoderConfig(bitrate="400k", preset=5, gop=25, segment_seconds=1, resolution=(960, 640))
    ve.render(template, sys.argv[2], encoder=encoder, cache=sys.argv[3])
"""


def test_a_render_that_was_killed_goes_on_from_its_last_segment(tmp_path: Path) -> None:
    long = document()
    long["op"] = FRAMES * 100
    for layer in long["layers"]:
        layer["op"] = long["op"]
    long["layers"][0]["ks"]["p"]["k"][1]["t"] = long["op"]
    template, cache = tmp_path / "long.json", tmp_path / "cache"
    template.write_text(json.dumps(long))
    words = [sys.executable, "-c", KILLED, str(template), str(tmp_path / "a.mp4"), str(cache)]
    process = subprocess.Popen(words)
    try:
        _until(lambda: sum(1 for path in cache.rglob("*") if path.is_file() and path.suffix != ".part") >= 3)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait(PATIENCE)
    assert process.returncode == -signal.SIGKILL
    encoder = ve.EncoderConfig(bitrate="400k", preset=5, gop=25, segment_seconds=1, resolution=(960, 640))
    result, content = rendered(template, tmp_path / "b.mp4", cache=cache, frames=(0, 500), encoder=encoder)
    assert result.reused_frames >= 75
    assert content == rendered(template, tmp_path / "c.mp4", frames=(0, 500), encoder=encoder)[1]


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- edits at random ------------------------------------------------------------------------------------------------

COLORS = st.sampled_from(["#0000ff", "#00ff00", "#112233", "#ffffff"])
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("shown"), st.integers(0, 2), st.integers(0, 40), st.integers(41, FRAMES)),
        st.tuples(st.just("color"), st.integers(0, 2), COLORS),
        st.tuples(st.just("opacity"), st.integers(0, 2), st.integers(0, 100)),
        st.tuples(st.just("order"), st.permutations([0, 1, 2])),
        st.tuples(st.just("blink"), st.integers(1, FRAMES - 2)),
        st.tuples(st.just("picture"), st.integers(0, 40), st.integers(41, FRAMES)),
    ),
    max_size=2,
)
ENCODERS = st.sampled_from([ENCODER, ve.EncoderConfig(bitrate="400k", preset=5)])
"""With the second, a picture that comes or goes cuts the only segment."""
CHANGES = st.lists(
    st.one_of(
        st.builds(lambda layer, color: {"layer": layer, "color": color}, st.sampled_from(["Box", "Card"]), COLORS),
        st.builds(lambda layer: {"layer": layer, "visible": False}, st.sampled_from(["Box", "Card", "Ground"])),
    ),
    max_size=2,
)
RANGES = st.one_of(st.none(), st.tuples(st.sampled_from([0, 10, 25, 50]), st.sampled_from([60, FRAMES])))


def edited(edits: list[tuple[Any, ...]]) -> dict[str, Any]:
    found = copy.deepcopy(document())
    layers = found["layers"]
    for kind, *values in edits:
        if kind == "shown":
            layers[values[0]]["ip"], layers[values[0]]["op"] = values[1:]
        elif kind == "color":
            layers[values[0]]["sc"] = values[1]
        elif kind == "opacity":
            layers[values[0]]["ks"]["o"] = still(values[1])
        elif kind == "order":
            layers[:3] = [layers[number] for number in values[0]]
        elif kind == "picture":
            found["assets"] = [LOGO]
            layers.insert(0, {**solid("Logo", 8, "", (values[0], values[1])), "ty": 2, "refId": "logo"})
        else:
            layers.insert(0, solid("Blink", 9, "#ffffff", (values[0], values[0] + 1)))
    return found


@pytest.fixture(scope="module")
def shared_cache() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        yield ve.RenderCache(Path(folder, "cache"), max_bytes=4 << 20)


def check_edit(cache: ve.RenderCache, edits: Any, **more: Any) -> int:
    """Renders with the cache and without. Returns how many frames were reused."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "data.json")
        template.write_text(json.dumps(edited(edits)))
        result, content = rendered(template, Path(folder, "a.mp4"), cache=cache, **more)
        assert content == rendered(template, Path(folder, "b.mp4"), **more)[1]
        return result.reused_frames


IN_ONE_PLACE = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=40, **IN_ONE_PLACE)  # type: ignore[arg-type]
@given(EDITS, CHANGES, RANGES, ENCODERS)
def test_forty_edits_at_random_have_the_same_bytes(
    shared_cache: ve.RenderCache, edits: Any, changes: Any, frames: Any, encoder: Any
) -> None:
    check_edit(shared_cache, edits, customizations=changes, frames=frames, encoder=encoder)


@pytest.mark.long
@settings(max_examples=500, **IN_ONE_PLACE)  # type: ignore[arg-type]
@given(EDITS, CHANGES, RANGES, ENCODERS)
def test_five_hundred_edits_at_random_have_the_same_bytes(
    shared_cache: ve.RenderCache, edits: Any, changes: Any, frames: Any, encoder: Any
) -> None:
    check_edit(shared_cache, edits, customizations=changes, frames=frames, encoder=encoder)
