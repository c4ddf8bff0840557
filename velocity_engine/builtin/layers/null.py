"""Null layers: they move others and draw nothing. Lottie specification, section "Null Layer"."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand
from velocity_engine.model.layers import Layer
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


class Nothing:
    """Draws nothing, ever."""

    moves = False

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return ()


class NullLayerType:
    key = "null"
    lottie_types = (3,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        return Nothing()
