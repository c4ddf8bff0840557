"""The built-in codecs: what they refuse, and what their streams are like."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from codecs_support import moving_frames as frames
from media_support import make_sound, tone

import velocity_engine as ve
from velocity_engine.builtin.codecs import velocity_codecs
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig, RateControl, config_problems
from velocity_engine.mux.muxer import Muxer
from velocity_engine.plugin_types import Codec, EncodedPacket
from velocity_engine.plugins.outputs import codec_traits, container_of, resolve_encoder
from velocity_engine.testing import check_codec

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.zip"
RATE = Fraction(25)
CODECS = {codec.key: codec for codec in velocity_codecs()}
KEYS = list(CODECS)


def encoded(config: EncoderConfig, pictures: list[av.VideoFrame]) -> tuple[list[EncodedPacket], bytes]:
    codec = CODECS[config.codec_name]
    width, height = pictures[0].width, pictures[0].height
    assert codec.problems(config, width, height, RATE) == []
    settings = codec.settings(config, width, height, RATE)
    encoder = SegmentEncoder(settings, width, height, RATE, len(pictures))
    packets = [packet for picture in pictures for packet in encoder.encode(picture)] + encoder.finish()
    assert len(packets) == len(pictures)
    assert sorted(packet.pts for packet in packets) == list(range(len(pictures)))
    assert all(one.dts < other.dts for one, other in pairwise(packets))
    assert all(packet.dts <= packet.pts for packet in packets)
    return packets, encoder.extradata


def stream_of(
    config: EncoderConfig, packets: list[EncodedPacket], path: str, size: tuple[int, int] = (128, 72)
) -> av.VideoStream:
    settings = CODECS[config.codec_name].settings(config, *size, RATE)
    muxer = Muxer(path, container_of(resolve_encoder(config)), settings, size, RATE)
    for packet in packets:
        muxer.write(packet, 0)
    muxer.close()
    return av.open(path).streams.video[0]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("rate_control", list(RateControl))
def test_conforms_to_the_protocol(key: str, rate_control: RateControl) -> None:
    check_codec(CODECS[key], EncoderConfig(codec=key, bitrate="480k", rate_control=rate_control))


@pytest.mark.parametrize("key", KEYS)
def test_same_frames_give_the_same_bytes(key: str) -> None:
    config = EncoderConfig(codec=key, bitrate="240k")
    pictures = frames(30)
    assert encoded(config, pictures) == encoded(config, pictures)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("seconds", [1, 4])
def test_variable_rate_stays_below_what_was_asked(key: str, seconds: int) -> None:
    pictures = frames(25 * seconds, 320, 180)
    asked = 25_000
    free = sum(len(packet.data) for packet in encoded(EncoderConfig(codec=key), pictures)[0])
    assert free > 1.2 * asked * seconds, "the frames are too easy to test a cap with"
    capped = sum(len(packet.data) for packet in encoded(EncoderConfig(codec=key, bitrate=f"{asked} B/s"), pictures)[0])
    assert 0.4 * asked * seconds < capped < 1.05 * asked * seconds


@pytest.mark.parametrize("key", KEYS)
def test_easy_frames_take_less_than_the_rate(key: str) -> None:
    still = frames(1, 320, 180)[0]
    packets, _ = encoded(EncoderConfig(codec=key, bitrate="4000k"), [still] * 50)
    assert sum(len(packet.data) for packet in packets) < 100_000


@pytest.mark.parametrize("key", ["h264", "h265"])
def test_constant_rate_is_constant_for_easy_and_hard_frames(key: str) -> None:
    config = EncoderConfig(codec=key, bitrate="400k", rate_control=RateControl.CBR)
    for noise in (0, 40):
        size = sum(len(packet.data) for packet in encoded(config, frames(75, 320, 180, noise))[0])
        assert size == pytest.approx(150_000, rel=0.15)


@pytest.mark.parametrize("key", KEYS)
def test_quantiser_follows_qp_and_bitrate(key: str) -> None:
    pictures = frames(12)
    constant: dict[str, Any] = {"codec": key, "rate_control": RateControl.CQP}

    def size(**more: Any) -> int:
        return sum(len(packet.data) for packet in encoded(EncoderConfig(**constant, **more), pictures)[0])

    assert size(qp=20) > size(qp=40)
    assert size(bitrate="640k") > size(bitrate="40k")


# From slow to fast, as each encoder's manual has them; without x265's "fast" and "veryfast", which are no faster than
# the one before.
X264 = ("placebo", "veryslow", "slower", "slow", "medium", "fast", "faster", "veryfast", "superfast", "ultrafast")
X265 = tuple(name for name in X264 if name not in ("fast", "veryfast"))
LESS = {"subme": "1"}  # where it is not off that makes a preset faster: "veryfast" has 2
SPEEDS = {"h264": X264, "h265": X265, "av1": tuple(map(str, range(12)))}


@pytest.mark.parametrize("key", KEYS)
def test_presets_grow_faster(key: str) -> None:
    """By their settings: the encoder's own presets in its order, or the same one with tools left out."""

    def settings(preset: int | None) -> tuple[int, dict[str, str]]:
        given = CODECS[key].settings(EncoderConfig(codec=key, preset=preset), 1280, 720, RATE).options
        private = next((value for name, value in given.items() if name.endswith("-params")), "")
        return SPEEDS[key].index(given["preset"]), dict(pair.split("=", 1) for pair in private.split(":"))

    for preset in range(5):
        (slow, slow_tools), (fast, fast_tools) = settings(preset), settings(preset + 1)
        fewer = [tool for tool, value in fast_tools.items() if value in LESS.get(tool, "0") and tool not in slow_tools]
        assert slow < fast or (slow == fast and fewer)
    assert settings(None) in [settings(preset) for preset in (3, 4, 5)]


@pytest.mark.parametrize("key", KEYS)
def test_the_slowest_preset_gives_the_smallest_file(key: str) -> None:
    pictures = frames(25, 320, 180, 10)
    sizes = [sum(len(p.data) for p in encoded(EncoderConfig(codec=key, preset=at), pictures)[0]) for at in (0, 5)]
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize("key", KEYS)
def test_key_frames_stand_where_gop_says(key: str) -> None:
    still = frames(1)[0]
    packets, _ = encoded(EncoderConfig(codec=key, gop=8), [still] * 24)
    assert [packet.pts for packet in packets if packet.key] == [0, 8, 16]


@pytest.mark.parametrize(
    ("key", "config", "profile", "level"),
    [
        ("h264", {}, "High", 11),
        ("h264", {"profile": 66, "level": 31}, "Constrained Baseline", 31),
        ("h264", {"profile": 77, "level": 41}, "Main", 41),
        ("h265", {}, "Main", 60),
        ("h265", {"profile": 1, "level": 123}, "Main", 123),
        ("h265", {"level": 41}, "Main", 123),
        ("av1", {}, "Main", 0),
        ("av1", {"profile": 0, "level": 9}, "Main", 9),
    ],
)
def test_profile_level_and_colour_are_in_the_file(
    tmp_path: Path, key: str, config: dict[str, Any], profile: str, level: int
) -> None:
    asked = EncoderConfig(codec=key, bitrate="160k", **config)
    packets, _ = encoded(asked, frames(10))
    context = stream_of(asked, packets, str(tmp_path / "out.mp4")).codec_context
    assert context.profile == profile
    assert context.level == level
    assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
    assert context.codec_tag == {"h264": "avc1", "h265": "hvc1", "av1": "av01"}[key]


@pytest.mark.parametrize("container", ["mp4", "mov", "avi", "webm"])
@pytest.mark.parametrize("key", KEYS)
def test_containers(tmp_path: Path, key: str, container: str) -> None:
    config = EncoderConfig(codec=key, bitrate="160k", container=container)
    problems = config_problems(config, codec_traits())
    if problems:
        assert [problem.place.field for problem in problems] == ["container"]
        assert (key, container) in {("h265", "avi"), ("av1", "mov"), ("h264", "webm"), ("h265", "webm")}
        return
    packets, _ = encoded(config, frames(30))
    stream = stream_of(config, packets, str(tmp_path / f"out.{container}"))
    opened = stream.container
    assert isinstance(opened, av.container.InputContainer)
    assert sum(1 for _ in opened.decode(stream)) == 30


def test_av1_in_webm_has_opus_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    sound = make_sound(tmp_path / "a.wav", tone(2))
    config = EncoderConfig(codec="av1", resolution=(128, 72), preset=5, segment_seconds=0.5)
    with ve.open_template(DEMO) as template:
        rate = template.frame_rate
        for name in ("a.webm", "b.webm"):
            ve.render(template, tmp_path / name, encoder=config, frames=(0, 50), audio=sound)
    assert (tmp_path / "a.webm").read_bytes() == (tmp_path / "b.webm").read_bytes()
    with av.open(str(tmp_path / "a.webm")) as file:
        assert (file.format.name, file.streams.audio[0].codec_context.name) == ("matroska,webm", "opus")
        assert file.duration == pytest.approx(1_000_000 * 50 / rate, abs=30_000)
        assert sum(1 for _ in file.decode(video=0)) == 50


@pytest.mark.parametrize(
    ("codec", "config", "field", "hint"),
    [
        ("h264", {"level": 31}, "level", "level 40"),
        ("h264", {"level": 40, "bitrate": "32M"}, "level", "level 41"),
        ("h264", {"level": 7}, "level", "41 = 4.1"),
        ("h264", {"profile": 110}, "profile", "100 = high"),
        ("h264", {"rate_control": RateControl.CQP, "qp": 0}, "qp", "1 to 51"),
        ("h265", {"level": 93}, "level", "level 120"),
        ("h265", {"profile": 2}, "profile", "1 (Main)"),
        ("h265", {"rate_control": RateControl.CQP, "qp": 52}, "qp", "1 to 51"),
        ("h265", {"rate_control": RateControl.CQP, "level": 120}, "level", "VBR"),
        ("av1", {"level": 5}, "level", "level 8"),
        ("av1", {"level": 2}, "level", "8 = 4.0"),
        ("av1", {"profile": 1}, "profile", "0 (Main)"),
    ],
)
def test_refuses_and_says_what_would_be_right(codec: str, config: dict[str, Any], field: str, hint: str) -> None:
    problems = CODECS[codec].problems(EncoderConfig(codec=codec, **config), 1920, 1080, Fraction(30))
    assert [problem.place.field for problem in problems] == [field]
    assert hint in (problems[0].hint or "")


@pytest.mark.parametrize("key", KEYS)
def test_no_level_is_high_enough(key: str) -> None:
    problems = CODECS[key].problems(EncoderConfig(codec=key), 16_384, 16_384, Fraction(30))
    assert [problem.place.field for problem in problems] == ["resolution"]
    assert (
        CODECS[key].problems(EncoderConfig(codec=key, bitrate="1992M"), 640, 360, Fraction(30))[0].place.field
        == "bitrate"
    )


@pytest.mark.parametrize("key", KEYS)
def test_smallest_pictures(key: str) -> None:
    codec: Codec = CODECS[key]
    config = EncoderConfig(codec=key, bitrate="80k")
    problems = codec.problems(config, 16, 16, RATE)
    side = 64 if problems else 16
    assert key == "av1" or not problems
    encoded(config, frames(3, side, side))


def test_first_frame_of_an_open_gop_segment_is_decodable_alone() -> None:
    still = frames(40)
    packets, extradata = encoded(EncoderConfig(codec="h264", gop=10, idr=40), still)
    decoder = av.CodecContext.create("h264", "r")
    shown = decoder.decode(av.Packet(extradata + packets[0].data)) + decoder.decode(None)
    assert len(shown) == 1


@pytest.mark.parametrize("preset", range(6))
def test_the_encoder_of_av1_never_waits_forever_at_a_constant_bitrate(preset: int) -> None:
    """Its presets 10 and 11 do, of frames that are the same as the one before."""
    constant = EncoderConfig(codec="av1", preset=preset, rate_control=RateControl.CBR, bitrate="1M")
    free = EncoderConfig(codec="av1", preset=preset)
    found = [int(CODECS["av1"].settings(one, 320, 180, Fraction(30)).options["preset"]) for one in (constant, free)]
    assert found[0] == min(found[1], 9)
