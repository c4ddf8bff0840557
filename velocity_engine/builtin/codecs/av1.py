"""AV1 (AV1 Bitstream & Decoding Process Specification) by SVT-AV1."""

from __future__ import annotations

import os
from fractions import Fraction

from velocity_engine.builtin.codecs.levels import Level, Stream, chosen_level, level_problems
from velocity_engine.builtin.codecs.rates import (
    QuantiserScale,
    bits_per_second,
    closed_distance,
    closed_problems,
    key_frame_distance,
    open_gops,
    quantiser_for,
)
from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting, quality_gain
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import AVI, MP4, WEBM, EncoderSettings

DEFAULT_PRESET = 3
SMALLEST_SIDE = 64

# SVT-AV1's preset (11 and above are one and the same), and how far its rate factor lies from that of 9 at the same
# measured quality (PSNR).
PRESETS = ((4, 7), (6, 6), (8, 4), (9, 0), (10, -2), (11, -4))
FASTEST_CONSTANT = 9
"""Of SVT-AV1's presets, at a constant bitrate: faster ones wait forever for a frame that is the same as the one before,
in one of some twenty segments (4.1.0; none of thousands at this one)."""
RATE_FACTOR = 32  # at 9
QUANTISERS = QuantiserScale(middle=35, per_doubling=9, low=1, high=63)

# The quality above which a capped bitrate is not spent, and the share of the bitrate that is aimed at: SVT-AV1
# exceeds it in short segments.
FINEST_QUANTISER = 24
AIM = 0.9

# SVT-AV1's variable bitrate takes no stream of key frames alone; its constant one does, exceeds the rate by more, and
# is held by ``FINEST_QUANTISER`` too.
KEY_FRAMES_ALONE = {"rc": "2", "pred-struct": "1", "buf-initial-sz": "20", "buf-optimal-sz": "100", "buf-sz": "200"}
KEY_FRAMES_AIM = 0.8

# Annex A.3: seq_level_idx, name, (samples a picture, width, height, samples a second decoded), Mbit/s of the main
# and high tiers.
_TABLE = (
    (0, "2.0", (147_456, 2_048, 1_152, 4_423_680), 1.5, None),
    (1, "2.1", (278_784, 2_816, 1_584, 8_363_520), 3, None),
    (4, "3.0", (665_856, 4_352, 2_448, 19_975_680), 6, None),
    (5, "3.1", (1_065_024, 5_504, 3_096, 31_950_720), 10, None),
    (8, "4.0", (2_359_296, 6_144, 3_456, 70_778_880), 12, 30),
    (9, "4.1", (2_359_296, 6_144, 3_456, 141_557_760), 20, 50),
    (12, "5.0", (8_912_896, 8_192, 4_352, 267_386_880), 30, 100),
    (13, "5.1", (8_912_896, 8_192, 4_352, 534_773_760), 40, 160),
    (14, "5.2", (8_912_896, 8_192, 4_352, 1_069_547_520), 60, 240),
    (15, "5.3", (8_912_896, 8_192, 4_352, 1_069_547_520), 60, 240),
    (16, "6.0", (35_651_584, 16_384, 8_704, 1_069_547_520), 60, 240),
    (17, "6.1", (35_651_584, 16_384, 8_704, 2_139_095_040), 100, 480),
    (18, "6.2", (35_651_584, 16_384, 8_704, 4_278_190_080), 160, 800),
    (19, "6.3", (35_651_584, 16_384, 8_704, 4_278_190_080), 160, 800),
)

# SVT-AV1 writes a banner and its settings to standard error unless told to write errors only.
os.environ.setdefault("SVT_LOG", "1")


def _level(number: int, name: str, sizes: tuple[int, int, int, int], main: float, high: int | None) -> Level:
    bits = int(main * 1_000_000)
    high_bits = None if high is None else high * 1_000_000
    return Level(number, name, *sizes, bits, bits, high_bits, high_bits)


LEVELS = tuple(_level(*row) for row in _TABLE)


class Av1:
    key = "av1"
    number: int | None = 2
    title = "AV1"
    pixel_formats = ("yuv420p",)
    containers = (MP4, AVI, WEBM)
    keeps_alpha = False
    odd_sizes = False

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        if config.profile not in (None, 0):
            hint = "The profile of 8-bit 4:2:0 video is 0 (Main)"
            found.append(bad_setting("profile", f"AV1 profile {config.profile} is not supported", hint))
        if config.qp == 0:
            hint = "It must be from 1 to 63"
            found.append(bad_setting("qp", "AV1 qp is 0", hint))
        if min(width, height) < SMALLEST_SIDE:
            hint = f"AV1 takes sides from {SMALLEST_SIDE}"
            message = f"the resolution is {width}x{height}"
            found.append(bad_setting("resolution", message, hint))
        if obstacle := _closed_by(config):
            found += closed_problems(config, *obstacle)
        if config.held_frames == "skip" and (reason := _encodes_held(config, rate)):
            hint = "Choose encode, or leave it out"
            found.append(bad_setting("held_frames", f"held frames cannot be skipped {reason}", hint))
        stream = Stream(width, height, rate, bits_per_second(config))
        return found + level_problems(self.title, LEVELS, config.level, stream)

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        stream = Stream(width, height, rate, bits_per_second(config))
        level = chosen_level(LEVELS, config.level, stream)
        preset, offset = PRESETS[DEFAULT_PRESET if config.preset is None else config.preset]
        options = {"preset": str(preset)}
        private = {"level": level.name.replace(".", "")}
        opened = _closed_by(config) is None and open_gops(config, rate)
        distance = key_frame_distance(config, rate) if opened else closed_distance(config, rate)
        if opened:
            private["irefresh-type"] = "1"
        bit_rate = None
        # A rate control of SVT-AV1 that looks at bits gives other bytes each time unless it runs on one thread.
        if config.rate_control == RateControl.CBR and stream.bits is not None:
            bit_rate = stream.bits
            options["preset"] = str(min(preset, FASTEST_CONSTANT))
            # A smaller first buffer than its own: else a short video exceeds the rate by an eighth.
            private |= {"rc": "2", "pred-struct": "1", "lp": "1", "buf-initial-sz": "200", "buf-optimal-sz": "400"}
        elif config.rate_control == RateControl.VBR and stream.bits is not None:
            finest = max(1, FINEST_QUANTISER - round(2 * quality_gain(config, width, height, rate)))
            bit_rate = round(stream.bits * (KEY_FRAMES_AIM if distance == 1 else AIM))
            private |= {"rc": "1", "lp": "1", "min-qp": str(finest)}
            if distance == 1:
                private |= KEY_FRAMES_ALONE
        elif config.rate_control == RateControl.CQP:
            value = quantiser_for(config, width, height, rate, QUANTISERS)
            options["qp"] = str(value)
        else:
            options["crf"] = str(RATE_FACTOR + offset)
        options["svtav1-params"] = ":".join(f"{key}={value}" for key, value in private.items())
        return EncoderSettings(
            encoder="libsvtav1",
            pixel_format="yuv420p",
            options=options,
            bit_rate=bit_rate,
            gop_size=distance,
            whole=config.rate_control == RateControl.CBR,
            held_frames="encode" if config.held_frames == "encode" or _encodes_held(config, rate) else "skip",
        )


def _encodes_held(config: EncoderConfig, rate: Fraction) -> str | None:
    """Why held frames are encoded; None where what was decoded can be shown again."""
    if config.rate_control == RateControl.CBR:
        return "at a constant bitrate"
    if config.container_name not in ("mp4", "webm"):
        return f"in {config.container_name}"
    if _closed_by(config) is None and open_gops(config, rate):
        return "where key frames stand between IDR frames"
    if closed_distance(config, rate) < round(Fraction(config.segment_seconds) * rate):
        return "where gop is shorter than a segment"  # SVT-AV1 counts the frames that it is given
    return None


def _closed_by(config: EncoderConfig) -> tuple[str, str] | None:
    """Why every key frame is an IDR frame whatever ``idr`` says, and what would change that; None where it is not."""
    if config.rate_control != RateControl.CQP:
        return "AV1 has an IDR frame at every gop but at a constant quantiser", "choose CQP"
    if config.gop == 1:
        return "where every frame is a key frame, each is an IDR frame", "give a longer gop"
    return None
