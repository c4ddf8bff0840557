"""Inputs on web servers: fetched within limits from servers that may be reached, and asked about before each use."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from velocity_engine.errors import Place, StorageError, TemporaryStorageError
from velocity_engine.storage.retries import tried

SCHEMES = ("http", "https")
SECONDS = 600.0
"""Of one attempt."""


def fetched_from_web(url: str, name: str, folder: Path, most_bytes: int) -> Path:
    """Returns a path of this machine that has the content of the file at a URL.

    Where the server says that a file is still what it was when it was fetched before, it is not fetched again.

    Args:
        url: The http or https URL.
        name: The file's name.
        folder: Where files are kept, as ``fetched`` has them.
        most_bytes: The largest file.

    Raises:
        StorageError: There is no such file, or the URL leads to where nobody may connect.
    """
    record = folder / "versions" / f"web-{hashlib.sha256(url.encode()).hexdigest()}"
    try:
        return tried(lambda: _fetched(url, name, record, most_bytes))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{url} cannot be kept: {reason}", place=Place(file=name)) from None


def _fetched(url: str, name: str, record: Path, most_bytes: int) -> Path:
    from velocity_engine.network import FetchLimits, ForbiddenAddress, Version, fetch, own_reach
    from velocity_engine.network.reach import HOSTS_VARIABLE

    folder = record.parent.parent
    record.parent.mkdir(parents=True, exist_ok=True)
    kept: Path | None = None
    version = Version()
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(record.read_text())
        path = folder / told["sha256"] / name
        os.utime(path)
        kept, version = path, Version(**told["version"])
    with tempfile.TemporaryDirectory(dir=folder) as work:
        part = Path(work) / name
        try:
            found = fetch(url, part, FetchLimits(most_bytes, SECONDS), own_reach(), version if kept else None)
        except ForbiddenAddress as error:
            hint = f"{HOSTS_VARIABLE} names the private hosts that may be fetched from"
            raise StorageError(
                f"{url} may not be fetched: {error.message}", place=Place(file=name), hint=hint
            ) from None
        except TemporaryStorageError as error:
            raise TemporaryStorageError(f"{url} cannot be read: {error.message}", place=Place(file=name)) from None
        except StorageError as error:
            raise StorageError(f"{url} cannot be read: {error.message}", place=Place(file=name)) from None
        if found.is_same and kept is not None:
            return kept
        path = folder / found.sha256 / name
        path.parent.mkdir(exist_ok=True)
        part.replace(path)
        note = Path(work) / "record"
        note.write_text(json.dumps({"sha256": found.sha256, "version": asdict(found.version)}))
        note.replace(record)
    return path
