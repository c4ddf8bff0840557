"""Solid layers. Lottie specification, section "Solid Layer"."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand, FillSource, SolidPaint, command
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import Layer, SolidContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


class PreparedSolid:
    """A rectangle at the layer's origin in its colour."""

    def __init__(self, content: SolidContent) -> None:
        self._content = content
        self._path = rectangle_path(0.0, 0.0, content.width, content.height)
        self.moves = content.color.moves

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        if self._content.width <= 0 or self._content.height <= 0:
            return ()
        r, g, b, *rest = sampler.vector(self._content.color)
        return (command(FillSource(self._path, SolidPaint((r, g, b, rest[0] if rest else 1.0)))),)


class SolidLayerType:
    key = "solid"
    lottie_types = (1,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, SolidContent)
        return PreparedSolid(layer.content)
