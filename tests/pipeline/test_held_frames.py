"""A render whose template stands still for most of the time: its file is as long and as even as any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import velocity_engine as ve

COUNT, MOVES = 120, 24  # frames; the box moves in the first ones, and again from the frame 90 on
STARTS = (0, 90)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    keys = []
    for number, start in enumerate(STARTS):
        for at, x in ((start, 30 + 40 * number), (start + MOVES, 70 + 40 * number)):
            keys.append({"t": at, "s": [x, 45, 0], "o": {"x": [0.3], "y": [0]}, "i": {"x": [0.7], "y": [1]}})
    box: dict[str, Any] = {"ty": 1, "nm": "Box", "ip": 0, "op": COUNT, "st": 0, "sc": "#d03020", "sw": 40, "sh": 40}
    box["ks"] = {"p": {"a": 1, "k": keys}, "a": {"a": 0, "k": [20, 20, 0]}}
    path = tmp_path / "still.json"
    document = {"v": "5.9.0", "fr": 30, "ip": 0, "op": COUNT, "w": 160, "h": 90, "layers": [box], "assets": []}
    path.write_text(json.dumps(document))
    return path


def render(template: Path, output: Path, **more: Any) -> ve.RenderResult:
    config = {key: more.pop(key) for key in tuple(more) if key not in ("executor", "cache")}
    with ve.open_template(template) as opened:
        return ve.render(opened, output, encoder=ve.EncoderConfig(**config), **more)


def shown(path: Path) -> list[np.ndarray[Any, Any]]:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.average_rate == 30
        assert file.duration == pytest.approx(COUNT / 30 * 1_000_000, abs=2_000)
        frames = list(file.decode(stream))
        assert [frame.time for frame in frames] == pytest.approx([number / 30 for number in range(COUNT)], abs=0.001)
        return [frame.to_ndarray() for frame in frames]


@pytest.mark.parametrize(
    ("codec", "ending"), [("h264", "mp4"), ("h264", "mov"), ("av1", "mp4"), ("av1", "webm")], ids=str
)
def test_a_file_has_all_its_frames_at_their_times(template: Path, tmp_path: Path, codec: str, ending: str) -> None:
    skipped, encoded = tmp_path / f"skipped.{ending}", tmp_path / f"encoded.{ending}"
    result = render(template, skipped, codec=codec, bitrate="1M", segment_seconds=1.5)
    render(template, encoded, codec=codec, bitrate="1M", segment_seconds=1.5, held_frames="encode")
    assert (result.frames, result.held_frames) == (COUNT, COUNT - 2 * MOVES - 2)
    frames = shown(skipped)
    same = sum(np.array_equal(one, other) for one, other in zip(frames[1:], frames, strict=False))
    assert same > 30, "what is skipped equals what is before it"
    assert all(np.abs(one.astype(int) - other).mean() < 2 for one, other in zip(frames, shown(encoded), strict=True))


def test_other_processes_and_the_cache_give_the_same_bytes(template: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"bitrate": "1M", "segment_seconds": 1.0}
    files = [tmp_path / f"{number}.mp4" for number in range(4)]
    cache = ve.RenderCache(tmp_path / "cache")
    render(template, files[0], **asked)
    render(template, files[1], **asked, executor="processes")
    render(template, files[2], **asked, cache=cache)
    assert render(template, files[3], **asked, cache=cache).reused_frames == COUNT
    assert len({file.read_bytes() for file in files}) == 1


def test_what_is_asked_for_makes_another_segment(template: Path, tmp_path: Path) -> None:
    cache = ve.RenderCache(tmp_path / "cache")
    render(template, tmp_path / "a.mp4", bitrate="1M", cache=cache)
    encoded = render(template, tmp_path / "b.mp4", bitrate="1M", cache=cache, held_frames="encode")
    assert encoded.reused_frames == 0
    assert (tmp_path / "a.mp4").read_bytes() != (tmp_path / "b.mp4").read_bytes()


def test_a_codec_that_cannot_skip_says_so(template: Path, tmp_path: Path) -> None:
    with pytest.raises(ve.EncoderConfigError, match="encodes held frames as all others") as refused:
        render(template, tmp_path / "a.mp4", codec="h265", held_frames="skip")
    assert refused.value.place.field == "held_frames"


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(ve.EncoderConfigError, match="held frames are 'drop'"):
        ve.EncoderConfig(held_frames="drop")  # type: ignore[arg-type]
    with pytest.raises(ve.WrongTypeError):
        ve.EncoderConfig(held_frames=True)  # type: ignore[arg-type]
