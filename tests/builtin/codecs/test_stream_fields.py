"""What ``profile``, ``level``, ``gop`` and ``idr`` ask for stands in the stream, at every preset of every codec."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import pytest
from codecs_support import moving_frames

from velocity_engine.builtin.codecs import velocity_codecs
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig, RateControl
from velocity_engine.pipeline.segment import plan_segments

RATE = Fraction(25)
SIZE = (128, 72)
CODECS = {codec.key: codec for codec in velocity_codecs()}
DECODERS = {"h264": "h264", "h265": "hevc", "av1": "libdav1d"}
PRESETS = range(6)


class Bits:
    """A reader of fixed and Exp-Golomb numbers."""

    def __init__(self, data: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def fixed(self, count: int) -> int:
        self._at += count
        return int(self._text[self._at - count : self._at], 2)

    def golomb(self) -> int:
        zeros = 0
        while not self.fixed(1):
            zeros += 1
        return (1 << zeros) - 1 + (self.fixed(zeros) if zeros else 0)


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of a stream with start codes."""
    for part in data.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")[1:]:
        yield part.replace(b"\x00\x00\x03", b"\x00\x00")


def open_units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, payload) of an AV1 temporal unit's OBUs."""
    at = 0
    while at < len(data):
        kind, extended = data[at] >> 3 & 15, data[at] >> 2 & 1
        at += 1 + extended
        size = shift = 0
        while True:
            byte = data[at]
            size |= (byte & 127) << shift
            shift += 7
            at += 1
            if not byte & 128:
                break
        yield kind, data[at : at + size]
        at += size


def picture_kind(key: str, data: bytes) -> str:
    """Of a packet: "idr", "key" (a point to start from that is no IDR frame), or "other"."""
    if key == "av1":
        headers = [payload for kind, payload in open_units(data) if kind in (3, 6)]
        kinds = [payload[0] >> 5 & 3 for payload in headers if not payload[0] >> 7]
        return "idr" if 0 in kinds else "key" if 2 in kinds else "other"
    if key == "h265":
        kinds = [unit[0] >> 1 & 63 for unit in nal_units(data)]
        return "idr" if {19, 20} & set(kinds) else "key" if 21 in kinds else "other"
    for unit in nal_units(data):
        if unit[0] & 31 == 5:
            return "idr"
        if unit[0] & 31 == 1:
            bits = Bits(unit[1:20])
            bits.golomb()
            return "key" if bits.golomb() in (2, 7) else "other"
    raise AssertionError("a packet without a picture")


def parameters(key: str, extradata: bytes) -> tuple[int, int]:
    """(profile, level) in the standard's own numbers, of the sequence's header."""
    if key == "av1":
        header = next(payload for kind, payload in open_units(extradata) if kind == 1)
        bits = Bits(header)
        profile = bits.fixed(3)
        assert bits.fixed(2) == 0, "a still picture"
        assert bits.fixed(1) == 0, "timing information is not expected"
        assert bits.fixed(1) == 0, "delays are not expected"
        bits.fixed(5 + 12)
        return profile, bits.fixed(5)
    units = list(nal_units(extradata))
    if key == "h264":
        unit = next(unit for unit in units if unit[0] & 31 == 7)
        return unit[1], unit[3]
    unit = next(unit for unit in units if unit[0] >> 1 & 63 == 33)
    return unit[3] & 31, unit[14]


def streams(config: EncoderConfig, count: int, *, still: bool = False) -> list[tuple[bytes, dict[int, bytes]]]:
    """(header, packets by output frame in decoding order) of each segment, as a render makes them; a still picture
    has key frames only where they are asked for."""
    codec = CODECS[config.codec_name]
    assert codec.problems(config, *SIZE, RATE) == []
    settings = codec.settings(config, *SIZE, RATE)
    pictures = moving_frames(1, *SIZE) * count if still else moving_frames(count, *SIZE)
    found = []
    for segment in plan_segments(count, config, settings, RATE):
        encoder = SegmentEncoder(settings, *SIZE, RATE, segment.last - segment.first)
        packets = [
            packet for picture in pictures[segment.first : segment.last] for packet in encoder.encode(picture)
        ] + encoder.finish()
        found.append((encoder.extradata, {packet.pts + segment.first: packet.data for packet in packets}))
    return found


def decoded(key: str, header: bytes, packets: list[bytes]) -> int:
    decoder = av.CodecContext.create(DECODERS[key], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    count = sum(
        len(decoder.decode(av.Packet((header if not index else b"") + data))) for index, data in enumerate(packets)
    )
    return count + len(decoder.decode(None))


def config_for(key: str, preset: int | None, **more: Any) -> EncoderConfig:
    return EncoderConfig(codec=key, bitrate="320k", preset=preset, **more)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("key", "profile", "level"),
    [("h264", 66, 31), ("h264", 77, 41), ("h264", 100, 52), ("h265", 1, 123), ("av1", 0, 9), ("av1", 0, 12)],
)
def test_profile_and_level_at_every_preset(key: str, profile: int, level: int, preset: int) -> None:
    for rate_control in RateControl:
        leveled = level if (key, rate_control) != ("h265", RateControl.CQP) else None
        config = config_for(key, preset, profile=profile, level=leveled, rate_control=rate_control)
        ((header, _packets),) = streams(config, 3)
        found = parameters(key, header)
        assert found[0] == profile
        assert leveled is None or found[1] == leveled


@pytest.mark.parametrize("container", ["mp4", "avi"])
@pytest.mark.parametrize("profile", [77, 100])
def test_the_fastest_preset_keeps_a_profile_in_every_container(container: str, profile: int) -> None:
    ((header, packets),) = streams(config_for("h264", 5, profile=profile, container=container), 10)
    assert parameters("h264", header)[0] == profile
    assert decoded("h264", header, list(packets.values())) == 10


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("key", "rate_control"),
    [
        ("h264", RateControl.VBR),
        ("h264", RateControl.CQP),
        ("h265", RateControl.VBR),
        ("h265", RateControl.CQP),
        ("av1", RateControl.CQP),
    ],
)
def test_idr_frames_stand_farther_apart_than_key_frames(key: str, rate_control: RateControl, preset: int) -> None:
    config = config_for(key, preset, gop=10, idr=30, rate_control=rate_control)
    made = streams(config, 64, still=True)
    kinds = {pts: picture_kind(key, data) for _, packets in made for pts, data in packets.items()}
    assert [pts for pts in sorted(kinds) if kinds[pts] == "idr"] == [0, 30, 60]
    points = [pts for pts in sorted(kinds) if kinds[pts] != "other"]
    # AV1 sends such a frame one frame ahead, hidden, and shows it where it belongs.
    assert max(b - a for a, b in pairwise(points)) <= (11 if key == "av1" else 10)
    assert len([pts for pts in points if pts < 30]) == len([pts for pts in points if 30 <= pts < 60])
    assert len(points) >= 7
    assert sum(decoded(key, header, list(packets.values())) for header, packets in made) == 64


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("rate_control", list(RateControl))
@pytest.mark.parametrize("key", list(CODECS))
def test_gop_1_is_key_frames_alone(key: str, rate_control: RateControl, preset: int) -> None:
    ((header, packets),) = streams(config_for(key, preset, gop=1, rate_control=rate_control), 8)
    assert {picture_kind(key, data) for data in packets.values()} == {"idr"}
    for data in packets.values():
        assert decoded(key, header, [data]) == 1


def test_av1_key_frames_alone_stay_below_a_variable_bitrate() -> None:
    asked = EncoderConfig(codec="av1", bitrate="480k", gop=1)
    ((_header, packets),) = streams(asked, 50)
    assert sum(map(len, packets.values())) <= 60_000 * 2
    assert streams(asked, 12) == streams(asked, 12)


@pytest.mark.parametrize("key", list(CODECS))
def test_a_constant_bitrate_takes_idr_for_gop(key: str) -> None:
    made = streams(config_for(key, 4, idr=200, rate_control=RateControl.CBR), 202, still=True)
    kinds = {pts: picture_kind(key, data) for _, packets in made for pts, data in packets.items()}
    assert [pts for pts in sorted(kinds) if kinds[pts] == "idr"] == [0, 200]


@pytest.mark.parametrize(
    ("key", "more", "said"),
    [
        ("h264", {"rate_control": RateControl.CBR}, "VBR or CQP"),
        ("h264", {"container": "avi"}, "another container"),
        ("h264", {"profile": 66}, "profile 77 or 100"),
        ("h265", {"rate_control": RateControl.CBR}, "VBR or CQP"),
        ("av1", {"rate_control": RateControl.CBR}, "CQP"),
        ("av1", {}, "CQP"),
        ("h264", {"gop": 1}, "a longer gop"),
        ("h265", {"gop": 1}, "a longer gop"),
        ("av1", {"gop": 1, "rate_control": RateControl.CQP}, "a longer gop"),
    ],
)
def test_an_idr_that_cannot_be_is_refused(key: str, more: dict[str, object], said: str) -> None:
    config = config_for(key, None, **{"gop": 10, "idr": 30, **more})
    (problem,) = CODECS[key].problems(config, *SIZE, RATE)
    assert problem.place.field == "idr"
    assert "idr 30 is longer than gop" in problem.message
    assert said in (problem.hint or "")
    assert CODECS[key].problems(config_for(key, None, **{**more, "gop": 10, "idr": 10}), *SIZE, RATE) == []
