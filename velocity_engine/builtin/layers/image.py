"""Image layers, still and animated. Lottie specification, section "Image Layer"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from velocity_engine.builtin.layers.fit import fitted
from velocity_engine.display import DrawCommand, ImageSource, Picture, command
from velocity_engine.model.document import MediaAsset
from velocity_engine.model.layers import ImageContent, Layer
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler


class PreparedImage:
    """Each frame of the picture as a command; an animated one runs from the layer's start and repeats."""

    def __init__(
        self, layer: Layer, frames: Sequence[tuple[float, Picture]], asset: MediaAsset | None, fit: str
    ) -> None:
        box = (asset.width, asset.height) if asset is not None else (0.0, 0.0)
        self._starts = [start for start, _ in frames]
        self._commands = [_image_command(picture, box, fit) for _, picture in frames]
        # The last frame has no end of its own: it lasts as long as the one before it.
        self._length = self._starts[-1] + (self._starts[-1] - self._starts[-2]) if len(frames) > 1 else 0.0
        self._start_frame = layer.start_time
        self.moves = len(frames) > 1

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        if not self.moves or self._length <= 0.0:
            return (self._commands[0],)
        rate = sampler.frame / sampler.seconds if sampler.seconds else 0.0
        seconds = sampler.seconds - (self._start_frame / rate if rate else 0.0)
        return (self._commands[max(bisect_right(self._starts, seconds % self._length) - 1, 0)],)


def _image_command(picture: Picture, box: tuple[float, float], fit: str) -> DrawCommand:
    height, width = picture.pixels.shape[:2]
    fitting = fitted(box, (width, height), fit)
    return command(ImageSource(picture, fitting.width, fitting.height, fitting.window), fitting.matrix)


class ImageLayerType:
    key = "image"
    lottie_types = (2,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        content = layer.content
        assert isinstance(content, ImageContent)
        frames = context.picture(content.asset)
        return PreparedImage(layer, frames, context.document.assets.get(content.asset), content.fit or "contain")
