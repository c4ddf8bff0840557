"""The codecs and kinds of files that requests may ask for: of those that are installed, what the settings allow."""

from __future__ import annotations

from typing import Any

import velocity_engine as engine
from velocity_web.schemas.render import CodecDto, ContainerDto, EncoderConfigRequest
from velocity_web.settings import Settings

Errors = dict[str, list[str]]
CODEC, CONTAINER = "encoderConfig.codec", "encoderConfig.container"
UNKNOWN = "application/octet-stream"


class NotInstalled(ValueError):
    """A codec that the settings name."""


def load_codecs(settings: Settings) -> None:
    """Load the installed codecs, so that no request waits for it. Raises NotInstalled."""
    found = engine.plugins.codecs()
    missing = [name for name in settings.codecs_allowed if name not in found]
    if missing:
        names = ", ".join(found)
        raise NotInstalled(f"VELOCITY_CODECS_ALLOWED names {missing[0]}, which is not installed; there are {names}")


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
    known = dict.fromkeys(kind.key for one in offered.values() for kind in _containers(one))
    if asked.container is not None and asked.container not in known and (codec or asked.codec is None):
        names = ", ".join(map(repr, known))
        return {CONTAINER: [f"there is no container {asked.container!r} here; it must be one of {names}"]}
    if codec is None:
        names = ", ".join(f"{one.number} ({name})" if one.number is not None else name for name, one in offered.items())
        return {CODEC: [f"there is no codec {encoder.codec!r} here; it must be one of {names}"]}
    own = [kind.key for kind in _containers(codec)]
    if asked.container is not None and asked.container not in own:
        names = " or ".join(map(repr, own))
        return {CONTAINER: [f"{codec.title} does not go into {asked.container!r}; choose {names}, or another codec"]}
    return {}


def content_type(ending: str) -> str:
    """The type by which a file of an installed codec is served, by how its name ends."""
    kinds = (kind for codec in engine.plugins.codecs().values() for kind in codec.containers)
    return next((kind.mime_type for kind in kinds if ending in kind.endings), UNKNOWN)


def _offered(settings: Settings) -> dict[str, Any]:
    """By name: those with a number first."""
    found = engine.plugins.codecs()
    allowed = settings.codecs_allowed or list(found)
    chosen = [(name, codec) for name, codec in found.items() if name in allowed]
    return dict(sorted(chosen, key=lambda one: (one[1].number is None, one[1].number or 0)))


def _containers(codec: Any) -> list[Any]:
    """Those that are one file: a render has one."""
    return [kind for kind in codec.containers if not kind.numbered]
