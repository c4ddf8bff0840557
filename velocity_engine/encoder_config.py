"""The configuration of the encoder, and the checks that are the same for every codec."""

from __future__ import annotations

import functools
import math
import operator
import re
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from velocity_engine.errors import EncoderConfigError, Place, WrongTypeError, nearest, wrong_type

CODEC_NUMBERS = {0: "h264", 1: "h265", 2: "av1"}
USUAL_CODEC, USUAL_CONTAINER = "h264", "mp4"
PACKAGES = {
    "velocity-webm": ("vp9", "vp8"),
    "velocity-prores": ("prores",),
    "velocity-pictures": ("gif", "webp", "apng", "png", "jpeg"),
    "velocity-sound": ("wav", "flac", "mp3", "aac"),
}
"""First-party packages, and their codecs."""
MAX_SIDE = 16_384
HeldFrames = Literal["skip", "encode"]
HELD_FRAMES: tuple[HeldFrames, ...] = get_args(HeldFrames)
Tune = Literal["film", "animation"]
TUNES: tuple[Tune, ...] = get_args(Tune)
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


class _Rate(int):
    """A number that has said its unit. It is written and printed as any other number."""

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        if isinstance(value, bool) or not hasattr(type(value), "__index__"):
            raise wrong_type("value", value, f"Give a whole number, such as {cls.__name__}(625000)")
        return super().__new__(cls, operator.index(value))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

    def __str__(self) -> str:
        return int.__repr__(self)


class BitsPerSecond(_Rate):
    """A bitrate in bits a second, as ``EncoderConfig`` takes it.

    It is made from the number, such as 5_000_000 for 5 Mbit/s.

    Raises:
        WrongTypeError: It is no whole number.

    Example:
        >>> EncoderConfig(bitrate=BitsPerSecond(5_000_000)).bitrate
        BytesPerSecond(625000)
    """

    __slots__ = ()


class BytesPerSecond(_Rate):
    """A bitrate in bytes a second, as ``EncoderConfig`` takes it. It is the unit of ``bitrate`` in the REST contract.

    It is made from the number, such as 625_000 for 5 Mbit/s.

    Raises:
        WrongTypeError: It is no whole number.

    Example:
        >>> EncoderConfig(bitrate=BytesPerSecond(625_000)) == EncoderConfig(bitrate="5M")
        True
    """

    __slots__ = ()


GENEROUS_BITS_PER_PIXEL = 0.08  # 5 Mbit/s at 1920x1080, 30 frames/s
STEPS_OF_DOUBLING, MAX_STEPS = 1.5, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """How a video is encoded. Everything has a default.

    Attributes:
        bitrate: A text with its unit, such as "5M", "800k" or "5 Mbit/s" (bits per second) or "625 kB/s" (bytes per
            second); or ``BitsPerSecond`` or ``BytesPerSecond`` of a number. A bare number is refused, since it does not
            say which it is. It is 1,000 to 250,000,000 bytes per second (the unit of the REST contract), and that is
            what the attribute holds. None for a quality that the codec chooses.
        fps_num: The numerator of the frame rate. None for the composition's frame rate.
        fps_den: The denominator of the frame rate. The rate must be 1 to 240 frames per second.
        resolution: (width, height) in pixels, each from 16 to 16,384, and even where the codec needs that. None for the
            composition's size.
        codec: The name of a codec, or its number (0 h264, 1 h265, 2 av1). None for what the name of the output or the
            container asks for, and H.264 where both leave it open.
        preset: 0 (slowest, smallest file) to 5 (fastest). None for the codec's default.
        rate_control: How the bitrate is controlled: a ``RateControl``, or its number.
        gop: The longest distance of key frames, in output frames. None for the codec's default.
        idr: The longest distance of IDR frames, in output frames, at least ``gop``. None for that of key frames.
        profile: The number of the profile in the codec's standard (H.264: profile_idc 66, 77 or 100). None for the
            codec's default.
        level: The number of the level in the codec's standard (H.264: 41 for level 4.1). None for the lowest that is
            enough.
        container: The kind of file: "mp4", "mov", "avi", or one of a plugin's codec, such as "webm". None for what the
            name of the output asks for, or else the codec's first one.
        qp: The quantiser of CQP, 0 to 63. The codec can narrow the range.
        held_frames: What becomes of frames that show what the one before them shows. "encode": they are encoded as all
            others. "skip": where three or more follow each other, each is written as a picture of some fifty bytes that
            repeats it, in almost no time. None for "skip" where the codec, the container and the rate control allow it.
        tune: What H.264's presets 3 and 4 are made for: "film", pictures and clips; or "animation", shapes and letters,
            whose edges want a finer search. None for what the template shows. Other presets and codecs know no tune.
        audio_bitrate: The same for the sound, such as "192k". It is 16,000 to 512,000 bits per second, and that is
            what the attribute holds.
        segment_seconds: About how long the parts of the video are that are rendered on their own, 0.2 to 600. Each
            starts with a key frame, so shorter ones make the video larger; more processes can share the work. The
            bytes of the video depend on it.

    Raises:
        WrongTypeError: A field has a value of a wrong type.
        EncoderConfigError: A text is no bitrate, or says no unit.

    Example:
        >>> EncoderConfig(bitrate="5M", fps_num=30_000, fps_den=1_001, codec="h265").bitrate
        BytesPerSecond(625000)
    """

    bitrate: BytesPerSecond | None = None
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
    held_frames: HeldFrames | None = None
    tune: Tune | None = None
    audio_bitrate: BitsPerSecond = BitsPerSecond(192_000)  # noqa: RUF009  # it does not change
    segment_seconds: float = SEGMENT_SECONDS

    if TYPE_CHECKING:  # what can be written, which is more than what the fields hold

        def __init__(
            self,
            *,
            bitrate: str | BitsPerSecond | BytesPerSecond | None = None,
            fps_num: int | None = None,
            fps_den: int = 1,
            resolution: Sequence[int] | None = None,
            codec: str | int | None = None,
            preset: int | None = None,
            rate_control: RateControl | int = RateControl.VBR,
            gop: int | None = None,
            idr: int | None = None,
            profile: int | None = None,
            level: int | None = None,
            container: str | None = None,
            qp: int | None = None,
            held_frames: HeldFrames | None = None,
            tune: Tune | None = None,
            audio_bitrate: str | BitsPerSecond | BytesPerSecond = ...,
            segment_seconds: float = SEGMENT_SECONDS,
        ) -> None: ...

    def __post_init__(self) -> None:
        for name, read in _READERS.items():
            value = getattr(self, name)
            if value is not None or name in _NEVER_NONE:
                object.__setattr__(self, name, read(name, value))

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
        size, rate = values["resolution"], values["bitrate"]
        special = {
            "bitrate": None if rate is None else BytesPerSecond(rate),
            "audio_bitrate": BitsPerSecond(values["audio_bitrate"]),
            "rate_control": RateControl(values["rate_control"]),
            "resolution": None if size is None else (int(size[0]), int(size[1])),
        }
        return cls(**{**values, **special})


def _told(made: Callable[..., None]) -> Callable[..., None]:
    """The constructor, which tells of settings that there are not."""
    names = [one.name for one in fields(EncoderConfig)]

    @functools.wraps(made)
    def told(self: EncoderConfig, *values: Any, **settings: Any) -> None:
        if values:
            shown = reprlib.repr(values[0])
            what = f"the setting {shown} has no name"
            raise WrongTypeError(what, hint='Name each setting, such as EncoderConfig(bitrate="5M")')
        for name in settings:
            if name not in names:
                near = nearest(name, names)
                hint = f"Did you mean {near}?" if near else f"There are {', '.join(names)}"
                raise WrongTypeError(f"there is no setting {name!r}", place=Place(field=name), hint=hint)
        made(self, **settings)

    return told


if not TYPE_CHECKING:
    EncoderConfig.__init__ = _told(EncoderConfig.__init__)

# --- what callers write -----------------------------------------------------------------------------------------------

_NEVER_NONE = ("fps_den", "rate_control", "audio_bitrate", "segment_seconds")
_RATE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kKmM]?)(bps|b/s|bit/s|bits/s|bit|B/s|bytes/s|)")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


def bits_of(text: str) -> float | None:
    """Returns the bits per second of a text such as "5M", "800 kbit/s" or "625 kB/s", or None where it is none.

    Args:
        text: The text. With "k" or "M" alone, and with "b" or "bit", it is in bits; with "B/s" or "bytes/s" in bytes.
            A number alone says no unit, and so is none.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    return float(found[1]) * _UNITS[found[2].lower()] * (8 if found[3] in ("B/s", "bytes/s") else 1)


def says_no_unit(text: str) -> bool:
    """Whether a text is a number alone, of which nobody knows whether it counts bits or bytes.

    Args:
        text: The text.
    """
    return text.strip().isdecimal()


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        right = "It must be a whole number"
        if name == "fps_num" and isinstance(value, float | Fraction | str):
            right = "It must be a whole number: 29.97 frames a second have the numerator 30000 and the denominator 1001"
        raise wrong_type(name, value, right)
    return operator.index(value)


def _bits(name: str, value: Any) -> float:
    if isinstance(value, BitsPerSecond):
        return float(value)
    if isinstance(value, BytesPerSecond):
        return float(value * 8)
    right = 'Write bits a second, such as "5M", "800k" or "5 Mbit/s"; or bytes, such as "625 kB/s"'
    if isinstance(value, str):
        if says_no_unit(value):
            raise bad_setting(name, f"the bitrate {value.strip()} says no unit", _readings(int(value)))
        bits = bits_of(value)
        if bits is None:
            raise bad_setting(name, f"{value!r} is no bitrate", right)
        return bits
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise wrong_type(name, value, right)
    number = operator.index(value)
    raise WrongTypeError(f"the bitrate {number} says no unit", place=Place(field=name), hint=_readings(number))


def _readings(number: int) -> str:
    return (
        f'If it is in bits a second, write "{number} bit/s" or BitsPerSecond({number}); '
        f'if it is in bytes a second, "{number} B/s" or BytesPerSecond({number})'
    )


def _sides(name: str, value: Any) -> tuple[int, int]:
    right = "It must be (width, height) in pixels, such as (1280, 720)"
    if isinstance(value, str | bytes) or not hasattr(type(value), "__len__") or len(value) != 2:
        raise wrong_type(name, value, right)
    sides = tuple(value)
    if any(isinstance(side, bool) or not hasattr(type(side), "__index__") for side in sides):
        raise wrong_type(name, value, right)
    return (operator.index(sides[0]), operator.index(sides[1]))


def _codec(name: str, value: Any) -> str | int:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise wrong_type(name, value, 'It must be the name of a codec, such as "h264"')
    return operator.index(value)


def _control(name: str, value: Any) -> RateControl:
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        known = isinstance(value, str) and value.upper() in RateControl.__members__
        right = f"RateControl.{value.upper()}" if known else "RateControl.VBR, .CBR or .CQP"
        raise wrong_type(name, value, f"It must be {right}")
    try:
        return RateControl(_whole(name, value))
    except ValueError:
        raise bad_setting(name, f"the rate control is {value}", "It must be 0 (CBR), 1 (VBR) or 2 (CQP)") from None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, value, 'It must be a text, such as "mp4"')
    return value


def _held_frames(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, value, 'It must be "skip" or "encode"')
    if value not in HELD_FRAMES:
        raise bad_setting(name, f"held frames are {reprlib.repr(value)}", "It must be skip or encode")
    return value


def _tune(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, value, 'It must be "film" or "animation"')
    if value not in TUNES:
        raise bad_setting(name, f"the tune is {reprlib.repr(value)}", "It must be film or animation")
    return value


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise wrong_type(name, value, "It must be a number of seconds")
    return value if isinstance(value, int | float) else float(value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("fps_num", "fps_den", "preset", "gop", "idr", "profile", "level", "qp"), _whole),
    "bitrate": lambda name, value: BytesPerSecond(round(_bits(name, value) / 8)),
    "audio_bitrate": lambda name, value: BitsPerSecond(round(_bits(name, value))),
    "resolution": _sides,
    "codec": _codec,
    "rate_control": _control,
    "container": _text,
    "held_frames": _held_frames,
    "tune": _tune,
    "segment_seconds": _seconds,
}


def install_line(package: str) -> str:
    """Returns how a first-party package is installed, which is on no index yet."""
    return f"pip install ./plugins/{package.removeprefix('velocity-')} in a copy of Velocity's repository"


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
        One error for each problem. Its ``place.field`` names the field.
    """
    found: list[EncoderConfigError] = []
    codec = codecs.get(config.codec_name)
    ranges: tuple[tuple[str, str, int | None, int, int], ...] = (
        ("bitrate", "the bitrate in bytes a second", config.bitrate, 1_000, 250_000_000),
        ("fps_num", "the numerator of the frame rate", config.fps_num, 1, 1_000_000),
        ("fps_den", "the denominator of the frame rate", config.fps_den, 1, 1_000_000),
        ("preset", "preset", config.preset, 0, 5),
        ("gop", "gop", config.gop, 1, 100_000),
        ("idr", "idr", config.idr, 1, 100_000),
        ("qp", "qp", config.qp, 0, 63),
        ("audio_bitrate", "the bitrate of the sound in bits a second", config.audio_bitrate, 16_000, 512_000),
    )
    for field, words, value, low, high in ranges:
        if value is not None and not low <= value <= high:
            found.append(bad_setting(field, f"{words} is {value}", f"It must be from {low} to {high}"))
    if not 0.2 <= config.segment_seconds <= 600:
        message = f"the length of a segment is {config.segment_seconds:g} seconds"
        found.append(bad_setting("segment_seconds", message, "It must be from 0.2 to 600"))
    if config.fps_num is None and config.fps_den > 1:
        message = f"the denominator {config.fps_den} of the frame rate stands without a numerator"
        hint = "Give both, such as 30000 and 1001, or leave both out for the template's own rate"
        found.append(bad_setting("fps_den", message, hint))
    if (
        config.fps_num is not None
        and config.fps_num >= 1
        and config.fps_den >= 1
        and not 1 <= config.fps_num / config.fps_den <= 240
    ):
        rate = config.fps_num / config.fps_den
        found.append(bad_setting("fps_num", f"the frame rate is {rate:g}", "It must be from 1 to 240 frames a second"))
    if config.resolution is not None:
        width, height = config.resolution
        shown = f"{width}x{height}"
        if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE):
            hint = f"Each side must be from 16 to {MAX_SIDE}"
            found.append(bad_setting("resolution", f"the resolution is {shown}", hint))
        elif (width % 2 or height % 2) and not (codec is not None and codec.odd_sizes):
            even = f"{width + width % 2}x{height + height % 2}"
            hint = f"4:2:0 video needs even sides: {even}"
            found.append(bad_setting("resolution", f"the resolution {shown} is odd", hint))
    if codec is None:
        near = nearest(config.codec_name, tuple(codecs))
        numbers = ", ".join(f"{number} = {name}" for number, name in CODEC_NUMBERS.items())
        hint = f"Did you mean {near}?" if near else f"It must be one of {', '.join(codecs)} ({numbers})"
        if package := next((one for one, keys in PACKAGES.items() if config.codec_name in keys), None):
            hint = f"The package {package} has it: {install_line(package)}"
        found.append(bad_setting("codec", f"codec {config.codec} is unknown", hint))
    found += _container_problems(config.container_name, codec, codecs)
    if config.rate_control == RateControl.CBR and config.bitrate is None:
        found.append(bad_setting("bitrate", "constant bitrate has no bitrate", "Give one, or choose VBR or CQP"))
    if config.qp is not None and config.rate_control != RateControl.CQP:
        found.append(
            bad_setting("qp", "qp stands beside a rate control that does not use it", "Choose CQP, or leave qp out")
        )
    if config.gop is not None and config.idr is not None and config.idr < config.gop:
        found.append(
            bad_setting(
                "idr",
                f"idr {config.idr} is shorter than gop {config.gop}",
                "It must be gop or longer: each IDR frame starts a GOP",
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
