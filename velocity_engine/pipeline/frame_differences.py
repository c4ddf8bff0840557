"""In which frames two renders differ, and why: by the digests of their display lists, without drawing a pixel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from velocity_engine.composite.changes import same
from velocity_engine.display import CLEAR, DisplayList, DrawCommand, commands_in, digest_of
from velocity_engine.errors import FrameRangeError
from velocity_engine.given.arguments import require
from velocity_engine.pipeline.prepared import frame_total, raise_on_errors
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plugins.output_shape import exact_rate
from velocity_engine.template import OPENED, Template

GROUND, ORDER, CONTENT = "background", "order of the layers", "content"
FIRST_ONLY, SECOND_ONLY = "shown in the first only", "shown in the second only"
ASPECTS = ("position, scale or rotation", "opacity", "blend mode", "masks", "matte", "effects", "clipping")


@dataclass(frozen=True, slots=True, order=True)
class LayerDifference:
    """What of a layer is drawn differently.

    Attributes:
        layer: The path of the layer. Empty for the background.
        aspects: What differs, in words: "content", "opacity", "shown in the first only" and so on.
    """

    layer: str
    aspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrameDifference:
    """A run of output frames that differ for the same reasons.

    Attributes:
        first: The first of them, from 0.
        last: The frame after the last of them.
        layers: What of which layers differs, the lowest layer first.
    """

    first: int
    last: int
    layers: tuple[LayerDifference, ...]


def frame_differences(one: Template, other: Template) -> tuple[FrameDifference, ...]:
    """Compares what two templates show, frame by frame, without drawing a pixel.

    Args:
        one: The first template, of ``open_template`` or ``Template.customized``.
        other: The second one. Frames that only one of them has differ from nothing: they are not told.

    Returns:
        The runs of frames that differ, each with what differs of which layers.

    Raises:
        RenderFailed: One of them cannot be rendered, for example because a picture is missing.
        FrameRangeError: They have other sizes or frame rates, so that no frame is like another.
        WrongTypeError: An argument is no template.

    Example:
        >>> with template.customized([{"layer": "Price", "text": "9.99"}]) as changed:
        ...     for run in ve.frame_differences(template, changed):
        ...         print(run.first, run.last, [layer.layer for layer in run.layers])
    """
    require("one", one, Template, OPENED)
    require("other", other, Template, OPENED)
    shapes = [(each.width, each.height, each.frame_rate) for each in (one, other)]
    if shapes[0] != shapes[1]:
        told = [f"{width}x{height} at {rate:g} frames/s" for width, height, rate in shapes]
        raise FrameRangeError(f"no frame of {told[0]} is like one of {told[1]}", hint="Compare templates of one size")
    plans = [one.plan(), other.plan()]
    try:
        scenes: list[TimelineScene] = []
        counts: list[int] = []
        for template, plan in zip((one, other), plans, strict=True):
            raise_on_errors(plan.all_findings())
            start, end = template.frame_range(None)
            rate = exact_rate(template.frame_rate)
            counts.append(frame_total(start, end, template.frame_rate, rate))
            ground = plan.document.background or CLEAR
            scenes.append(TimelineScene.of(plan, (template.width, template.height), rate, start, ground))
        return tuple(_runs(scenes[0], scenes[1], min(counts)))
    finally:
        for plan in plans:
            plan.close()


def _runs(one: TimelineScene, other: TimelineScene, count: int) -> Iterator[FrameDifference]:
    begun = 0
    reasons: tuple[LayerDifference, ...] = ()
    for number in range(count):
        now = _reasons(one.display_list(number), other.display_list(number))
        if now != reasons:
            if reasons:
                yield FrameDifference(begun, number, reasons)
            begun, reasons = number, now
    if reasons:
        yield FrameDifference(begun, count, reasons)


def _reasons(one: DisplayList, other: DisplayList) -> tuple[LayerDifference, ...]:
    if one.digest == other.digest:
        return ()
    found: dict[str, dict[str, None]] = {"": {GROUND: None}} if one.background != other.background else {}
    _compare(one.commands, other.commands, "", found)
    told = tuple(LayerDifference(layer, tuple(aspects)) for layer, aspects in found.items())
    return told or (LayerDifference("", (ORDER,)),)


def _compare(
    one: Sequence[DrawCommand], other: Sequence[DrawCommand], within: str, found: dict[str, dict[str, None]]
) -> None:
    """Adds what differs, by the layers that draw it. What has no layer of its own is drawn by that ``within``."""
    first, second = _by_layer(one, within), _by_layer(other, within)
    for layer in dict.fromkeys((*first, *second)):
        before, after = first.get(layer, []), second.get(layer, [])
        if not (before and after):
            found.setdefault(layer, {})[FIRST_ONLY if before else SECOND_ONLY] = None
        elif len(before) != len(after):
            found.setdefault(layer, {})[CONTENT] = None
        else:
            for pair in zip(before, after, strict=True):
                if not same(*pair):
                    _add(*pair, layer, found)


def _by_layer(commands: Sequence[DrawCommand], within: str) -> dict[str, list[DrawCommand]]:
    found: dict[str, list[DrawCommand]] = {}
    for entry in commands:
        found.setdefault(entry.label or within, []).append(entry)
    return found


def _add(before: DrawCommand, after: DrawCommand, layer: str, found: dict[str, dict[str, None]]) -> None:
    pairs = zip(ASPECTS, _around(before), _around(after), strict=True)
    aspects = [name for name, one, other in pairs if one != other]
    if before.source.digest != after.source.digest:
        inner, others = _layers_in(before), _layers_in(after)
        if inner and others:
            _compare(inner, others, layer, found)
        else:
            aspects.insert(0, CONTENT)
    if aspects:
        found.setdefault(layer, {}).update(dict.fromkeys(aspects))


def _layers_in(entry: DrawCommand) -> Sequence[DrawCommand]:
    """The commands of a group, where they are those of layers: a group also holds the paths of one shape layer."""
    commands = commands_in(entry.source)
    return commands if all(inner.label for inner in commands) else ()


def _around(entry: DrawCommand) -> tuple[object, ...]:
    """What acts on the content of a command, in the order of ``ASPECTS``."""
    masks = tuple((m.path.digest, m.mode, m.inverted, m.opacity, m.expansion, m.feather) for m in entry.masks)
    matte = None if entry.matte is None else (entry.matte.mode, *(inner.digest for inner in entry.matte.commands))
    effects = digest_of(*(call.parts for call in entry.effects))
    clips = tuple((clip.box, clip.matrix) for clip in entry.clips)
    return (entry.matrix, entry.opacity, entry.blend, masks, matte, effects, clips)
