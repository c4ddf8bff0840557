"""Rates that all built-in codecs share: bits, key-frame distance, quality for a bitrate, buffers.

How the variable bitrate (VBR) works: each segment is encoded at a constant quality under a cap, so that the quality
is even over the timeline however it is cut into segments, and the average never passes the bitrate that was asked
for. Where the quality needs less than the bitrate, the file is smaller than the bitrate would allow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from velocity_engine.builtin.codecs.levels import Level
from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting, bits_per_pixel
from velocity_engine.errors import EncoderConfigError

KEY_FRAME_SECONDS = 5


def bits_per_second(config: EncoderConfig) -> int | None:
    """``EncoderConfig.bitrate`` is in bytes; a constant quantiser has no rate."""
    if config.bitrate is None or config.rate_control == RateControl.CQP:
        return None
    return config.bitrate * 8


def key_frame_distance(config: EncoderConfig, rate: Fraction) -> int:
    """In frames: ``gop``, else 5 seconds, or ``idr`` where that is shorter."""
    if config.gop is not None:
        return config.gop
    usual = max(1, round(KEY_FRAME_SECONDS * rate))
    return usual if config.idr is None else min(usual, config.idr)


def closed_distance(config: EncoderConfig, rate: Fraction) -> int:
    """In frames, where every key frame is an IDR frame: ``gop``, else ``idr``, else 5 seconds."""
    return config.gop or config.idr or key_frame_distance(config, rate)


def open_gops(config: EncoderConfig, rate: Fraction) -> bool:
    """Whether key frames between IDR frames are wanted: ``idr`` longer than ``gop``."""
    return config.idr is not None and config.idr > key_frame_distance(config, rate)


def closed_problems(config: EncoderConfig, reason: str, hint: str) -> list[EncoderConfigError]:
    """What is wrong with asking for an ``idr`` longer than ``gop`` where every key frame is an IDR frame.

    Args:
        config: What was asked for.
        reason: Why no other key frames are possible.
        hint: What else would make them possible.
    """
    if config.gop is None or config.idr is None or config.idr <= config.gop:
        return []
    message = f"idr {config.idr} is longer than gop {config.gop}, and {reason}"
    advice = f"Give idr {config.gop}, leave idr out, or {hint}"
    return [bad_setting("idr", message, advice)]


def constant_rate(bits: int, level: Level) -> dict[str, str]:
    """libavcodec's options for a constant bitrate: a decoder's buffer of one second, or what the level holds."""
    return {"maxrate": str(bits), "bufsize": str(min(bits, level.buffer_for(bits)))}


def capped_quality(factor: float, bits: int | None, level: Level, buffer_seconds: float) -> dict[str, str]:
    """libavcodec's options for a constant quality under a cap: the bitrate with a decoder's buffer of
    ``buffer_seconds``, else what the level holds."""
    peak = bits or level.bits
    size = 2 * peak if bits is None else round(buffer_seconds * bits)
    return {"crf": f"{factor:.2f}", "maxrate": str(peak), "bufsize": str(min(size, level.buffer_for(bits)))}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantiserScale:
    """A codec's quantisers: from ``low`` to ``high``, with ``middle`` at 0.1 bits a pixel and ``per_doubling`` less for
    each doubling of that."""

    middle: float
    per_doubling: float
    low: int
    high: int


def quantiser_for(config: EncoderConfig, width: int, height: int, rate: Fraction, scale: QuantiserScale) -> int:
    """The constant quantiser: ``qp``, else the one on the ``scale`` for the bitrate. Without a bitrate it is the middle
    one."""
    if config.qp is not None:
        return config.qp
    density = bits_per_pixel(config, width, height, rate)
    value = scale.middle if density is None else scale.middle - scale.per_doubling * math.log2(density / 0.1)
    return round(max(scale.low, min(scale.high, value)))
