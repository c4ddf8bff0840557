"""The rectangle of pixels that a command's effects are given."""

from __future__ import annotations

from velocity_engine.composite.extents import effect_margin
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.display import EffectCall


def effect_room(effects: tuple[EffectCall, ...], content: Rect | None, frame: Rect) -> Rect | None:
    """The content and its margin, as far as the frame can need it; None where that is nothing.

    It depends on the command and the frame alone, never on the part of the frame that is drawn.
    """
    if content is None:
        return None
    left, top, right, bottom = effect_margin(effects)
    most = max(frame[2] - frame[0], frame[3] - frame[1], 64)
    across, down = min(max(left, right), most), min(max(top, bottom), most)
    return intersection(grown(content, left, top, right, bottom), grown(frame, across, down, across, down))
