"""The configuration of the encoder, and the checks that are the same for every codec."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from fractions import Fraction
from typing import Any, Self

from velocity_engine.errors import EncoderConfigError, Place, nearest

CODEC_NUMBERS = {0: "h264", 1: "h265", 2: "av1"}
USUAL_CODEC, USUAL_CONTAINER = "h264", "mp4"
MAX_SIDE = 16_384
SEGMENT_SECONDS = 5.0


class RateControl(IntEnum):
    """How the bitrate is controlled. The numbers are those of the REST contract.

    Attributes:
        CBR: 0, a constant bitrate, with filler and a decoder buffer (VBV). It needs ``bitrate``.
        VBR: 1, a variable bitrate that is capped by ``bitrate``.
        CQP: 2, a constant quantiser: ``qp``, or one that is derived from ``bitrate``.
    """

    CBR = 0
    VBR = 1
    CQP = 2


GENEROUS_BITS_PER_PIXEL = 0.08  # 5 Mbit/s at 1920x1080, 30 frames/s
STEPS_OF_DOUBLING, MAX_STEPS = 1.5, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """How a video is encoded. Everything has a default.

    Attributes:
        bitrate: Bytes per second (the unit of the REST contract), 1,000 to 250,000,000. None for a quality that the
            codec chooses.
        fps_num: The numerator of the frame rate. None for the composition's frame rate.
        fps_den: The denominator of the frame rate. The rate must be 1 to 240 frames per second.
        resolution: (width, height) in pixels, each from 16 to 16,384, and even where the codec needs that. None for the
            composition's size.
        codec: The name of a codec, or its number (0 h264, 1 h265, 2 av1). None for what the name of the output or the
            container asks for, and H.264 where both leave it open.
        preset: 0 (slowest, smallest file) to 5 (fastest). None for the codec's default.
        rate_control: How the bitrate is controlled.
        gop: The longest distance of key frames, in output frames. None for the codec's default.
        idr: The longest distance of IDR frames, in output frames, at least ``gop``. None for that of key frames.
        profile: The number of the profile in the codec's standard (H.264: profile_idc 66, 77 or 100). None for the
            codec's default.
        level: The number of the level in the codec's standard (H.264: 41 for level 4.1). None for the lowest that is
            enough.
        container: The kind of file: "mp4", "mov", "avi", or one of a plugin's codec, such as "webm". None for what the
            name of the output asks for, or else the codec's first one.
        qp: The quantiser of CQP, 0 to 63. The codec can narrow the range.
        audio_bitrate: Bits per second, 16,000 to 512,000.
        segment_seconds: About how long the parts of the video are that are rendered on their own, 0.2 to 600. Each
            starts with a key frame, so shorter ones make the video larger; more processes can share the work. The
            bytes of the video depend on it.

    Example:
        >>> EncoderConfig(bitrate=625_000, fps_num=30_000, fps_den=1_001, codec="h265")
    """

    bitrate: int | None = None
    fps_num: int | None = None
    fps_den: int = 1
    resolution: tuple[int, int] | None = None
    codec: str | int | None = None
    preset: int | None = None
    rate_control: RateControl = RateControl.VBR
    gop: int | None = None
    idr: int | None = None
    profile: int | None = None
    level: int | None = None
    container: str | None = None
    qp: int | None = None
    audio_bitrate: int = 192_000
    segment_seconds: float = SEGMENT_SECONDS

    @property
    def codec_name(self) -> str:
        """The name of the codec, also where ``codec`` is a number or left open."""
        if self.codec is None:
            return USUAL_CODEC
        return CODEC_NUMBERS.get(self.codec, str(self.codec)) if isinstance(self.codec, int) else self.codec

    @property
    def container_name(self) -> str:
        """The name of the container, also where it is left open."""
        return USUAL_CONTAINER if self.container is None else self.container

    @property
    def frame_rate(self) -> Fraction | None:
        """The frame rate in frames per second, or None for the composition's."""
        return None if self.fps_num is None else Fraction(self.fps_num, self.fps_den)

    def to_values(self) -> dict[str, Any]:
        """Returns the fields as JSON values, by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values["rate_control"] = int(self.rate_control)
        values["resolution"] = None if self.resolution is None else list(self.resolution)
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Returns the configuration from which ``to_values`` made these values.

        Args:
            values: The fields, by name.

        Raises:
            KeyError, TypeError, ValueError: They are not such values.
        """
        size = values["resolution"]
        special = {
            "rate_control": RateControl(values["rate_control"]),
            "resolution": None if size is None else (int(size[0]), int(size[1])),
        }
        return cls(**{**values, **special})


def bad_setting(field: str, message: str, hint: str) -> EncoderConfigError:
    """Returns what is wrong with the setting ``field``, and what would be right."""
    return EncoderConfigError(message, place=Place(field=field), hint=hint)


@dataclass(frozen=True, slots=True)
class CodecTraits:
    """What the checks for every codec know of one.

    Attributes:
        title: The name that people read.
        containers: The names of its containers.
        odd_sizes: Whether the sides of its pictures may be odd.
    """

    title: str
    containers: tuple[str, ...]
    odd_sizes: bool = False


def config_problems(config: EncoderConfig, codecs: Mapping[str, CodecTraits]) -> list[EncoderConfigError]:
    """Returns all that is wrong with a configuration for any codec.

    What depends on the codec (profile, level, its limits) is checked by ``Codec.problems``.

    Args:
        config: The configuration.
        codecs: The installed codecs, by name.

    Returns:
        One error for each problem. Its ``place.field`` names the field as the REST contract does.
    """
    found: list[EncoderConfigError] = []
    codec = codecs.get(config.codec_name)
    ranges: tuple[tuple[str, int | None, int, int], ...] = (
        ("bitrate", config.bitrate, 1_000, 250_000_000),
        ("fpsNum", config.fps_num, 1, 1_000_000),
        ("fpsDenum", config.fps_den, 1, 1_000_000),
        ("preset", config.preset, 0, 5),
        ("gop", config.gop, 1, 100_000),
        ("idr", config.idr, 1, 100_000),
        ("qp", config.qp, 0, 63),
        ("audioBitrate", config.audio_bitrate, 16_000, 512_000),
    )
    for field, value, low, high in ranges:
        if value is not None and not low <= value <= high:
            found.append(bad_setting(field, f"{field} is {value}", f"It must be from {low} to {high}"))
    if not 0.2 <= config.segment_seconds <= 600:
        message = f"segmentSeconds is {config.segment_seconds:g}"
        found.append(bad_setting("segmentSeconds", message, "It must be from 0.2 to 600"))
    if config.fps_num is None and config.fps_den > 1:
        message = f"fpsDenum {config.fps_den} stands without fpsNum"
        hint = "Give both, such as fpsNum 30000 and fpsDenum 1001, or leave both out for the template's own rate"
        found += [bad_setting("fpsNum", message, hint), bad_setting("fpsDenum", message, hint)]
    if config.fps_num is not None and config.fps_den >= 1 and not 1 <= config.fps_num / config.fps_den <= 240:
        rate = config.fps_num / config.fps_den
        found.append(bad_setting("fpsNum", f"the frame rate is {rate:g}", "It must be from 1 to 240 frames a second"))
    if config.resolution is not None:
        width, height = config.resolution
        if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE):
            found.append(
                bad_setting("res", f"the resolution is {width}x{height}", f"Each side must be from 16 to {MAX_SIDE}")
            )
        elif (width % 2 or height % 2) and not (codec is not None and codec.odd_sizes):
            even = f"{width + width % 2}x{height + height % 2}"
            found.append(
                bad_setting("res", f"the resolution {width}x{height} is odd", f"4:2:0 video needs even sides: {even}")
            )
    if codec is None:
        near = nearest(config.codec_name, tuple(codecs))
        numbers = ", ".join(f"{number} = {name}" for number, name in CODEC_NUMBERS.items())
        hint = f"Did you mean {near}?" if near else f"It must be one of {', '.join(codecs)} ({numbers})"
        found.append(bad_setting("codec", f"codec {config.codec} is unknown", hint))
    found += _container_problems(config.container_name, codec, codecs)
    if config.rate_control == RateControl.CBR and config.bitrate is None:
        found.append(bad_setting("bitrate", "constant bitrate (rc 0) has no bitrate", "Give bitrate, or rc 1 or 2"))
    if config.qp is not None and config.rate_control != RateControl.CQP:
        found.append(
            bad_setting(
                "qp", "qp stands beside a rate control that does not use it", "Give rc 2 (CQP), or leave qp out"
            )
        )
    if config.gop is not None and config.idr is not None and config.idr < config.gop:
        found.append(
            bad_setting(
                "idr", f"idr {config.idr} is shorter than gop {config.gop}", "An IDR frame starts a GOP: idr >= gop"
            )
        )
    return found


def _container_problems(
    name: str, codec: CodecTraits | None, codecs: Mapping[str, CodecTraits]
) -> list[EncoderConfigError]:
    takers = [key for key, one in codecs.items() if name in one.containers]
    if not takers:
        known = dict.fromkeys(one for traits in codecs.values() for one in traits.containers)
        return [bad_setting("container", f"container {name!r} is unknown", f"Choose {', '.join(known)}")]
    if codec is None or name in codec.containers:
        return []
    other = USUAL_CODEC if USUAL_CODEC in takers else takers[0]
    hint = f"Choose {' or '.join(codec.containers)}, or codec {other}"
    return [bad_setting("container", f"{codec.title} does not go into {name!r}", hint)]


# --- what a bitrate means for the quality, for codecs and for whoever foretells what they make ---


def bits_per_pixel(config: EncoderConfig, width: int, height: int, rate: Fraction) -> float | None:
    if config.bitrate is None:
        return None
    return float(config.bitrate * 8 / (width * height * rate))


def quality_gain(config: EncoderConfig, width: int, height: int, rate: Fraction) -> float:
    """By how much, in steps of a constant rate factor, a bitrate above the usual betters the quality.

    ``STEPS_OF_DOUBLING`` for each doubling above ``GENEROUS_BITS_PER_PIXEL``, at most ``MAX_STEPS``. A low
    bitrate needs no rise: the cap rules then.
    """
    density = bits_per_pixel(config, width, height, rate)
    if density is None or density <= GENEROUS_BITS_PER_PIXEL:
        return 0.0
    return min(MAX_STEPS, STEPS_OF_DOUBLING * math.log2(density / GENEROUS_BITS_PER_PIXEL))
