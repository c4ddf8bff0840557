"""What a font file holds: its format, and the names and styles of its faces."""

from __future__ import annotations

import os
from dataclasses import dataclass

from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.given.arguments import named_file
from velocity_engine.text.font_files import MAX_FONT_BYTES, FontRecord, records_of, unpacked

_FORMATS = {b"OTTO": "otf", b"ttcf": "ttc", b"wOFF": "woff", b"wOF2": "woff2"}  # else it is TrueType


@dataclass(frozen=True, slots=True)
class FontFaceInfo:
    """A face of a font file.

    Attributes:
        postscript: Its PostScript name, such as "Inter-Bold".
        family: Its family.
        style: Its style.
        weight: How heavy it is: 400 is regular, 700 bold. Of a variable font the weight that it is drawn in by default.
        italic: Whether it slants.
        variable: Whether it is drawn in any weight of a range.
    """

    postscript: str
    family: str
    style: str
    weight: int
    italic: bool
    variable: bool


@dataclass(frozen=True, slots=True)
class FontFileInfo:
    """A font file.

    Attributes:
        format: "ttf", "otf", "ttc", "woff" or "woff2".
        faces: Its faces.
    """

    format: str
    faces: tuple[FontFaceInfo, ...]


def probe_font(path: str | os.PathLike[str], unpack_to: str | os.PathLike[str] | None = None) -> FontFileInfo:
    """Reads a font file, and says what is in it. All its faces can be drawn then.

    Args:
        path: The file.
        unpack_to: Where a web font (WOFF, WOFF2) is written as the TTF, OTF or TTC that is packed in it, which is read
            more quickly. Nothing is written of other fonts.

    Raises:
        MediaError: It is no font, is broken, has neither outlines nor glyphs in colour, or is larger than 64 MiB
            unpacked.
        WrongTypeError: ``path`` is no path.

    Example:
        >>> [face.postscript for face in ve.probe_font("Inter.ttc").faces]
        ['Inter-Regular', 'Inter-Bold']
    """
    name = os.path.basename(named_file("path", path))
    try:
        with open_regular(path) as file:
            data = file.read(MAX_FONT_BYTES + 1)
    except OSError as error:
        raise MediaError(f"the file cannot be read: {error.strerror}", place=Place(file=name)) from None
    sfnt = unpacked(data, name)
    records = records_of(sfnt, name)
    faces = tuple(map(_face_info, records))
    if unpack_to is not None and sfnt is not data:
        with open(unpack_to, "wb") as out:
            out.write(sfnt)
    return FontFileInfo(_FORMATS.get(data[:4], "ttf"), faces)


def _face_info(record: FontRecord) -> FontFaceInfo:
    record.face()
    names = record.names
    return FontFaceInfo(
        names.postscript,
        names.families[0] if names.families else "",
        names.style,
        names.weight,
        names.italic,
        "wght" in record.axes,
    )
