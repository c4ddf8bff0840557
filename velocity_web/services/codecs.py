"""The codecs and kinds of files that requests may ask for: of those that are installed, what the settings allow."""

from __future__ import annotations

from typing import Any

import velocity_engine as engine
from velocity_web.schemas.render import CodecDto, ContainerDto
from velocity_web.settings import Settings

Errors = dict[str, list[str]]
UNKNOWN = "application/octet-stream"


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


def codec_errors(encoder: engine.EncoderConfig, settings: Settings) -> Errors:
    """What is wrong with the codec and the container of a request, if they are named."""
    offered = _offered(settings)
    codec = offered.get(encoder.codec_name)
    known = dict.fromkeys(kind.key for one in offered.values() for kind in _containers(one))
    if encoder.container is not None and encoder.container not in known:
        sentence = f"there is no container {encoder.container!r} here; it must be one of {', '.join(map(repr, known))}"
        return {"encoderConfig.container": [sentence]}
    if codec is None:
        shown = [f"{one.number} ({name})" if one.number is not None else name for name, one in offered.items()]
        sentence = f"there is no codec {encoder.codec!r} here; it must be one of {', '.join(shown)}"
        return {"encoderConfig.codec": [sentence]}
    own = [kind.key for kind in _containers(codec)]
    if encoder.container is not None and encoder.container not in own:
        sentence = f"{codec.title} does not go into {encoder.container!r}; choose {' or '.join(map(repr, own))}, or another codec"
        return {"encoderConfig.container": [sentence]}
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
