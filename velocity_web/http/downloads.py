"""Sending a stored file: ETag and conditions, byte ranges (RFC 9110), and a name for saving it (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import falcon
from werkzeug.http import quote_header_value

from velocity_web.failures import NotFound
from velocity_web.http.ranges import Multipart, Span, wanted_ranges
from velocity_web.storage.files import StoredFile
from velocity_web.storage.objects import Objects, Opened

MOST_TAGS = 32
_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is sent: to be saved or to be seen, how long it may be kept, and how long a URL of the storage may
    work that stands in for it."""

    disposition: str = "attachment"
    cache_control: str = "private, no-cache"
    most_seconds: int | None = None


SAVED = Manner()


def content_disposition(name: str, disposition: str = "attachment") -> str:
    """The header with which a file is saved or seen as ``name``: quoted as RFC 9110 5.6.4 says, and in UTF-8 beside it
    (RFC 6266) where the name is not ASCII. A name never leads to another folder."""
    safe = _UNSAFE.sub("_", name)
    # Folded to ASCII, other characters can become a slash, or nothing.
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode())
    if not plain.partition(".")[0].strip():
        plain = f"download{plain.strip()}"
    header = f"{disposition}; filename={quote_header_value(plain, allow_token=False)}"
    if plain == safe:
        return header
    return f"{header}; filename*=UTF-8''{quote(safe, safe='', errors='replace')}"


def _etag_matches(header: str, etag: str, *, weak: bool) -> bool:
    if header.strip() == "*":
        return True
    tags = [tag.strip() for tag in header.split(",")]
    return any(tag == etag or (weak and tag == f"W/{etag}") for tag in tags)


def entity_tags(header: str | None) -> list[str]:
    """The tags of an If-None-Match, without quotes and without what says that they are weak; "*" as it is."""
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in (header or "").split(","))
    return [tag for tag in tags if tag][:MOST_TAGS]


def send_file(
    req: falcon.Request,
    resp: falcon.Response,
    objects: Objects,
    file: StoredFile,
    content_type: str,
    manner: Manner = SAVED,
) -> None:
    """Answer with the file's bytes, in whole or in part, with where they are, or with 304, 412 or 416.

    The entity tag is the content's SHA-256. Raises NotFound when the file is gone, and Unavailable.
    """
    try:
        opened = objects.open(file.file)
        keep_open = False
        try:
            keep_open = _answer(req, resp, objects, opened, (file, content_type, manner))
        finally:
            if not keep_open:
                opened.close()
    except FileNotFoundError:
        raise NotFound("the file is gone from the storage") from None


def _answer(
    req: falcon.Request, resp: falcon.Response, objects: Objects, opened: Opened, told: tuple[StoredFile, str, Manner]
) -> bool:
    """Whether the answer's body is read from the open file."""
    file, content_type, manner = told
    etag = f'"{file.sha256}"'
    modified = datetime.fromtimestamp(file.created_at // 1000, UTC)
    resp.set_header("ETag", etag)
    resp.set_header("Last-Modified", falcon.dt_to_http(modified))
    resp.set_header("Accept-Ranges", "bytes")
    resp.set_header("Cache-Control", manner.cache_control)
    if (match := req.get_header("If-Match")) is not None and not _etag_matches(match, etag, weak=False):
        raise falcon.HTTPPreconditionFailed(description="the file is not the one that If-Match names")
    if (match := req.get_header("If-None-Match")) is not None and _etag_matches(match, etag, weak=True):
        resp.status = falcon.HTTP_304
        return False
    if req.method != "HEAD" and (url := objects.url(file.file, manner.most_seconds)) is not None:
        resp.status = falcon.HTTP_307  # the client asks there for the range that it asked for here
        resp.set_header("Cache-Control", SAVED.cache_control)  # the URL may end before the file may be forgotten
        resp.location = url
        return False
    resp.content_type = content_type
    resp.set_header("Content-Disposition", content_disposition(file.name, manner.disposition))
    condition = req.get_header("If-Range")
    in_part = condition is None or condition.strip() in (etag, falcon.dt_to_http(modified))
    spans = wanted_ranges(req.get_header("Range"), opened.size) if in_part else ()
    if len(spans) > 1:
        resp.status = falcon.HTTP_206
        body = Multipart(opened, spans, content_type)
        resp.content_type = body.content_type
        resp.set_stream(body, body.length)
        return True
    span = spans[0] if spans else Span(0, opened.size - 1)
    if spans:
        resp.status = falcon.HTTP_206
        resp.set_header("Content-Range", f"bytes {span.first}-{span.last}/{opened.size}")
    if req.method == "HEAD":
        resp.content_length = span.length
        return False
    resp.set_stream(opened.part(span.first, span.last), span.length)
    return True
