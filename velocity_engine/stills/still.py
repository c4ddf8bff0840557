"""A still, and what draws stills of one plan."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import CLEAR, DisplayList
from velocity_engine.errors import Finding, PackageError, wrong_type
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import Ahead
from velocity_engine.stills.picture_file import picture_file

if TYPE_CHECKING:
    from PIL import Image

PictureFormat: TypeAlias = Literal["png", "jpeg", "webp"]
CLOSED = "Open it again, and use it before it is closed"


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

    def encoded(self, kind: PictureFormat = "png") -> bytes:
        """Returns the bytes of a picture file.

        Args:
            kind: "png", "jpeg" or "webp". JPEG has no alpha: the ground is black, as in a video.

        Raises:
            WrongTypeError: ``kind`` is none of these.
        """
        if kind not in get_args(PictureFormat):
            raise wrong_type("kind", kind, 'Give "png", "jpeg" or "webp"')
        return picture_file(self.pixels, kind.upper())

    def _repr_png_(self) -> bytes:
        return self.encoded("png")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        pixels = self.pixels if dtype is None else self.pixels.astype(dtype, copy=False)
        return pixels.copy() if copy else pixels

    def __repr__(self) -> str:
        told = f", {len(self.findings)} findings" if self.findings else ""
        return f"<Still of frame {self.frame:g}, {self.width}x{self.height}{told}>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PreparedStill:
    """What one frame shows, before it is drawn. ``Template.prepare_still`` returns one.

    Attributes:
        width: In pixels.
        height: In pixels.
        frame: The moment that it shows, in frames of the composition.
        digest: 16 bytes. Stills with the same digest have the same pixels, whatever template they are of.
        findings: What is missing or not supported.
    """

    width: int
    height: int
    frame: float
    digest: bytes
    findings: tuple[Finding, ...]
    _display: DisplayList
    _drawer: StillDrawer

    def draw(self) -> Still:
        """Returns the still.

        Raises:
            FrameCostError: It takes more than a frame may.
            PackageError: The template is closed.
        """
        return self._drawer.draw(self)

    def __repr__(self) -> str:
        return f"<PreparedStill of frame {self.frame:g}, {self.width}x{self.height}, {self.digest.hex()}>"


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

    def prepare(self, frame: float, width: int, height: int, ahead: Ahead | None = None) -> PreparedStill:
        """Returns what a still shows.

        Args:
            frame: The moment, in frames of the composition.
            width: The width in pixels.
            height: The height in pixels. The whole composition is fitted inside.
            ahead: How far captions, and a clip that plays on, are ahead of that moment.
        """
        document = self._plan.document
        viewport = fit_viewport((document.width, document.height), width, height)
        with self._lock:
            self._check_open()
            display = self._evaluator.display_list(frame, viewport, CLEAR, ahead)
            found = self._findings()
        return PreparedStill(width, height, frame, display.digest, found, display, self)

    def draw(self, prepared: PreparedStill) -> Still:
        """Returns a still.

        Args:
            prepared: What ``prepare`` of this drawer returned.
        """
        from velocity_engine.kernels.pixels.unpremultiply import to_straight

        canvas = np.zeros((prepared.height, prepared.width, 4), np.uint8)
        with self._lock:
            self._check_open()
            self._compositor.draw(prepared._display, canvas)
            found = self._findings()
        to_straight(canvas)
        return Still(canvas, prepared.frame, found)

    def close(self) -> None:
        """Waits for the still that is being drawn, and closes the plan."""
        with self._lock:
            self._closed = True
            self._plan.close()

    def _check_open(self) -> None:
        if self._closed:
            raise PackageError("the template is closed", hint=CLOSED)
