"""Precomp layers. Lottie specification, section "Precomposition Layer".

Their pictures come from the evaluator, which runs the composition at the layer's own time; this type says that they
move and that they exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand
from velocity_engine.errors import DocumentError, Place
from velocity_engine.model.layers import Layer, PrecompContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


class PreparedPrecomp:
    moves = True

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return ()


class PrecompLayerType:
    key = "precomp"
    lottie_types = (0,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PrecompContent)
        if layer.content.composition not in context.document.compositions:
            raise DocumentError(
                f"there is no composition {layer.content.composition!r}",
                place=Place(layer=layer.name, pointer=layer.pointer),
                hint="refId must name an asset that has layers",
            )
        return PreparedPrecomp()
