"""Sending a stored file: ETag and conditions, one byte range (RFC 9110), and a name for saving it (RFC 6266)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import falcon

from velocity_web.failures import NotFound
from velocity_web.files import StoredFile

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(first, last) of a Range header for a file of ``size`` bytes; None when the whole file is to be sent.

    A header that is no single byte range is ignored, as RFC 9110 14.2 allows. Raises HTTPRangeNotSatisfiable.
    """
    match = _RANGE.fullmatch(header) if header and len(header) < 100 else None
    if not match or not (match[1] or match[2]):
        return None
    if match[1]:
        first, last = int(match[1]), int(match[2]) if match[2] else size - 1
        if last < first and match[2]:
            return None
    else:
        first, last = max(0, size - int(match[2])), size - 1
        if int(match[2]) == 0:
            raise falcon.HTTPRangeNotSatisfiable(size)
    if first >= size:
        raise falcon.HTTPRangeNotSatisfiable(size)
    return first, min(last, size - 1)


def _etag_matches(header: str, etag: str, *, weak: bool) -> bool:
    if header.strip() == "*":
        return True
    tags = [tag.strip() for tag in header.split(",")]
    return any(tag == etag or (weak and tag == f"W/{etag}") for tag in tags)


def send_file(req: falcon.Request, resp: falcon.Response, file: StoredFile, content_type: str) -> None:
    """Answer with the file's bytes from disk, in whole or in part, or with 304, 412 or 416.

    The entity tag is the content's SHA-256. Raises NotFound when the file is gone.
    """
    try:
        stream = file.path.open("rb")
    except FileNotFoundError:
        raise NotFound("the file is gone from the storage") from None
    etag = f'"{file.sha256}"'
    modified = datetime.fromtimestamp(file.created_at // 1000, UTC)
    resp.set_header("ETag", etag)
    resp.set_header("Last-Modified", falcon.dt_to_http(modified))
    resp.set_header("Accept-Ranges", "bytes")
    resp.set_header("Cache-Control", "private, no-cache")
    keep_open = False
    try:
        if (match := req.get_header("If-Match")) is not None and not _etag_matches(match, etag, weak=False):
            raise falcon.HTTPPreconditionFailed(description="the file is not the one that If-Match names")
        if (match := req.get_header("If-None-Match")) is not None and _etag_matches(match, etag, weak=True):
            resp.status = falcon.HTTP_304
            return
        size = file.path.stat().st_size
        resp.content_type = content_type
        resp.downloadable_as = file.name
        condition = req.get_header("If-Range")
        in_part = condition is None or condition.strip() in (etag, falcon.dt_to_http(modified))
        part = wanted_range(req.get_header("Range"), size) if in_part else None
        first, length = 0, size
        if part:
            first, length = part[0], part[1] - part[0] + 1
            resp.status = falcon.HTTP_206
            resp.set_header("Content-Range", f"bytes {part[0]}-{part[1]}/{size}")
        if req.method == "HEAD":
            resp.content_length = length
            return
        stream.seek(first)
        resp.set_stream(stream, length)
        keep_open = True
    finally:
        if not keep_open:
            stream.close()
