"""The finished file: exact times, sound, headers in front."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_support import decoded_sound, tone

from velocity_engine.builtin.codecs.h264 import H264
from velocity_engine.encode.encoder import SegmentEncoder, capped
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import StorageError
from velocity_engine.mux.muxer import Beside, Muxer, Sound
from velocity_engine.plugin_types import AVI, BUFFER_START, MOV, MP4, EncoderSettings

SIZE = (96, 64)


def write(path: Path, rate: Fraction, segments: list[int], container: str = "mp4", sound: bool = False) -> None:
    settings = H264().settings(EncoderConfig(bitrate="400k", container=container), *SIZE, rate)
    seconds = sum(segments) / rate
    samples = tone(float(seconds)) if sound else None
    blocks = iter(np.array_split(samples, 7, axis=1)) if samples is not None else None
    kind = {one.key: one for one in (MP4, MOV, AVI)}[container]
    muxer = Muxer(str(path), kind, settings, SIZE, rate, None if blocks is None else Beside(Sound(blocks)))
    first = 0
    for count in segments:
        encoder = SegmentEncoder(settings, *SIZE, rate, count)
        made = []
        for index in range(count):
            pixels = np.full((SIZE[1], SIZE[0], 3), (first + index) * 17 % 256, np.uint8)
            made += encoder.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p"))
        for packet in made + encoder.finish():
            muxer.write(packet, first)
        first += count
    muxer.close()


def exactly(count: int | None, base: Fraction | None) -> Fraction:
    """Ticks of a time base in seconds; a file tells both."""
    assert count is not None and base is not None
    return count * base


@pytest.mark.parametrize(
    "rate", [Fraction(25), Fraction(30_000, 1001), Fraction(24_000, 1001), Fraction(60), Fraction(1), Fraction(125, 8)]
)
@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_times_are_exact(tmp_path: Path, rate: Fraction, container: str) -> None:
    path = tmp_path / f"out.{container}"
    write(path, rate, [20, 1, 13], container)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert exactly(stream.duration, stream.time_base) == 34 / rate
        assert stream.average_rate == rate
        assert file.duration == pytest.approx(float(34 / rate) * 1_000_000, abs=1)
        times = [exactly(frame.pts, stream.time_base) for frame in file.decode(stream)]
    assert times == [index / rate for index in range(34)]


def test_headers_stand_in_front(tmp_path: Path) -> None:
    write(tmp_path / "out.mp4", Fraction(25), [10])
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"colrnclx" in data and b"Velocity" in data


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("mov", "aac"), ("avi", "mp3float")])
def test_sound_is_as_long_as_the_picture(tmp_path: Path, container: str, codec: str) -> None:
    path = tmp_path / f"out.{container}"
    write(path, Fraction(25), [50, 30], container, sound=True)
    with av.open(str(path)) as file:
        assert file.streams.audio[0].codec_context.name == codec
        assert sum(1 for _ in file.decode(video=0)) == 80
    sound = decoded_sound(path)
    assert sound.shape[1] / 48_000 == pytest.approx(3.2, abs=0.03 if container != "avi" else 0.06)
    assert np.sqrt(2 * np.mean(sound[0, 5_000:-5_000] ** 2)) == pytest.approx(0.5, abs=0.03)
    if container != "avi":
        with av.open(str(path)) as file:
            stream = file.streams.audio[0]
            assert float(exactly(stream.duration, stream.time_base)) == pytest.approx(3.2, abs=0.001)


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        write(tmp_path / "missing" / "out.mp4", Fraction(25), [3])


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1, 3, 5, 20, 600])
@pytest.mark.parametrize("buffer", [4_000_000, 8_000_000, 16_000_000])
def test_caps_keep_to_the_average(seconds: float, buffer: int) -> None:
    settings = EncoderSettings(encoder="", pixel_format="", options={"bufsize": str(buffer)}, average_cap=8_000_000)
    found = capped(settings, Fraction(seconds))
    most = int(found["bufsize"]) * BUFFER_START + int(found["maxrate"]) * seconds
    assert int(found["bufsize"]) <= buffer
    assert most <= 1.051 * 8_000_000 * seconds
    assert int(found["maxrate"]) >= 0.75 * 8_000_000
