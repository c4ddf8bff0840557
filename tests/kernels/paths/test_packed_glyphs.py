"""The outlines of web fonts, against fontTools, which decodes them point by point."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2GlyfTable
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from text_support import bundled, small

from velocity_engine.kernels.paths.packed_glyphs import BROKEN, NO_ROOM, unpacked_glyphs

STEPS = st.sampled_from([0, 1, -1, 64, -255, 255, 256, -256, 768, 769, 1279, -1280, 4095, -4096, 9000, -15_000])
ONE_LETTER = small("DejaVuSans.ttf", "A")
POINTS = st.lists(st.tuples(STEPS, STEPS, st.booleans()), min_size=1, max_size=30)


def packed(font: Any) -> bytes:
    """The transformed ``glyf`` of a font, by fontTools."""
    table: Any = WOFF2GlyfTable()
    table.__dict__.update(font["glyf"].__dict__)
    for name in font.getGlyphOrder():
        font["glyf"][name].expand(font["glyf"])
    return bytes(table.transform(font))


def unpacked(table: bytes, room: int | None = None) -> tuple[int, NDArray[np.uint8], NDArray[np.int64]]:
    starts = np.zeros(int.from_bytes(table[4:6], "big") + 1, np.int64)
    out = np.zeros(10 * len(table) if room is None else room, np.uint8)
    return unpacked_glyphs(np.frombuffer(bytearray(table), np.uint8), out, starts), out, starts


def assert_same_glyphs(table: bytes, font: Any) -> None:
    written, out, starts = unpacked(table)
    assert written == starts[-1] > 0
    font["loca"].locations = starts.tolist()
    made: Any = font["glyf"].__class__()
    made.decompile(out[:written].tobytes(), font)
    judge: Any = WOFF2GlyfTable()
    judge.reconstruct(table, font)
    for name in font.getGlyphOrder():
        made[name].expand(made)
        assert made[name] == judge[name]


@pytest.mark.parametrize("file", ["DejaVuSans.ttf", "Roboto-Regular.ttf"])
def test_fonts_that_the_engine_ships(file: str) -> None:
    """Composites and instructions."""
    font = TTFont(io.BytesIO(bundled(file)))
    assert_same_glyphs(packed(font), font)


def font_of(contours: list[list[tuple[int, int, bool]]], overlaps: bool = False) -> Any:
    """A font with one glyph, of points that are told by how far they are from the one before."""
    font = TTFont(io.BytesIO(ONE_LETTER))
    pen = TTGlyphPen(None)
    x = y = 0
    glyph: Any = pen.glyph()
    for contour in contours:
        for dx, dy, on in contour:
            x = x + dx if -32_768 <= x + dx <= 32_767 else x
            y = y + dy if -32_768 <= y + dy <= 32_767 else y
            pen.points.append((x, y))
            pen.types.append(int(on))
        pen.endPts.append(len(pen.points) - 1)
    glyph = pen.glyph(dropImpliedOnCurves=False)
    if overlaps:
        glyph.flags[0] |= 0x40
    glyph.recalcBounds(font["glyf"])
    font.setGlyphOrder(["A"])
    table: Any = font["glyf"]
    table.glyphs, table.glyphOrder = {"A": glyph}, ["A"]
    return font


@given(st.lists(POINTS, min_size=1, max_size=4), st.booleans())
def test_points_of_every_length(contours: list[list[tuple[int, int, bool]]], overlaps: bool) -> None:
    font = font_of(contours, overlaps)
    assert_same_glyphs(packed(font), font)


def test_what_has_no_room_is_told() -> None:
    font = font_of([[(1, 1, True)] * 9])
    table = packed(font)
    least = next(room for room in range(200) if unpacked(table, room)[0] >= 0)
    assert {unpacked(table, room)[0] for room in range(least)} == {NO_ROOM}
    assert unpacked(table, least)[0] <= least


def test_a_table_that_ends_early_is_broken_wherever_it_ends() -> None:
    font = TTFont(io.BytesIO(bundled("DejaVuSans.ttf")))
    table = packed(font)
    for stream in range(7):
        at = 8 + 4 * stream
        size = struct.unpack(">I", table[at : at + 4])[0]
        assert size > 0
        for less in (0, size // 2):
            assert unpacked(table[:at] + struct.pack(">I", less) + table[at + 4 :])[0] == BROKEN
        assert unpacked(table[:at] + struct.pack(">I", 0xFFFF_FFFF) + table[at + 4 :])[0] == BROKEN
    assert unpacked(table[:36])[0] == BROKEN


@given(st.binary(min_size=36, max_size=400), st.integers(1, 300))
def test_what_lies_beyond_the_table_and_the_room_is_neither_read_nor_written(noise: bytes, glyphs: int) -> None:
    sizes = [2 * glyphs, *[len(noise) // 6] * 6]
    table = struct.pack(">HHHH7I", 0, 0, glyphs, 1, *sizes) + bytes([0, 1]) * glyphs + noise
    found = []
    for beyond in (b"\0", b"\x55", b"\xff"):
        held = np.frombuffer(bytearray(table + beyond * 400), np.uint8)
        out, starts = np.full(10 * len(table), 7, np.uint8), np.zeros(glyphs + 1, np.int64)
        written = unpacked_glyphs(held[: len(table)], out[: len(table)], starts)
        assert (out[len(table) :] == 7).all()
        found.append((written, out[: max(written, 0)].tobytes(), starts.tolist()))
    assert found[0] == found[1] == found[2]
