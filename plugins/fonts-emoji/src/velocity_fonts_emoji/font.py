"""The font, packed by Brotli: half of what it takes as it is, and unpacked in some 30 milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from velocity_engine.errors import MediaError, Place
from velocity_engine.plugin_types import EMOJI

FOLDER = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class PackedFont:
    """A ``ProvidedFont`` of this package."""

    key: str
    families: tuple[str, ...]
    weight: int = 400
    scripts: tuple[str, ...] = (EMOJI,)
    same_widths_as: tuple[str, ...] = ()
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
                hint="Install velocity-fonts-emoji again",
            ) from error


EMOJI_FONT = PackedFont(key="NotoColorEmoji", families=("Noto Color Emoji",))
