"""JSON to ``MediaAsset``: where the bytes of pictures, clips and sounds are. Lottie specification, section "Assets".

A document names files of its package or embeds them. A URL is never fetched, and no name leads out of the package.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from velocity_engine.model.document import Media, MediaAsset
from velocity_engine.parse.context import Context
from velocity_engine.parse.values import Malformed, number_of, text_of

_URL = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]+:)?//|file:|blob:|javascript:", re.ASCII)
MAX_PERCENT_ENCODED = 8 << 20  # characters: decoding takes some forty times as many bytes
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def data_uri(uri: str) -> bytes:
    """The bytes of a ``data:`` URI (RFC 2397), base64 or percent-encoded; its media type is not looked at."""
    head, comma, body = uri[len("data:") :].partition(",")
    if not comma:
        raise Malformed("a data: URI has no comma before its data")
    if not head.replace(" ", "").lower().endswith(";base64"):
        if len(body) > MAX_PERCENT_ENCODED:
            raise Malformed("a data: URI of this size must be base64")
        return unquote_to_bytes(body)
    body = _BLANKS.sub("", body if "%" not in body else unquote_to_bytes(body).decode("latin-1"))
    body = body.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("a data: URI is no valid base64") from None


def is_url(text: str) -> bool:
    return _URL.match(text.strip()) is not None


def media_asset(context: Context, raw: Mapping[str, Any], asset_id: str, pointer: str) -> MediaAsset:
    """An asset with its file looked up in the package; ``missing`` says why where there is none.

    The file is ``u`` + ``p``, else ``images/`` + ``p``, else one of that name anywhere in the package.
    """
    slot = raw.get("sid")
    if isinstance(slot, str):
        context.used_slots.setdefault(slot, {key: value for key, value in raw.items() if key != "sid"})
        held = context.slots.get(slot)
        if isinstance(held, dict) and isinstance(held.get("p"), str):
            raw = {**raw, "u": "", **held}
    folder, file = text_of(raw, "u"), text_of(raw, "p")
    media, missing = _located(context, folder, file)
    return MediaAsset(
        id=asset_id,
        media=media,
        missing=missing,
        width=max(0.0, number_of(raw, "w", 0.0)),
        height=max(0.0, number_of(raw, "h", 0.0)),
        name=text_of(raw, "nm") or ("" if file.startswith("data:") else file),
        pointer=pointer,
    )


def _located(context: Context, folder: str, file: str) -> tuple[Media | None, str]:
    """The media of an asset, or None and what is wrong."""
    if not file:
        return None, "it names no file"
    if file.startswith("data:"):
        try:
            return Media(data=data_uri(file)), ""
        except Malformed as problem:
            return None, str(problem)
    if is_url(file) or file.startswith("//"):
        return None, f"{file[:200]} is a URL, and nothing is loaded from the network"
    if context.package is None:
        return None, f"{folder[:200]}{file[:200]} was looked for, but the document stands alone"
    candidates = [f"images/{file}"] if is_url(folder) else [folder + file, _joined(folder, file), f"images/{file}"]
    found = context.package.find(candidates)
    if found is not None:
        return Media(name=found), ""
    return None, f"{(folder + file)[:200]} is not in the package"


def _joined(folder: str, file: str) -> str:
    """``folder/file`` for documents that leave out the slash."""
    return f"{folder}/{file}" if folder and not folder.endswith("/") else folder + file
