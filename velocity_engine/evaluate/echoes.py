"""A layer at several moments as one picture: what an echo makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand, Matte, MeanSource, altered, command, group_source
from velocity_engine.model.layers import BlendMode, MatteMode
from velocity_engine.plugin_types import EchoOperator

MODES = {
    "add": BlendMode.ADD,
    "maximum": BlendMode.LIGHTEN,
    "minimum": BlendMode.DARKEN,
    "screen": BlendMode.SCREEN,
}
PARTS = 200  # of a mean, which its weights are whole numbers of

Shown = tuple[Sequence[DrawCommand], float]
"""What a layer shows at a moment, and how strongly that counts."""


def echoed(moments: Sequence[Shown], operator: EchoOperator) -> tuple[DrawCommand, ...]:
    """Returns one picture of several.

    Args:
        moments: The pictures, that of the frame first.
        operator: How they are joined. Where one of them is clear, the minimum is clear, too.
    """
    shown = [(command(group_source(one), opacity=how), how) for one, how in moments if one and how > 0.0]
    if operator == "minimum" and len(shown) < len(moments):
        return ()
    pictures = [one for one, _ in shown]
    if not pictures:
        return ()
    if operator == "mean":
        return (_mean(shown),)
    if operator == "behind":
        return (command(group_source(pictures[::-1])),)
    if operator == "before":
        return (command(group_source(pictures)),)
    first, *others = pictures
    whole = command(group_source([first, *(altered(one, blend=MODES[operator]) for one in others)]))
    if operator == "minimum":
        for one in pictures:
            whole = command(group_source([whole]), matte=Matte(MatteMode.ALPHA, (altered(one, opacity=1.0),)))
    return (whole,)


def _mean(shown: Sequence[tuple[DrawCommand, float]]) -> DrawCommand:
    """By their intensities: the picture is as strong as one of its moments."""
    total = sum(how for _, how in shown)
    weights = tuple(max(1, round(PARTS * how / total)) for _, how in shown)
    pictures = tuple(altered(one, opacity=1.0) for one, _ in shown)
    return command(MeanSource(pictures, weights, sum(weights)))
