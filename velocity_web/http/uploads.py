"""Multipart uploads: streamed to a temporary file of the data folder, hashed on the way, never whole in memory."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import falcon

from velocity_web.database.entities import new_id
from velocity_web.failures import Invalid, TooLarge
from velocity_web.storage.files import Upload, clean_name, remove

CHUNK = 1 << 20
FIELD_BYTES = 64 * 1024
MAX_PARTS = 50


def receive_upload(req: falcon.Request, folder: Path, *, limit: int) -> Upload:
    """Read a multipart/form-data body with its one ``file`` part.

    The caller owns the returned file. Raises Invalid for anything malformed, TooLarge for a file over ``limit`` bytes.
    """
    kind = (req.content_type or "").split(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Invalid(
            "the body is not multipart/form-data",
            {"file": [f"send multipart/form-data with a field named file (Content-Type was {kind or 'missing'})"]},
        )
    path = folder / f"upload-{new_id()}"
    try:
        upload = _read_parts(req, path, limit)
    except falcon.HTTPError:
        remove(path)
        raise Invalid(
            "the multipart body is malformed",
            {"file": ["its parts cannot be read; send the form as an HTTP library makes it"]},
        ) from None
    except BaseException:
        remove(path)
        raise
    return upload


def _read_parts(req: falcon.Request, path: Path, limit: int) -> Upload:
    fields: dict[str, str] = {}
    found: tuple[str, int, str] | None = None
    for count, part in enumerate(req.get_media()):
        if count >= MAX_PARTS:
            raise Invalid(f"the form has more than {MAX_PARTS} parts")
        name = _part_text(part, "name") or ""
        if name.lower() == "file":
            if found:
                raise Invalid("the form has more than one file", {"file": ["send one file in a request"]})
            size, digest = _store(part.stream, path, limit)
            found = (clean_name(_file_name(part), "upload"), size, digest)
        else:
            text = part.stream.read(FIELD_BYTES)
            fields[name] = text.decode("utf-8", "replace")
            part.stream.exhaust()
    if found is None:
        raise Invalid("the form has no file", {"file": ["a part named file is required"]})
    if found[1] == 0:
        raise Invalid("the file is empty", {"file": ["the file has no bytes"]})
    return Upload(path, found[0], found[1], found[2], fields)


def _part_text(part: falcon.media.multipart.BodyPart, attribute: str) -> str | None:
    with suppress(UnicodeDecodeError, LookupError, ValueError):
        value = getattr(part, attribute)
        return value if isinstance(value, str) else None
    return None


def _file_name(part: falcon.media.multipart.BodyPart) -> str | None:
    """As it was before the form: browsers write %22 in the place of a quotation mark, which would end the name."""
    name = _part_text(part, "filename")
    return name and name.replace("%22", '"')


def _store(stream: falcon.typing.ReadableIO, path: Path, limit: int) -> tuple[int, str]:
    """Copy a part to ``path`` and synchronise it. Returns its size and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    with path.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"the file has more than {limit} bytes", {"file": [f"at most {limit} bytes"]})
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()
