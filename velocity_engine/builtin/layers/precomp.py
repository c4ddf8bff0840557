"""Precomp layers. Lottie specification, section "Precomposition Layer"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.display import DrawCommand, command, group_source
from velocity_engine.errors import DocumentError, Place
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import BlendMode, Layer, PrecompContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


@dataclass(frozen=True, slots=True)
class PreparedPrecomp:
    """Draws a composition at the layer's own time."""

    layer: Layer
    content: PrecompContent
    frame_rate: float

    @property
    def moves(self) -> bool:
        return True

    @property
    def compositions(self) -> Sequence[str]:
        return (self.content.composition,)

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return self.draw_placed(sampler, IDENTITY)

    def draw_placed(self, sampler: Sampler, matrix: Matrix) -> Sequence[DrawCommand]:
        content = self.content
        size = (content.width, content.height)
        shown = sampler.placed_composition(content.composition, self._frame(sampler), matrix, size)
        if not self.layer.collapse and any(entry.blend is not BlendMode.NORMAL for entry in shown):
            return [command(group_source(shown))]  # blend modes look no further than the composition
        return shown

    def _frame(self, sampler: Sampler) -> float:
        if self.content.time_remap is not None:
            return sampler.scalar(self.content.time_remap) * self.frame_rate
        return (sampler.frame - self.layer.start_time) / (self.layer.stretch or 1.0)


class PrecompLayerType:
    key = "precomp"
    lottie_types = (0,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PrecompContent)
        if layer.content.composition not in context.document.compositions:
            raise DocumentError(
                f"there is no composition {layer.content.composition!r}",
                place=Place(layer=layer.name, pointer=layer.pointer),
                hint="The layer's refId must name an asset that has layers",
            )
        return PreparedPrecomp(layer, layer.content, context.document.frame_rate)
