"""H.264 (ISO/IEC 14496-10) by libx264."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from velocity_engine.builtin.codecs.levels import Level, Stream, chosen_level, level_problems
from velocity_engine.builtin.codecs.rates import (
    QuantiserScale,
    bits_per_second,
    capped_quality,
    closed_distance,
    closed_problems,
    constant_rate,
    key_frame_distance,
    open_gops,
    quantiser_for,
)
from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting, quality_gain
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import AVI, BUFFER_START, MOV, MP4, EncoderSettings

PROFILES = {66: "baseline", 77: "main", 100: "high"}
DEFAULT_PRESET = 3


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset of x264, and what is set otherwise than it would.

    Attributes:
        name: x264's.
        offset: How far its rate factor lies from that of a plain "veryfast" at about the same measured quality.
        better: By how much the rate factor of a segment's first frame is lower. Inside a video x264 makes key frames
            better than what was before them; of a first frame it knows nothing, and all of a segment is predicted from
            it.
        otherwise: Of x264's own options.
        film: The same preset for pictures and clips, where there is another.
    """

    name: str
    offset: float
    better: float
    otherwise: Mapping[str, str] = field(default_factory=dict)
    film: Preset | None = None


# A search by diamonds finds as good vectors in such pictures as one by hexagons, in nine tenths of the time. Flat areas
# get a little less than x264 would give them: enough that the dither of dark gradients lives. Preset 4 has the speed of
# "superfast" for two thirds of the bits: it looks for fractions of a sample once only (decision 0009).
USUAL = MappingProxyType({"me": "dia", "aq-strength": "0.8"})
QUICK = MappingProxyType({**USUAL, "subme": "1"})

# Pictures and clips need no second look for fractions of a sample, but gain by choosing coefficients by what they cost,
# and by four B-frames in a row: x264 puts too few where a picture glides. Shapes lose a tenth by it (decision 0046).
QUICK_FILM = MappingProxyType({**QUICK, "b-adapt": "0", "bframes": "4"})
FILM = MappingProxyType({**QUICK_FILM, "trellis": "1"})

PRESETS = (
    Preset("slow", 3.5, 4.0),
    Preset("medium", 3.0, 3.0),
    Preset("fast", 2.5, 3.0),
    Preset("veryfast", 0.15, 3.0, USUAL, film=Preset("veryfast", 0.25, 3.0, FILM)),
    Preset("veryfast", 0.15, 3.0, QUICK, film=Preset("veryfast", 0.15, 3.0, QUICK_FILM)),
    Preset("ultrafast", 5.5, 10.0),
)
RATE_FACTOR = 21.0  # of a plain "veryfast"
QUANTISERS = QuantiserScale(middle=27, per_doubling=6, low=1, high=51)

# What the fastest preset leaves out, so that its stream would be of a lower profile than the one asked for.
FASTEST = "ultrafast"
PROFILE_TOOLS = {77: {"cabac": "1"}, 100: {"8x8dct": "1"}}
BUFFER_SECONDS = 0.83  # which nearly full let a segment's first frame be as large as a later key frame

# Pictures that are put between those of x264 change how far it is from one to another. Where it looks beyond the last
# one or two, predictions must not depend on that.
HOLDING_TOOLS = {
    "slow": {"weightb": "0", "direct": "spatial", "ref": "3"},
    "medium": {"weightb": "0"},
    "fast": {"weightb": "0"},
}
HELD_SHARE = 25
"""Held frames are encoded where a picture for each frame would take more than this part of the bitrate."""

# With several frames in flight the rate control of x264 gives other bytes each time, and its output depends on their
# number.
THREADS = 1

# Table A-1: level_idc, macroblocks a second, macroblocks a picture, kbit/s and kbit of buffer.
_TABLE = (
    (10, 1_485, 99, 64, 175),
    (11, 3_000, 396, 192, 500),
    (12, 6_000, 396, 384, 1_000),
    (13, 11_880, 396, 768, 2_000),
    (20, 11_880, 396, 2_000, 2_000),
    (21, 19_800, 792, 4_000, 4_000),
    (22, 20_250, 1_620, 4_000, 4_000),
    (30, 40_500, 1_620, 10_000, 10_000),
    (31, 108_000, 3_600, 14_000, 14_000),
    (32, 216_000, 5_120, 20_000, 20_000),
    (40, 245_760, 8_192, 20_000, 25_000),
    (41, 245_760, 8_192, 50_000, 62_500),
    (42, 522_240, 8_704, 50_000, 62_500),
    (50, 589_824, 22_080, 135_000, 135_000),
    (51, 983_040, 36_864, 240_000, 240_000),
    (52, 2_073_600, 36_864, 240_000, 240_000),
    (60, 4_177_920, 139_264, 240_000, 240_000),
    (61, 8_355_840, 139_264, 480_000, 480_000),
    (62, 16_711_680, 139_264, 800_000, 800_000),
)


def _levels(bits_per_kilobit: int) -> tuple[Level, ...]:
    rows = []
    for number, rate, picture, bits, buffer in _TABLE:
        side = math.isqrt(8 * picture) * 16
        name = f"{number // 10}.{number % 10}"
        most, size = bits * bits_per_kilobit, buffer * bits_per_kilobit
        rows.append(Level(number, name, picture * 256, side, side, rate * 256, most, size))
    return tuple(rows)


# cpbBrVclFactor of table A-2: High may hold a quarter more than Baseline and Main.
LEVELS = _levels(1000)
HIGH_LEVELS = _levels(1250)


class H264:
    key = "h264"
    number: int | None = 0
    title = "H.264"
    pixel_formats = ("yuv420p",)
    containers = (MP4, MOV, AVI)
    keeps_alpha = False
    odd_sizes = False

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        if config.profile is not None and config.profile not in PROFILES:
            known = ", ".join(f"{number} = {name}" for number, name in PROFILES.items())
            hint = f"Profiles of 8-bit 4:2:0 video are {known}"
            found.append(bad_setting("profile", f"H.264 profile {config.profile} is not supported", hint))
        if config.qp is not None and not 1 <= config.qp <= 51:
            hint = "It must be from 1 to 51 (0 would be lossless, which these profiles cannot be)"
            found.append(bad_setting("qp", f"H.264 qp is {config.qp}", hint))
        if obstacle := _closed_by(config):
            found += closed_problems(config, *obstacle)
        stream = _stream(config, width, height, rate)
        if config.held_frames == "skip" and (reason := _encodes_held(config, stream)):
            hint = "Choose encode, or leave it out"
            found.append(bad_setting("held_frames", f"held frames cannot be skipped {reason}", hint))
        return found + level_problems(self.title, _levels_of(config), config.level, stream)

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        stream = _stream(config, width, height, rate)
        level = chosen_level(_levels_of(config), config.level, stream)
        preset = PRESETS[DEFAULT_PRESET if config.preset is None else config.preset]
        if config.tune == "film" and preset.film is not None:
            preset = preset.film
        options = {
            "preset": preset.name,
            "profile": PROFILES[100 if config.profile is None else config.profile],
            "level": level.name,
        }
        opened = _closed_by(config) is None and open_gops(config, rate)
        private = {"open-gop": str(int(opened)), **preset.otherwise}
        bits, skips = stream.bits, config.held_frames != "encode" and _encodes_held(config, stream) is None
        if skips:
            private |= HOLDING_TOOLS.get(preset.name, {})
            bits = None if bits is None else bits - _held_bits(stream)
        if config.container_name == "avi":
            options["bf"] = "0"  # AVI has no presentation times
        if preset.name == FASTEST:
            private |= PROFILE_TOOLS.get(config.profile or 0, {})
            if opened:
                options["bf"] = "1"  # without B-frames x264 makes every key frame an IDR frame
        if config.rate_control == RateControl.CBR and stream.bits is not None:
            options |= constant_rate(stream.bits, level)
            private |= {"nal-hrd": "cbr", "vbv-init": "0.9"}
        elif config.rate_control == RateControl.VBR:
            factor = RATE_FACTOR + preset.offset - quality_gain(config, width, height, rate)
            options |= capped_quality(factor, bits, level, BUFFER_SECONDS)
            private |= {"vbv-init": str(BUFFER_START), "zones": f"0,0,crf={max(0.0, factor - preset.better):.2f}"}
        else:
            value = quantiser_for(config, width, height, rate, QUANTISERS)
            options["qp"] = str(value)
        options["x264-params"] = ":".join(f"{key}={value}" for key, value in private.items())
        constant = config.rate_control == RateControl.CBR
        return EncoderSettings(
            encoder="libx264",
            pixel_format="yuv420p",
            options=options,
            bit_rate=stream.bits if constant else None,
            gop_size=key_frame_distance(config, rate) if opened else closed_distance(config, rate),
            threads=THREADS,
            average_cap=bits if config.rate_control == RateControl.VBR else None,
            whole=constant,
            held_frames="skip" if skips else "encode",
        )


def _stream(config: EncoderConfig, width: int, height: int, rate: Fraction) -> Stream:
    """Sizes in whole macroblocks, as the standard counts."""
    return Stream(-(-width // 16) * 16, -(-height // 16) * 16, rate, bits_per_second(config))


def _closed_by(config: EncoderConfig) -> tuple[str, str] | None:
    """Why every key frame is an IDR frame whatever ``idr`` says, and what would change that; None where it is not."""
    if config.rate_control == RateControl.CBR:
        return "a constant bitrate has an IDR frame at every gop", "choose VBR or CQP"
    if config.container_name == "avi":
        return "in AVI every key frame of H.264 is an IDR frame", "give another container"
    if config.profile == 66:
        return "in the Baseline profile every key frame is an IDR frame", "give profile 77 or 100"
    if config.gop == 1:
        return "where every frame is a key frame, each is an IDR frame", "give a longer gop"
    return None


def _encodes_held(config: EncoderConfig, stream: Stream) -> str | None:
    """Why held frames are encoded; None where they can be skip pictures."""
    if config.rate_control == RateControl.CBR:
        return "at a constant bitrate"
    if config.container_name not in ("mp4", "mov"):
        return f"in {config.container_name}"
    if config.gop == 1:
        return "where every frame is a key frame"
    if stream.bits is not None and HELD_SHARE * _held_bits(stream) > stream.bits:
        return "at so low a bitrate"
    return None


def _held_bits(stream: Stream) -> int:
    """A second of skip pictures: about a byte for 200 macroblocks, and their headers."""
    return math.ceil((28 + stream.samples / 256 / 200) * 8 * stream.rate)


def _levels_of(config: EncoderConfig) -> tuple[Level, ...]:
    return HIGH_LEVELS if config.profile in (None, 100) else LEVELS
