"""Where the fonts of a template come from."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.given.fonts import USUAL_FONTS, FontOptions
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.media.opened_clips import OpenedClips
from velocity_engine.model.document import Document
from velocity_engine.package.package import Package
from velocity_engine.plan.plan import PlanBuilder
from velocity_engine.text.fonts import MISSING, SUBSTITUTED, FontCatalogue


@dataclass(frozen=True, slots=True)
class FontInfo:
    """A font that the document's texts name, and what draws them.

    Attributes:
        name: Its name in the document, which ``{"text": {"font": ...}}`` of a customization takes.
        family: Its family.
        style: Its style.
        drawn_with: The face that is used.
        found: Whether that is the font that is meant, and no other in its place.
    """

    name: str
    family: str
    style: str
    drawn_with: str
    found: bool


def font_infos(document: Document, package: Package, fonts: FontOptions = USUAL_FONTS) -> tuple[FontInfo, ...]:
    """Returns the fonts of a document with what draws them.

    Args:
        document: The document.
        package: Its package, in which font files may lie.
        fonts: Where fonts are beside those.
    """
    catalogue = FontCatalogue(PlanBuilder(document, package, DecodedPictures(), OpenedClips(), fonts))
    infos = []
    for font in document.fonts:
        chosen = catalogue.choose(font.name)
        found = not any(finding.feature in (MISSING, SUBSTITUTED) for finding in chosen.findings)
        infos.append(FontInfo(font.name, font.family, font.style, chosen.faces[0].label, found))
    return tuple(infos)
