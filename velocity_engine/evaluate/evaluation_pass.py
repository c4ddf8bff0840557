"""What is handed down while a composition is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from velocity_engine.display import DrawCommand
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.motion.transforms import Matrix4
from velocity_engine.plan.layers import PlannedComposition, PlannedLayer
from velocity_engine.plan.timeline import Ahead


@dataclass(frozen=True, slots=True)
class Viewport:
    """The output picture: ``matrix`` fits the composition inside and centres it."""

    width: int
    height: int
    matrix: Matrix


def fit_viewport(document_size: tuple[float, float], width: int, height: int) -> Viewport:
    scale = min(width / document_size[0], height / document_size[1])
    left, top = (width - document_size[0] * scale) / 2, (height - document_size[1] * scale) / 2
    return Viewport(width, height, (scale, 0.0, 0.0, scale, left, top))


EVERYWHERE = Viewport(2**40, 2**40, IDENTITY)
"""The viewport that no clip leaves free."""


@cache
def _shows_compositions(kind: object) -> bool:
    """Whether prepared layers of a type are ``DrawsCompositions``: to ask the protocol of each layer costs a third of
    evaluating a frame."""
    return hasattr(kind, "compositions")


@dataclass(slots=True)
class Tally:
    """What one display list has so far.

    Attributes:
        commands: How many, those of its compositions counted in each of them.
        nested: How many of these came from compositions, or from layers that were shown before.
        layers: The layers that are shown, by the id of the planned one.
    """

    commands: int = 0
    nested: int = 0
    layers: set[int] = field(default_factory=set)

    def count(self, planned: PlannedLayer, commands: int) -> None:
        """Notes what a layer draws."""
        self.commands += commands
        kind: object = type(planned.prepared)
        if id(planned) in self.layers or _shows_compositions(kind):
            self.nested += commands
        self.layers.add(id(planned))


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk through the layers of a composition.

    Attributes:
        frame: The moment, in frames of the composition.
        base: From the composition's coordinates to device pixels.
        size: Width and height of the composition.
        viewport: The picture on the device; what lies outside is not cut away.
        camera: What sees the composition's layers of three dimensions; None where there is no camera.
        depth: How many mattes and precomps stand around the composition.
        tally: Of the display list that the walk is for.
        ahead: How far captions, and a clip that plays on while its region is held, are ahead of the moment.
        composition: The composition; None before the walk has begun.
        shutter: How far the moment that layers with the motion blur switch are drawn at is from the frame, in frames,
            where a layer around the composition is drawn while the shutter is open; else None.
        camera_is_old: Whether the camera is that of another moment.
        mattes: What the mattes of the composition show, by the id of their planned layer: several layers may share one.
        finer: Whether it is in finer pixels than the device's.
    """

    frame: float
    base: Matrix
    size: tuple[float, float]
    viewport: Viewport
    camera: Matrix4 | None = None
    depth: int = 0
    tally: Tally = field(default_factory=Tally)
    ahead: Ahead | None = None
    composition: PlannedComposition | None = None
    shutter: float | None = None
    camera_is_old: bool = False
    mattes: dict[int, tuple[DrawCommand, ...]] = field(default_factory=dict)
    finer: bool = False
