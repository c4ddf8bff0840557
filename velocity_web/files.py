"""Where the service's files lie below its data folder, and how one gets there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("templates", "audio", "assets", "renders", "tmp")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a download sends it; ``created_at`` in milliseconds since 1970."""

    path: Path
    name: str
    sha256: str
    created_at: int


def make_folders(data: Path) -> None:
    for name in FOLDERS:
        (data / name).mkdir(parents=True, exist_ok=True)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished, already synchronised file its final name, and make the name itself durable."""
    os.replace(temporary, final)
    folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(path: Path) -> None:
    """Remove a file that may already be gone."""
    with suppress(FileNotFoundError):
        path.unlink()
