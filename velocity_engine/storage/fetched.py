"""Inputs at URLs: fetched once into a folder of the user's cache, by content, and read from there.

The folder holds ``<SHA-256>/<name>`` for each content, and ``versions/<key>`` for each URL and version of it that was
fetched, with the content's SHA-256 in it. Whoever fetches first wins; a file appears under its name when it is whole.
The folder is bounded: what was not used for longest goes first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from velocity_engine.errors import Place, StorageError
from velocity_engine.files.file_urls import path_of
from velocity_engine.files.user_cache import user_cache_folder
from velocity_engine.given.media_sources import name_in
from velocity_engine.order import FileReference, content_sha256
from velocity_engine.plugin_types import Storage
from velocity_engine.storage.retries import tried
from velocity_engine.storage.targets import LOCAL, is_local, scheme_of, storage_for
from velocity_engine.storage.web import SCHEMES, fetched_from_web

MAX_BYTES = 4 << 30
CHUNK = 1 << 20


def local_path(location: str | os.PathLike[str]) -> str:
    """Returns a path of this machine that has the content of a file at a path or a URL.

    Args:
        location: A path, which is returned as it is, or a URL. What is at a URL is fetched, unless the same version of
            it was fetched before.

    Raises:
        StorageError: There is no such file, it cannot be read, or no backend serves its scheme.
    """
    text = os.fspath(location)
    if is_local(text):
        return text
    if scheme_of(text) == LOCAL:
        return str(path_of(text))
    if scheme_of(text) in SCHEMES:
        _make_room(cache_folder(), 0)
        return str(fetched_from_web(text, name_in(text), cache_folder(), MAX_BYTES))
    return str(_fetched(storage_for(text), text))


def reference_to(location: str | os.PathLike[str]) -> FileReference:
    """Returns a reference to a file at a path or a URL, for which the file is read.

    Args:
        location: The path or the URL.

    Raises:
        StorageError: It cannot be read.
    """
    text = os.fspath(location)
    if is_local(text):
        return FileReference.of(text)
    return FileReference(text, content_sha256(local_path(text)))


def has_changed(reference: FileReference) -> bool:
    """Whether a file holds something else than it did when it was ordered. It is read for that.

    Args:
        reference: The file, as it was ordered.

    Raises:
        StorageError: It cannot be read.
    """
    return bool(reference.sha256) and content_sha256(local_path(reference.location)) != reference.sha256


def cache_folder() -> Path:
    """Returns the folder of what was fetched."""
    return user_cache_folder() / "fetched"


def _fetched(storage: Storage, url: str) -> Path:
    folder = cache_folder()
    stored = tried(lambda: storage.stat(url))
    record = folder / "versions" / hashlib.sha256(f"{url}\0{stored.size}\0{stored.version}".encode()).hexdigest()
    name = name_in(url)
    try:
        if stored.version and (found := _kept(folder, record, name)):
            return found
        return tried(lambda: _fetch(storage, url, stored.size, folder, record))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{url} cannot be kept: {reason}", place=Place(file=name)) from None


def _kept(folder: Path, record: Path, name: str) -> Path | None:
    with suppress(OSError):
        path = folder / record.read_text() / name
        os.utime(path)
        return path
    return None


def _fetch(storage: Storage, url: str, size: int, folder: Path, record: Path) -> Path:
    record.parent.mkdir(parents=True, exist_ok=True)
    _make_room(folder, size)
    digest, name = hashlib.sha256(), name_in(url)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        part = Path(work) / name
        with storage.open(url) as source, part.open("wb") as destination:
            while data := source.read(CHUNK):
                digest.update(data)
                destination.write(data)
        if part.stat().st_size != size:
            found = f"{part.stat().st_size} of {size} bytes"
            raise StorageError(f"{url} ended after {found}", place=Place(file=name))
        path = folder / digest.hexdigest() / name
        path.parent.mkdir(exist_ok=True)
        part.replace(path)
        note = Path(work) / "record"
        note.write_text(digest.hexdigest())
        note.replace(record)
    return path


def _make_room(folder: Path, needed: int) -> None:
    """Removes what was used longest ago, until there is room for ``needed`` bytes."""
    found = []
    for path in folder.glob("*/*"):
        with suppress(OSError):
            if path.parent.name != "versions":
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _time, size, _path in found)
    for _time, size, path in sorted(found):
        if total + needed <= MAX_BYTES:
            return
        shutil.rmtree(path.parent, ignore_errors=True)
        total -= size
