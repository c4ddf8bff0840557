"""The pixel formats of frames (``plugin_types.PIXEL_FORMATS``), by what they hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """``across`` and ``down``: 1 where chroma has half the columns, half the rows. ``packed``: no planes, but RGB or
    RGBA pixels."""

    name: str
    across: int
    down: int
    bits: int
    alpha: bool
    packed: bool

    @property
    def usual(self) -> bool:
        """Whether it is that of most video: 8-bit 4:2:0, opaque."""
        return self.name == "yuv420p"

    def frame_bytes(self, width: int, height: int) -> int:
        """Of one frame of ``width`` x ``height`` pixels."""
        if self.packed:
            return width * height * (4 if self.alpha else 3)
        quarters = 4 + 2 * (4 >> (self.across + self.down)) + (4 if self.alpha else 0)
        return width * height * quarters * (2 if self.bits > 8 else 1) // 4


def pixel_format(name: str) -> PixelFormat:
    """The format of FFmpeg's ``name``."""
    if name in ("rgb24", "rgba"):
        return PixelFormat(name, 0, 0, 8, name == "rgba", True)
    sampling = name.removeprefix("yuva").removeprefix("yuv")[:3]
    across, down = {"420": (1, 1), "422": (1, 0), "444": (0, 0)}[sampling]
    return PixelFormat(name, across, down, 10 if name.endswith("p10le") else 8, name.startswith("yuva"), False)
