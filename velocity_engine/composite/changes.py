"""Where two display lists differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.groups import opacity_within
from velocity_engine.composite.rects import Rect, intersection, union_of
from velocity_engine.composite.tiles import TILE, tile_rectangles, tile_rows
from velocity_engine.display import DisplayList, DrawCommand, GroupSource

MAX_PAIRS = 64
REGION_COST = 32  # tiles; what a region more costs beyond its pixels, since commands on its border are drawn twice


@dataclass(slots=True)
class _Damage:
    extents: Extents
    rects: list[Rect] = field(default_factory=list)

    def add(self, command: DrawCommand, clip: Rect) -> None:
        extent = self.extents.command(command)
        rect = intersection(extent, clip) if extent else None
        if rect is not None:
            self.rects.append(rect)

    def within(self, group: DrawCommand) -> _Damage:
        """What takes notice of the changes inside of a group."""
        return self


@dataclass(slots=True)
class _LabelledDamage(_Damage):
    """Damage by the labels of the commands; what has none counts for the command around it."""

    found: dict[str, list[Rect]] = field(default_factory=dict)
    label: str = ""

    def add(self, command: DrawCommand, clip: Rect) -> None:
        extent = self.extents.command(command)
        rect = intersection(extent, clip) if extent else None
        if rect is not None:
            self.found.setdefault(command.label or self.label, []).append(rect)

    def within(self, group: DrawCommand) -> _LabelledDamage:
        return _LabelledDamage(self.extents, found=self.found, label=group.label or self.label)


def changed_regions(
    previous: DisplayList | None, current: DisplayList, extents: Extents | None = None
) -> tuple[Rect, ...]:
    """Disjoint rectangles outside of which both display lists draw the same pixels.

    They are few, and aligned to a grid of TILE pixels except at the right and bottom borders. None for equal lists;
    everything when there is no previous list, or its size or background is another. A command that both lists hold in
    the same order costs nothing; of a group only what changed in it counts.
    """
    whole = (0, 0, current.width, current.height)
    if previous is None or (previous.width, previous.height) != (current.width, current.height):
        return (whole,)
    if previous.background != current.background:
        return (whole,)
    damage = _Damage(extents or Extents())
    _compare(previous.commands, current.commands, whole, 1.0, damage)
    return merged(damage.rects, current.width, current.height)


def changed_by_label(
    previous: DisplayList, current: DisplayList, extents: Extents | None = None
) -> dict[str, tuple[Rect, ...]]:
    """The rectangles that make ``changed_regions``, by the label of the command that changed there.

    They are not aligned, may overlap, and lie inside the picture. The label "" stands for the ground: then all changes.
    """
    whole = (0, 0, current.width, current.height)
    grounds = [(one.width, one.height, one.background) for one in (previous, current)]
    if grounds[0] != grounds[1]:
        return {"": (whole,)}
    damage = _LabelledDamage(extents or Extents())
    _compare(previous.commands, current.commands, whole, 1.0, damage)
    return {label: tuple(rects) for label, rects in damage.found.items()}


def _compare(
    old: Sequence[DrawCommand], new: Sequence[DrawCommand], clip: Rect, opacity: float, damage: _Damage
) -> None:
    """Adds what lies between the commands that both sequences hold in the same order."""
    begin, shorter = in_common(old, new), min(len(old), len(new))
    end = 0
    while end < shorter - begin and same(old[-1 - end], new[-1 - end]):
        end += 1
    old, new = old[begin : len(old) - end], new[begin : len(new) - end]
    if len(old) == len(new):
        _replaced(old, new, clip, opacity, damage)
        return
    start = 0
    positions: dict[bytes, list[int]] = {}
    for index, command in enumerate(old):
        positions.setdefault(command.digest, []).append(index)
    waiting: list[DrawCommand] = []
    for command in new:
        kept = next((index for index in positions.get(command.digest, ()) if index >= start), None)
        if kept is None:
            waiting.append(command)
            continue
        _replaced(old[start:kept], waiting, clip, opacity, damage)
        waiting = []
        start = kept + 1
    _replaced(old[start:], waiting, clip, opacity, damage)


def _replaced(
    old: Sequence[DrawCommand], new: Sequence[DrawCommand], clip: Rect, opacity: float, damage: _Damage
) -> None:
    """``old`` gave way to ``new`` in one start of the order."""
    if len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            if not same(before, after):
                _altered(before, after, clip, opacity, damage)
        return
    for command in (*old, *new):
        damage.add(command, clip)


def _altered(before: DrawCommand, after: DrawCommand, clip: Rect, opacity: float, damage: _Damage) -> None:
    one, two = damage.extents.command(before), damage.extents.command(after)
    if (
        one is not None
        and two is not None
        and isinstance(before.source, GroupSource)
        and isinstance(after.source, GroupSource)
        and not (before.effects or after.effects)
        and _may_share(before.source.commands, after.source.commands)
        and _wrapping(before) == _wrapping(after)
    ):
        within = opacity_within(before, one, opacity, damage.extents)
        if within == opacity_within(after, two, opacity, damage.extents):
            part = intersection(union_of((one, two)) or clip, clip)
            if part is not None:
                opacity = 1.0 if within is None else within
                _compare(before.source.commands, after.source.commands, part, opacity, damage.within(after))
            return
    damage.add(before, clip)
    damage.add(after, clip)


def _may_share(old: Sequence[DrawCommand], new: Sequence[DrawCommand]) -> bool:
    """Whether something in two groups may be the same, so that looking into them pays."""
    if any(isinstance(command.source, GroupSource) for command in (*old, *new)) or len(old) * len(new) > MAX_PAIRS:
        return True
    return any(same(one, other) for one in old for other in new)


def in_common(old: Sequence[DrawCommand], new: Sequence[DrawCommand]) -> int:
    """How many commands at the bottom two sequences share."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if not same(one, other):
            break
        count += 1
    return count


def same(one: DrawCommand, other: DrawCommand) -> bool:
    """Whether two commands draw the same. Most that differ do so in a matrix, which spares their digests."""
    if one is other:
        return True
    if one.matrix != other.matrix or one.opacity != other.opacity or one.blend is not other.blend:
        return False
    if isinstance(one.source, GroupSource):
        if not isinstance(other.source, GroupSource) or len(one.source.commands) != len(other.source.commands):
            return False
        if not all(map(same, one.source.commands, other.source.commands)):
            return False
    return one.digest == other.digest


def _wrapping(command: DrawCommand) -> tuple[object, ...]:
    """What acts on a group as a whole, in a form that can be compared."""
    masks = tuple(
        (m.path.points.tobytes(), m.path.starts.tobytes(), m.mode.value, m.inverted, m.opacity, m.expansion, m.feather)
        for m in command.masks
    )
    matte = command.matte and (command.matte.mode, tuple(c.digest for c in command.matte.commands))
    clips = tuple((clip.box, clip.matrix) for clip in command.clips)
    return (command.matrix, command.opacity, command.blend, clips, masks, matte)


def merged(rects: Sequence[Rect], width: int, height: int) -> tuple[Rect, ...]:
    """Few disjoint rectangles of whole tiles that cover ``rects``: the cheapest of several ways to cover them."""
    boxes = {(x0 // TILE, y0 // TILE, -(-x1 // TILE), -(-y1 // TILE)) for x0, y0, x1, y1 in rects}
    if not boxes:
        return ()
    around = union_of(boxes) or (0, 0, 0, 0)
    best = [around]
    if around not in boxes:
        rows = tile_rows(boxes, around[3])
        least = sum(row.bit_count() for row in rows)
        if _cost(best) > least + 2 * REGION_COST:
            best = min((best, _joined(boxes), tile_rectangles(rows)), key=_cost)
    ordered = sorted(best, key=lambda rect: (rect[1], rect[0]))
    return tuple((x0 * TILE, y0 * TILE, min(width, x1 * TILE), min(height, y1 * TILE)) for x0, y0, x1, y1 in ordered)


def _cost(way: Sequence[Rect]) -> int:
    return sum((x1 - x0) * (y1 - y0) + REGION_COST for x0, y0, x1, y1 in way)


def _joined(boxes: Iterable[Rect]) -> list[Rect]:
    """Boxes around those that touch, until none touch."""
    apart: list[Rect] = []
    for x0, y0, x1, y1 in boxes:
        index = 0
        while index < len(apart):
            left, top, right, bottom = apart[index]
            if left <= x1 and right >= x0 and top <= y1 and bottom >= y0:
                if left <= x0 and right >= x1 and top <= y0 and bottom >= y1:
                    break
                x0, y0, x1, y1 = min(left, x0), min(top, y0), max(right, x1), max(bottom, y1)
                del apart[index]
                index = 0
            else:
                index += 1
        else:
            apart.append((x0, y0, x1, y1))
    return apart
