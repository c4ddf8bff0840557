"""Held frames of AV1: what was decoded is shown again, and nothing else changes. dav1d decodes every stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.builtin.codecs.av1 import Av1
from velocity_engine.encode.av1_held_frames import SHOWING, Av1Stream
from velocity_engine.encode.distinct_frames import MIN_HELD
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig, RateControl
from velocity_engine.errors import RenderFailed
from velocity_engine.plugin_types import EncodedPacket, EncoderSettings

RATE = Fraction(30)
SIZE = (128, 72)
Picture = NDArray[np.uint8]

CONFIGS: dict[str, Mapping[str, Any]] = {
    "usual": {},
    "capped": {"bitrate": "1M"},
    "quantiser": {"rate_control": RateControl.CQP, "qp": 30},
}


@cache
def picture(number: int) -> av.VideoFrame:
    """Grain and a bar that move."""
    width, height = SIZE
    grain = np.random.default_rng(7).integers(90, 140, (height, width), np.uint8)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.roll(grain, (2 * number, 3 * number), (0, 1))
    planes[10:40, 5 * number % (width - 20) :][:, :20] = 210
    return av.VideoFrame.from_ndarray(planes, "yuv420p")


def settings_of(config: EncoderConfig) -> EncoderSettings:
    assert Av1().problems(config, *SIZE, RATE) == []
    return Av1().settings(config, *SIZE, RATE)


class _Watched(Av1Stream):
    def __init__(self, extradata: bytes) -> None:
        super().__init__(extradata)
        self.plain: list[EncodedPacket] = []

    def add(self, packet: EncodedPacket, *, is_held: bool) -> EncodedPacket:
        self.plain.append(packet)
        return super().add(packet, is_held=is_held)


def encoded(chosen: EncoderSettings, runs: Sequence[int]) -> tuple[list[EncodedPacket], list[EncodedPacket]]:
    """The packets of a segment of distinct pictures, each shown for so many frames; and those of SVT-AV1 alone."""
    encoder = SegmentEncoder(chosen, *SIZE, RATE, sum(runs))
    encoder._stream = watched = _Watched(encoder.extradata)
    packets = []
    for number, times in enumerate(runs):
        for again in range(times):
            packets += encoder.encode(picture(number), held=again > 0)
    return packets + encoder.finish(), watched.plain


def decoded(packets: Sequence[EncodedPacket]) -> list[Picture]:
    decoder: Any = av.CodecContext.create("libdav1d", "r")
    found = []
    for packet in packets:
        coming: Any = av.Packet(packet.data)
        coming.pts, coming.dts, coming.time_base = packet.pts, packet.dts, 1 / RATE
        found += decoder.decode(coming)
    return [frame.to_ndarray() for frame in found + decoder.decode(None)]


def check(chosen: EncoderSettings, runs: Sequence[int]) -> None:
    packets, plain = encoded(chosen, runs)
    assert [packet.pts for packet in packets] == list(range(sum(runs)))
    shown, coded = decoded(packets), decoded(plain)
    assert len(shown) == sum(runs)
    expected = dict(zip([packet.pts for packet in plain], coded, strict=True))
    for at, pixels in enumerate(shown):
        assert np.array_equal(pixels, expected.get(at, shown[at - 1])), f"frame {at}"
    skipped = sum(times - 1 for times in runs if times > MIN_HELD + 2)
    assert len(plain) <= sum(runs) - skipped + 2 * len(runs)


RUNS = (*(1,) * 9, 12, *(1,) * 8, 22, 1, 1, 4, 1, 5, 2, 3, *(1,) * 9, 4, 4, 4, 1, 20, 1, 1)


@pytest.mark.parametrize("preset", [2, 3, 5])
@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_held_is_shown_again_and_nothing_drifts(name: str, preset: int) -> None:
    for runs in (RUNS, (40,), (1, 9), (1,) * 17 + (9,)):
        check(settings_of(EncoderConfig(**CONFIGS[name], preset=preset)), runs)


@settings(max_examples=10)
@given(
    runs=st.lists(st.integers(1, 3) | st.integers(1, 30), min_size=1, max_size=20),
    preset=st.integers(3, 5),
    name=st.sampled_from(sorted(CONFIGS)),
)
def test_whatever_is_held_for_however_long(runs: list[int], preset: int, name: str) -> None:
    check(settings_of(EncoderConfig(**CONFIGS[name], preset=preset, gop=1000)), runs)


@pytest.mark.long
@pytest.mark.parametrize("preset", range(6))
@pytest.mark.parametrize("name", CONFIGS)
def test_each_even_place_is_kept_by_the_encoder(name: str, preset: int) -> None:
    """However many frames follow: on this rests that what is held can be shown again."""
    chosen = settings_of(EncoderConfig(**CONFIGS[name], preset=preset, gop=1000))
    for count in range(3, 70):
        packets, _plain = encoded(chosen, (1,) * count)
        assert all(packet.data.startswith(SHOWING) and len(packet.data) == 5 for packet in packets[2::2]), count


def test_a_held_frame_takes_five_bytes() -> None:
    packets, plain = encoded(settings_of(EncoderConfig()), (1, 1, 60))
    coded = {packet.pts for packet in plain}
    assert {len(packet.data) for packet in packets if packet.pts not in coded} == {5}
    assert len(coded) == 3


def test_key_frames_within_a_segment_are_as_far_as_asked_for() -> None:
    """SVT-AV1 counts the frames that it is given: in a segment with a key frame inside, all are."""
    chosen = settings_of(EncoderConfig(gop=20, segment_seconds=0.5))
    assert chosen.held_frames == "skip"
    assert len(encoded(chosen, (20,))[1]) == 3
    packets, plain = encoded(chosen, (60,))
    assert not plain, "nothing is put between"
    assert [packet.pts for packet in packets if packet.key] == [0, 20, 40]


def test_what_cannot_be_skipped_is_refused() -> None:
    for fields, reason in (
        ({"gop": 20}, "where gop is shorter than a segment"),
        ({"rate_control": RateControl.CBR, "bitrate": "1M"}, "at a constant bitrate"),
        ({"container": "avi"}, "in avi"),
        ({"gop": 30, "idr": 60, "rate_control": RateControl.CQP}, "where key frames stand between IDR frames"),
    ):
        asked: dict[str, Any] = {"codec": "av1", **fields}
        (problem,) = Av1().problems(EncoderConfig(**asked, held_frames="skip"), *SIZE, RATE)
        assert problem.message == f"held frames cannot be skipped {reason}"
        assert problem.place.field == "held_frames"
        assert Av1().settings(EncoderConfig(**asked), *SIZE, RATE).held_frames == "encode"


def test_what_was_not_kept_is_not_shown_again() -> None:
    stream = Av1Stream(b"")
    packet = EncodedPacket(data=b"\x12\x00\x32\x10frame", pts=0, dts=0, duration=1, key=False)
    assert stream.add(packet, is_held=False) == packet
    with pytest.raises(RenderFailed, match="did not keep"):
        stream.add(packet, is_held=True)
