"""Faces that help out with characters, each opened when a text needs it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from velocity_engine.errors import MediaError
from velocity_engine.model.geometry import EMPTY_PATH, Path
from velocity_engine.model.text import Glyph
from velocity_engine.text.color_glyphs import RGB, ColorGlyph
from velocity_engine.text.faces import Face, PlacedGlyph
from velocity_engine.text.segments import ignorable

_SHARED = ("Zyyy", "Zinh", "Zzzz")
"""Scripts of characters that many scripts use, such as digits and marks."""

Covers = Callable[[str], bool]


class LateFace:
    """A ``Face`` that ``open`` returns when it is needed first. One that cannot be opened has no characters.

    ``may_cover``: whether a grapheme cluster can be in it, as far as that is known without opening it. ``scripts``:
    those that it is meant for.
    """

    def __init__(self, open_face: Callable[[], Face], may_cover: Covers, scripts: Collection[str] = ()) -> None:
        self.scripts = scripts
        self._open_face = open_face
        self._may_cover = may_cover
        self._face: Face | None = None
        self._broken = False

    def _opened(self) -> Face | None:
        if self._face is None and not self._broken:
            try:
                self._face = self._open_face()
            except MediaError:
                self._broken = True
        return self._face

    @property
    def label(self) -> str:
        face = self._opened()
        return "" if face is None else face.label

    @property
    def ascent(self) -> float:
        face = self._opened()
        return 0.0 if face is None else face.ascent

    @property
    def descent(self) -> float:
        face = self._opened()
        return 0.0 if face is None else face.descent

    def covers(self, cluster: str) -> bool:
        if not self._may_cover(cluster):
            return False
        face = self._opened()
        return face is not None and face.covers(cluster)

    def shape(
        self, text: str, start: int, length: int, *, rtl: bool, script: str, ligatures: bool
    ) -> Sequence[PlacedGlyph]:
        face = self._opened()
        return () if face is None else face.shape(text, start, length, rtl=rtl, script=script, ligatures=ligatures)

    def outline(self, glyph: int) -> Path:
        face = self._opened()
        return EMPTY_PATH if face is None else face.outline(glyph)

    @property
    def has_color(self) -> bool:
        face = self._opened()
        return face is not None and face.has_color

    def in_color(self, glyph: int) -> bool:
        face = self._opened()
        return face is not None and face.in_color(glyph)

    def color_glyph(self, glyph: int, text_color: RGB) -> ColorGlyph:
        """LookupError where the face cannot be opened, which then has no glyph that is in colour."""
        face = self._opened()
        if face is None:
            raise LookupError(f"glyph {glyph} is in no face")
        return face.color_glyph(glyph, text_color)

    def composition(self, glyph: int) -> Glyph | None:
        return None


def covers_scripts(scripts: Collection[str], others: Sequence[Face]) -> Covers:
    """Whether a cluster is of one of ``scripts``. Of what many scripts share, only that which ``others`` lack."""

    def covers(cluster: str) -> bool:
        own = [code for code in map(_script, cluster) if code not in _SHARED]
        if own:
            return any(code in scripts for code in own)
        return not any(face.covers(cluster) for face in others)

    return covers


def has_characters(characters: Collection[int]) -> Covers:
    """Whether the code points of a cluster, or those that it can be composed of, are among ``characters``."""

    def covers(cluster: str) -> bool:
        return all(ignorable(c) or ord(c) in characters for c in cluster) or ord(_composed(cluster)) in characters

    return covers


def preferred(faces: Sequence[Face], text: str) -> Sequence[Face]:
    """``faces`` for a text: of those that are meant for scripts, first those of a script that the text itself uses.

    Chinese, Japanese and Korean fonts draw the same ideographs otherwise: kana or hangul in the text say which are
    meant.
    """
    if text.isascii():
        return faces
    used = {_script(c) for c in text} & {"Hira", "Kana", "Hang", "Bopo"}
    if not used:
        return faces
    late = [number for number, face in enumerate(faces) if isinstance(face, LateFace) and face.scripts]
    wanted = sorted(late, key=lambda number: used.isdisjoint(_scripts_of(faces[number])))
    ordered = list(faces)
    for number, other in zip(late, wanted, strict=True):
        ordered[number] = faces[other]
    return ordered


def _scripts_of(face: Face) -> Collection[str]:
    return face.scripts if isinstance(face, LateFace) else ()


def _composed(cluster: str) -> str:
    composed = unicodedata.normalize("NFC", cluster)
    return composed if len(composed) == 1 else "\0"


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    from fontTools.unicodedata import script

    return str(script(character))
