"""Clips: exact frames in any order, true colours, and plain errors."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_support import make_clip, shade_of

from velocity_engine.errors import MediaError
from velocity_engine.media import clip as clips
from velocity_engine.media.clip import MAX_CURSORS, open_clip


def grey(pixels: np.ndarray) -> int:
    return round(float(pixels[..., :3].mean()))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_frames_are_exact_in_any_order(tmp_path: Path, codec: str) -> None:
    reader = open_clip(make_clip(tmp_path / "clip.mp4", 120, codec=codec))
    assert (reader.width, reader.height, reader.frame_count) == (96, 64, 120)
    assert reader.seconds == pytest.approx(4.8)
    order = [*range(40), 119, 118, 3, 3, 60, 0, *random.Random(0).sample(range(120), 20)]
    for index in order:
        assert abs(grey(reader.read(index)) - shade_of(index)) <= 2, index
    assert reader.read(-5)[0, 0, 0] == reader.read(0)[0, 0, 0]
    assert reader.read(500)[0, 0, 0] == reader.read(119)[0, 0, 0]
    reader.close()


def test_threads_read_side_by_side(tmp_path: Path) -> None:
    reader = open_clip(make_clip(tmp_path / "clip.mp4", 100))
    wrong: list[int] = []

    def read(first: int) -> None:
        for index in range(first, first + 25):
            if abs(grey(reader.read(index)) - shade_of(index)) > 2:
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(first,)) for first in (0, 25, 50, 75, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(reader._idle) <= MAX_CURSORS
    reader.close()


def test_more_places_than_decoders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "MAX_CURSORS", 2)
    monkeypatch.setattr(clips, "MAX_SKIPPED", 5)
    reader = open_clip(make_clip(tmp_path / "clip.mp4", 100))
    for step in range(5):
        for place in (0, 30, 60, 90):
            assert abs(grey(reader.read(place + step)) - shade_of(place + step)) <= 2
    assert len(reader._idle) == 2
    reader.close()


def test_frames_are_addressed_by_time(tmp_path: Path) -> None:
    times = [0, 1, 2, 10, 11, 30]
    reader = open_clip(make_clip(tmp_path / "vfr.mp4", 6, times=times))
    assert [reader.index_at(seconds) for seconds in (-1, 0, 0.039, 0.04, 0.2, 0.4, 0.43, 0.44, 1.19, 1.2, 99)] == [
        0,
        0,
        0,
        1,
        2,
        3,
        3,
        4,
        4,
        5,
        5,
    ]
    assert all(reader.index_at(time / 25) == index for index, time in enumerate(times))
    reader.close()


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_turned_upright(tmp_path: Path, rotation: int) -> None:
    reader = open_clip(make_clip(tmp_path / "phone.mp4", 5, rotation=rotation, left=(255, 255, 255)))
    assert (reader.width, reader.height) == ((96, 64) if rotation == 180 else (64, 96))
    pixels = reader.read(0)
    assert pixels.shape == (reader.height, reader.width, 4)
    # The white half lay on the left; display rotation turns against the clock.
    bright = {90: pixels[-1, 32], 180: pixels[32, -1], -90: pixels[0, 32]}[rotation]
    dark = {90: pixels[0, 32], 180: pixels[32, 0], -90: pixels[-1, 32]}[rotation]
    assert bright[0] > 200 > 50 > dark[0]
    assert reader.read_yuv(0) is None
    reader.close()


@pytest.mark.parametrize("tags", [(1, 1), (6, 1), (1, 2), (6, 2)])
def test_matrix_and_range_are_respected(tmp_path: Path, tags: tuple[int, int]) -> None:
    color = (200, 60, 30)
    reader = open_clip(make_clip(tmp_path / "tagged.mp4", 3, tags=tags, left=color))
    assert np.abs(reader.read(1)[32, 20, :3].astype(int) - color).max() <= 4
    reader.close()


@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv420p10le", "yuv422p"])
def test_other_pixel_formats(tmp_path: Path, pixel_format: str) -> None:
    reader = open_clip(make_clip(tmp_path / "other.mp4", 4, pixel_format=pixel_format, tags=(1, 1)))
    assert abs(grey(reader.read(2)) - shade_of(2)) <= 3
    assert reader.read_yuv(2) is None
    reader.close()


def test_odd_sizes(tmp_path: Path) -> None:
    reader = open_clip(make_clip(tmp_path / "odd.mp4", 3, size=(97, 65), pixel_format="yuv444p"))
    assert reader.read(1).shape == (65, 97, 4)
    reader.close()


def test_alpha_is_premultiplied() -> None:
    import av

    pixels = np.full((16, 16, 4), (255, 255, 255, 128), np.uint8)
    shown = clips._rgba(av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuva444p"))
    assert abs(shown.astype(int) - 128).max() <= 2


@pytest.mark.parametrize("tags", [(1, 1), (6, 1), (1, 2), (6, 2)])
def test_planes_for_the_yuv_path(tmp_path: Path, tags: tuple[int, int]) -> None:
    """Of BT.709 in limited range, whatever the file has."""
    reader = open_clip(make_clip(tmp_path / "clip.mp4", 5, tags=tags, left=(200, 60, 30)))
    planes = reader.read_yuv(2)
    assert planes is not None
    y, u, v = planes
    assert y.shape[0] >= 64 and y.shape[1] >= 96 and u.shape[0] >= 32
    assert abs(int(y[10, 80]) - (16 + shade_of(2) * 219 / 255)) <= 2
    red = 0.2126 * 200 + 0.7152 * 60 + 0.0722 * 30
    wanted = (16 + 219 / 255 * red, 128 + 224 / 255 * (30 - red) / 1.8556, 128 + 224 / 255 * (200 - red) / 1.5748)
    assert [int(y[10, 10]), int(u[5, 5]), int(v[5, 5])] == pytest.approx(wanted, abs=3)
    reader.close()


def test_the_same_content_has_the_same_digest(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "one.mp4", 5)
    other = make_clip(tmp_path / "other.mp4", 6)
    one, same, different = open_clip(path), open_clip(path.read_bytes(), "copy"), open_clip(other)
    assert one.digest == same.digest != different.digest
    assert np.array_equal(one.read(3), same.read(3))
    for reader in (one, same, different):
        reader.close()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("faststart", [True, False])
def test_cut_short_names_the_file(tmp_path: Path, share: float, faststart: bool) -> None:
    import av

    path = make_clip(tmp_path / "whole.mp4", 40, size=(192, 128))
    if faststart:
        moved = tmp_path / "moved.mp4"
        with av.open(str(path)) as source, av.open(str(moved), "w", options={"movflags": "+faststart"}) as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
        path = moved
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(MediaError) as caught:
        open_clip(broken)
    assert caught.value.place.file == "broken.mp4"


@pytest.mark.parametrize("content", [b"", b"not a clip", bytes(5000)])
def test_what_is_no_clip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError):
        open_clip(path)
    with pytest.raises(MediaError):
        open_clip(tmp_path / "missing.mp4")


def test_a_picture_is_no_clip(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "clip.mp4"
    Image.new("RGB", (32, 32), "red").save(path, "PNG")
    with pytest.raises(MediaError, match="picture"):
        open_clip(path)


@pytest.mark.parametrize(("codec", "options"), [("libx264", {"bf": "3", "b_strategy": "0"}), ("libx265", {})])
def test_opened_without_decoding_gives_the_same(
    tmp_path: Path, codec: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_clip(tmp_path / "clip.mp4", 40, codec=codec, **options)
    quick = open_clip(path)
    monkeypatch.setattr("velocity_engine.media.clip.UNDECODED", {})
    slow = open_clip(path)
    assert (quick.frame_count, quick.seconds, quick.width) == (slow.frame_count, slow.seconds, slow.width)
    for number in range(40):
        np.testing.assert_array_equal(quick.read(number), slow.read(number))
    quick.close()
    slow.close()


def test_how_far_frames_are_reordered_follows_from_their_times(tmp_path: Path) -> None:
    """Headers of H.264 need not say it."""
    options: dict[str, Any] = {"bf": "3", "b_strategy": "0", "x264-params": "b-pyramid=normal"}
    reader = open_clip(make_clip(tmp_path / "clip.mp4", 9, **options))
    times = reader._index.times
    assert times == sorted(times)
    assert reader._index.reordered == 2
    reader.close()
