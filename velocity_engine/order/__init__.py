"""A render request as one value, and the files that it names."""

from __future__ import annotations

from velocity_engine.order.duration import Duration
from velocity_engine.order.file_reference import FileReference, content_sha256
from velocity_engine.order.motion_blur import MotionBlur
from velocity_engine.order.poster import POSTER_FORMATS, Poster
from velocity_engine.order.render_order import RenderOrder
from velocity_engine.order.sound_mix import Ducking, SoundMix

__all__ = [
    "POSTER_FORMATS",
    "Ducking",
    "Duration",
    "FileReference",
    "MotionBlur",
    "Poster",
    "RenderOrder",
    "SoundMix",
    "content_sha256",
]
