"""The display list: what is drawn at one frame. It is flat, immutable and in painter's order (the lowest first).

Each entry has a digest of its content. Two commands with the same digest draw the same pixels.
The ``matrix`` of a command maps its coordinates to device pixels, whose centres lie at (x + 0.5, y + 0.5).
Colours in paints are straight RGBA from 0 to 1. Pixels are premultiplied RGBA, uint8.
The arrays in these objects must not be written to once the object is made.

Example:
    >>> fill = FillSource(path, SolidPaint((1.0, 0.5, 0.0, 1.0)))
    >>> entry = command(fill, opacity=0.5)
"""

from velocity_engine.display.commands import (
    BLUR_SIZE_TO_SIGMA,
    GAUSSIAN_BLUR,
    MAX_BLUR_SIGMA,
    MAX_EFFECT_MARGIN,
    RESAMPLE,
    DisplayList,
    DrawCommand,
    EffectCall,
    FinerDrawing,
    GroupSource,
    LayerPicture,
    Matte,
    MeanSource,
    Source,
    altered,
    blur_call,
    command,
    commands_in,
    display_list,
    group_source,
)
from velocity_engine.display.cuts import (
    Clip,
    MaskPath,
)
from velocity_engine.display.paints import (
    CLEAR,
    COLOR_SCHEMA,
    RGBA,
    GradientPaint,
    Paint,
    SolidPaint,
    rgba,
)
from velocity_engine.display.sources import (
    FillSource,
    FrameReader,
    ImageSource,
    Picture,
    StrokeSource,
    VideoSource,
    picture,
)
from velocity_engine.model.digests import Digest, digest_of

__all__ = [
    "BLUR_SIZE_TO_SIGMA",
    "CLEAR",
    "COLOR_SCHEMA",
    "GAUSSIAN_BLUR",
    "MAX_BLUR_SIGMA",
    "MAX_EFFECT_MARGIN",
    "RESAMPLE",
    "RGBA",
    "Clip",
    "Digest",
    "DisplayList",
    "DrawCommand",
    "EffectCall",
    "FillSource",
    "FinerDrawing",
    "FrameReader",
    "GradientPaint",
    "GroupSource",
    "ImageSource",
    "LayerPicture",
    "MaskPath",
    "Matte",
    "MeanSource",
    "Paint",
    "Picture",
    "SolidPaint",
    "Source",
    "StrokeSource",
    "VideoSource",
    "altered",
    "blur_call",
    "command",
    "commands_in",
    "digest_of",
    "display_list",
    "group_source",
    "picture",
    "rgba",
]
