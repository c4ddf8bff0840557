"""Compositing: a display list to premultiplied RGBA pixels, only where they changed.

``Compositor`` draws, ``changed_regions`` tells where two display lists differ, ``FrameCompositor`` joins both for a run
of frames.
"""

from velocity_engine.composite.changes import changed_regions
from velocity_engine.composite.compositor import Compositor
from velocity_engine.composite.extents import command_bounds
from velocity_engine.composite.frames import FrameCompositor, PlanarFrame
from velocity_engine.composite.rects import Rect

__all__ = ["Compositor", "FrameCompositor", "PlanarFrame", "Rect", "changed_regions", "command_bounds"]
