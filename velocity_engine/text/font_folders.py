"""The fonts of files and folders beside the template: read once for their names and characters, and again when one of
them draws a text."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.text.font_files import MAX_FONT_BYTES, FontRecord, records_of, unpacked

FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".woff", ".woff2")
MAX_FILES = 10_000
"""Of one folder."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderFont:
    """A face of a file. ``characters``: the code points that it has."""

    record: FontRecord
    characters: Any


_Stamp = tuple[int, int, int]  # the file, its size and its time
_lock = threading.Lock()
_known: dict[str, tuple[_Stamp, tuple[FolderFont, ...] | MediaError]] = {}


def fonts_at(location: str, broken: Callable[[str, MediaError], None]) -> tuple[FolderFont, ...]:
    """All faces of a font file, or of the font files of a folder and the folders in it, in the order of their names.

    Args:
        location: The path of the file or folder.
        broken: Is told the name of each file that cannot be read, and why. It is passed over.

    Raises:
        MediaError: There is no such file or folder, or the folder holds more than 10,000 fonts.
    """
    found: list[FolderFont] = []
    for path in _files(location):
        fonts = _fonts_of(path)
        if isinstance(fonts, MediaError):
            broken(os.path.basename(path), fonts)
        else:
            found += fonts
    return tuple(found)


def _files(location: str) -> Sequence[str]:
    if not os.path.isdir(location):
        if not os.path.exists(location):
            hint = "Name a folder of fonts, or a font file"
            raise MediaError(
                f"there are no fonts at {location}", place=Place(file=os.path.basename(location)), hint=hint
            )
        return [location]
    files: list[str] = []
    for path in _walked(location):
        files.append(path)
        if len(files) > MAX_FILES:
            what = f"the folder of fonts {os.path.basename(location)} holds more than {MAX_FILES} font files"
            raise MediaError(what, hint="Name a folder with those that are needed")
    return sorted(files)


def _walked(folder: str) -> Iterator[str]:
    for inner, _folders, names in os.walk(folder):
        yield from (os.path.join(inner, name) for name in names if name.lower().endswith(FONT_ENDINGS))


def _fonts_of(path: str) -> tuple[FolderFont, ...] | MediaError:
    """What a file holds, read once while it stays as it is."""
    try:
        status = os.stat(path)
    except OSError as error:
        return MediaError(f"the file cannot be read: {error.strerror}", place=Place(file=os.path.basename(path)))
    stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
    with _lock:
        known = _known.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        found: tuple[FolderFont, ...] | MediaError = _read(path)
    except MediaError as error:
        found = error
    with _lock:
        _known[path] = stamp, found
    return found


def _read(path: str) -> tuple[FolderFont, ...]:
    import uharfbuzz as hb

    sfnt, is_web_font = _sfnt_at(path)
    blob = hb.Blob(sfnt)
    load = (lambda: sfnt) if is_web_font else partial(_loaded, path)  # what took long to unpack is kept
    records = records_of(sfnt, os.path.basename(path), load)
    return tuple(FolderFont(record, hb.Face(blob, record.index).unicodes) for record in records)


def _loaded(path: str) -> bytes:
    return _sfnt_at(path)[0]


def _sfnt_at(path: str) -> tuple[bytes, bool]:
    """The unpacked font, and whether it was a web font."""
    name = os.path.basename(path)
    try:
        with open_regular(path) as file:
            data = file.read(MAX_FONT_BYTES + 1)
        sfnt = unpacked(data, name)
        return sfnt, sfnt is not data
    except OSError as error:
        raise MediaError(f"the file cannot be read: {error.strerror}", place=Place(file=name)) from None
