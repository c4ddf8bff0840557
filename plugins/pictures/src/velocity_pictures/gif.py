"""GIF (GIF89a): which pixels are drawn, and what changed of each frame. ``gif_writer`` makes the pictures of it."""

from __future__ import annotations

import zlib
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from velocity_engine.encoder_config import EncoderConfig, bad_setting
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncoderSettings, FileRequest, FileWriter
from velocity_pictures.animations import ChangeEncoder, animation_seconds
from velocity_pictures.gif_writer import GifWriter
from velocity_pictures.traits import picture_problems, pixel_problems, settings_for

MAX_FRAMES_A_SECOND = 50  # of shorter delays browsers make a tenth of a second
OPAQUE = 128  # the alpha from which a pixel is drawn
FASTEST = 1  # the level at which zlib packs what waits for the palette


class Gif:
    key = "gif"
    number: int | None = None
    title = "GIF"
    pixel_formats = ("rgba",)
    containers = (Container(key="gif", endings=(".gif",), mime_type="image/gif"),)
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = picture_problems(self.title, config) + pixel_problems(self.title, width, height)
        if rate > MAX_FRAMES_A_SECOND:
            message = f"the frame rate is {float(rate):g}"
            found.append(bad_setting("fps_num", message, f"GIF shows at most {MAX_FRAMES_A_SECOND} frames a second"))
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return settings_for("rgba", {})

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> ChangeEncoder:
        return ChangeEncoder(lambda pixels: zlib.compress(pixels.tobytes(), FASTEST), seen=drawn_or_clear)

    def writer(self, request: FileRequest) -> FileWriter:
        return GifWriter(request)

    def length(self, path: str, container: Container) -> float:
        return animation_seconds(path)


def drawn_or_clear(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The pixels of an RGBA frame with alpha 255 or none at all, (h, w, 4)."""
    pixels = np.asarray(frame.to_ndarray(), np.uint8)
    drawn = pixels[..., 3] >= OPAQUE
    found = np.where(drawn[..., None], pixels, 0).astype(np.uint8)
    found[..., 3] = np.where(drawn, 255, 0)
    return found
