"""H.265 (ISO/IEC 23008-2, HEVC) by libx265."""

from __future__ import annotations

import math
from fractions import Fraction

from velocity_engine.builtin.codecs.levels import Level, Stream, chosen_level, level_problems, lowest_level, shortfalls
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
from velocity_engine.plugin_types import BUFFER_START, MOV, MP4, EncoderSettings

DEFAULT_PRESET = 4  # as small as "veryfast" and 1.4 times as fast

# x265's preset, how far its rate factor lies from that of "superfast" at the same measured quality (PSNR), and what
# differs from x265's own. "fast" is slower than "medium" with one frame at a time; "slow" takes three times as long.
PRESETS: tuple[tuple[str, float, dict[str, str]], ...] = (
    ("slow", 4.5, {}),
    ("slow", 4.0, {"rect": "0"}),
    ("medium", 2.5, {}),
    ("faster", 2.0, {}),
    ("superfast", 0.0, {}),
    ("ultrafast", -2.5, {}),
)
RATE_FACTOR = 23.0  # at "superfast"
QUANTISERS = QuantiserScale(middle=27, per_doubling=6, low=1, high=51)

# How many times the bits a segment's first frame may have, as key frames inside a video do (see ``h264``).
FIRST_FRAME = 1.3
BUFFER_SECONDS = 0.55

# Tables A.8 and A.9: level times 10, luma samples a picture and a second, then (kbit/s, kbit of buffer) of the main
# and high tiers.
_TABLE = (
    (10, 36_864, 552_960, (128, 350), None),
    (20, 122_880, 3_686_400, (1_500, 1_500), None),
    (21, 245_760, 7_372_800, (3_000, 3_000), None),
    (30, 552_960, 16_588_800, (6_000, 6_000), None),
    (31, 983_040, 33_177_600, (10_000, 10_000), None),
    (40, 2_228_224, 66_846_720, (12_000, 12_000), (30_000, 30_000)),
    (41, 2_228_224, 133_693_440, (20_000, 20_000), (50_000, 50_000)),
    (50, 8_912_896, 267_386_880, (25_000, 25_000), (100_000, 100_000)),
    (51, 8_912_896, 534_773_760, (40_000, 40_000), (160_000, 160_000)),
    (52, 8_912_896, 1_069_547_520, (60_000, 60_000), (240_000, 240_000)),
    (60, 35_651_584, 1_069_547_520, (60_000, 60_000), (240_000, 240_000)),
    (61, 35_651_584, 2_139_095_040, (120_000, 120_000), (480_000, 480_000)),
    (62, 35_651_584, 4_278_190_080, (240_000, 240_000), (800_000, 800_000)),
)


def _level(tens: int, picture: int, rate: int, main: tuple[int, int], high: tuple[int, int] | None) -> Level:
    side = math.isqrt(8 * picture)
    bits, buffer = main[0] * 1000, main[1] * 1000
    high_bits, high_buffer = (None, None) if high is None else (high[0] * 1000, high[1] * 1000)
    name = f"{tens // 10}.{tens % 10}"
    return Level(tens * 3, name, picture, side, side, rate, bits, buffer, high_bits, high_buffer)


LEVELS = tuple(_level(*row) for row in _TABLE)

# From level 5 on the blocks of a picture must be 32 samples or more (A.4.1), and x265 makes blocks no larger than the
# picture: with smaller ones it goes on without a level and crashes.
LARGE_BLOCKS = 150
LARGE_BLOCK = 32
SMALLEST_BLOCK = 8


class H265:
    key = "h265"
    number: int | None = 1
    title = "H.265"
    pixel_formats = ("yuv420p",)
    containers = (MP4, MOV)
    keeps_alpha = False
    odd_sizes = False

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        if config.profile not in (None, 1):
            hint = "The profile of 8-bit 4:2:0 video is 1 (Main)"
            found.append(bad_setting("profile", f"H.265 profile {config.profile} is not supported", hint))
        if config.qp is not None and not 1 <= config.qp <= 51:
            hint = "It must be from 1 to 51"
            found.append(bad_setting("qp", f"H.265 qp is {config.qp}", hint))
        if config.level is not None and config.rate_control == RateControl.CQP:
            hint = "Leave level out, or choose VBR"
            message = "H.265 cannot keep to a level at a constant quantiser"
            found.append(bad_setting("level", message, hint))
        if obstacle := _closed_by(config):
            found += closed_problems(config, *obstacle)
        stream = _stream(config, width, height, rate)
        found += level_problems(self.title, LEVELS, general_level_idc(config.level), stream)
        return found or _thin_problems(config, stream, min(width, height))

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        stream = _stream(config, width, height, rate)
        level = chosen_level(LEVELS, general_level_idc(config.level), stream)
        preset, offset, tools = PRESETS[DEFAULT_PRESET if config.preset is None else config.preset]
        options = {"preset": preset, "profile": "main"}
        opened = _closed_by(config) is None and open_gops(config, rate)
        private = {
            "log-level": "none",
            "info": "0",
            # With more than one frame in flight the rate control of x265 depends on the threads' luck.
            "frame-threads": "1",
            "open-gop": str(int(opened)),
            **tools,
        }
        if config.rate_control == RateControl.CBR and stream.bits is not None:
            options |= constant_rate(stream.bits, level)
            private |= {"vbv-init": "0.9", "hrd": "1", "strict-cbr": "1"}
        elif config.rate_control == RateControl.VBR:
            factor = RATE_FACTOR + offset - quality_gain(config, width, height, rate)
            options |= capped_quality(factor, stream.bits, level, BUFFER_SECONDS)
            private |= {"vbv-init": str(BUFFER_START), "zones": f"0,1,b={FIRST_FRAME}"}
        if config.rate_control == RateControl.CQP:
            value = quantiser_for(config, width, height, rate, QUANTISERS)
            options["qp"] = str(value)
        else:
            private |= {"level-idc": level.name, "high-tier": str(int(level.is_high_tier(stream.bits)))}
        options["x265-params"] = ":".join(f"{key}={value}" for key, value in private.items())
        constant = config.rate_control == RateControl.CBR
        return EncoderSettings(
            encoder="libx265",
            pixel_format="yuv420p",
            options=options,
            bit_rate=stream.bits if constant else None,
            gop_size=key_frame_distance(config, rate) if opened else closed_distance(config, rate),
            codec_tag="hvc1",
            average_cap=stream.bits if config.rate_control == RateControl.VBR else None,
            whole=constant,
            reorder_frames=2,
        )


def _stream(config: EncoderConfig, width: int, height: int, rate: Fraction) -> Stream:
    """Sizes in whole blocks of the smallest kind, as x265 codes them."""
    across, down = (-(-side // SMALLEST_BLOCK) * SMALLEST_BLOCK for side in (width, height))
    return Stream(across, down, rate, bits_per_second(config))


def _thin_problems(config: EncoderConfig, stream: Stream, shorter: int) -> list[EncoderConfigError]:
    """What is wrong where the shorter side is too short for the level that all the rest takes."""
    level = chosen_level(LEVELS, general_level_idc(config.level), stream)
    if shorter >= LARGE_BLOCK or level.number < LARGE_BLOCKS:
        return []
    lower = [one for one in LEVELS if one.number < LARGE_BLOCKS]
    sentence = f"H.265 level {level.name} takes no picture with a side below {LARGE_BLOCK} pixels"
    right = f"Give a resolution with both sides of {LARGE_BLOCK} or more"
    if lowest_level(lower, stream) is not None:
        return [bad_setting("level", sentence, f"{right}, or leave level out")]
    cause = shortfalls(lower[-1], stream)[0][0]
    longest = lower[-1].width // LARGE_BLOCK * LARGE_BLOCK
    instead = "a lower bitrate" if cause == "bitrate" else f"a longer side of at most {longest}"
    message = f"{sentence}, and that is the lowest that holds the rest of what is asked for"
    return [bad_setting("resolution", message, f"{right}, or {instead}")]


def _closed_by(config: EncoderConfig) -> tuple[str, str] | None:
    """Why every key frame is an IDR frame whatever ``idr`` says, and what would change that; None where it is not."""
    if config.rate_control == RateControl.CBR:
        return "a constant bitrate has an IDR frame at every gop", "choose VBR or CQP"
    if config.gop == 1:
        return "where every frame is a key frame, each is an IDR frame", "give a longer gop"
    return None


def general_level_idc(number: int | None) -> int | None:
    """The standard's number, 30 times the level; ten times the level (41 for 4.1) is taken too, where it is not such
    a number."""
    if number is None or any(level.number == number for level in LEVELS):
        return number
    return number * 3 if any(level.number == number * 3 for level in LEVELS) else number
