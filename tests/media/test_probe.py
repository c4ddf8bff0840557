"""What media files hold."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from media_support import make_clip, make_sound, tone
from PIL import Image

from velocity_engine.errors import MediaError
from velocity_engine.media.probe import AudioInfo, PictureInfo, probe_audio, probe_picture, probe_video, written_length


@pytest.mark.parametrize(
    ("name", "codec", "file_format"),
    [
        ("a.wav", "pcm_s16le", "wav"),
        ("a.wav", "pcm_s24le", "wav"),
        ("a.wav", "pcm_f32le", "wav"),
        ("a.mp3", "mp3", "mp3"),
        ("a.m4a", "aac", "aac"),
        ("a.aac", "aac", "aac"),
    ],
)
def test_audio(tmp_path: Path, name: str, codec: str, file_format: str) -> None:
    path = make_sound(
        tmp_path / name, tone(2.0, rate=44_100), rate=44_100, codec=codec if codec.startswith("pcm") else None
    )
    info = probe_audio(path)
    assert info == AudioInfo(file_format, codec, info.seconds, 44_100, 2)
    assert info.seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"hello world" * 50, bytes(10_000), bytes(range(256)) * 100])
def test_audio_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "corrupted_audio.aac"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        probe_audio(path)
    assert caught.value.message == "Unsupported audio codec"
    assert caught.value.place.file == "corrupted_audio.aac"


def test_audio_of_other_codecs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="Unsupported audio codec"):
        probe_audio(make_sound(tmp_path / "a.ogg", tone(1.0)))
    with pytest.raises(MediaError, match="Unsupported audio codec"):
        probe_audio(make_clip(tmp_path / "silent.mp4", 5))


def test_video(tmp_path: Path) -> None:
    info = probe_video(make_clip(tmp_path / "clip.mp4", 50, sound=True))
    assert (info.width, info.height, info.frames, info.codec, info.rate) == (96, 64, 50, "h264", Fraction(25))
    assert info.seconds == pytest.approx(2.0)
    assert info.has_audio
    assert probe_video(make_clip(tmp_path / "other.mp4", 5, codec="libx265")).codec == "hevc"
    assert probe_video(make_clip(tmp_path / "third.mp4", 5, codec="libsvtav1", crf="40")).codec == "av1"


def test_turned_video_has_its_shown_size(tmp_path: Path) -> None:
    info = probe_video(make_clip(tmp_path / "phone.mp4", 5, rotation=-90))
    assert (info.width, info.height, info.rotation) == (64, 96, 90)


def test_video_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    for content in (b"", bytes(3000), b"\x00\x00\x00\x18ftypmp42" + bytes(300)):
        path.write_bytes(content)
        with pytest.raises(MediaError):
            probe_video(path)
    with pytest.raises(MediaError, match="no video"):
        probe_video(make_sound(tmp_path / "a.m4a", tone(0.1)))


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.avi", "libx264"), ("a.mp4", "libx265"), ("a.mp4", "libsvtav1")],
)
def test_length_of_what_was_written(tmp_path: Path, name: str, codec: str) -> None:
    quality: dict[str, Any] = {"crf": "40"} if codec == "libsvtav1" else {}
    path = make_clip(tmp_path / name, 40, codec=codec, sound=name != "a.avi", **quality)
    frames, seconds = written_length(path)
    info = probe_video(path)
    assert frames == 40 and seconds == pytest.approx(1.6)
    assert (info.frames, info.seconds) == (frames, seconds)


def test_length_of_what_was_written_badly(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", 40)
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(MediaError, match="read back"):
        written_length(path)
    at = whole.index(b"mdat") + 4
    path.write_bytes(whole[:at] + b"\xff" * 3000 + whole[at + 3000 :])
    with pytest.raises(MediaError, match="read back"):
        written_length(path)
    with pytest.raises(MediaError, match="read back"):
        written_length(make_sound(tmp_path / "a.wav", tone(0.1)))


def test_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (7, 5)).save(path)
    assert probe_picture(path) == PictureInfo("PNG", 7, 5, 1)
    with pytest.raises(MediaError):
        probe_picture(tmp_path / "missing.png")
