"""What the render pipeline asks of a template: a display list for each output frame."""

from __future__ import annotations

from typing import Protocol

from velocity_engine.display import DisplayList


class Scene(Protocol):
    """``width`` and ``height`` in output pixels. ``display_list`` may be called from any one thread at a time."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    def display_list(self, output_frame: int) -> DisplayList:
        """The display list of output frame ``output_frame``, counted from 0."""
        ...
