"""What each layer costs, measured by drawing frames as a render does: only what changed, on one processor."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.composite import FrameCompositor, Rect
from velocity_engine.composite.extents import Extents
from velocity_engine.display import DisplayList
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.given.arguments import Cancelled, number, question, require, sides
from velocity_engine.pipeline.prepared import BLACK
from velocity_engine.plan.plan import Plan
from velocity_engine.profiling.addresses import addresses_of
from velocity_engine.profiling.frame_layers import tiles_by_layer, tiles_of
from velocity_engine.profiling.layer_clock import LayerClock, MeasuredEvaluator, Spent, measured_compositor
from velocity_engine.template import OPENED, Template

WINDOW = 12  # frames that follow each other, after one that is not counted
SECONDS = 4.0
MS = 1e6  # nanoseconds


@dataclass(frozen=True, slots=True)
class LayerCost:
    """What one layer takes, of the mean frame. The layers inside of a composition count for themselves, so that all
    costs add up.

    Attributes:
        layer: The address of the layer, as ``LayerInfo.path`` has it. Empty for what belongs to no layer.
        evaluate_ms: Milliseconds until it is known what the layer draws: keyframes, expressions, shapes, the setting of
            texts.
        draw_ms: Milliseconds of drawing it, with its effects, masks and matte.
        share: Its part of the whole time, 0 to 1.
        tiles: How many tiles it makes dirty.
        changing: In which share of the frames it makes any tile dirty, 0 to 1.
    """

    layer: str
    evaluate_ms: float
    draw_ms: float
    share: float
    tiles: float
    changing: float

    @property
    def milliseconds(self) -> float:
        """Evaluating and drawing together."""
        return self.evaluate_ms + self.draw_ms


@dataclass(frozen=True, slots=True)
class LayerCosts:
    """What was measured.

    Attributes:
        width: The width of the frames in pixels.
        height: The height of the frames.
        frames: How many frames were measured.
        whole: Whether these are all frames of the template but the first.
        held: The share of frames that are equal to the one before, 0 to 1.
        dirty: The share of all tiles that are drawn again, of the mean frame, 0 to 1.
        frame_ms: Milliseconds of the mean frame, held ones included, on one processor, without encoding.
        layers: The cost of each layer, the dearest first.
    """

    width: int
    height: int
    frames: int
    whole: bool
    held: float
    dirty: float
    frame_ms: float
    layers: tuple[LayerCost, ...]


def layer_costs(
    template: Template,
    size: tuple[int, int] | None = None,
    seconds: float = SECONDS,
    cancelled: Cancelled | None = None,
) -> LayerCosts | None:
    """Measures what each layer costs, by drawing frames of the template.

    Args:
        template: What ``open_template`` returned.
        size: (width, height) of the frames in pixels; by default the composition's.
        seconds: About how long it may take, by the clock. Where that does not suffice for all frames, runs of them are
            drawn that lie evenly along the timeline; at least one run is.
        cancelled: A function or an event that is asked at each frame.

    Returns:
        The costs. None where the template has a single frame, or ``cancelled`` was true.

    Raises:
        FrameRangeError: The size cannot be drawn.
        WrongTypeError: An argument has a wrong type.
        VelocityError: A frame cannot be drawn.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     costs = ve.layer_costs(template, size=(1280, 720))
        ...     for layer in costs.layers[:3]:
        ...         print(layer.layer, f"{layer.milliseconds:.2f} ms a frame")
    """
    require("template", template, Template, OPENED)
    width, height = sides((template.width, template.height) if size is None else size)
    until = time.perf_counter() + number("seconds", seconds, "Give a number of seconds, such as 4")
    asked = question(cancelled)
    plan = template.plan()
    try:
        course = _Course(template, plan, (width, height))
        for first, count in windows(template.frame_count):
            if course.frames and time.perf_counter() > until:
                break
            for position in range(count + 1):
                if asked():
                    return None
                course.advance(template.first_frame + first + position, counted=position > 0)
        return course.costs() if course.frames else None
    finally:
        plan.close()


def windows(frames: int) -> list[tuple[int, int]]:
    """Runs of frames, each as the one before it and the number of those that are counted; every beginning of the list
    lies evenly along the whole.
    """
    found = [(first, min(WINDOW, frames - 1 - first)) for first in range(0, frames - 1, WINDOW)]
    order = sorted(range(len(found)), key=_turned)
    return [found[index] for index in order]


def _turned(number: int) -> int:
    """The bits of a number in the other order: 0, 1/2, 1/4, 3/4 and so on of the whole."""
    return int(f"{number:020b}"[::-1], 2)


class _Course:
    """Draws frames, and adds up what they take."""

    def __init__(self, template: Template, plan: Plan, size: tuple[int, int]) -> None:
        self.frames = 0
        self._whole = template.frame_count - 1
        self._size = size
        self._clock = LayerClock()
        self._evaluator = MeasuredEvaluator(plan, self._clock)
        self._canvas = FrameCompositor(*size, measured_compositor(self._clock))
        self._viewport = fit_viewport((template.width, template.height), *size)
        self._ground = plan.document.background or BLACK
        self._addresses = addresses_of(plan)
        self._extents = Extents()
        self._shown: DisplayList | None = None
        self._evaluating: Counter[str] = Counter()
        self._drawing: Counter[str] = Counter()
        self._tiles: Counter[str] = Counter()
        self._changing: Counter[str] = Counter()
        self._held = self._dirty = 0

    def advance(self, frame: float, *, counted: bool) -> None:
        """Draws a frame. One that is not ``counted`` only makes ready for the next."""
        self._clock.take()
        display = self._evaluator.display_list(frame, self._viewport, self._ground)
        evaluating = self._clock.take()
        _, regions = self._canvas.advance(display)
        drawing = self._clock.take()
        before, self._shown = self._shown, display
        if counted and before is not None:
            self._count(evaluating, drawing, regions)
            self._count_tiles(before, display)

    def _count(self, evaluating: Spent, drawing: Spent, regions: Sequence[Rect]) -> None:
        self.frames += 1
        self._held += not regions
        self._dirty += len(tiles_of(regions))
        for spent, total in ((evaluating, self._evaluating), (drawing, self._drawing)):
            for label, nanoseconds in spent.items():
                total[self._addresses.of(label)] += nanoseconds

    def _count_tiles(self, before: DisplayList, now: DisplayList) -> None:
        for layer, tiles in tiles_by_layer(before, now, self._extents, self._addresses).items():
            self._tiles[layer] += len(tiles)
            self._changing[layer] += 1

    def costs(self) -> LayerCosts:
        whole = (self._evaluating.total() + self._drawing.total()) or 1
        every = len(tiles_of([(0, 0, *self._size)]))
        names = dict.fromkeys((*self._drawing, *self._evaluating, *self._tiles))
        layers = [
            LayerCost(
                layer=name,
                evaluate_ms=self._evaluating[name] / MS / self.frames,
                draw_ms=self._drawing[name] / MS / self.frames,
                share=(self._evaluating[name] + self._drawing[name]) / whole,
                tiles=self._tiles[name] / self.frames,
                changing=self._changing[name] / self.frames,
            )
            for name in names
        ]
        return LayerCosts(
            width=self._size[0],
            height=self._size[1],
            frames=self.frames,
            whole=self.frames >= self._whole,
            held=self._held / self.frames,
            dirty=self._dirty / (self.frames * every),
            frame_ms=whole / MS / self.frames,
            layers=tuple(sorted(layers, key=lambda one: -one.milliseconds)),
        )
