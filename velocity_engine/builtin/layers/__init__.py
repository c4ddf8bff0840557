"""The built-in layer types, registered through the hook that third parties use."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import LayerType


@hookimpl
def velocity_layers() -> list[LayerType]:
    from velocity_engine.builtin.layers.captions import CaptionsLayerType
    from velocity_engine.builtin.layers.image import ImageLayerType
    from velocity_engine.builtin.layers.null import NullLayerType
    from velocity_engine.builtin.layers.precomp import PrecompLayerType
    from velocity_engine.builtin.layers.shape import ShapeLayerType
    from velocity_engine.builtin.layers.solid import SolidLayerType
    from velocity_engine.builtin.layers.text import TextLayerType
    from velocity_engine.builtin.layers.video import VideoLayerType

    return [
        PrecompLayerType(),
        SolidLayerType(),
        ImageLayerType(),
        NullLayerType(),
        ShapeLayerType(),
        TextLayerType(),
        VideoLayerType(),
        CaptionsLayerType(),
    ]
