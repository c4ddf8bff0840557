"""What a layer shows while a shutter is open: the mean of what it shows at moments around the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from velocity_engine.display import DrawCommand, EffectCall, MaskPath, MeanSource, altered, command, group_source


@dataclass(frozen=True, slots=True)
class LayerParts:
    """A layer's own picture on the device, and what acts on it before its styles, its matte and its opacity.

    Attributes:
        content: The picture.
        masks: Its masks. Where there are effects too, they cut what these are given.
        effects: Its effects.
        moved: Whether it is elsewhere than at the frame, since a shutter is open.
    """

    content: Sequence[DrawCommand]
    masks: tuple[MaskPath, ...] = ()
    effects: tuple[EffectCall, ...] = ()
    moved: bool = False

    @property
    def masked(self) -> LayerParts:
        """The same, with the masks drawn into the content."""
        if not self.masks:
            return self
        return replace(self, content=(altered(command(group_source(self.content)), masks=self.masks),), masks=())

    @property
    def together(self) -> DrawCommand:
        """The same as one command."""
        if not self.effects:
            content = self.masked.content
            return content[0] if len(content) == 1 else command(group_source(content))
        return command(group_source(self.masked.content), effects=self.effects)


def mean_of(moments: Sequence[LayerParts | None], *, effects_after: bool) -> LayerParts | None:
    """Returns what a layer shows while the shutter is open; None where that is nothing.

    Args:
        moments: What it shows at each of the moments, None where that is nothing.
        effects_after: Whether its effects act on the mean, in place of the picture at each moment.

    Returns:
        The mean of the moments. Where all are equal, the parts of one of them: what does not move is drawn as without
        a shutter, so that its frames stay equal.
    """
    shown: list[DrawCommand] = []
    weights: list[int] = []
    parts: LayerParts | None = None
    for moment in moments:
        if moment is None:
            continue
        parts = parts or moment
        entry = (replace(moment, effects=()) if effects_after else moment).together
        if shown and shown[-1].digest == entry.digest:
            weights[-1] += 1
        else:
            shown.append(entry)
            weights.append(1)
    if parts is None:
        return None
    if weights == [len(moments)]:
        return replace(parts, moved=False)
    mean = command(MeanSource(tuple(shown), tuple(weights), len(moments)))
    return LayerParts((mean,), (), parts.effects if effects_after else (), moved=True)
