"""The fonts that plugins and the engine itself bring along (``velocity_fonts``): by name, by width, by script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from velocity_engine import plugins
from velocity_engine.errors import MediaError
from velocity_engine.model.text import Font
from velocity_engine.plugin_types import ANY_SCRIPT, EMOJI, ProvidedFont
from velocity_engine.text.faces import Face
from velocity_engine.text.font_files import FontRecord, open_font
from velocity_engine.text.font_names import match_font, plain, slanted_font, wanted_weight
from velocity_engine.text.late_faces import LateFace, covers_scripts


def named(font: Font) -> FontRecord | None:
    """The one that is meant by a font's names, or the nearest of its family."""
    name, family = plain(font.name), plain(font.family)
    near = [
        one
        for one in plugins.fonts()
        if any(plain(own) == family or name.startswith(plain(own)) for own in one.families)
    ]
    return match_font(font, [record for one in near if (record := _record(one)) is not None])


def of_same_widths(font: Font) -> FontRecord | None:
    """One whose letters are as wide as those of a font that is not there, in the nearest style."""
    family = plain(font.family) or plain(font.name.partition("-")[0])
    alike = [one for one in plugins.fonts() if family in map(plain, one.same_widths_as)]
    weight = wanted_weight(font)
    alike.sort(key=lambda one: (one.italic != slanted_font(font), abs(one.weight - weight)))
    return next((record for one in alike if (record := _record(one)) is not None), None)


def last(weight: int) -> FontRecord:
    """The one that draws texts whose font nobody has.

    Raises:
        MediaError: It cannot be read, which means that the engine is not whole.
    """
    return _opened(_general(_nearest(weight))[0])


def helping(weight: int) -> list[tuple[str, Face]]:
    """Those that help out with characters, by their keys: first those that are meant for scripts, then those that are
    used for any, then emoji; each family in the style that is nearest to ``weight``."""
    chosen = _nearest(weight)
    general = _general(chosen)
    late: list[tuple[str, Face]] = [(one.key, LateFace(_opener(one, weight), _anything)) for one in general]
    others = [face for _key, face in late]
    meant = [one for one in chosen if one not in general]
    faces: list[tuple[str, Face]] = [
        (one.key, LateFace(_opener(one, weight), covers_scripts(frozenset(one.scripts), others), one.scripts))
        for one in meant
    ]
    return [*faces, *late]


def _nearest(weight: int) -> list[ProvidedFont]:
    families: dict[str, list[ProvidedFont]] = {}
    for one in plugins.fonts():
        if one.scripts and not one.italic:
            families.setdefault(one.families[0], []).append(one)
    return [min(several, key=lambda one: abs(one.weight - weight)) for several in families.values()]


def _general(fonts: Sequence[ProvidedFont]) -> list[ProvidedFont]:
    """Those for any characters, then those of emoji."""
    return [one for script in (ANY_SCRIPT, EMOJI) for one in fonts if script in one.scripts]


def _anything(_cluster: str) -> bool:
    return True


def _opener(font: ProvidedFont, weight: int) -> Callable[[], Face]:
    def opened() -> Face:
        record = _opened(font)
        return record.face(weight if "wght" in record.axes else None)

    return opened


def _record(font: ProvidedFont) -> FontRecord | None:
    try:
        return _opened(font)
    except MediaError:
        return None


@cache
def _opened(font: ProvidedFont) -> FontRecord:
    # Its key, by which it is told from those that help out, even where a package had the same file before.
    return replace(open_font(font.read(), font.key)[0], file=font.key)
