"""A still, and what draws stills of one plan."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import CLEAR
from velocity_engine.errors import Finding, PackageError
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.plan.plan import Plan

if TYPE_CHECKING:
    from PIL import Image

CLOSED = "Open it again, and use it before it is closed"
PNG_LEVEL = 2  # a quarter of the time of the usual 6, and a sixth more bytes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Still:
    """One frame as an array, and what of it is not drawn as the designer meant. A notebook shows the picture.

    ``numpy.asarray(still)`` is the array.

    Attributes:
        pixels: (height, width, 4) uint8: RGBA with straight alpha, on a clear ground.
        frame: The moment that it shows, in frames of the composition.
        findings: What is missing or not supported. Where one has the severity "error", a render would fail.

    Example:
        >>> still = ve.still(template, frame=75, size=(640, 360))
        >>> still.image().save("promo.png")
    """

    pixels: NDArray[np.uint8]
    frame: float
    findings: tuple[Finding, ...] = ()

    @property
    def width(self) -> int:
        """The width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """The height in pixels."""
        return int(self.pixels.shape[0])

    def image(self) -> Image.Image:
        """Returns a picture of Pillow, of mode RGBA."""
        from PIL import Image

        return Image.fromarray(self.pixels)

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.image().save(stream, "PNG", compress_level=PNG_LEVEL)
        return stream.getvalue()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        pixels = self.pixels if dtype is None else self.pixels.astype(dtype, copy=False)
        return pixels.copy() if copy else pixels

    def __repr__(self) -> str:
        told = f", {len(self.findings)} findings" if self.findings else ""
        return f"<Still of frame {self.frame:g}, {self.width}x{self.height}{told}>"


class StillDrawer:
    """Draws stills of one plan, one at a time. ``close`` closes the plan.

    Args:
        plan: The plan.
        findings: Returns what is known to be wrong with what the plan draws.
    """

    def __init__(self, plan: Plan, findings: Callable[[], tuple[Finding, ...]]) -> None:
        from velocity_engine.composite import Compositor

        self._plan = plan
        self._findings = findings
        self._evaluator = Evaluator(plan)
        self._compositor = Compositor()
        self._lock = threading.Lock()
        self._closed = False

    def draw(self, frame: float, width: int, height: int) -> Still:
        """Returns a still.

        Args:
            frame: The moment, in frames of the composition.
            width: The width in pixels.
            height: The height in pixels. The whole composition is fitted inside.
        """
        from velocity_engine.kernels.pixels.unpremultiply import to_straight

        document = self._plan.document
        viewport = fit_viewport((document.width, document.height), width, height)
        canvas = np.zeros((height, width, 4), np.uint8)
        with self._lock:
            if self._closed:
                raise PackageError("the template is closed", hint=CLOSED)
            self._compositor.draw(self._evaluator.display_list(frame, viewport, CLEAR), canvas)
            found = self._findings()
        to_straight(canvas)
        return Still(canvas, frame, found)

    def close(self) -> None:
        """Waits for the still that is being drawn, and closes the plan."""
        with self._lock:
            self._closed = True
            self._plan.close()
