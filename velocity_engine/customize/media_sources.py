"""Where the picture or clip of an entry comes from: an asset, a URL, a connection, the package, or the entry itself."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from typing import Any

from velocity_engine.customize.problems import Problems, Sources, choices, unknown_keys
from velocity_engine.given.media_sources import SOURCES, file_key, is_web_url, name_in
from velocity_engine.model.document import Media
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.values import Malformed, described

SHAPE = '{"assetId": ...}, {"url": "https://..."}, {"file": ...} or {"data": "data:..."}'


def source_of(value: Any, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    """The media of one of ``SOURCES``, and its name."""
    hint = f"{key} must be {SHAPE}"
    if not isinstance(value, Mapping) or not value:
        problems.add(key, f"{key} is {'empty' if value == {} else described(value)}", hint)
        return None
    given = [name for name in SOURCES if name in value]
    if len(given) > 1:
        problems.add(key, f"{key} has several sources", hint)
        return None
    if not given:
        for wrong in value:
            problems.add(f"{key}.{str(wrong)[:60]}", f"key {described(wrong)} of {key} is unknown", hint)
        return None
    source = given[0]
    needed = ("connection", "path") if source == "connection" else (source,)
    unknown_keys(value, needed, problems, f"{key}.")
    wrong = [name for name in needed if not isinstance(value.get(name), str) or not value[name]]
    for name in wrong:
        problems.add(f"{key}.{name}", f"{name} is {described(value.get(name))}", "It must be a string")
    if wrong:
        return None
    if source in ("url", "connection"):
        return _from_elsewhere(value, source, key, problems, sources)
    read = {"assetId": from_assets, "file": _from_package, "data": _from_data}[source]
    return read(value[source], f"{key}.{source}", problems, sources)


def _from_elsewhere(
    value: Mapping[str, Any], source: str, key: str, problems: Problems, sources: Sources
) -> tuple[Media, str] | None:
    """The media of ``{"url"}`` or ``{"connection", "path"}``: whoever applies the entries has fetched it before."""
    name = name_in(value["url"]) if source == "url" else posixpath.basename(value["path"]) or "file"
    if source == "url" and not is_web_url(value["url"]):
        problems.add(f"{key}.url", f"url is {described(value['url'])}", "It must begin with http:// or https://")
        return None
    known = file_key(value)
    if sources.assets is None or known is None:
        return Media(path=known), name
    path = sources.assets.get(known)
    if path is None:
        hint = "Connections are named by the administrator of a service; give an assetId or a url here"
        hint = hint if source == "connection" else "Name the file of this URL among the assets"
        problems.add(f"{key}.{source}", f"the {source} of {described(name)} leads nowhere", hint)
        return None
    local = os.fspath(path)
    if not os.path.isfile(local):
        problems.add(f"{key}.{source}", f"the file {described(name)} is not there", _lost(name))
        return None
    return Media(path=local), name


def from_assets(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    if sources.assets is None:
        return Media(path=text), text
    path = sources.assets.get(text)
    if path is None:
        problems.add(key, f"there is no asset {described(text)}", choices(text, list(sources.assets), "assets"))
        return None
    local = os.fspath(path)
    if not os.path.isfile(local):
        problems.add(key, f"the file of asset {described(text)} is not there", _lost(local))
        return None
    return Media(path=local), os.path.basename(local)


def _lost(path: str) -> str:
    """What would be right where a file is gone: its path is for who gave it only."""
    return f"Give a file that exists in the place of {os.path.basename(path)}"


def _from_package(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    if sources.package is None:
        return Media(name=text), posixpath.basename(text)
    name = sources.package.find([text])
    if name is None:
        files = [one for one in sources.package.names if one != sources.package.document_name]
        problems.add(key, f"the template has no file {described(text)}", choices(text, files, "files"))
        return None
    return Media(name=name), posixpath.basename(name)


def _from_data(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    try:
        if not text.startswith("data:"):
            raise Malformed("it is no data: URI")
        data = data_uri(text)
        if not data:
            raise Malformed("it holds no data")
    except Malformed as problem:
        hint = "It must look like data:image/png;base64,iVBOR..."
        problems.add(key, f"the data: URI cannot be read: {problem}", hint)
        return None
    return Media(data=data), "embedded"
