"""Held frames as skip pictures: what is decoded is the frame that is held, and nothing else changes.

Every stream is decoded by libavcodec, which is told to give up at the first error, and judged by ``h264_support``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
import pytest
from h264_support import B, fullness, judge
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.builtin.codecs.h264 import H264
from velocity_engine.encode.distinct_frames import MAX_HELD, MIN_HELD
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encode.h264_held_frames import H264Stream
from velocity_engine.encoder_config import BitsPerSecond, EncoderConfig, RateControl, Tune
from velocity_engine.plugin_types import BUFFER_START, EncodedPacket, EncoderSettings

RATE = Fraction(30)
SIZE = (176, 96)
Picture = NDArray[np.uint8]

CONFIGS: dict[str, Mapping[str, Any]] = {
    "usual": {},
    "capped": {"bitrate": "2M"},
    "quantiser": {"rate_control": RateControl.CQP, "qp": 27},
    "short gop": {"gop": 20},
    "open gops": {"gop": 12, "idr": 48},
    "baseline": {"profile": 66},
    "main": {"profile": 77},
    "film": {"tune": "film"},
    "capped film": {"tune": "film", "bitrate": "2M"},
    "film of open gops": {"tune": "film", "gop": 12, "idr": 48},
    "film in baseline": {"tune": "film", "profile": 66},
}


@cache
def picture(number: int, size: tuple[int, int] = SIZE) -> av.VideoFrame:
    """The pictures of a motion: waves and grain that move, and a bar."""
    width, height = size
    down, across = np.mgrid[0:height, 0:width]
    grain = np.random.default_rng(7).integers(-12, 13, (height, width))
    waves = 55 * np.sin((across + 3 * number) / 19) + 45 * np.cos((down - 2 * number) / 13)
    luma = np.clip(125 + waves + np.roll(grain, (2 * number, 3 * number), (0, 1)), 16, 235).astype(np.uint8)
    luma[20:44, 5 * number % (width - 24) :][:, :24] = 210
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = luma
    planes[height:] += np.uint8(20 * abs(np.sin(number / 9)))
    return av.VideoFrame.from_ndarray(planes, "yuv420p")


@dataclass
class Made:
    """A stream, and what x264 made by itself of the frames that it was given."""

    extradata: bytes
    packets: list[EncodedPacket]
    plain_extradata: bytes
    plain: list[EncodedPacket]


class _Watched(H264Stream):
    def __init__(self, extradata: bytes) -> None:
        super().__init__(extradata)
        self.plain: list[EncodedPacket] = []

    def add(self, packet: EncodedPacket, *, is_held: bool) -> EncodedPacket:
        self.plain.append(packet)
        return super().add(packet, is_held=is_held)


def settings_of(config: EncoderConfig, size: tuple[int, int] = SIZE) -> EncoderSettings:
    assert H264().problems(config, *size, RATE) == []
    return H264().settings(config, *size, RATE)


def encoded(chosen: EncoderSettings, runs: Sequence[int], *, flickers: bool = False) -> Made:
    """A segment of distinct pictures, each shown for so many frames. ``flickers``: each second one is like the one but
    one before it, so that it pays to look back beyond the last."""
    encoder = SegmentEncoder(chosen, *SIZE, RATE, sum(runs))
    plain_extradata = bytes(encoder._context.extradata or b"")
    encoder._stream = watched = _Watched(plain_extradata)
    packets = []
    for number, times in enumerate(runs):
        for again in range(times):
            packets += encoder.encode(picture(number + 50 * (flickers and number % 2)), held=again > 0)
    packets += encoder.finish()
    return Made(encoder.extradata, packets, plain_extradata, watched.plain)


def decoded(extradata: bytes, packets: Sequence[EncodedPacket]) -> dict[int, Picture]:
    decoder: Any = av.CodecContext.create("h264", "r")
    decoder.extradata, decoder.options = extradata, {"err_detect": "explode"}
    found = []
    for packet in packets:
        coming: Any = av.Packet(packet.data)
        coming.pts, coming.dts, coming.time_base = packet.pts, packet.dts, 1 / RATE
        found += decoder.decode(coming)
    found += decoder.decode(None)
    return {frame.pts: frame.to_ndarray() for frame in found}


def check(made: Made, runs: Sequence[int]) -> dict[int, Picture]:
    """Every frame is there; coded ones are as x264 made them, and the others what is shown before them."""
    shown, coded = decoded(made.extradata, made.packets), decoded(made.plain_extradata, made.plain)
    assert list(shown) == list(range(sum(runs))), "in order, each once"
    assert set(coded) == {packet.pts for packet in made.plain}
    for at, pixels in shown.items():
        expected = coded[at] if at in coded else shown[at - 1]
        assert np.array_equal(pixels, expected), f"frame {at} is {'another' if at in coded else 'not held'}"
    judge(made.extradata, made.packets)
    times = [packet.dts for packet in made.packets]
    assert times == sorted(set(times))
    assert all(packet.dts <= packet.pts for packet in made.packets)
    return shown


RUNS = (*(1,) * 9, 12, *(1,) * 9, 22, *(1,) * 3, 4, 1, 1, 5, 2, 3, *(1,) * 5, 4, 4, 4, 1, 20, 1, 1)


@pytest.mark.parametrize("preset", range(6))
@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_held_is_shown_and_nothing_drifts(name: str, preset: int) -> None:
    config = EncoderConfig(**CONFIGS[name], preset=preset)
    made = encoded(settings_of(config), RUNS)
    check(made, RUNS)
    assert len(made.plain) < len(made.packets) == sum(RUNS)


ANY = {
    "runs": st.lists(st.integers(1, 3) | st.integers(1, 30), min_size=1, max_size=20),
    "preset": st.integers(0, 5),
    "name": st.sampled_from(sorted(CONFIGS)),
    "flickers": st.booleans(),
}


def check_any(runs: list[int], preset: int, name: str, flickers: bool) -> None:
    config = EncoderConfig(**CONFIGS[name], preset=preset)
    check(encoded(settings_of(config), runs, flickers=flickers), runs)


@settings(max_examples=10)
@given(**ANY)
def test_whatever_is_held_for_however_long(runs: list[int], preset: int, name: str, *, flickers: bool) -> None:
    check_any(runs, preset, name, flickers)


@pytest.mark.long
@settings(max_examples=300)
@given(**ANY)
def test_at_length_whatever_is_held(runs: list[int], preset: int, name: str, *, flickers: bool) -> None:
    check_any(runs, preset, name, flickers)


def test_predictions_by_distance_would_drift() -> None:
    """So the tests above can fail: with what the settings leave out, decoded frames are others than x264 made."""
    chosen = settings_of(EncoderConfig(preset=1))
    assert "weightb=0" in chosen.options["x264-params"]
    options = {**chosen.options, "x264-params": chosen.options["x264-params"].replace("weightb=0", "weightb=1")}
    runs = (*(1,) * 12, 18) * 3
    check(encoded(chosen, runs, flickers=True), runs)
    made = encoded(replace(chosen, options=options), runs, flickers=True)
    with pytest.raises(AssertionError, match="is another"):
        check(made, runs)


@pytest.mark.parametrize("preset", [1, 3])
def test_pictures_in_both_directions_stay(preset: int) -> None:
    runs = (*(1,) * 30, 10, *(1,) * 30)
    made = encoded(settings_of(EncoderConfig(preset=preset)), runs)
    assert sum(one.kind == B for one in judge(made.extradata, made.packets)) > 20


def test_a_held_frame_takes_few_bytes() -> None:
    made = encoded(settings_of(EncoderConfig()), (1, 100))
    coded = {packet.pts for packet in made.plain}
    sizes = {len(packet.data) for packet in made.packets if packet.pts not in coded}
    assert len(coded) < 10 and max(sizes) < 30


def test_key_frames_stand_where_they_are_asked_for() -> None:
    for runs in ((1, 1, 200), (1,) * 90, (5,) * 40, (13, 1, 1, 100)):
        for held in ("skip", "encode"):
            config = EncoderConfig(gop=30, held_frames=held)
            made = SegmentEncoder(settings_of(config), *SIZE, RATE, sum(runs))
            packets = [
                packet
                for number, times in enumerate(runs)
                for again in range(times)
                for packet in made.encode(picture(number), held=again > 0)
            ] + made.finish()
            keys = [packet.pts for packet in packets if packet.key]
            assert all(after - before <= 30 for before, after in zip(keys, [*keys[1:], sum(runs)], strict=True))


def test_a_hold_longer_than_the_order_of_showing_counts() -> None:
    runs = (1, 1, 2 * MAX_HELD + 300, 1, 1)
    made = encoded(settings_of(EncoderConfig(gop=10_000)), runs)
    check(made, runs)
    assert len(made.plain) < 20


def test_short_holds_are_encoded() -> None:
    runs = (MIN_HELD,) * 20
    made = encoded(settings_of(EncoderConfig()), runs)
    assert len(made.plain) == sum(runs)


@pytest.mark.parametrize(("preset", "tune"), [(1, None), (3, None), (3, "film"), (4, None), (4, "film"), (5, None)])
@pytest.mark.parametrize(
    "runs", [RUNS, (4,) * 40, (1,) * 90 + (60,), (1, 1, 1, 7) * 25], ids=["mixed", "fours", "end", "eights"]
)
@pytest.mark.parametrize("bitrate", [250_000, 500_000])
def test_the_cap_is_kept_by_a_decoders_buffer(
    bitrate: int, runs: tuple[int, ...], preset: int, tune: Tune | None
) -> None:
    """A leaky bucket that is filled with the bitrate, of the size that the encoder was told, never runs empty; and the
    average is not exceeded."""
    config = EncoderConfig(bitrate=BitsPerSecond(bitrate), preset=preset, tune=tune)
    chosen = settings_of(config)
    assert chosen.held_frames == "skip"
    made = encoded(chosen, runs)
    size = int(chosen.options["bufsize"])
    assert fullness(made.packets, float(bitrate / RATE), size, BUFFER_START) >= 0
    assert sum(8 * len(packet.data) for packet in made.packets) <= bitrate * sum(runs) / RATE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rate_control": RateControl.CBR, "bitrate": "1M"}, "at a constant bitrate"),
        ({"container": "avi"}, "in avi"),
        ({"gop": 1}, "where every frame is a key frame"),
        ({"bitrate": "60k"}, "at so low a bitrate"),
    ],
)
def test_what_cannot_be_skipped_is_refused(fields: dict[str, Any], reason: str) -> None:
    (problem,) = H264().problems(EncoderConfig(**fields, held_frames="skip"), *SIZE, RATE)
    assert problem.message == f"held frames cannot be skipped {reason}"
    assert problem.place.field == "held_frames"
    assert H264().settings(EncoderConfig(**fields), *SIZE, RATE).held_frames == "encode"


def test_segments_join() -> None:
    """All segments of a video have the same headers, whether frames are held in them or not, and follow each other in
    one file as they do in one stream."""
    chosen = settings_of(EncoderConfig(bitrate="2M", gop=20))
    parts = [(*(1,) * 12, 8), (20,), (1,) * 20, (7, 1, 1, 1, 1, 9), (1, 1, 1)]
    made = [encoded(chosen, runs) for runs in parts]
    assert len({one.extradata for one in made}) == 1
    packets, first = [], 0
    expected: list[Picture] = []
    for one, runs in zip(made, parts, strict=True):
        packets += [replace(packet, pts=packet.pts + first, dts=packet.dts + first) for packet in one.packets]
        expected += decoded(one.extradata, one.packets).values()
        first += sum(runs)
    shown = decoded(made[0].extradata, packets)
    assert list(shown) == list(range(first))
    assert all(np.array_equal(shown[at], pixels) for at, pixels in enumerate(expected))
    judge(made[0].extradata, packets)


def test_the_same_frames_are_the_same_bytes() -> None:
    chosen = settings_of(EncoderConfig(bitrate="2M"))
    assert encoded(chosen, RUNS).packets == encoded(chosen, RUNS).packets
