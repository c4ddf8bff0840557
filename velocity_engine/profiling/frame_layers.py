"""What each layer shows at a frame: where it draws, and which tiles it makes dirty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from velocity_engine.composite import Rect, changed_regions
from velocity_engine.composite.changes import changed_by_label
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.rects import intersection, union
from velocity_engine.composite.tiles import TILE
from velocity_engine.display import CLEAR, DisplayList, DrawCommand, commands_in
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.given.arguments import require, sides
from velocity_engine.profiling.addresses import Addresses, addresses_of
from velocity_engine.template import OPENED, Template

Tile = tuple[int, int]
"""Column and row."""


@dataclass(frozen=True, slots=True)
class FrameLayer:
    """What one layer does at a frame.

    Attributes:
        layer: The address of the layer, as ``LayerInfo.path`` has it. Empty for the ground.
        box: (x0, y0, x1, y1): the pixels within which the layer draws, half-open. They can lie outside of the picture.
            None where it draws nothing.
        tiles: The tiles that change because of the layer since the frame before, as (column, row).
    """

    layer: str
    box: Rect | None
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameLayers:
    """The layers of a frame.

    Attributes:
        frame: The moment, in frames of the composition.
        width: The width of the picture in pixels, in which all coordinates are.
        height: The height of the picture.
        tile: The side of a tile in pixels.
        layers: The layers that draw something or change something, the lowest first.
        dirty: All tiles that are drawn again for this frame: more than those of the layers, since they are joined to
            few rectangles.
    """

    frame: float
    width: int
    height: int
    tile: int
    layers: tuple[FrameLayer, ...]
    dirty: tuple[Tile, ...]


def frame_layers(template: Template, frame: float | None = None, size: tuple[int, int] | None = None) -> FrameLayers:
    """Finds where each layer draws at a frame, and which tiles it makes dirty. No pixel is drawn for that.

    Args:
        template: What ``open_template`` returned.
        frame: The moment, in frames of the composition; by default the first.
        size: (width, height) of the picture in pixels; by default the composition's.

    Returns:
        The layers. At the first frame every tile is dirty, and no layer is the reason.

    Raises:
        FrameRangeError: The composition does not have the frame, or the size cannot be drawn.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     for layer in ve.frame_layers(template, frame=75).layers:
        ...         print(layer.layer, layer.box, len(layer.tiles))
    """
    require("template", template, Template, OPENED)
    at = template.first_frame if frame is None else template.require_frame(frame)
    width, height = sides((template.width, template.height) if size is None else size)
    plan = template.plan()
    try:
        evaluator, ground = Evaluator(plan), plan.document.background or CLEAR
        viewport = fit_viewport((template.width, template.height), width, height)
        before = evaluator.display_list(at - 1.0, viewport, ground) if at - 1.0 >= plan.document.in_point else None
        now = evaluator.display_list(at, viewport, ground)
        return _layers(at, before, now, addresses_of(plan))
    finally:
        plan.close()


def _layers(frame: float, before: DisplayList | None, now: DisplayList, addresses: Addresses) -> FrameLayers:
    extents = Extents()
    boxes = boxes_of(now.commands, extents, addresses)
    changed = {} if before is None else tiles_by_layer(before, now, extents, addresses)
    layers = [
        FrameLayer(layer, boxes.get(layer), changed.get(layer, ())) for layer in dict.fromkeys((*boxes, *changed))
    ]
    dirty = tiles_of(changed_regions(before, now, extents))
    return FrameLayers(frame, now.width, now.height, TILE, tuple(layers), tuple(sorted(dirty)))


def boxes_of(commands: Sequence[DrawCommand], extents: Extents, addresses: Addresses) -> dict[str, Rect]:
    """The pixels within which each layer draws, by its address. What a composition shows counts for the layer that
    shows it as well.
    """
    found: dict[str, Rect] = {}
    for label, rect in _extents_of(commands, "", None, extents):
        for one in addresses.around(label):
            address = addresses.of(one)
            found[address] = union(found.get(address), rect) or rect
    return found


def _extents_of(
    commands: Iterable[DrawCommand], label: str, clip: Rect | None, extents: Extents
) -> Iterator[tuple[str, Rect]]:
    """The extent of each command, and of those inside of it, with the label that it counts for."""
    for command in commands:
        extent = extents.command(command)
        rect = extent if extent is None or clip is None else intersection(extent, clip)
        if rect is None:
            continue
        name = command.label or label
        yield name, rect
        yield from _extents_of(commands_in(command.source), name, rect, extents)
        if command.matte is not None:
            yield from _extents_of(command.matte.commands, name, None, extents)


def tiles_by_layer(
    before: DisplayList, now: DisplayList, extents: Extents, addresses: Addresses
) -> dict[str, tuple[Tile, ...]]:
    """The tiles that change from one display list to the next, by the address of the layer that is the reason."""
    found: dict[str, set[Tile]] = {}
    for label, rects in changed_by_label(before, now, extents).items():
        for one in addresses.around(label):
            found.setdefault(addresses.of(one), set()).update(tiles_of(rects))
    return {address: tuple(sorted(tiles)) for address, tiles in found.items()}


def tiles_of(rects: Iterable[Rect]) -> set[Tile]:
    """The tiles that rectangles touch, as (column, row)."""
    return {
        (column, row)
        for x0, y0, x1, y1 in rects
        for row in range(y0 // TILE, -(-y1 // TILE))
        for column in range(x0 // TILE, -(-x1 // TILE))
    }
