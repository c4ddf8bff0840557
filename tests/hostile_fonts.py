"""Fonts made to cost: small files that unpack, compose, paint or shape into far more than they are. Each belongs to a
text, whose characters it has."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import brotli
from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables
from PIL import Image

FIRST = 0x4E00
"""Of the characters of fonts with many glyphs."""


@dataclass(frozen=True, slots=True)
class HostileFont:
    """``content``: the file. ``text``: what a layer says in it."""

    content: bytes
    text: str


FONTS: dict[str, Callable[[], HostileFont]] = {}


def font(name: str) -> Callable[[Callable[[], HostileFont]], Callable[[], HostileFont]]:
    def keep(make: Callable[[], HostileFont]) -> Callable[[], HostileFont]:
        FONTS[name] = make
        return make

    return keep


def characters(count: int) -> str:
    return "".join(map(chr, range(FIRST, FIRST + count)))


def box(side: int = 500) -> Any:
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, side))
    pen.lineTo((side, side))
    pen.lineTo((side, 0))
    pen.closePath()
    return pen.glyph()


def builder(extra: Sequence[str] = (), mapped: dict[int, str] | None = None) -> FontBuilder:
    """A font whose glyphs are boxes: ".notdef", "A" and ``extra``."""
    made = FontBuilder(1000, isTTF=True)
    order = [".notdef", "A", *extra]
    made.setupGlyphOrder(order)
    made.setupCharacterMap({65: "A", **(mapped or {})})
    made.setupGlyf(dict(zip(order, repeat(box()), strict=False)))
    made.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "Broken", "styleName": "Regular", "psName": "Broken"})
    made.setupOS2()
    made.setupPost(keepGlyphNames=False)
    return made


def saved(made: FontBuilder | TTFont) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_tables(content: bytes, **tables: bytes) -> bytes:
    """A font with some tables in place of its own; "_" stands for a space in their tags."""
    count = struct.unpack(">H", content[4:6])[0]
    own: dict[bytes, bytes] = {}
    for at in range(12, 12 + 16 * count, 16):
        tag, _checksum, offset, length = struct.unpack(">4sIII", content[at : at + 16])
        own[tag] = content[offset : offset + length]
    return assembled({**own, **{tag.replace("_", " ").encode(): data for tag, data in tables.items()}})


def assembled(tables: dict[bytes, bytes], kind: bytes = b"\0\1\0\0") -> bytes:
    at = 12 + 16 * len(tables)
    entries, bodies = [], []
    for tag, data in sorted(tables.items()):
        entries.append(struct.pack(">4sIII", tag, 0, at, len(data)))
        bodies.append(data + bytes(-len(data) % 4))
        at += len(bodies[-1])
    return b"".join((kind, struct.pack(">4H", len(tables), 128, 3, 0), *entries, *bodies))


def many_glyphs(bodies: Sequence[bytes], extra: int = 0) -> bytes:
    """A font of so many glyphs, ``.notdef`` and "A" first, each of them one of the bodies in turn; those from 2 on are
    ``characters``."""
    count = len(bodies)
    glyf, places = b"".join(bodies), [0]
    for body in bodies:
        places.append(places[-1] + len(body))
    loca = struct.pack(f">{count + 1}I", *places)
    plain = TTFont(io.BytesIO(saved(builder())))
    head = bytearray(plain.getTableData("head"))
    head[50:52] = b"\0\1"  # long offsets
    maxp = bytearray(plain.getTableData("maxp"))
    maxp[4:6] = struct.pack(">H", count)
    hhea = bytearray(plain.getTableData("hhea"))
    hhea[34:36] = struct.pack(">H", 1)
    hmtx = struct.pack(">HH", 600, 0) + bytes(2 * (count - 1))
    last = FIRST + count - 3
    groups = struct.pack(">3I", 65, 65, 1) + struct.pack(">3I", FIRST, last, 2)
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, 2) + groups
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
    return with_tables(
        saved(builder()), glyf=glyf, loca=loca, head=bytes(head), maxp=bytes(maxp), hhea=bytes(hhea), hmtx=hmtx,
        cmap=cmap,
    )  # fmt: skip


def composite(parts: Sequence[int]) -> bytes:
    """A glyph of others, by their numbers."""
    head = struct.pack(">hhhhh", -1, 0, 0, 500, 500)
    more, last = 0x0020 | 0x0002, 0x0002
    entries = [struct.pack(">HHbb", last if at == len(parts) - 1 else more, one, 0, 0) for at, one in enumerate(parts)]
    body = head + b"".join(entries)
    return body + bytes(-len(body) % 4)


def zigzag(points: int) -> bytes:
    """A glyph with one contour of so many points."""
    head = struct.pack(">hhhhhHH", 1, 0, 0, 900, 900, points - 1, 0)
    flags = b"\x01" * points
    xs = b"".join(struct.pack(">h", 7 if at % 2 else -5) for at in range(points))
    ys = b"".join(struct.pack(">h", 300 if at % 2 else -300) for at in range(points))
    body = head + flags + xs + ys
    return body + bytes(-len(body) % 4)


# --- outlines -------------------------------------------------------------------------------------------------------


@font("a glyph that is a part of itself")
def _itself() -> HostileFont:
    return HostileFont(many_glyphs([zigzag(4), composite([1] * 50), composite([1, 2, 3]), composite([3, 2])]), "A一丁")


@font("glyphs of glyphs, ten of ten, ten deep")
def _laughs() -> HostileFont:
    bodies = [zigzag(4), zigzag(4), *(composite([number - 1] * 10) for number in range(2, 14))]
    return HostileFont(many_glyphs(bodies), characters(12) * 50)


@font("20,000 glyphs of a thousand glyphs each")
def _composed() -> HostileFont:
    bodies = [zigzag(4), zigzag(190), *repeat(composite([1] * 1000), 3000)]
    return HostileFont(many_glyphs(bodies), characters(3000) * 6)


@font("3,000 glyphs of 60,000 points each, of the same bytes")
def _points() -> HostileFont:
    bodies = [zigzag(4), zigzag(60_000), *repeat(composite([1, 1, 1]), 3000)]
    return HostileFont(many_glyphs(bodies), characters(3000))


@font("65,535 glyphs, none of which is there")
def _no_glyphs() -> HostileFont:
    return HostileFont(many_glyphs([*repeat(b"", 20_000)]), characters(19_000))


@font("letters 32,000 em high")
def _tall() -> HostileFont:
    made = builder()
    made.setupHead(unitsPerEm=16)
    made.setupHorizontalHeader(ascent=32_767, descent=-32_768)
    return HostileFont(saved(made), "A" * 2000)


@font("a font of 0 units")
def _no_em() -> HostileFont:
    content = bytearray(saved(builder()))
    head = bytearray(TTFont(io.BytesIO(bytes(content))).getTableData("head"))
    head[18:20] = b"\0\0"
    return HostileFont(with_tables(bytes(content), head=bytes(head)), "AAA")


# --- colours --------------------------------------------------------------------------------------------------------


def colored(count: int, paint: Any, text: str) -> HostileFont:
    """``count`` characters, each of which has the same paint."""
    names = [f"g{number}" for number in range(count)]
    made = builder(names, {FIRST + number: name for number, name in enumerate(names)})
    made.font["COLR"] = buildCOLR({"A": paint}, version=1, glyphMap=made.font.getReverseGlyphMap())
    made.font["CPAL"] = buildCPAL([[(1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 0.5)]])
    content = saved(made)
    table = TTFont(io.BytesIO(content)).getTableData("COLR")
    return HostileFont(with_tables(content, COLR=_of_all(table, count)), text)


def _of_all(table: bytes, count: int) -> bytes:
    """A COLR table in which ``count`` more glyphs have the paint of its only one, which is "A"."""
    [at, layers_at] = struct.unpack(">II", table[14:22])
    glyphs, glyph, paint_at = struct.unpack(">IHI", table[at : at + 10])
    assert (glyphs, glyph) == (1, 1) and (layers_at == 0 or layers_at > at)
    more = 6 * count
    records = b"".join(struct.pack(">HI", number, paint_at + more) for number in range(1, count + 2))
    moved_layers = struct.pack(">I", layers_at and layers_at + more)
    head = table[:18] + moved_layers + table[22:at]
    return head + struct.pack(">I", count + 1) + records + table[at + 10 :]


def solid(color: int = 0) -> dict[str, Any]:
    return {"Format": otTables.PaintFormat.PaintSolid, "PaletteIndex": color, "Alpha": 0.5}


def shaped(paint: dict[str, Any], glyph: str = "A") -> dict[str, Any]:
    return {"Format": otTables.PaintFormat.PaintGlyph, "Glyph": glyph, "Paint": paint}


def layered(paints: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Format": otTables.PaintFormat.PaintColrLayers, "Layers": list(paints)}


def of_glyph(glyph: str) -> dict[str, Any]:
    return {"Format": otTables.PaintFormat.PaintColrGlyph, "Glyph": glyph}


def moved(paint: dict[str, Any], by: int = 1) -> dict[str, Any]:
    return {"Format": otTables.PaintFormat.PaintTranslate, "dx": by, "dy": by, "Paint": paint}


def mixed(source: dict[str, Any], backdrop: dict[str, Any], mode: str) -> dict[str, Any]:
    return {
        "Format": otTables.PaintFormat.PaintComposite,
        "CompositeMode": mode,
        "SourcePaint": source,
        "BackdropPaint": backdrop,
    }


@font("a coloured glyph that is a part of itself")
def _colored_itself() -> HostileFont:
    return colored(5, layered([shaped(solid()), *(moved(of_glyph("A"), n) for n in range(1, 200))]), "A" * 50)


@font("coloured glyphs of coloured glyphs, thirty of thirty")
def _colored_laughs() -> HostileFont:
    names = [f"g{number}" for number in range(12)]
    made = builder(names, {FIRST + number: name for number, name in enumerate(names)})
    paints = {"A": shaped(solid())}
    for before, name in zip(["A", *names], names, strict=False):
        paints[name] = layered([moved(of_glyph(before), n) for n in range(1, 31)])
    made.font["COLR"] = buildCOLR(paints, version=1)
    made.font["CPAL"] = buildCPAL([[(1.0, 0.0, 0.0, 1.0)]])
    return HostileFont(saved(made), characters(12) * 100)


@font("3,000 coloured glyphs of 1,500 parts each")
def _colored_parts() -> HostileFont:
    return colored(3000, layered([shaped(moved(solid(), n)) for n in range(250)] * 6), characters(3000))


@font("3,000 coloured glyphs of 1,900 clips and no colour")
def _colored_clips() -> HostileFont:
    paint = solid()
    for _ in range(50):
        paint = shaped(paint)
    return colored(3000, layered([moved(paint, n) for n in range(1, 38)]), characters(3000))


@font("gradients of a thousand colours")
def _colored_stops() -> HostileFont:
    stops = [{"StopOffset": n / 16_384, "PaletteIndex": n % 2, "Alpha": 1.0} for n in range(1000)]
    line = {"ColorStop": stops, "Extend": "repeat"}
    told = {"x0": 0, "y0": 0, "x1": 1, "y1": 1, "x2": 1, "y2": 0}
    linear = {"Format": otTables.PaintFormat.PaintLinearGradient, "ColorLine": line, **told}
    return colored(200, layered([shaped(moved(linear, n)) for n in range(1, 10)]), characters(200))


@font("sweeps of ten colours in 2,000 parts")
def _colored_sweeps() -> HostileFont:
    line = {"ColorStop": [{"StopOffset": n / 10, "PaletteIndex": n % 2, "Alpha": 1.0} for n in range(10)]}
    told = {"centerX": 100, "centerY": 100, "startAngle": -180.0, "endAngle": 180.0}
    sweep = {"Format": otTables.PaintFormat.PaintSweepGradient, "ColorLine": {**line, "Extend": "reflect"}, **told}
    return colored(200, layered([shaped(moved(sweep, n)) for n in range(1, 40)] * 5), characters(200))


@font("composites of composites, 60 deep")
def _colored_modes() -> HostileFont:
    paint = shaped(solid())
    for number in range(55):
        paint = mixed(paint, shaped(solid(1)), ("multiply", "hsl_hue", "xor", "src_out")[number % 4])
    return colored(100, paint, characters(100) * 5)


@font("gradients beyond all numbers")
def _colored_numbers() -> HostileFont:
    line = {"ColorStop": [{"StopOffset": -2.0, "PaletteIndex": 0, "Alpha": -2.0},
                          {"StopOffset": -2.0, "PaletteIndex": 65_535, "Alpha": 1.99}], "Extend": "repeat"}  # fmt: skip
    told = {"x0": -32_768, "y0": 32_767, "r0": 65_535, "x1": -32_768, "y1": 32_767, "r1": 65_535}
    radial = {"Format": otTables.PaintFormat.PaintRadialGradient, "ColorLine": line, **told}
    large = {"xx": 32_767.9, "yx": 0.0, "xy": 0.0, "yy": 0.00002, "dx": 32_767.0, "dy": -32_768.0}
    paint = shaped(radial)
    for _ in range(20):
        paint = {"Format": otTables.PaintFormat.PaintTransform, "Transform": large, "Paint": paint}
    return colored(50, layered([paint, shaped(radial)]), characters(50) * 20)


def pictured(side: int, count: int, text: str) -> HostileFont:
    """A font whose glyphs are bitmaps of an sbix table, all of them the same bytes."""
    out = io.BytesIO()
    Image.new("RGBA", (side, side), (255, 0, 0, 128)).save(out, "PNG", compress_level=9)
    glyph = struct.pack(">hh4s", 0, 0, b"png ") + out.getvalue()
    names = [f"g{number}" for number in range(count)]
    content = saved(builder(names, {FIRST + number: name for number, name in enumerate(names)}))
    glyphs = count + 2
    first = 4 + 4 * (glyphs + 1)
    # Every glyph needs an offset of its own that the next is not below: a tail of the same bytes cannot be shared, so
    # that each of them names the first by "dupe".
    dupe = struct.pack(">hh4sH", 0, 0, b"dupe", 2)
    offsets, at = [], first
    bodies = [b"", b"", glyph, *repeat(dupe, count - 1)]
    for body in bodies:
        offsets.append(at)
        at += len(body)
    offsets.append(at)
    strike = struct.pack(">HH", 128, 72) + struct.pack(f">{glyphs + 1}I", *offsets) + b"".join(bodies)
    sbix = struct.pack(">HHII", 1, 1, 1, 12) + strike
    return HostileFont(with_tables(content, sbix=sbix), text)


@font("bitmaps of 9,000 pixels")
def _large_bitmap() -> HostileFont:
    return pictured(9_000, 5, characters(5))


@font("400 bitmaps of 2,048 pixels")
def _bitmaps() -> HostileFont:
    return pictured(2048, 400, characters(400))


@font("2,000 bitmaps of 512 pixels")
def _small_bitmaps() -> HostileFont:
    return pictured(512, 2000, characters(2000) * 5)


# --- shaping --------------------------------------------------------------------------------------------------------


def featured(rules: str, text: str, extra: Sequence[str] = ("a", "b", "c", "d")) -> HostileFont:
    made = builder(extra, {97 + number: name for number, name in enumerate(extra)})
    addOpenTypeFeaturesFromString(made.font, rules)
    return HostileFont(saved(made), text)


@font("letters that become sixty letters, again and again")
def _growing() -> HostileFont:
    lookups = "".join(f"lookup L{n} {{ sub a by {' '.join(['a'] * 60)}; }} L{n};\n" for n in range(8))
    feature = "feature ccmp { " + " ".join(f"lookup L{n};" for n in range(8)) + " } ccmp;"
    return featured(lookups + feature, "a" * 20_000)


@font("letters that become sixty letters")
def _sixty() -> HostileFont:
    return featured(f"feature ccmp {{ sub a by {' '.join(['b'] * 60)}; }} ccmp;", "a" * 20_000)


@font("letters that become fifteen letters")
def _fifteen() -> HostileFont:
    return featured(f"feature ccmp {{ sub a by {' '.join(['b'] * 15)}; }} ccmp;", "a" * 20_000)


@font("rules of rules of rules")
def _rules() -> HostileFont:
    lookups = "lookup L0 { sub a by b; } L0;\nlookup K0 { sub b by a; } K0;\n"
    for n in range(1, 12):
        marks = " ".join(f"a' lookup K{n - 1} lookup L{n - 1}" for _ in range(4))
        lookups += f"lookup L{n} {{ sub {marks}; }} L{n};\n"
        marks = " ".join(f"a' lookup L{n - 1} lookup K{n - 1}" for _ in range(4))
        lookups += f"lookup K{n} {{ sub {marks}; }} K{n};\n"
    feature = "feature ccmp { " + " ".join(f"lookup L{n}; lookup K{n};" for n in range(12)) + " } ccmp;"
    return featured(lookups + feature, "a" * 20_000)


@font("a rule of sixty letters for every letter")
def _contexts() -> HostileFont:
    rules = "".join(f"sub {' '.join(['a'] * 60)} [a b c d]' {' '.join(['a'] * 62)} by A;\n" for _ in range(50))
    return featured(f"feature ccmp {{ {rules} }} ccmp;", "a" * 20_000)


@font("letters that are wide by turns and go back")
def _kerned() -> HostileFont:
    rules = "pos a a -32000; pos a b 32000; pos b a -32000;"
    return featured(f"feature kern {{ {rules} }} kern;", "ab" * 5000 + "a" * 5000)


# --- files ----------------------------------------------------------------------------------------------------------


@font("a collection of four thousand million")
def _faces() -> HostileFont:
    return HostileFont(b"ttcf" + struct.pack(">HHI", 1, 0, 0xFFFF_FFFF) + b"\0\0\0\x0c" * 100, "A")


@font("a collection of 64 times the same")
def _same_faces() -> HostileFont:
    one = many_glyphs([zigzag(4), *repeat(zigzag(2000), 3000)])
    start = 12 + 4 * 64
    count = struct.unpack(">H", one[4:6])[0]
    moved_one = bytearray(one)
    for at in range(12, 12 + 16 * count, 16):
        offset = struct.unpack(">I", moved_one[at + 8 : at + 12])[0]
        moved_one[at + 8 : at + 12] = struct.pack(">I", offset + start)
    head = b"ttcf" + struct.pack(">HHI", 1, 0, 64) + struct.pack(">64I", *repeat(start, 64))
    return HostileFont(head + bytes(moved_one), characters(2000))


@font("a collection within itself")
def _collection_itself() -> HostileFont:
    return HostileFont(b"ttcf" + struct.pack(">HHI", 1, 0, 60) + struct.pack(">60I", *repeat(0, 60)), "A")


@font("names of a million letters, controls and half characters")
def _names() -> HostileFont:
    texts = [
        b"\0\x1b\0[\0" + b"3\0" * 5,
        b"\x20\x2e" * 30_000,
        b"\xd8\x00\xd8\x00",
        b"\0\0\0A\0\r\0\n",
        b"\0A" * 32_000,
    ]
    strings = b"".join(texts)
    records, at = [], 0
    for number, (text, name) in enumerate(zip([*texts, *texts], (1, 2, 4, 6, 16, 17, 1, 2, 4, 6), strict=True)):
        del number
        at = strings.index(text)
        records.append(struct.pack(">6H", 3, 1, 0x409, name, min(len(text), 65_535), at if at < 65_536 else 0))
    records += list(repeat(struct.pack(">6H", 3, 1, 0x409, 6, 60_000, 0), 4000))
    table = struct.pack(">HHH", 0, len(records), 6 + 12 * len(records)) + b"".join(records) + strings
    return HostileFont(with_tables(saved(builder()), name=table), "AAA")


def varied(axes: Sequence[tuple[bytes, float, float, float]]) -> bytes:
    entries = b"".join(
        struct.pack(">4siiiHH", tag, *(int(value * 65_536) for value in values), 0, 256) for tag, *values in axes
    )
    fvar = struct.pack(">8H", 1, 0, 16, 2, len(axes), 20, 0, 4 + 4 * len(axes)) + entries
    return with_tables(saved(builder()), fvar=fvar)


@font("60,000 axes of variation")
def _axes() -> HostileFont:
    return HostileFont(varied([(b"wght", 900, 400, 100), *repeat((b"abcd", 1, 0, -1), 15_000)]), "A" * 500)


@font("axes from more to less")
def _backward_axes() -> HostileFont:
    return HostileFont(varied([(b"wght", 32_767, -32_768, 0), (b"wght", 0, 0, 0)]), "A" * 500)


@font("a cmap of a million ranges")
def _ranges() -> HostileFont:
    groups = b"".join(struct.pack(">3I", at, at, 1) for at in range(32, 0x10FFFF, 2))
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(groups) // 12) + groups
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
    return HostileFont(with_tables(saved(builder()), cmap=cmap), characters(10_000))


@font("a font of 60 MiB")
def _heavy() -> HostileFont:
    bodies = [zigzag(4), *repeat(zigzag(12_000), 1000)]
    return HostileFont(many_glyphs(bodies), characters(900))


# --- web fonts ------------------------------------------------------------------------------------------------------


def web_font(packed: bytes, entries: bytes, count: int) -> bytes:
    """A WOFF2 file of a table directory and a Brotli stream."""
    size = 48 + len(entries) + len(packed)
    head = struct.pack(">4s4sIHHIIHH", b"wOF2", b"\0\1\0\0", size, count, 0, 1 << 20, len(packed), 1, 0)
    return head + bytes(20) + entries + packed


def base_128(number: int) -> bytes:
    found = [number & 0x7F]
    while number := number >> 7:
        found.append(number & 0x7F | 0x80)
    return bytes(reversed(found))


def tables_of(content: bytes) -> list[tuple[bytes, bytes]]:
    """The names and contents of a font file's tables."""
    found = []
    for at in range(12, 12 + 16 * struct.unpack(">H", content[4:6])[0], 16):
        tag, _checksum, offset, length = struct.unpack(">4sIII", content[at : at + 16])
        found.append((tag, content[offset : offset + length]))
    return found


@font("web font: a gigabyte of nothing")
def _brotli_bomb() -> HostileFont:
    packer = brotli.Compressor(quality=5)
    zeros = bytes(1 << 24)
    packed = b"".join(packer.process(zeros) for _ in range(64)) + packer.finish()
    return HostileFont(web_font(packed, bytes([0xC1]) + base_128(1 << 30), 1), "A")


@font("web font: 60 MB in one table that nobody knows")
def _brotli_near() -> HostileFont:
    packed = brotli.compress(bytes(60 << 20), quality=5)
    return HostileFont(web_font(packed, bytes([0x3F]) + b"abcd" + base_128(60 << 20), 1), "A")


@font("web font: 65,535 tables of the same name")
def _tables() -> HostileFont:
    return HostileFont(web_font(brotli.compress(bytes(65_535)), (bytes([0x3F]) + b"abcd\x01") * 65_535, 65_535), "A")


@font("web font: outlines of 60 MiB, transformed")
def _packed_outlines() -> HostileFont:
    """Points that take three bytes in the transformed table, and four beside a flag when it is unpacked."""
    glyphs, points = 1200, 10_000
    content = many_glyphs(list(repeat(zigzag(4), glyphs)))
    count = bytes([253]) + struct.pack(">H", points)
    parts = (
        struct.pack(">h", 1) * glyphs,
        count * glyphs,
        b"\x67\xe4" * (glyphs * points // 2),  # up to the right, on the curve; down to the left, off it
        (bytes(2 * points) + b"\0") * glyphs,
        b"",
        bytes((glyphs + 31) // 32 * 4),
        b"",
    )
    glyf = struct.pack(">HHHH7I", 0, 0, glyphs, 1, *map(len, parts)) + b"".join(parts)
    entries, tables = b"", b""
    for tag, table in tables_of(content):
        if tag in (b"glyf", b"loca"):
            table = glyf if tag == b"glyf" else b""
            entries += bytes([0x3F]) + tag + base_128(60 << 20) + base_128(len(table))
        else:
            entries += bytes([0x3F]) + tag + base_128(len(table))
        tables += table
    return HostileFont(web_font(brotli.compress(tables, quality=5), entries, len(tables_of(content))), characters(900))


@font("web font: outlines of 60 MiB, not transformed")
def _unpacked_tables() -> HostileFont:
    """A font as it is in its tables, none of which is transformed: 60 MiB that pack to nothing."""
    content = tables_of(many_glyphs([zigzag(4), *repeat(zigzag(10_000), 1200)]))
    entries, tables = b"", b""
    for tag, table in content:
        flag = 0xFF if tag in (b"glyf", b"loca") else 0x3F
        entries += bytes([flag]) + tag + base_128(len(table))
        tables += table
    return HostileFont(web_font(brotli.compress(tables, quality=5), entries, len(content)), characters(900))


@font("web font: 65,000 glyphs of nothing, transformed")
def _nothing_transformed() -> HostileFont:
    """What a transformed glyf table says of glyphs can be less than the glyphs are."""
    count = 65_535
    contours = struct.pack(">h", -1) * count
    parts = (contours, b"", b"", b"", b"", bytes((count + 31) // 32 * 4), b"")
    head = struct.pack(">HHHH7I", 0, 0, count, 1, *map(len, parts))
    glyf = head + b"".join(parts)
    entries = bytes([0x0A]) + base_128(64 << 20) + base_128(len(glyf)) + bytes([0x0B]) + base_128(4) + base_128(0)
    return HostileFont(web_font(brotli.compress(glyf), entries, 2), "A")


@font("web font: zlib that says less than it holds")
def _zlib_bomb() -> HostileFont:
    packed = zlib.compress(bytes(1 << 28), 9)
    head = struct.pack(">4s4sIHHIHH", b"wOFF", b"\0\1\0\0", 64 + len(packed), 1, 0, 1000, 1, 0) + bytes(20)
    return HostileFont(head + struct.pack(">4s4I", b"head", 64, len(packed), 54, 0) + packed, "A")
