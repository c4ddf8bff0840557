"""The fonts, each packed by Brotli: a third of what they take as they are, and unpacked in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from velocity_engine.errors import MediaError, Place

FOLDER = Path(__file__).parent / "files"
SCRIPTS = {
    "Noto Sans Thai": ("Thai",),
    "Noto Sans Lao": ("Laoo",),
    "Noto Sans Devanagari": ("Deva",),
    "Noto Sans Tamil": ("Taml",),
    "Noto Sans Bengali": ("Beng",),
    "Noto Sans Khmer": ("Khmr",),
    "Noto Sans SC": ("Hani", "Bopo"),
    "Noto Sans TC": ("Hani", "Bopo"),
    "Noto Sans JP": ("Hani", "Hira", "Kana"),
    "Noto Sans KR": ("Hang",),
}
"""By family, in the order in which they help out: of ideographs the simplified ones go before the traditional ones, and
Japanese ones come first where there is kana in the text."""

OTHER_NAMES = {
    "Noto Sans SC": ("Noto Sans CJK SC", "Source Han Sans SC"),
    "Noto Sans TC": ("Noto Sans CJK TC", "Source Han Sans TC"),
    "Noto Sans JP": ("Noto Sans CJK JP", "Source Han Sans"),
    "Noto Sans KR": ("Noto Sans CJK KR", "Source Han Sans K"),
}
"""Families of the same letters."""

WEIGHTS = {"Regular": 400, "Bold": 700}


@dataclass(frozen=True, slots=True)
class PackedFont:
    """A ``ProvidedFont`` of this package."""

    key: str
    families: tuple[str, ...]
    weight: int
    scripts: tuple[str, ...]
    same_widths_as: tuple[str, ...]
    italic: bool = False

    def read(self) -> bytes:
        """Unpacks the font. Raises MediaError where the package is not whole."""
        import brotli

        try:
            return bytes(brotli.decompress((FOLDER / f"{self.key}.ttf.br").read_bytes()))
        except (OSError, brotli.error) as error:
            raise MediaError(
                f"the font {self.key} cannot be read",
                place=Place(file=self.key),
                hint="Install velocity-fonts-noto again",
            ) from error


FONTS = tuple(
    PackedFont(
        key=f"{family.replace(' ', '')}-{style}",
        families=(family,),
        weight=weight,
        scripts=scripts,
        same_widths_as=OTHER_NAMES.get(family, ()),
    )
    for family, scripts in SCRIPTS.items()
    for style, weight in WEIGHTS.items()
)
