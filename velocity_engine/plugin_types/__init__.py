"""What plugins provide, as protocols: layer types, effects, layer styles, codecs, storage backends, executors, fonts.

A plugin's class does not inherit from a protocol: it has the same attributes and methods. Built-ins implement the same
protocols and are registered through the same hooks (``velocity_engine.hookspecs``).

Threads: each object that a hook returns is made once in a process and serves all renders of it. Several renders, and
several threads of one render, may call it at the same time. So its methods must not change the object, except for
caches that are safe with threads.
"""

from __future__ import annotations

from velocity_engine.plugin_types.codecs import (
    AVI,
    BUFFER_START,
    MOV,
    MP4,
    PIXEL_FORMATS,
    WEBM,
    Codec,
    Container,
    EncoderSettings,
    EncodesFrames,
    FileRequest,
    FileWriter,
    FrameEncoder,
    WritesFiles,
)
from velocity_engine.plugin_types.effects import Echo, EchoOperator, EffectType, ReadsLayers, ShowsEchoes, TellsLimits
from velocity_engine.plugin_types.executors import (
    EncodedPacket,
    EncodedSegment,
    Executor,
    ReachedAtAddress,
    RenderWatch,
    Segment,
)
from velocity_engine.plugin_types.fonts import ANY_SCRIPT, EMOJI, FontFile, ProvidedFont
from velocity_engine.plugin_types.layer_types import (
    DrawsCompositions,
    DrawsPlaced,
    LayerContext,
    LayerType,
    MediaSource,
    PreparedLayer,
    TakesData,
)
from velocity_engine.plugin_types.storages import NamesInPlace, Storage, StoredFile, TakesOptions
from velocity_engine.plugin_types.styles import StyleCall, StyledLayer, StyleType

__all__ = [
    "ANY_SCRIPT",
    "AVI",
    "BUFFER_START",
    "EMOJI",
    "MOV",
    "MP4",
    "PIXEL_FORMATS",
    "WEBM",
    "Codec",
    "Container",
    "DrawsCompositions",
    "DrawsPlaced",
    "Echo",
    "EchoOperator",
    "EffectType",
    "EncodedPacket",
    "EncodedSegment",
    "EncoderSettings",
    "EncodesFrames",
    "Executor",
    "FileRequest",
    "FileWriter",
    "FontFile",
    "FrameEncoder",
    "LayerContext",
    "LayerType",
    "MediaSource",
    "NamesInPlace",
    "PreparedLayer",
    "ProvidedFont",
    "ReachedAtAddress",
    "ReadsLayers",
    "RenderWatch",
    "Segment",
    "ShowsEchoes",
    "Storage",
    "StoredFile",
    "StyleCall",
    "StyleType",
    "StyledLayer",
    "TakesData",
    "TakesOptions",
    "TellsLimits",
    "WritesFiles",
]
