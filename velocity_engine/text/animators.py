"""Animators: what they make of every cluster at one moment, as arrays.

Lottie specification, section "Text Style" (the animator's properties). Positions, turns and sizes add up or multiply
over the animators of a layer; colours and opacities are mixed in by the selected amount, so that a later animator
takes the place of an earlier one where it selects the whole.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.properties import Property, Scalar, Vector
from velocity_engine.model.text import Animator, TextDocument, TextStyle
from velocity_engine.sampler import Sampler
from velocity_engine.text.layout import Layout
from velocity_engine.text.looks import OWN, fills_of, straight
from velocity_engine.text.selectors import selector_values

Values = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Changes:
    """What changes of n clusters.

    ``position``, ``anchor``, ``blur``, ``spacing``: (n, 2) pixels; ``scale``: (n, 2) factors; ``rotation``: (n, 3)
    degrees about x, y, z; ``skew``, ``skew_axis``: (n,) degrees; ``tracking``, ``stroke_width``: (n,) pixels; ``fill``,
    ``stroke``: (n, 4) straight RGBA, with ``opacity``, (n,) from 0 to 1, in their alpha. ``line_side``: 0 to 1, where
    lines grow from by tracking, or None.
    """

    position: Values
    anchor: Values
    scale: Values
    rotation: Values
    skew: Values
    skew_axis: Values
    tracking: Values
    spacing: Values
    blur: Values
    fill: Values | None
    stroke: Values | None
    stroke_width: Values
    opacity: Values
    line_side: float | None = None


def changes_at(
    layout: Layout, document: TextDocument, animators: Sequence[Animator], sampler: Sampler, seed: int
) -> Changes:
    """The changes of all animators, applied in the document's order. ``seed`` feeds random order and wiggles."""
    n = len(layout)
    changes = Changes(
        position=np.zeros((n, 2)),
        anchor=np.zeros((n, 2)),
        scale=np.ones((n, 2)),
        rotation=np.zeros((n, 3)),
        skew=np.zeros(n),
        skew_axis=np.zeros(n),
        tracking=np.zeros(n),
        spacing=np.zeros((n, 2)),
        blur=np.zeros((n, 2)),
        fill=fills_of(document, layout.spans),
        stroke=None if document.stroke is None else np.tile(straight(document.stroke), (n, 1)),
        stroke_width=np.full(n, document.stroke_width),
        opacity=np.ones(n),
    )
    for number, animator in enumerate(animators):
        amount = selector_values(animator.selectors, layout.line, layout.word, sampler, seed + number)
        _move(changes, animator.style, amount, sampler)
        _space(changes, animator.style, amount, sampler)
        _paint(changes, animator.style, amount[:, 0], sampler)
        _mix_opacity(changes.opacity, animator.style.opacity, amount[:, 0], sampler)
    for color in (changes.fill, changes.stroke):
        if color is not None:
            color[:, 3] *= changes.opacity
    return changes


def _pair(prop: Property[Vector], sampler: Sampler) -> Values:
    """The first two numbers; a single one stands for both."""
    vector = sampler.vector(prop)
    return np.array((vector[0], vector[1] if len(vector) > 1 else vector[0]), np.float64)


def _move(changes: Changes, style: TextStyle, amount: Values, sampler: Sampler) -> None:
    both = amount[:, :2]
    if style.position is not None:
        changes.position += _pair(style.position, sampler) * both
    if style.anchor is not None:
        changes.anchor += _pair(style.anchor, sampler) * both
    if style.scale is not None:
        changes.scale *= 1.0 + (_pair(style.scale, sampler) / 100.0 - 1.0) * both
    if style.rotation is not None:
        changes.rotation[:, 2] += sampler.scalar(style.rotation) * amount[:, 0]
    if style.rotation_x is not None:
        changes.rotation[:, 0] += sampler.scalar(style.rotation_x) * amount[:, 0]
    if style.rotation_y is not None:
        changes.rotation[:, 1] += sampler.scalar(style.rotation_y) * amount[:, 0]
    if style.skew is not None:
        changes.skew += sampler.scalar(style.skew) * amount[:, 0]
    if style.skew_axis is not None:
        changes.skew_axis += sampler.scalar(style.skew_axis) * amount[:, 0]


def _space(changes: Changes, style: TextStyle, amount: Values, sampler: Sampler) -> None:
    if style.tracking is not None:
        changes.tracking += sampler.scalar(style.tracking) * amount[:, 0]
        if style.line_anchor is not None:
            changes.line_side = min(max(sampler.scalar(style.line_anchor) / 100.0, 0.0), 1.0)
    if style.line_spacing is not None:
        vector = sampler.vector(style.line_spacing)
        spacing = np.array(vector[:2] if len(vector) > 1 else (0.0, vector[0]), np.float64)
        changes.spacing += spacing * amount[:, :2]
    if style.blur is not None:
        changes.blur += np.maximum(_pair(style.blur, sampler) * amount[:, :2], 0.0)


def _paint(changes: Changes, style: TextStyle, amount: Values, sampler: Sampler) -> None:
    amount = np.maximum(amount, 0.0)
    changes.fill = _mixed(changes.fill, style.fill, amount, sampler)
    changes.stroke = _mixed(changes.stroke, style.stroke, amount, sampler)
    if changes.fill is not None:
        _shift_hsb(changes.fill, style, amount, sampler)
    if style.stroke_width is not None:
        changes.stroke_width = np.maximum(changes.stroke_width + sampler.scalar(style.stroke_width) * amount, 0.0)
    for color, opacity in ((changes.fill, style.fill_opacity), (changes.stroke, style.stroke_opacity)):
        if color is not None:
            _mix_opacity(color[:, 3], opacity, amount, sampler)


def _mix_opacity(alpha: Values, prop: Scalar | None, amount: Values, sampler: Sampler) -> None:
    """Changes ``alpha`` (n,)."""
    if prop is not None:
        value = min(max(sampler.scalar(prop) / 100.0, 0.0), 1.0)
        alpha += (value - alpha) * np.maximum(amount, 0.0)


def _mixed(color: Values | None, prop: Property[Vector] | None, amount: Values, sampler: Sampler) -> Values | None:
    """A colour that the text does not have fades in with the amount."""
    if prop is None:
        return color
    target = straight(sampler.vector(prop))
    if color is None:
        color = np.tile(target * (1.0, 1.0, 1.0, 0.0), (len(amount), 1))
    return color + (target - color) * amount[:, None]


def _shift_hsb(color: Values, style: TextStyle, amount: Values, sampler: Sampler) -> None:
    if style.fill_hue is None and style.fill_saturation is None and style.fill_brightness is None:
        return
    hue = sampler.scalar(style.fill_hue) / 360.0 if style.fill_hue is not None else 0.0
    saturation = sampler.scalar(style.fill_saturation) / 100.0 if style.fill_saturation is not None else 0.0
    brightness = sampler.scalar(style.fill_brightness) / 100.0 if style.fill_brightness is not None else 0.0
    for i in np.flatnonzero(amount):
        h, s, v = colorsys.rgb_to_hsv(*color[i, :3])
        s = min(max(s + saturation * amount[i], 0.0), 1.0)
        v = min(max(v + brightness * amount[i], 0.0), 1.0)
        color[i, :3] = colorsys.hsv_to_rgb((h + hue * amount[i]) % 1.0, s, v)


# --- other characters -----------------------------------------------------------------------------------------------


def changes_characters(animators: Sequence[Animator]) -> bool:
    return any(a.style.character_offset is not None or a.style.character_value is not None for a in animators)


def replaced_text(
    layout: Layout, document: TextDocument, animators: Sequence[Animator], sampler: Sampler, seed: int
) -> TextDocument:
    """The document of a layout with its text after character offsets and values; an offset letter or digit stays of its
    kind and case. Lines end where they end in the layout of a box."""
    characters = _replaced_characters(layout, animators, sampler, seed)
    text: list[str] = []
    ranges: dict[int, tuple[int, int]] = {}
    at = 0
    for number in range(len(layout.ends)):
        for i in np.flatnonzero(layout.line == number):
            span = int(layout.spans[i])
            ranges[span] = (ranges.get(span, (at, 0))[0], at + len(characters[i]))
            text.append(characters[i])
            at += len(characters[i])
        if layout.ends[number] and number < len(layout.ends) - 1:
            text.append("\r")
            at += 1
    spans = tuple(
        replace(document.spans[number], start=start, end=end)
        for number, (start, end) in sorted(ranges.items())
        if number != OWN and end > start
    )
    return replace(document, text="".join(text), spans=spans)


def _replaced_characters(layout: Layout, animators: Sequence[Animator], sampler: Sampler, seed: int) -> list[str]:
    result = list(layout.texts)
    for number, animator in enumerate(animators):
        style = animator.style
        if not changes_characters((animator,)):
            continue
        amount = selector_values(animator.selectors, layout.line, layout.word, sampler, seed + number)[:, 0]
        for i in np.flatnonzero(amount):
            if len(result[i]) != 1 or result[i].isspace():
                continue
            if style.character_value is not None:
                code = ord(result[i]) + (sampler.scalar(style.character_value) - ord(result[i])) * amount[i]
                result[i] = _character(round(code), result[i])
            if style.character_offset is not None:
                result[i] = offset_character(result[i], round(sampler.scalar(style.character_offset) * amount[i]))
    return result


def offset_character(character: str, offset: int) -> str:
    """``offset`` code points on; A-Z, a-z and 0-9 go round among themselves ("Preserve Case & Digits")."""
    for first, last in (("A", "Z"), ("a", "z"), ("0", "9")):
        if first <= character <= last:
            return chr(ord(first) + (ord(character) - ord(first) + offset) % (ord(last) - ord(first) + 1))
    return _character(ord(character) + offset, character)


def _character(code: int, otherwise: str) -> str:
    if not 0x20 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return otherwise
    return chr(code)
