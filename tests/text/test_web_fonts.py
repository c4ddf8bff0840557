from __future__ import annotations

import io
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2FlavorData, WOFF2GlyfTable, WOFF2HmtxTable
from hostile_fonts import FONTS
from text_support import small

from velocity_engine.errors import MediaError
from velocity_engine.text import font_files
from velocity_engine.text.font_files import MAX_FONT_BYTES, open_font
from velocity_engine.text.web_fonts import TooLarge, sfnt_of

TRANSFORMS = [(), ("glyf", "loca"), ("hmtx",), ("glyf", "loca", "hmtx")]


def packed(content: bytes, *transformed: str) -> bytes:
    """A WOFF2 file some of whose tables are transformed."""
    font: Any = TTFont(io.BytesIO(content))
    font.flavor, out = "woff2", io.BytesIO()
    font.flavorData = WOFF2FlavorData(transformedTables=transformed)
    font.save(out)
    return out.getvalue()


def outlines(content: bytes) -> list[tuple[Any, Any, Any]]:
    """Each glyph's width, how far from its origin it begins, and its outline."""
    font: Any = TTFont(io.BytesIO(content))
    names = font.getGlyphOrder()
    return [(*font["hmtx"][name], font["glyf"][name]) for name in names]


@pytest.mark.parametrize("transformed", TRANSFORMS)
@pytest.mark.parametrize("file", ["DejaVuSans.ttf", "Cousine-Regular.ttf"])
def test_a_web_font_is_unpacked_to_what_was_packed(file: str, transformed: tuple[str, ...]) -> None:
    content = small(file, "ABCÄÖÜçñijfi 0123456789.,:")
    assert outlines(sfnt_of(packed(content, *transformed), MAX_FONT_BYTES)) == outlines(content)


def refuse(*_arguments: object) -> None:
    raise AssertionError("fontTools decodes outlines point by point, which takes a second for each 400,000")


@pytest.mark.parametrize("transformed", TRANSFORMS)
def test_no_point_of_an_outline_is_decoded_in_python(
    transformed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed(small("DejaVuSans.ttf", "ABC"), *transformed)
    monkeypatch.setattr(WOFF2GlyfTable, "reconstruct", refuse)
    monkeypatch.setattr(WOFF2GlyfTable, "decompile", refuse)
    monkeypatch.setattr(WOFF2HmtxTable, "reconstruct", refuse)
    assert open_font(content, "a.woff2")[0].face().covers("B")


def test_outlines_of_60_mib_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WOFF2GlyfTable, "reconstruct", refuse)
    made = FONTS["web font: outlines of 60 MiB, transformed"]()
    (record,) = open_font(made.content, "big.woff2")
    glyph = record.face().outline(2)
    assert len(made.content) < 1 << 20
    assert len(glyph.points) > 10_000


def test_outlines_that_unpack_to_more_than_a_font_may_hold_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = FONTS["web font: outlines of 60 MiB, transformed"]()
    with pytest.raises(TooLarge):
        sfnt_of(made.content, 40 << 20)
    monkeypatch.setattr(font_files, "MAX_FONT_BYTES", 40 << 20)
    with pytest.raises(MediaError, match="the font is larger than 40 MiB"):
        open_font(made.content, "big.woff2")


@pytest.mark.parametrize("tag", ["head", "hhea", "maxp", "loca"])
def test_a_web_font_without_a_table_that_outlines_need_is_told(tag: str) -> None:
    content = bytearray(packed(small("DejaVuSans.ttf", "ABC"), "glyf", "loca", "hmtx"))
    codes = {"head": 1, "hhea": 2, "maxp": 4, "loca": 11}
    at = next(at for at in range(48, 120) if content[at] == codes[tag])
    content[at] = 0x28  # another table, which nobody needs
    with pytest.raises(MediaError, match=r"unpacked|no font|not a font|cannot be drawn"):
        open_font(bytes(content), "a.woff2")[0].face()
