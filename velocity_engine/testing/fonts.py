"""The conformance suite of fonts."""

from __future__ import annotations

from velocity_engine.plugin_types import ANY_SCRIPT, EMOJI, ProvidedFont
from velocity_engine.plugins import checks
from velocity_engine.testing.sentences import require, require_protocol
from velocity_engine.text.font_files import FontRecord, open_font
from velocity_engine.text.font_names import plain

SHARED_WEIGHT = 100
"""How far the weight that a font says of itself may lie from that of its object."""


def check_font(font: ProvidedFont, sample: str = "") -> None:
    """Checks that a font follows its protocol: its file can be read and drawn, and is what the object says.

    Args:
        font: The font.
        sample: A text of its scripts, all of which it has to draw.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
        MediaError: Its file is no font that can be drawn.
    """
    require_protocol(checks.FONT, font)
    record = open_font(font.read(), font.key)[0]
    names = record.names
    families = [plain(family) for family in font.families]
    told = " or ".join(names.families) or "nothing"
    require(any(plain(own) in families for own in names.families), f"families lacks what the font calls itself: {told}")
    near = "wght" in record.axes or abs(names.weight - font.weight) <= SHARED_WEIGHT
    require(near, f"weight is {font.weight}, and the font says {names.weight}")
    require(names.italic == font.italic, f"italic is {font.italic}, and the font says {names.italic}")
    face = record.face(font.weight if "wght" in record.axes else None)
    for code in font.scripts:
        if code not in (ANY_SCRIPT, EMOJI):
            require(_has_script(record, code), f"scripts has {code}, of which the font has no letter")
    lacking = [character for character in sample if not face.covers(character)]
    require(not lacking, f"the font lacks {', '.join(lacking)} of the sample")


def _has_script(record: FontRecord, code: str) -> bool:
    import uharfbuzz as hb
    from fontTools.unicodedata import script

    points = hb.Face(record.load(), record.index).unicodes
    return any(script(chr(point)) == code for point in points)
