"""What COLR's composite modes make of two groups, with the blend modes and mattes of the display list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from velocity_engine.display import DrawCommand, Matte, command, group_source
from velocity_engine.model.layers import BlendMode, MatteMode

Commands = list[DrawCommand]
(
    _CLEAR, _SOURCE, _BACKDROP, _OVER, _BACKDROP_OVER, _IN, _BACKDROP_IN, _OUT, _BACKDROP_OUT, _ATOP, _BACKDROP_ATOP,
    _XOR,
) = range(12)  # fmt: skip
_BLENDED: Mapping[int, BlendMode] = {
    12: BlendMode.ADD,
    13: BlendMode.SCREEN,
    14: BlendMode.OVERLAY,
    15: BlendMode.DARKEN,
    16: BlendMode.LIGHTEN,
    17: BlendMode.COLOR_DODGE,
    18: BlendMode.COLOR_BURN,
    19: BlendMode.HARD_LIGHT,
    20: BlendMode.SOFT_LIGHT,
    21: BlendMode.DIFFERENCE,
    22: BlendMode.EXCLUSION,
    23: BlendMode.MULTIPLY,
    24: BlendMode.HUE,
    25: BlendMode.SATURATION,
    26: BlendMode.COLOR,
    27: BlendMode.LUMINOSITY,
}

DRAWN_TWICE = frozenset((_ATOP, _BACKDROP_ATOP, _XOR))
"""Modes in which a group stands for what is shown and for its shape as well."""


def composited(backdrop: Commands, source: Commands, mode: int) -> Commands:
    """What shows where ``source`` is laid on ``backdrop``. ``mode``: as OpenType numbers them (CompositeMode)."""
    blend = _BLENDED.get(mode)
    if blend is not None:
        return [*backdrop, command(group_source(source), blend=blend)] if source else backdrop
    if any(entry.blend is not BlendMode.NORMAL for entry in source):
        source = [command(group_source(source))]  # it is blended with what is in its own group
    return _PLACED.get(mode, _PLACED[_OVER])(backdrop, source)


def _cut(shown: Commands, by: Commands, mode: MatteMode) -> Commands:
    """A group inside (ALPHA) or outside another one."""
    if not shown or not by:
        return shown if mode is MatteMode.ALPHA_INVERTED else []
    return [command(group_source(shown), matte=Matte(mode, tuple(by)))]


def _inside(shown: Commands, by: Commands) -> Commands:
    return _cut(shown, by, MatteMode.ALPHA)


def _outside(shown: Commands, by: Commands) -> Commands:
    return _cut(shown, by, MatteMode.ALPHA_INVERTED)


_PLACED: Mapping[int, Callable[[Commands, Commands], Commands]] = {
    _CLEAR: lambda backdrop, source: [],
    _SOURCE: lambda backdrop, source: source,
    _BACKDROP: lambda backdrop, source: backdrop,
    _OVER: lambda backdrop, source: [*backdrop, *source],
    _BACKDROP_OVER: lambda backdrop, source: [*source, *backdrop],
    _IN: lambda backdrop, source: _inside(source, backdrop),
    _BACKDROP_IN: lambda backdrop, source: _inside(backdrop, source),
    _OUT: lambda backdrop, source: _outside(source, backdrop),
    _BACKDROP_OUT: lambda backdrop, source: _outside(backdrop, source),
    _ATOP: lambda backdrop, source: [*backdrop, *_inside(source, backdrop)],
    _BACKDROP_ATOP: lambda backdrop, source: [*source, *_inside(backdrop, source)],
    _XOR: lambda backdrop, source: [*_outside(backdrop, source), *_outside(source, backdrop)],
}
