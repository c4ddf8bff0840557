"""Video layers: a clip of the package. Layer type 9 as Bodymovin exports it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from velocity_engine.builtin.layers.fit import fitted
from velocity_engine.display import DrawCommand, FrameReader, VideoSource, command
from velocity_engine.errors import MediaError, Place
from velocity_engine.model.layers import Layer, VideoContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


class PreparedVideo:
    """The frame of the clip that is on at a moment; before its start the first, after its end the last."""

    moves = True

    def __init__(self, content: VideoContent, reader: FrameReader, box: tuple[float, float]) -> None:
        self._content = content
        self._reader = reader
        self._place = fitted(box, (reader.width, reader.height), content.fit or "contain")

    def seconds_at(self, sampler: Sampler) -> float:
        """The clip's time in seconds."""
        content = self._content
        remap = content.time_remap
        seconds = sampler.time.own if remap is None else sampler.scalar(remap)
        first, last = content.trim or (0.0, math.inf)
        last = min(last, self._reader.seconds)
        length = last - first
        if content.loop and length > 0:
            return first + seconds % length
        return first + min(max(seconds, 0.0), max(length - 1e-6, 0.0))

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        index = self._reader.index_at(self.seconds_at(sampler))
        place = self._place
        return (command(VideoSource(self._reader, index, place.width, place.height, place.window), place.matrix),)


class VideoLayerType:
    key = "video"
    lottie_types = (9,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        content = layer.content
        assert isinstance(content, VideoContent)
        reader = context.clip(content.asset)
        if reader is None:
            raise MediaError("the clip cannot be opened", place=Place(layer=layer.name))
        asset = context.document.assets.get(content.asset)
        box = (asset.width, asset.height) if asset is not None else (0.0, 0.0)
        return PreparedVideo(content, reader, box)
