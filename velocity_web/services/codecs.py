"""The codecs and kinds of files that requests may ask for: of those that are installed, what the settings allow."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import velocity_engine as engine
from velocity_web.failures import Invalid
from velocity_web.schemas.render import CodecDto, ContainerDto, EncoderConfigRequest
from velocity_web.settings import Settings

Errors = dict[str, list[str]]
CODEC, CONTAINER = "encoderConfig.codec", "encoderConfig.container"
LOAD_SECONDS = 3.0
UNKNOWN = "application/octet-stream"


@contextmanager
def codec_told() -> Iterator[None]:
    """What a codec that failed says goes to its field of the request. Raises Invalid."""
    try:
        yield
    except engine.PluginError as error:
        raise Invalid("the request has invalid fields", {CODEC: [error.message]}) from error


class NotInstalled(ValueError):
    """A codec that the settings name."""


def require_installed(settings: Settings) -> None:
    """Raises NotInstalled where the settings name a codec that is not there."""
    if not settings.codecs_allowed:
        return
    found = engine.plugins.codecs()
    missing = [name for name in settings.codecs_allowed if name not in found]
    if missing:
        names = ", ".join(found)
        raise NotInstalled(f"VELOCITY_CODECS_ALLOWED names {missing[0]}, which is not installed; there are {names}")


def load_codecs_soon() -> None:
    """Load the installed codecs in a moment, on a thread of their own, so that the first request need not wait."""
    later = threading.Timer(LOAD_SECONDS, engine.plugins.codecs)
    later.daemon = True
    later.start()


def list_codecs(settings: Settings) -> list[CodecDto]:
    return [
        CodecDto(
            name=codec.key,
            number=codec.number,
            title=codec.title,
            keeps_alpha=codec.keeps_alpha,
            odd_sizes=codec.odd_sizes,
            containers=[
                ContainerDto(name=kind.key, ending=kind.endings[0], mime_type=kind.mime_type, frames=kind.frames)
                for kind in _containers(codec)
            ],
        )
        for codec in _offered(settings).values()
    ]


def codec_errors(asked: EncoderConfigRequest, encoder: engine.EncoderConfig, settings: Settings) -> Errors:
    """What is wrong with the codec and the container that a request names; ``encoder`` has what it leaves open."""
    offered = _offered(settings)
    codec = offered.get(encoder.codec_name)
    known = list(dict.fromkeys(kind.key for one in offered.values() for kind in _containers(one)))
    if asked.container is not None and asked.container not in known and (codec or asked.codec is None):
        unknown = _unknown("container", asked.container, known)
        return {CONTAINER: [f"{unknown} The containers are {', '.join(map(_quoted, known))}"]}
    if codec is None:
        names = ", ".join(f"{one.number} ({key})" if one.number is not None else key for key, one in offered.items())
        return {CODEC: [f"{_unknown('codec', encoder.codec_name, list(offered))} The codecs are {names}"]}
    own = [kind.key for kind in _containers(codec)]
    if asked.container is not None and asked.container not in own:
        names = " or ".join(map(_quoted, own))
        into = _quoted(asked.container)
        return {CONTAINER: [f"{codec.title} does not go into {into}; choose {names}, or another codec"]}
    return {}


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f"there is no {what} {_quoted(name)} here" + (f"; did you mean {near[0]}?" if near else ".")


def _quoted(name: str) -> str:
    return f'"{name}"'


def content_type(ending: str) -> str:
    """The type by which a file of an installed codec is served, by how its name ends."""
    kinds = (kind for codec in engine.plugins.codecs().values() for kind in codec.containers)
    return next((kind.mime_type for kind in kinds if ending in kind.endings), UNKNOWN)


def content_types() -> list[str]:
    """All types by which finished renders are served, those of the usual codec first; the last is that of a codec that
    is installed no longer."""
    codecs = sorted(engine.plugins.codecs().values(), key=_by_number)
    return list(dict.fromkeys([*(kind.mime_type for one in codecs for kind in _containers(one)), UNKNOWN]))


def _by_number(codec: Any) -> tuple[bool, int]:
    return codec.number is None, codec.number or 0


def _offered(settings: Settings) -> dict[str, Any]:
    """By name: those with a number first."""
    found = engine.plugins.codecs()
    allowed = settings.codecs_allowed or list(found)
    chosen = [(name, codec) for name, codec in found.items() if name in allowed]
    return dict(sorted(chosen, key=lambda one: _by_number(one[1])))


def _containers(codec: Any) -> list[Any]:
    """Those that are one file: a render has one."""
    return [kind for kind in codec.containers if not kind.numbered]
