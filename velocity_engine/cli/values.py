"""The values of options: sizes, rates, bitrates, frame ranges. Each reader raises typer.BadParameter at a mistake."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import typer

if TYPE_CHECKING:
    from velocity_engine.encoder_config import BitsPerSecond
    from velocity_engine.given.arguments import FrameRange
    from velocity_engine.order import Ducking, Poster
    from velocity_engine.template import Template

STANDARD_OUTPUT = "-"
MAX_SECONDS = 86_400.0
_NTSC = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
_RATE_CONTROLS = ("cbr", "vbr", "cqp")


class Size(NamedTuple):
    width: int
    height: int


def size(text: str) -> Size:
    """``1920x1080``"""
    found = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    if not found or not all(int(side) for side in found.groups()):
        raise typer.BadParameter(f"{text!r} is not a size. Write WIDTHxHEIGHT in pixels, such as 1280x720")
    return Size(int(found[1]), int(found[2]))


def frame_rate(text: str) -> Fraction:
    """``30``, ``30000/1001``, or ``29.97``, which stands for 30000/1001."""
    try:
        rate = _NTSC.get(text.strip()) or Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise typer.BadParameter(f"{text!r} is not a frame rate. Write 30, 29.97 or 30000/1001")
    return rate


def bits_per_second(text: str) -> BitsPerSecond:
    """``5M``, ``800k``, in bits a second; also ``5 Mbit/s`` and ``625kB/s``."""
    from velocity_engine.encoder_config import BitsPerSecond, bits_of, says_no_unit

    if says_no_unit(text):
        number = text.strip()
        readings = f"Write '{number} bit/s' if it is in bits a second, '{number} B/s' if it is in bytes"
        raise typer.BadParameter(f"the bitrate {number} says no unit. {readings}")
    bits = bits_of(text)
    if bits is None:
        raise typer.BadParameter(f"{text!r} is not a bitrate. Write bits a second, such as 5M or 800K")
    return BitsPerSecond(round(bits))


def rate_control(text: str) -> int:
    """``cbr``, ``vbr``, ``cqp``, or the contract's 0, 1, 2."""
    name = text.strip().lower()
    if name in _RATE_CONTROLS:
        return _RATE_CONTROLS.index(name)
    if name in ("0", "1", "2"):
        return int(name)
    raise typer.BadParameter(f"{text!r} is not a rate control. Choose {', '.join(_RATE_CONTROLS)}")


def codec(text: str) -> str | int:
    """A codec's name, or the contract's number."""
    return int(text) if text.strip().isdecimal() else text.strip().lower()


def strictness(text: str) -> str:
    """What letters that no font has become: ``boxes``, or ``strict`` for an error."""
    name = text.strip().lower()
    if name not in ("boxes", "strict"):
        raise typer.BadParameter(f"{text!r} is neither boxes nor strict")
    return name


def seconds_range(text: str) -> tuple[float, float]:
    """``START:END`` in seconds, either side open."""
    start, end = _two_numbers(text, "START:END, such as 2:12.5", (0.0, MAX_SECONDS))
    if start >= end:
        raise typer.BadParameter(f"{text!r} ends before it begins. Write START:END in seconds, such as 2:12.5")
    return start, end


def seconds_pair(text: str) -> tuple[float, float]:
    """``IN:OUT`` in seconds; what is left out is 0."""
    return _two_numbers(text, "IN:OUT, such as 0.5:2", (0.0, 0.0))


def _two_numbers(text: str, right: str, otherwise: tuple[float, float]) -> tuple[float, float]:
    parts = text.strip().split(":")
    try:
        first, second = (float(part) if part.strip() else usual for part, usual in zip(parts, otherwise, strict=True))
    except ValueError:
        raise typer.BadParameter(f"{text!r} are not seconds. Write {right}") from None
    return first, second


def ducking(text: str) -> Ducking:
    """``12``, decibels, or ``12@Voice``, with the layer that is listened to."""
    from velocity_engine.order.sound_mix import Ducking

    depth, _at, layer = text.partition("@")
    try:
        return Ducking(depth=float(depth), layer=layer or None)
    except ValueError:
        raise typer.BadParameter(f"{text!r} are not decibels. Write 12, or 12@LAYER") from None


def duration(text: str) -> float | str:
    """``17.4``, seconds, or ``audio``, or ``layer:Clip``."""
    from velocity_engine.errors import DurationError
    from velocity_engine.order.duration import RIGHT, duration_of

    try:
        given: float | str = float(text)
    except ValueError:
        given = text
    try:
        duration_of(given)
    except DurationError as error:
        raise typer.BadParameter(f"{error.message}. {error.hint}") from None
    except TypeError:
        raise typer.BadParameter(f"{text!r} is not a duration. {RIGHT}") from None
    return given


def frame_range(text: str) -> FrameRange:
    """``A:B`` as frames [A, B) of the composition, either side open; anything else is a marker's name."""
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)?:(-?\d+(?:\.\d+)?)?", text.strip())
    if not found:
        return text
    return slice(float(found[1]) if found[1] else None, float(found[2]) if found[2] else None)


def poster(text: str | None) -> Poster | None:
    """``FILE`` or ``FILE@FRAME``."""
    if text is None:
        return None
    from velocity_engine.order import Poster

    found = re.fullmatch(r"(.+)@(-?\d+(?:\.\d+)?)", text)
    return Poster(text) if found is None else Poster(found[1], float(found[2]))


def customizations(
    settings: Sequence[str], file: Path | None, template: Template
) -> tuple[list[Mapping[str, Any]], dict[str, str]]:
    """The entries of ``--customize FILE``, then those of ``--set LAYER=VALUE``; and the files that the latter bring."""
    from velocity_engine.customize import entry_for

    entries = _read_entries(file) if file is not None else []
    files: dict[str, str] = {}
    for setting in settings:
        layer, equals, value = setting.partition("=")
        if not equals or not layer:
            raise typer.BadParameter(f"{setting!r} is not LAYER=VALUE", param_hint="--set")
        entry, brought = entry_for(template.document, layer, value)
        entries.append(entry)
        files.update(brought)
    return entries, files


def _read_entries(file: Path) -> list[Mapping[str, Any]]:
    try:
        value = json.loads(file.read_bytes())
    except ValueError as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}", param_hint="--customize") from error
    entries = value.get("customizationMap") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise typer.BadParameter(
            f'{file} holds no list of customizations. Write [{{"layer": "Headline", "text": "Hello"}}]',
            param_hint="--customize",
        )
    return entries


def asset_files(settings: Sequence[str]) -> dict[str, str]:
    """``ID=FILE``: the files that ``{"assetId": "ID"}`` names."""
    files = {}
    for setting in settings:
        name, equals, path = setting.partition("=")
        if not equals or not name or not (is_url(path) or Path(path).is_file()):
            raise typer.BadParameter(f"{setting!r} is not ID=FILE with a file that exists", param_hint="--asset")
        files[name] = path
    return files


def readable(path: str | None) -> str | None:
    """A path of something that exists, or a URL of a storage backend."""
    if path is not None and not is_url(path) and not Path(path).exists():
        raise typer.BadParameter(f"{path} does not exist")
    return path


def is_url(path: str) -> bool:
    """Whether a path is one of a storage backend."""
    from velocity_engine.storage.targets import is_local

    return not is_local(path)


def output_file(path: str, option: str = "--output") -> str:
    """A path whose folder exists, or a URL of a storage backend."""
    if path != STANDARD_OUTPUT and not is_url(path):
        folder = Path(path).parent
        if not folder.is_dir():
            raise typer.BadParameter(f"the folder {folder} does not exist", param_hint=option)
        if Path(path).is_dir():
            raise typer.BadParameter(f"{path} is a folder: name a file in it", param_hint=option)
    return path


def standard_output(what: str, *, as_json: bool) -> BinaryIO:
    """The stream that ``-o -`` writes to: a pipe or a file, which nothing else is printed to."""
    if as_json:
        raise typer.BadParameter(f"--json prints where the {what} goes. Name a file", param_hint="--output")
    if sys.stdout.isatty():
        hint = f"pipe it into a program, or redirect it into a file: velocity ... -o - > {what}"
        raise typer.BadParameter(f"the {what} would go to a terminal: {hint}", param_hint="--output")
    return sys.stdout.buffer
