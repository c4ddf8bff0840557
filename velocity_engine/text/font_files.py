"""Font files to faces: TTF, OTF and collections as they are, WOFF and WOFF2 unpacked first (within bounds)."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.errors import MediaError, Place
from velocity_engine.text.faces import FaceNames, FontFace, face_names
from velocity_engine.text.web_fonts import TooLarge, sfnt_of

MAX_FONT_BYTES = 64 * 1024 * 1024
_KEPT_BYTES = 128 * 1024 * 1024
MAX_FACES = 64
SFNT = (b"\0\1\0\0", b"true", b"OTTO", b"ttcf")  # TrueType, Apple's, CFF outlines, collections
_HINT = "TTF, OTF, TTC, WOFF and WOFF2 fonts can be read"


@dataclass(eq=False)
class FontRecord:
    """A face of a file, opened when it is first used. ``axes``: variation axes as (least, default, greatest).
    ``load`` returns the bytes of a TrueType or OpenType file or collection, in which it is face ``index``; or a
    ``uharfbuzz.Blob`` of them, of which there is one copy then however many faces there are."""

    file: str
    load: Callable[[], Any]
    index: int
    names: FaceNames
    axes: Mapping[str, tuple[float, float, float]]
    _open: dict[float | None, FontFace] = field(default_factory=dict)

    def face(self, weight: float | None = None) -> FontFace:
        """``weight``: that of a variable font's instance. MediaError: the font cannot be drawn."""
        found = self._open.get(weight)
        if found is None:
            variations = {}
            if weight is not None and "wght" in self.axes:
                least, _, greatest = self.axes["wght"]
                variations["wght"] = min(max(weight, least), greatest)
            found = self._open[weight] = FontFace(self.load(), self.index, file=self.file, variations=variations)
        return found


_lock = threading.Lock()
_records: OrderedDict[bytes, tuple[tuple[FontRecord, ...], int]] = OrderedDict()
"""By the digest of a file: its faces, and how many bytes they hold."""


def open_font(data: bytes, file: str) -> tuple[FontRecord, ...]:
    """The faces of a font file; parsed once a process while it is among the last used. ``file`` is for messages.

    MediaError: not a font, broken, or larger than 64 MiB unpacked.
    """
    key = hashlib.blake2b(data, digest_size=16).digest()
    with _lock:
        found = _records.get(key)
        if found is not None:
            _records.move_to_end(key)
            return found[0]
    sfnt = unpacked(data, file)
    records = records_of(sfnt, file)
    with _lock:
        _records[key] = records, len(sfnt)
        while len(_records) > 1 and sum(size for _one, size in _records.values()) > _KEPT_BYTES:
            _records.popitem(last=False)
    return records


def records_of(sfnt: bytes, file: str) -> tuple[FontRecord, ...]:
    """The faces of an unpacked font file, which share its bytes. MediaError as ``open_font``."""
    import uharfbuzz as hb

    blob = hb.Blob(sfnt)

    def load() -> Any:
        return blob

    faces = [(index, hb.Face(blob, index)) for index in range(min(hb.Face(blob).count, MAX_FACES))]
    records = [record_of(face, index, file, load) for index, face in faces if face.glyph_count]
    if not records:
        raise no_font(file)
    return tuple(records)


def record_of(face: Any, index: int, file: str, load: Callable[[], Any]) -> FontRecord:
    """``face``: a ``uharfbuzz.Face``, the one of that ``index`` in what ``load`` returns."""
    axes = {axis.tag: (axis.min_value, axis.default_value, axis.max_value) for axis in face.axis_infos}
    return FontRecord(file, load, index, face_names(face), axes)


def no_font(file: str) -> MediaError:
    return MediaError("this is not a font that can be read", place=Place(file=file or None), hint=_HINT)


def unpacked(data: bytes, file: str) -> bytes:
    """A TrueType or OpenType file or collection: ``data`` as it is, or what a web font holds. MediaError as
    ``open_font``."""
    kind = data[:4]
    if len(data) > MAX_FONT_BYTES:
        raise _too_large(file)
    if kind in SFNT:
        return data
    if kind not in (b"wOFF", b"wOF2"):
        raise no_font(file)
    try:
        return sfnt_of(data, MAX_FONT_BYTES)
    except TooLarge:
        raise _too_large(file) from None
    except Exception as error:
        hint = "Put a whole WOFF, WOFF2, TTF or OTF file there"
        raise MediaError("the web font cannot be unpacked", place=Place(file=file or None), hint=hint) from error


def _too_large(file: str) -> MediaError:
    message = f"the font is larger than {MAX_FONT_BYTES // 1024 // 1024} MiB"
    return MediaError(message, place=Place(file=file or None), hint="Subset the font to the characters that are needed")
