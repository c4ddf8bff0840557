"""The shape layer type."""

from __future__ import annotations

from typing import Any

from tests_support import still_sampler

from velocity_engine.builtin.layers.shape import ShapeLayerType
from velocity_engine.display import FillSource
from velocity_engine.errors import Finding
from velocity_engine.model.layers import Layer, ShapeContent
from velocity_engine.model.properties import Keyframe, Property, Vector, still
from velocity_engine.model.shapes import Ellipse, Fill, Repeater
from velocity_engine.plugin_types import LayerType


class Context:
    """What of a layer context shape layers use."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def report(self, finding: Finding) -> None:
        self.findings.append(finding)


def prepare(context: Any, *items: Any) -> Any:
    return ShapeLayerType().prepare(Layer(content=ShapeContent(items=items)), context)


ELLIPSE = Ellipse(position=still(0, 0), size=still(10, 10))
FILL = Fill(paint=still(1, 0, 0))


def test_it_is_the_layer_type_of_shapes() -> None:
    assert isinstance(ShapeLayerType(), LayerType)
    assert ShapeLayerType.key == "shape" and ShapeLayerType.lottie_types == (4,)


def test_a_still_layer() -> None:
    layer = prepare(Context(), ELLIPSE, FILL)
    assert not layer.moves
    (entry,) = layer.draw(still_sampler())
    assert isinstance(entry.source, FillSource) and entry.label == ""


def test_a_moving_layer() -> None:
    copies: Property[Vector] = Property((1.0,), (Keyframe(0.0, (1.0,)), Keyframe(10.0, (5.0,))))
    layer = prepare(Context(), ELLIPSE, FILL, Repeater(copies=copies, offset=still(0)))
    assert layer.moves
    assert [len(layer.draw(still_sampler(frame))) for frame in (0, 5, 10)] == [1, 3, 5]


def test_findings_reach_the_context() -> None:
    context = Context()
    prepare(context, ELLIPSE, FILL, Repeater(copies=still(5000), offset=still(0), pointer="/layers/0/shapes/2"))
    assert [f.place.pointer for f in context.findings] == ["/layers/0/shapes/2"]


def test_an_empty_layer_draws_nothing() -> None:
    assert prepare(Context()).draw(still_sampler()) == ()
