"""Where a customization's picture or clip comes from: which object names what, and by which key its file is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

SOURCES = ("assetId", "url", "connection", "file", "data")
"""The keys that name a source; beside "connection" stands "path"."""


def is_web_url(text: object) -> bool:
    """Whether a text is the URL of a file on a web server.

    Args:
        text: What stands in a request.
    """
    return isinstance(text, str) and text.lower().startswith(("http://", "https://"))


def name_in(location: str) -> str:
    """Returns the name of the file at a URL, also of one that is malformed; "file" where it has none.

    Args:
        location: The URL.
    """
    path = location.partition("?")[0].partition("#")[0].partition("://")[2]
    name = unquote(path.partition("/")[2]).rstrip("/").rpartition("/")[2]
    return name if name not in ("", ".", "..") and "\0" not in name else "file"


def file_key(value: object) -> str | None:
    """Returns the key under which the file of a source is given as an asset: the id of ``{"assetId"}``, the URL of
    ``{"url"}``, and one text for ``{"connection", "path"}``. None for what names no such file.

    Args:
        value: The value of "image" or "video".
    """
    if not isinstance(value, Mapping):
        return None
    match [key for key in SOURCES if key in value]:
        case ["assetId" | "url" as key]:
            return value[key] if isinstance(value[key], str) else None
        case ["connection"]:
            name, path = value["connection"], value.get("path")
            return f"connection://{name}/{path}" if isinstance(name, str) and isinstance(path, str) else None
        case _:
            return None


def web_urls(entry: Mapping[str, Any]) -> list[str]:
    """The URLs of web servers that an entry of a customization map names.

    Args:
        entry: The entry.
    """
    values = [entry.get(key) for key in ("image", "video")]
    named = [value for value in values if isinstance(value, Mapping) and list(value) == ["url"]]
    return [value["url"] for value in named if is_web_url(value["url"])]
