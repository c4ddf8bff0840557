"""The fonts of files and folders beside the template: looked at once for their names and characters, and read when one
of them draws a text."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.text.font_files import (
    MAX_FACES,
    MAX_FONT_BYTES,
    SFNT,
    FontRecord,
    no_font,
    record_of,
    unpacked,
)
from velocity_engine.text.font_heads import font_heads

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
        return _unreadable(os.path.basename(path), error)
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

    name = os.path.basename(path)
    try:
        with open_regular(path) as file:
            kind = file.read(4)
            file.seek(0)
            if kind in SFNT:
                heads = [(index, hb.Face(hb.Blob(head))) for index, head in font_heads(file)]
                load = partial(_sfnt_at, path)
            else:  # a web font, whose unpacking takes long enough to keep it
                sfnt = unpacked(file.read(MAX_FONT_BYTES + 1), name)
                blob = hb.Blob(sfnt)
                heads = [(index, hb.Face(blob, index)) for index in range(min(hb.Face(blob).count, MAX_FACES))]
                load = partial(bytes, sfnt)
    except OSError as error:
        raise _unreadable(name, error) from None
    found = [(record_of(face, index, name, load), face.unicodes) for index, face in heads if face.glyph_count]
    if not found:
        raise no_font(name)
    return tuple(FolderFont(record, characters) for record, characters in found)


def _sfnt_at(path: str) -> bytes:
    name = os.path.basename(path)
    try:
        with open_regular(path) as file:
            return unpacked(file.read(MAX_FONT_BYTES + 1), name)
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError) -> MediaError:
    return MediaError(f"the file cannot be read: {error.strerror}", place=Place(file=name))
