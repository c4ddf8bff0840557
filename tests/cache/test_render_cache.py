"""The cache: bounded, shared, and never a reason for a render to fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from velocity_engine.cache.render_cache import CacheUse, RenderCache
from velocity_engine.errors import WrongTypeError
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, Segment

WHERE = Segment(number=0, first=0, last=1)


def encoded(size: int) -> EncodedSegment:
    packet = EncodedPacket(data=bytes(size), pts=0, dts=0, duration=1, key=True)
    return EncodedSegment(segment=WHERE, packets=(packet,), extradata=b"")


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path, max_bytes=50_000)
    use = CacheUse(cache)
    for number in range(5):
        use.keep_segment(f"segments/{number}", encoded(9_000))
        os.utime(tmp_path / f"segments/{number}", (1e9 + number, 1e9 + number))
    assert use.find_segment("segments/0", WHERE) == encoded(9_000)  # which is a use
    for number in range(5, 8):
        use.keep_segment(f"segments/{number}", encoded(9_000))
    assert sum(entry.size for entry in cache.contents()) <= 50_000
    left = {entry.name for entry in cache.contents()}
    assert left == {"segments/0", "segments/4", "segments/5", "segments/6", "segments/7"}
    assert use.faults == []


def test_two_caches_of_one_place_share_its_bound(tmp_path: Path) -> None:
    for number in range(20):
        CacheUse(RenderCache(tmp_path, max_bytes=50_000)).keep_segment(f"segments/{number}", encoded(9_000))
    assert sum(entry.size for entry in RenderCache(tmp_path).contents()) <= 50_000


def test_an_entry_that_would_take_a_large_part_is_not_kept(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path, max_bytes=50_000)
    CacheUse(cache).keep_segment("segments/0", encoded(13_000))
    assert cache.contents() == ()


def test_a_damaged_entry_is_a_miss_that_is_told_and_goes(tmp_path: Path) -> None:
    use = CacheUse(RenderCache(tmp_path))
    use.keep_segment("segments/ab/x", encoded(100))
    file = tmp_path / "segments/ab/x"
    content = bytearray(file.read_bytes())
    content[-40] ^= 1
    file.write_bytes(content)
    assert use.find_segment("segments/ab/x", WHERE) is None
    assert use.faults == [
        "the entry segments/ab/x of the cache is damaged (its checksum is another one); it is made anew"
    ]
    assert not file.exists()


def test_files_come_back_as_they_were(tmp_path: Path) -> None:
    use = CacheUse(RenderCache(tmp_path / "cache"))
    video, poster = tmp_path / "a.mp4", tmp_path / "a.jpg"
    video.write_bytes(b"v" * 3_000_000)
    poster.write_bytes(b"p" * 10)
    use.keep_files("videos/ab/x", {"video": video, "poster": poster}, {"frames": 25})
    parts = {"video": tmp_path / "b.mp4", "poster": tmp_path / "b.jpg"}
    assert use.take_files("videos/ab/x", parts) == {"frames": 25}
    assert parts["video"].read_bytes() == video.read_bytes()
    assert parts["poster"].read_bytes() == poster.read_bytes()
    assert use.take_files("videos/ab/y", parts) is None
    assert use.faults == []


def test_a_place_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    use = CacheUse(RenderCache(tmp_path / "file"))
    for _ in range(2):
        use.keep_segment("segments/ab/x", encoded(100))
        assert use.find_segment("segments/ab/x", WHERE) is None
    assert len(use.faults) == 1
    assert use.faults[0].startswith(f"the cache at {tmp_path / 'file'} cannot be used: ")


def test_it_says_what_it_holds_and_can_be_cleared(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path / "cache", max_bytes=1 << 30)
    assert (cache.contents(), cache.clear()) == ((), 0)
    CacheUse(cache).keep_segment("segments/ab/x", encoded(100))
    assert [entry.name for entry in cache.contents()] == ["segments/ab/x"]
    assert (cache.clear(), cache.contents()) == (1, ())
    assert repr(cache) == f"<RenderCache {tmp_path / 'cache'}, at most 1024 MiB>"


def test_wrong_arguments_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongTypeError, match="location is 5"):
        RenderCache(5)  # type: ignore[arg-type]
    for wrong in (-1, 1.5, True, "8 GB"):
        with pytest.raises(WrongTypeError, match="max_bytes is "):
            RenderCache(tmp_path, max_bytes=wrong)  # type: ignore[arg-type]
