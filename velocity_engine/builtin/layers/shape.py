"""Shape layers. Lottie specification, section "Shape Layer"."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand
from velocity_engine.model.layers import Layer, ShapeContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_engine.shapes.tree import compile_items


class PreparedShape:
    """Compiled shape items; commands are in layer coordinates, their matrices those of the groups."""

    def __init__(self, content: ShapeContent, context: LayerContext) -> None:
        self._drawing = compile_items(content.items, context.report)

    @property
    def moves(self) -> bool:
        return self._drawing.moves

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return self._drawing.draw(sampler)


class ShapeLayerType:
    key = "shape"
    lottie_types = (4,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, ShapeContent)
        return PreparedShape(layer.content, context)
