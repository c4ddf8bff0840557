"""What layer types name when they ask for a picture, a clip or bytes: assets, uploads, files, and their own data."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from velocity_engine.display import digest_of
from velocity_engine.errors import CustomizationError, MediaError, Place
from velocity_engine.model.document import Document, Media
from velocity_engine.package.package import Package
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.values import Malformed, described
from velocity_engine.plugin_types import MediaSource

_KEYS = ("assetId", "file", "data")
_SHAPE = 'It must be {"assetId": ...}, {"file": ...} or {"data": "data:..."}'


@dataclass(frozen=True, slots=True)
class NamedMedia:
    """A file, the name by which people know it, and the key under which it is remembered: the id of an asset."""

    key: Hashable
    media: Media
    name: str


def named_media(source: MediaSource, document: Document, package: Package | None) -> NamedMedia:
    """What a layer type means. Raises MediaError or CustomizationError where there is no such thing."""
    if isinstance(source, Media):
        whole = source.name or source.path or digest_of(source.data or b"")
        return NamedMedia(("media", whole), source, _name(source, "the plugin's own file"))
    if isinstance(source, Mapping):
        return _of_data(source, document, package)
    asset = document.assets.get(source)
    if asset is None:
        raise MediaError(f"there is no asset {source!r}", hint="The layer's refId must name one of the assets")
    if asset.media is None:
        message = asset.missing or f"the package lacks {asset.name or source}"
        raise MediaError(message, place=Place(file=asset.name or None, pointer=asset.pointer or None),
                         hint="Put the file into images/ of the package, or replace the layer")  # fmt: skip
    return NamedMedia(source, asset.media, _name(asset.media, source))


def _of_data(source: Mapping[str, Any], document: Document, package: Package | None) -> NamedMedia:
    place = Place(field="data")
    named = [key for key in _KEYS if isinstance(source.get(key), str)]
    if len(named) != 1:
        raise CustomizationError(f"{described(dict(source))} names no picture or clip", place=place, hint=_SHAPE)
    text = source[named[0]]
    match named[0]:
        case "assetId":
            media = document.uploads.get(text)
            if media is None:
                raise CustomizationError(f"there is no asset {described(text)}", place=place)
            return NamedMedia(("assetId", text), media, _name(media, text))
        case "file":
            name = package.find([text]) if package is not None else None
            if name is None:
                raise CustomizationError(f"the template has no file {described(text)}", place=place)
            return NamedMedia(("media", name), Media(name=name), name)
        case _:
            try:
                data = data_uri(text) if text.startswith("data:") else b""
            except Malformed as problem:
                raise CustomizationError(f"the data: URI cannot be read: {problem}", place=place) from None
            if not data:
                raise CustomizationError(f"{described(text)} is no data: URI", place=place, hint=_SHAPE)
            return NamedMedia(("media", digest_of(data)), Media(data=data), "embedded")


def _name(media: Media, otherwise: str) -> str:
    if media.name is not None:
        return media.name
    return media.path.replace("\\", "/").rsplit("/", 1)[-1] if media.path is not None else otherwise
