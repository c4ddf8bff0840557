"""Which codec writes an output, and into which kind of file: by its name, where the configuration leaves that open."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from velocity_engine.encoder_config import (
    CODEC_NUMBERS,
    USUAL_CODEC,
    CodecTraits,
    EncoderConfig,
    bad_setting,
    config_problems,
    install_line,
)
from velocity_engine.files.file_urls import path_of
from velocity_engine.given.arguments import named_file, require
from velocity_engine.plugin_types import Codec, Container
from velocity_engine.plugins.manager import codec_by_number, codecs, codecs_by_precedence

ENCODER = 'Give an EncoderConfig, such as EncoderConfig(codec="h264")'
_NUMBER = re.compile(r"%(?:0\d)?d(?![A-Za-z])")
PACKAGES = {
    "velocity-webm": (".webm",),
    "velocity-pictures": (".gif", ".webp", ".apng", ".png", ".jpg", ".jpeg", ".zip"),
    "velocity-sound": (".wav", ".flac", ".mp3", ".m4a", ".aac"),
}
"""First-party packages, and the endings of the files that their codecs write."""


def resolve_encoder(encoder: EncoderConfig, output: str | os.PathLike[str] | None = None) -> EncoderConfig:
    """Returns a configuration that names its codec and its container.

    What is given stays. A codec or a container that is left open follows from the ending of the output's name. Where
    nothing names one, it is an MP4 of H.264. A codec or container that is unknown stays as it is:
    ``config_problems`` tells of it.

    Args:
        encoder: The configuration.
        output: The path or URL of the output. None where it has no name yet.

    Raises:
        EncoderConfigError: No codec, or not the one that was asked for, writes files of that name.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.resolve_encoder(ve.EncoderConfig(), "promo.mov").container
        'mov'
    """
    require("encoder", encoder, EncoderConfig, ENCODER)
    if output is not None:
        named_file("output", output, "Give the path or the URL of the output")
    key = _codec_key(encoder)
    installed = codecs()
    choices = tuple(_preferred()) if key is None else tuple(one for name, one in installed.items() if name == key)
    if not choices:
        return encoder
    ending, numbered = ("", False) if output is None else _name_of(output)
    if encoder.container is not None:
        named = [(one, kind) for one in choices for kind in one.containers if kind.key == encoder.container]
        codec, container = min(named, key=_unusual) if named else (choices[0], None)
        if container is not None and output is not None:
            _check_numbers(container, ending, numbered)
            _check_ending(container, ending)
        return replace(encoder, codec=codec.key)
    codec, container = _by_name(choices, ending, numbered) or _refused(choices, key, ending, numbered)
    return replace(encoder, codec=codec.key, container=container.key)


def container_of(encoder: EncoderConfig) -> Container:
    """Returns the kind of file that a configuration makes: its endings, its MIME type.

    Args:
        encoder: The configuration.

    Raises:
        EncoderConfigError: The codec or the container is unknown, or they do not go together.
        WrongTypeError: ``encoder`` is no configuration.

    Example:
        >>> ve.container_of(ve.EncoderConfig(codec="h265")).mime_type
        'video/mp4'
    """
    encoder = resolve_encoder(encoder)
    codec = codecs().get(encoder.codec_name)
    for kind in () if codec is None else codec.containers:
        if kind.key == encoder.container_name:
            return kind
    raise next(one for one in config_problems(encoder, codec_traits()) if one.place.field in ("codec", "container"))


def codec_traits() -> dict[str, CodecTraits]:
    """Returns what checks know of all installed codecs, by name."""
    return {
        key: CodecTraits(one.title, tuple(kind.key for kind in one.containers), one.odd_sizes)
        for key, one in codecs().items()
    }


def numbered(output: str, number: int) -> str:
    """Returns the name of one of the files that an output stands for.

    Args:
        output: A path or a URL with a place for a number in its last part.
        number: The number, from 0.
    """
    folder, slash, name = output.rpartition("/")
    return folder + slash + _NUMBER.sub(lambda found: found[0] % number, name)


def may_be_the_same(name: str, output: str) -> bool:
    """Whether a name is that of the output, or of one of the files that it stands for.

    Args:
        name: A path or a URL.
        output: Another one. It may have a place for a number in its last part.
    """
    one, other = (_whole(target) for target in (name, output))
    folder, slash, last = other.rpartition("/")
    pattern = r"\d+".join(map(re.escape, _NUMBER.split(last)))
    return re.fullmatch(re.escape(folder + slash) + pattern, one) is not None


def _whole(target: str) -> str:
    """A target in one spelling: of paths and ``file:`` URLs, that from the root."""
    local = "://" not in target or target[:5].lower() == "file:"
    return os.path.abspath(path_of(target)) if local else target


def _codec_key(encoder: EncoderConfig) -> str | None:
    if encoder.codec is None or isinstance(encoder.codec, str):
        return encoder.codec
    found = None if encoder.codec in CODEC_NUMBERS else codec_by_number(encoder.codec)
    return encoder.codec_name if found is None else found.key


def _preferred() -> Iterator[Codec]:
    """The usual codec, the other built-in ones, then those of plugins in the order in which they provide them."""
    found = {one.key: one for one in codecs_by_precedence()}
    for key in dict.fromkeys((USUAL_CODEC, *CODEC_NUMBERS.values(), *found)):
        if key in found:
            yield found[key]


def _name_of(output: str | os.PathLike[str]) -> tuple[str, bool]:
    """The ending in lower case, and whether a number has its place in the name."""
    name = re.split(r"[/\\]", os.fspath(output))[-1]
    return os.path.splitext(name)[1].lower(), _NUMBER.search(name) is not None


def _by_name(choices: Iterable[Codec], ending: str, numbered: bool) -> tuple[Codec, Container] | None:
    fitting = [
        (codec, container)
        for codec in choices
        for container in codec.containers
        if container.numbered == numbered and (ending in container.endings or not ending)
    ]
    return min(fitting, key=_unusual, default=None)


def _unusual(choice: tuple[Codec, Container]) -> int:
    """What nobody names is the usual codec where it goes into such a file, else one whose usual file it is."""
    codec, container = choice
    if codec.key == USUAL_CODEC:
        return 0
    return 1 if container == codec.containers[0] else 2


def _check_ending(container: Container, ending: str) -> None:
    """A name that says another kind of file is a mistake; one that says nothing that is known is the caller's own."""
    known = {one for codec in codecs().values() for kind in codec.containers for one in kind.endings}
    known.update(*PACKAGES.values())
    if ending in known and ending not in container.endings:
        message = f"the output's name ends with {ending}, and container {container.key!r} is another kind of file"
        raise bad_setting(
            "output", message, f"Write a name such as video{container.endings[0]}, or leave container out"
        )


def _check_numbers(container: Container, ending: str, numbered: bool) -> None:
    if container.numbered and not numbered:
        message = f"container {container.key!r} is one file for each frame, and the output's name has no number in it"
        raise bad_setting("output", message, f"Write a name such as frame-%05d{ending or container.endings[0]}")
    if numbered and not container.numbered:
        message = f"the output's name has a number in it, and container {container.key!r} is one file"
        raise bad_setting("output", message, f"Write a name such as video{container.endings[0]}")


def _refused(choices: tuple[Codec, ...], key: str | None, ending: str, numbered: bool) -> tuple[Codec, Container]:
    shown = f"%05d{ending}" if numbered else ending or "a name without an ending"
    if key is not None:
        own = _endings(choices)
        others = [one.key for one in _preferred() if _by_name([one], ending, numbered)]
        instead = f", or codec {' or '.join(others)}" if others else _package_for(ending)
        message = f"codec {key} does not write {shown}"
        raise bad_setting("output", message, f"The output's name must end with {' or '.join(own)}{instead}")
    hint = f"Installed codecs write {', '.join(_endings(choices))}{_package_for(ending)}"
    raise bad_setting("output", f"no installed codec writes {shown}", hint)


def _endings(codecs: Iterable[Codec]) -> list[str]:
    found = [
        f"%05d{ending}" if kind.numbered else ending
        for one in codecs
        for kind in one.containers
        for ending in kind.endings
    ]
    return list(dict.fromkeys(found))


def _package_for(ending: str) -> str:
    package = next((name for name, endings in PACKAGES.items() if ending in endings), None)
    return f"; {package} adds {ending}: {install_line(package)}" if package else ""
