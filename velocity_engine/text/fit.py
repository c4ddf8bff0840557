"""A whole text laid out: in its box or from its point, and made to fit where a customization asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from velocity_engine.model.geometry import Bounds
from velocity_engine.model.text import BoxFit, Resize, TextDocument
from velocity_engine.text.box_fit import SetLines, first_baseline, fitting_size, room_for
from velocity_engine.text.fonts import FontChoice
from velocity_engine.text.layout import LINE_HEIGHT, Frame, Layout, Line, break_lines, heights_to, place_lines, side_of
from velocity_engine.text.looks import Looks, looks_of
from velocity_engine.text.shaping import Shaped, shape_text

_MIN_SCALE = 0.05  # a text is never shrunk below a twentieth of its size
_STEPS = 14  # of the search for the size that fits: to a part in 16,000
_SLACK = 0.01  # pixels
_LEAST_ROWS = 1e-6
_BELOW = 0.1  # of the size: how far under its box a baseline may lie. Substitutes' and rounded ascents are off by less


@dataclass(frozen=True, slots=True, eq=False)
class FittedText:
    """``choices``: the fonts of the text and of its spans, the text's own first. ``clip``: the only part that shows, or
    None. ``hidden_lines``: lines left out below the box. ``too_large``: what should fit does not even at the smallest
    size."""

    layout: Layout
    shaped: Shaped
    choices: tuple[FontChoice, ...]
    clip: Bounds | None = None
    hidden_lines: int = 0
    too_large: bool = False


def fit_text(document: TextDocument, choose: Callable[[str], FontChoice], *, ligatures: bool = True) -> FittedText:
    """``choose``: a catalogue's. Ligatures are also off where there is tracking, as characters stand apart there."""
    looks = looks_of(document, choose)
    shaped = _shaped(document, looks, ligatures)
    if document.box is not None and document.box[2] > 0.0:
        if document.box_fit is not None and document.box[3] > 0.0 and document.size > 0.0:
            return _fill_box(document, document.box, document.box_fit, looks, shaped)
        return _fit_box(document, document.box, looks, shaped)
    if document.fit is None or document.fit_reference is None:
        frame = _point_frame(document, document.size, None)
        lines = break_lines(shaped.paragraphs, document.size, document.tracking, None)
        placed = place_lines(shaped.paragraphs, lines, document, document.size, frame)
        return FittedText(placed, shaped, looks.choices)
    return _fit_point(document, _extent(document.fit_reference, choose), looks, shaped)


def _shaped(document: TextDocument, looks: Looks, ligatures: bool) -> Shaped:
    return shape_text(
        document.text,
        looks.own,
        looks=looks.by_character(len(document.text)),
        caps=document.caps,
        ligatures=ligatures and document.tracking == 0.0,
    )


def line_height_of(document: TextDocument, size: float) -> float:
    """At ``size``, which may be smaller than the document's."""
    if document.line_height is None or document.line_height <= 0.0:
        return size * LINE_HEIGHT
    return document.line_height * (size / document.size) if document.size > 0.0 else 0.0


# --- box text -------------------------------------------------------------------------------------------------------


def _fit_box(
    document: TextDocument, box: tuple[float, float, float, float], looks: Looks, shaped: Shaped
) -> FittedText:
    left, top, width, height = box

    def arrange(size: float) -> tuple[list[Line], Frame]:
        lines = break_lines(shaped.paragraphs, size, document.tracking, width)
        ascent = lines[0].ascent if lines and lines[0].ascent is not None else looks.own.ascent
        height_of_line = line_height_of(document, size)
        frame = Frame(left=left, width=width, baseline=top + ascent * size, line_height=height_of_line, wraps=True)
        return lines, frame

    def held(lines: Sequence[Line], frame: Frame, slack: float) -> int:
        """Lines whose baseline lies in the box, or at most ``slack`` below it. A box without height holds all."""
        if height <= 0.0:
            return len(lines)
        return _lines_above(lines, frame, top + height + slack)

    def shown(lines: Sequence[Line], frame: Frame, size: float) -> int:
        """After Effects hides lines below the box. The first one shows always: a template whose font was replaced is
        never empty."""
        return max(held(lines, frame, _BELOW * size), min(len(lines), 1))

    def fits(size: float) -> bool:
        lines, frame = arrange(size)
        return held(lines, frame, _SLACK) == len(lines) and not any(line.forced for line in lines)

    size, too_large = document.size, False
    if document.fit == "shrink":
        scale, too_large = _largest_scale(lambda s: fits(document.size * s))
        size = document.size * scale
    lines, frame = arrange(size)
    visible = shown(lines, frame, size) if document.fit in (None, "clip") else len(lines)
    layout = place_lines(shaped.paragraphs, lines[:visible], document, size, frame)
    clip = (left, top, left + width, top + height) if document.fit == "clip" else None
    return FittedText(layout, shaped, looks.choices, clip, len(lines) - visible, too_large)


_RESIZED = {None: None, "shrink": Resize.SHRINK, "wrap": Resize.NONE, "clip": Resize.NONE}


def _fill_box(
    document: TextDocument, box: tuple[float, float, float, float], fit: BoxFit, looks: Looks, shaped: Shaped
) -> FittedText:
    """As Skottie does, but for what a customization asks for."""
    left, top, width, height = box
    fit = replace(fit, resize=_RESIZED[document.fit] or fit.resize, wraps=fit.wraps or document.fit == "wrap")

    def arrange(size: float) -> SetLines:
        wrap = width if fit.wraps else None
        lines = break_lines(shaped.paragraphs, size, document.tracking, wrap, rigid=fit.resize is not Resize.NONE)
        ascent = lines[0].ascent if lines and lines[0].ascent is not None else looks.own.ascent
        extra = document.tracking / 1000.0 * size
        return SetLines(lines, size, ascent * size, line_height_of(document, size), extra)

    size, too_large = fitting_size(
        document.size, fit, lambda size: room_for(shaped.paragraphs, arrange(size), (width, height), fit)
    )
    found = arrange(size)
    baseline = top + found.ascent
    if fit.align is not None:
        baseline = first_baseline(shaped.paragraphs, found, box, fit.align)
    frame = Frame(left=left, width=width, baseline=baseline, line_height=found.line_height, wraps=fit.wraps)
    lines = found.lines
    if fit.align is None and document.fit in (None, "shrink"):
        lines = lines[: max(_lines_above(lines, frame, top + height + _BELOW * size), 1)]
    shifted = replace(document, baseline_shift=document.baseline_shift * size / document.size)
    layout = place_lines(shaped.paragraphs, lines, shifted, size, frame)
    clip = (left, top, left + width, top + height) if document.fit == "clip" else None
    return FittedText(layout, shaped, looks.choices, clip, len(found.lines) - len(lines), too_large)


def _lines_above(lines: Sequence[Line], frame: Frame, bottom: float) -> int:
    room = bottom - frame.baseline
    return sum(below * frame.line_height <= room for below in heights_to(lines)) if room >= 0.0 else 0


def _largest_scale(fits: Callable[[float], bool]) -> tuple[float, bool]:
    """The largest scale up to 1 that fits, and whether even the least does not."""
    if fits(1.0):
        return 1.0, False
    if not fits(_MIN_SCALE):
        return _MIN_SCALE, True
    low, high = _MIN_SCALE, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low, False


# --- point text -----------------------------------------------------------------------------------------------------


def _fit_point(document: TextDocument, extent: tuple[float, float], looks: Looks, shaped: Shaped) -> FittedText:
    """Keeps the width that the author's text had, and for shrinking the height of its lines: ``extent``."""
    room, rows = extent
    size, wrap, too_large = document.size, None, False
    if document.fit == "shrink":
        lines = break_lines(shaped.paragraphs, size, document.tracking, None)
        width = max((line.width for line in lines), default=0.0)
        scale = min(1.0, room / width if width > 0.0 else 1.0, rows / max(_rows(lines), _LEAST_ROWS))
        too_large = scale < _MIN_SCALE
        size *= max(scale, _MIN_SCALE)
    elif document.fit == "wrap":
        wrap = room if room > 0.0 else None
    frame = _point_frame(document, size, wrap)
    lines = break_lines(shaped.paragraphs, size, document.tracking, wrap)
    layout = place_lines(shaped.paragraphs, lines, document, size, frame)
    clip = _point_clip(document, room, lines, frame, looks.own.ascent) if document.fit == "clip" else None
    return FittedText(layout, shaped, looks.choices, clip, 0, too_large)


def _extent(reference: TextDocument, choose: Callable[[str], FontChoice]) -> tuple[float, float]:
    """The width of the longest line, and the height of all in lines of the text's own size."""
    shaped = _shaped(reference, looks_of(reference, choose), True)
    lines = break_lines(shaped.paragraphs, reference.size, reference.tracking, None)
    return max((line.width for line in lines), default=0.0), _rows(lines)


def _rows(lines: Sequence[Line]) -> float:
    return sum(line.height for line in lines)


def _point_frame(document: TextDocument, size: float, wrap: float | None) -> Frame:
    width = wrap or 0.0
    return Frame(
        left=-side_of(document.justify) * width,
        width=width,
        baseline=0.0,
        line_height=line_height_of(document, size),
        wraps=wrap is not None,
    )


def _point_clip(document: TextDocument, room: float, lines: Sequence[Line], frame: Frame, ascent: float) -> Bounds:
    """As wide as the author's text, high enough for every accent and descender of the lines."""
    left = -side_of(document.justify) * room
    overshoot = document.size * max((line.height for line in lines), default=1.0)
    rise = max((ascent if line.ascent is None else line.ascent for line in lines), default=ascent)
    top = -rise * document.size - overshoot - document.baseline_shift
    bottom = heights_to(lines)[-1] * frame.line_height + overshoot - document.baseline_shift
    return (left, top, left + room, bottom)
