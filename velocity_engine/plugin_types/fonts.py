"""What a font of a plugin is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from velocity_engine.errors import MediaError, Place

ANY_SCRIPT = "Zyyy"
"""Among ``FontFile.scripts``: it helps out with whatever it has."""

EMOJI = "Zsye"
"""Among ``FontFile.scripts``: it helps out with emoji."""


class ProvidedFont(Protocol):
    """A font that a plugin brings along. ``FontFile`` is one that lies in a file as it is.

    It draws the texts whose font it is by its names. It also helps out where the font of a text lacks a character of
    its ``scripts``, and in the place of fonts that have the same widths. It is read when it is needed first.

    Attributes:
        key: The name by which it is told from others, such as "NotoSansThai-Bold".
        families: Its family, and other names of that.
        weight: How heavy it is, from 1 to 1000: 400 is regular, 700 bold.
        italic: Whether it slants.
        scripts: The scripts that it helps out with, by their ISO 15924 codes, such as "Thai". "Zyyy" for whatever
            characters it has, "Zsye" for emoji. Empty where it is used by its names only.
        same_widths_as: The families that its letters have the widths of, so that it can stand for them.
    """

    @property
    def key(self) -> str: ...

    @property
    def families(self) -> tuple[str, ...]: ...

    @property
    def weight(self) -> int: ...

    @property
    def italic(self) -> bool: ...

    @property
    def scripts(self) -> tuple[str, ...]: ...

    @property
    def same_widths_as(self) -> tuple[str, ...]: ...

    def __hash__(self) -> int: ...

    def read(self) -> bytes:
        """Returns the bytes of a TTF, OTF, TTC, WOFF or WOFF2 file. The first face of a collection is used.

        Raises:
            MediaError: It cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFile:
    """A ``ProvidedFont`` that lies in a file as it is.

    Attributes:
        key: As in ``ProvidedFont``, and so are the others but ``path``.
        path: The file: TTF, OTF, TTC, WOFF or WOFF2.
        families: Its family, and other names of that.
        weight: How heavy it is.
        italic: Whether it slants.
        scripts: The scripts that it helps out with.
        same_widths_as: The families that its letters have the widths of.

    Example:
        >>> FontFile(key="AcmeSans-Regular", path=FOLDER / "AcmeSans-Regular.ttf", families=("Acme Sans",))
    """

    key: str
    path: Path
    families: tuple[str, ...]
    weight: int = 400
    italic: bool = False
    scripts: tuple[str, ...] = ()
    same_widths_as: tuple[str, ...] = ()

    def read(self) -> bytes:
        """Returns the bytes of the file.

        Raises:
            MediaError: It cannot be read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            place = Place(file=self.path.name)
            raise MediaError(f"the font {self.key} cannot be read: {error.strerror}", place=place) from None
