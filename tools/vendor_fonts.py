"""Makes the fonts that the engine and ``plugins/fonts-noto`` ship, of what others publish: Debian's packages of Arimo,
Tinos, Cousine and Roboto into velocity_engine/fonts, npm's packages of Noto Sans into the plugin.

It needs apt-get, dpkg-deb and npm. Each font keeps its outlines, its metrics and what shaping needs. Left out are
characters of other scripts than it is shipped for, and what no renderer of videos uses: hints, vertical metrics.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import brotli
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "velocity_engine" / "fonts"
PLUGIN = ROOT / "plugins" / "fonts-noto" / "src" / "velocity_fonts_noto" / "files"
DEBIAN = {
    "fonts-croscore": [
        f"{family}-{style}.ttf"
        for family in ("Arimo", "Tinos", "Cousine")
        for style in ("Regular", "Bold", "Italic", "BoldItalic")
    ],
    "fonts-roboto-unhinted": [
        f"Roboto-{style}.ttf" for style in ("Light", "Regular", "Medium", "Bold", "Black", "Italic", "BoldItalic")
    ],
}
EUROPEAN = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x206F),
    (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x218F), (0x2190, 0x22FF), (0x25A0, 0x25FF), (0xFB00, 0xFB06),
)  # fmt: skip
"""Latin with Vietnamese, Greek, Cyrillic; punctuation, currencies, arrows and signs."""
NOTO_VERSION = "5.3.0"
NOTO = {
    "thai": ("thai", "Noto Sans Thai"),
    "lao": ("lao", "Noto Sans Lao"),
    "devanagari": ("devanagari", "Noto Sans Devanagari"),
    "tamil": ("tamil", "Noto Sans Tamil"),
    "bengali": ("bengali", "Noto Sans Bengali"),
    "khmer": ("khmer", "Noto Sans Khmer"),
    "jp": ("japanese", "Noto Sans JP"),
    "kr": ("korean", "Noto Sans KR"),
    "sc": ("chinese-simplified", "Noto Sans SC"),
    "tc": ("chinese-traditional", "Noto Sans TC"),
}
"""The end of a package's name: how its files call what they hold, and the family."""
STYLES = {400: "Regular", 700: "Bold"}
UNUSED = ["DSIG", "LTSH", "VDMX", "hdmx", "gasp", "PCLT", "FFTM", "STAT", "BASE", "vhea", "vmtx", "MATH"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for package, files in DEBIAN.items():
            _from_debian(package, files, Path(folder))
        PLUGIN.mkdir(parents=True, exist_ok=True)
        for end, (part, family) in NOTO.items():
            _from_npm(f"@fontsource/noto-sans-{end}", part, family, Path(folder))


def _from_debian(package: str, files: Sequence[str], folder: Path) -> None:
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob(f"{package}_*.deb")
    target = folder / package
    subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    for name in files:
        (source,) = target.rglob(name)
        font = TTFont(source)
        wanted = [code for first, last in EUROPEAN for code in range(first, last + 1)]
        (ENGINE / name).write_bytes(_subset(font, wanted))
        _told(ENGINE / name)


def _from_npm(package: str, part: str, family: str, folder: Path) -> None:
    spec = f"{package}@{NOTO_VERSION}"
    told = subprocess.run(["npm", "pack", "--json", spec], cwd=folder, check=True, capture_output=True, text=True)
    target = folder / package
    with tarfile.open(folder / json.loads(told.stdout)[0]["filename"]) as archive:
        archive.extractall(target, filter="data")
    end = package.rpartition("/")[2]
    shutil.copyfile(target / "package" / "LICENSE", PLUGIN / f"{family.replace(' ', '')}-OFL.txt")
    for weight, style in STYLES.items():
        font = TTFont(target / "package" / "files" / f"{end}-{part}-{weight}-normal.woff2")
        font.flavor = None
        _name(font, family, style)
        path = PLUGIN / f"{family.replace(' ', '')}-{style}.ttf.br"
        data = _subset(font, font.getBestCmap())
        path.write_bytes(brotli.compress(data, quality=11, lgwin=24))
        _told(path)


def _name(font: Any, family: str, style: str) -> None:
    """Instances of variable fonts keep the names of the master ("Noto Sans SC Thin Regular")."""
    names = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family.replace(' ', '')}-{style}"}
    for number in (16, 17, 21, 22, 25):
        font["name"].removeNames(nameID=number)
    for number, text in names.items():
        font["name"].removeNames(nameID=number)
        font["name"].setName(text, number, 3, 1, 0x409)


def _subset(font: Any, codes: Iterable[int]) -> bytes:
    options = Options(
        layout_features=["*"],
        hinting=False,
        name_IDs=["*"],
        name_languages=[0x409],
        notdef_outline=True,
        glyph_names=False,
    )
    options.drop_tables += UNUSED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # so that the same input gives the same bytes
    font.recalcTimestamp = False
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _told(path: Path) -> None:
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
