"""Makes the emoji fonts of ``plugins/fonts-emoji`` and of the tests, of what others publish: npm's packages of Noto
Color Emoji and Twemoji, Debian's of Noto Color Emoji with bitmaps.

It needs apt-get, dpkg-deb and npm. The plugin's font keeps all glyphs of Noto, without the SVG table, which holds them
once more. The tests' fonts keep those of SHOWN, each with its colours in another table.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import brotli
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph as Outline
from fontTools.ttLib.tables.sbixGlyph import Glyph as Bitmap
from fontTools.ttLib.tables.sbixStrike import Strike

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "plugins" / "fonts-emoji" / "src" / "velocity_fonts_emoji" / "files"
TESTS = ROOT / "tests" / "text" / "emoji"
NOTO, TWEMOJI, NOTO_BITMAPS = "@fontsource/noto-color-emoji@5.3.2", "twemoji-colr-font@15.0.3", "fonts-noto-color-emoji"
SHOWN = "😀❤\ufe0f👍🏽👨\u200d👩\u200d👧🇩🇪1\ufe0f\u20e3"
UNUSED = ["FFTM", "DSIG", "vhea", "vmtx"]
PIXELS_PER_EM = 109  # of Noto's bitmaps


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noto, twemoji = _from_npm(NOTO, folder), _from_npm(TWEMOJI, folder)
        vectors = noto / "files" / "noto-color-emoji-emoji-400-normal.woff2"
        PLUGIN.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(noto / "LICENSE", PLUGIN / "NotoColorEmoji-OFL.txt")
        whole = _saved(_opened(vectors))
        _write(PLUGIN / "NotoColorEmoji.ttf.br", brotli.compress(whole, quality=11, lgwin=24))
        shutil.copyfile(noto / "LICENSE", TESTS / "NotoColorEmoji-OFL.txt")
        shutil.copyfile(twemoji / "LICENSE", TESTS / "Twemoji-LICENSE.txt")
        _write(TESTS / "NotoSubset-COLRv1.ttf", _saved(_subset(_opened(vectors))))
        _write(TESTS / "TwemojiSubset-COLRv0.ttf", _saved(_subset(_opened(twemoji / "twemoji.woff2"))))
        bitmaps = _subset(_opened(_from_debian(NOTO_BITMAPS, "NotoColorEmoji.ttf", folder)))
        _write(TESTS / "NotoSubset-CBDT.ttf", _saved(bitmaps))
        _write(TESTS / "NotoSubset-sbix.ttf", _saved(_with_sbix(TTFont(io.BytesIO(_saved(bitmaps))))))


def _from_npm(spec: str, folder: Path) -> Path:
    told = subprocess.run(["npm", "pack", "--json", spec], cwd=folder, check=True, capture_output=True, text=True)
    target = folder / spec.replace("/", "-")
    with tarfile.open(folder / json.loads(told.stdout)[0]["filename"]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def _from_debian(package: str, file: str, folder: Path) -> Path:
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob(f"{package}_*.deb")
    subprocess.run(["dpkg-deb", "-x", archive, folder / package], check=True)
    (found,) = (folder / package).rglob(file)
    return found


def _opened(path: Path) -> Any:
    font = TTFont(path)
    font.flavor = None
    for table in ("SVG ", *UNUSED):
        if table in font:
            del font[table]
    return font


def _subset(font: Any) -> Any:
    subsetter = Subsetter(Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True))
    subsetter.populate(text=SHOWN)
    subsetter.subset(font)
    return font


def _with_sbix(font: Any) -> Any:
    """A font with CBDT bitmaps, which stand in an sbix table instead."""
    order = font.getGlyphOrder()
    strike = Strike(ppem=PIXELS_PER_EM, resolution=72)
    strike.glyphs = {name: Bitmap(glyphName=name) for name in order}
    for name, glyph in ((name, glyph) for held in font["CBDT"].strikeData for name, glyph in held.items()):
        made = strike.glyphs[name] = Bitmap(glyphName=name, graphicType="png ", imageData=glyph.imageData)
        made.originOffsetX = glyph.metrics.BearingX
        made.originOffsetY = glyph.metrics.BearingY - glyph.metrics.height
    del font["CBDT"], font["CBLC"]
    table = font["sbix"] = newTable("sbix")
    table.version, table.flags, table.strikes = 1, 1, {PIXELS_PER_EM: strike}
    outlines = font["glyf"] = newTable("glyf")
    outlines.glyphs, outlines.glyphOrder = {name: Outline() for name in order}, order
    font["loca"] = newTable("loca")
    profile = font["maxp"]
    profile.tableVersion, profile.maxZones = 0x00010000, 1
    for name in ("Points", "Contours", "CompositePoints", "CompositeContours", "TwilightPoints", "Storage"):
        setattr(profile, f"max{name}", 0)
    for name in ("FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions", "ComponentElements"):
        setattr(profile, f"max{name}", 0)
    profile.maxComponentDepth = 0
    return font


def _saved(font: Any) -> bytes:
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    print(f"{path.relative_to(ROOT)}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
