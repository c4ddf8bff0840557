"""VP9 (VP9 Bitstream & Decoding Process Specification) and VP8 (RFC 6386) by libvpx.

Alpha is a stream beside the colours, as the WebM container guidelines have it. It gets an encoder of its own: VP9
encodes it without loss, VP8 as well as it can.
"""

from __future__ import annotations

import math
from fractions import Fraction

from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting, quality_gain
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncoderSettings

WEBM = Container(key="webm", endings=(".webm",), mime_type="video/webm", sound="libopus")
KEY_FRAME_SECONDS = 5
DEFAULT_PRESET = 3
VP9_QUALITY, VP8_QUALITY = 31, 12  # libvpx's crf, 0 to 63
QUALITY_STEP = 1.2  # crf for each step of ``quality_gain``
LOOKAHEAD = 16  # frames
VP8_SIDE = 16_383  # a frame's header has 14 bits for each
MIDDLE_QUANTISER, FINER_PER_DOUBLING = 36, 7

# With several threads, packets depend on their number; segments fill the processors.
THREADS = 1


class _OfLibvpx:
    """What VP8 and VP9 say of themselves alike."""

    title: str
    number: int | None = None
    pixel_formats = ("yuva420p",)
    containers = (WEBM,)
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        if config.profile not in (None, 0):
            hint = "The profile of 8-bit 4:2:0 video is 0"
            found.append(bad_setting("profile", f"{self.title} profile {config.profile} is not supported", hint))
        if config.level is not None:
            found.append(bad_setting("level", f"{self.title} has no level to choose", "Leave level out"))
        if config.idr is not None and config.idr != config.gop:
            hint = "Leave idr out: gop is the distance of key frames"
            found.append(bad_setting("idr", f"in {self.title} every key frame is an IDR frame", hint))
        return found


class Vp9(_OfLibvpx):
    key = "vp9"
    title = "VP9"

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        shared = _shared(config, rate)
        colours = {"lag-in-frames": str(LOOKAHEAD), "auto-alt-ref": "1"}
        alpha = {"lag-in-frames": "0", "auto-alt-ref": "0", "lossless": "1"}
        return EncoderSettings(
            encoder="libvpx-vp9",
            pixel_format="yuva420p",
            options=shared | colours | _quality(config, width, height, rate, VP9_QUALITY),
            alpha_options=shared | alpha,
            bit_rate=_bit_rate(config),
            gop_size=_key_frame_distance(config, rate),
            threads=THREADS,
            whole=config.rate_control == RateControl.CBR,
            reorder_frames=0,
        )


class Vp8(_OfLibvpx):
    key = "vp8"
    title = "VP8"

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = super().problems(config, width, height, rate)
        if max(width, height) > VP8_SIDE:
            message = f"the resolution is {width}x{height}"
            found.append(bad_setting("resolution", message, f"VP8 takes sides up to {VP8_SIDE}"))
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        # Its alternate reference frames are packets of their own that show nothing, which segments cannot count.
        shared = _shared(config, rate) | {"lag-in-frames": str(LOOKAHEAD), "auto-alt-ref": "0"}
        bits = _bit_rate(config) or _generous_rate(width, height, rate)
        return EncoderSettings(
            encoder="libvpx",
            pixel_format="yuva420p",
            options=shared | _quality(config, width, height, rate, VP8_QUALITY),
            alpha_options=shared | {"qmin": "0", "qmax": "0"},
            bit_rate=bits,
            gop_size=_key_frame_distance(config, rate),
            threads=THREADS,
            whole=config.rate_control == RateControl.CBR,
            reorder_frames=0,
        )


def _shared(config: EncoderConfig, rate: Fraction) -> dict[str, str]:
    """The options of colours and alpha, whose key frames must be the same ones."""
    preset = DEFAULT_PRESET if config.preset is None else config.preset
    return {"deadline": "good", "cpu-used": str(preset), "keyint_min": str(_key_frame_distance(config, rate))}


def _quality(config: EncoderConfig, width: int, height: int, rate: Fraction, usual: int) -> dict[str, str]:
    if config.rate_control == RateControl.CBR:
        bits = str(_bit_rate(config))
        return {"minrate": bits, "maxrate": bits}
    if config.rate_control == RateControl.CQP:
        value = _quantiser(config, width, height, rate)
        return {"qmin": value, "qmax": value, "crf": value}
    crf = max(4, round(usual - QUALITY_STEP * quality_gain(config, width, height, rate)))
    return {"crf": str(crf)}


def _quantiser(config: EncoderConfig, width: int, height: int, rate: Fraction) -> str:
    if config.qp is not None:
        return str(config.qp)
    if config.bitrate is None:
        return str(MIDDLE_QUANTISER)
    density = float(config.bitrate * 8 / (width * height * rate))
    return str(round(max(4, min(63, MIDDLE_QUANTISER - FINER_PER_DOUBLING * math.log2(density / 0.1)))))


def _bit_rate(config: EncoderConfig) -> int:
    """In bits a second: the cap of a constant quality. 0 is none, to libvpx."""
    if config.bitrate is None or config.rate_control == RateControl.CQP:
        return 0
    return config.bitrate * 8


def _generous_rate(width: int, height: int, rate: Fraction) -> int:
    """VP8 has no quality without a cap: one that is out of reach."""
    return round(width * height * rate * 4)


def _key_frame_distance(config: EncoderConfig, rate: Fraction) -> int:
    return config.gop or max(1, round(KEY_FRAME_SECONDS * rate))
