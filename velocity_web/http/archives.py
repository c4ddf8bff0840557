"""A ZIP of stored files that is made while it is sent: neither memory nor the disk holds more than a piece of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import falcon
from zipstream import ZipStream

from velocity_web.http.downloads import content_disposition
from velocity_web.services.batch_files import FinishedFile
from velocity_web.storage.objects import Objects

CHUNK = 1 << 18


def send_archive(
    req: falcon.Request, resp: falcon.Response, objects: Objects, name: str, files: Sequence[FinishedFile]
) -> None:
    """Answer with all files, uncompressed, under ``name``. A file that is gone meanwhile breaks the answer off, so that
    nobody takes a part for the whole."""
    archive = ZipStream(sized=True)
    for file in files:
        archive.add(_content(objects, file), file.name, size=file.size_bytes)
    resp.content_type = "application/zip"
    resp.set_header("Content-Disposition", content_disposition(f"{name}.zip"))
    resp.set_header("Cache-Control", "private, no-store")
    if req.method == "HEAD":
        resp.content_length = len(archive)
    else:
        resp.set_stream(iter(archive), len(archive))


def _content(objects: Objects, file: FinishedFile) -> Iterator[bytes]:
    left = file.size_bytes
    with closing(objects.open(file.file)) as opened:
        stream = opened.part(0, file.size_bytes - 1)
        while left and (data := stream.read(min(CHUNK, left))):
            left -= len(data)
            yield data
    if left:
        raise OSError(f"{file.file} is shorter than it was")
