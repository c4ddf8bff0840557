"""Drawing the cases of a template."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite import Rect
from velocity_engine.errors import Finding, VelocityError
from velocity_engine.profiling.frame_layers import frame_layers
from velocity_engine.proofs.cases import Case
from velocity_engine.template import Template

PIXELS = 640 * 360  # of a still, whatever its shape
SLACK = 1  # pixels, by which an edge that is rounded up does not leave the picture
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """A still of a case.

    Attributes:
        case: What was filled in.
        frame: The moment, in frames of the composition.
        pixels: (height, width, 4) uint8: RGBA with straight alpha. None where it could not be drawn.
        findings: What of it is not drawn as the designer meant.
        remarks: Which texts leave the picture that do not as designed, a sentence each.
        error: Why it could not be drawn; empty where it was.
    """

    case: Case
    frame: float
    pixels: Pixels | None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        """What people read."""
        return f"{self.case.name}, frame {self.frame:g}"


def proof_size(template: Template) -> tuple[int, int]:
    """Returns the size of proofs where nobody asks for one: that of the composition, or a smaller one in its shape."""
    scale = min(1.0, math.sqrt(PIXELS / (template.width * template.height)))
    return max(1, round(template.width * scale)), max(1, round(template.height * scale))


def draw_proofs(template: Template, cases: Sequence[Case], size: tuple[int, int]) -> Iterator[Proof]:
    """Draws cases, one after the other. A case that cannot be drawn is a proof with an error.

    Args:
        template: The template that the cases are of.
        cases: What ``cases_of`` returned.
        size: (width, height) of the stills in pixels.
    """
    texts = {layer.path for layer in template.layers if layer.kind == "text"}
    designed = _Leaving(template, texts)
    for case in cases:
        try:
            with template.customized(case.entries) as filled:
                for frame in case.frames:
                    yield _drawn(filled, case, frame, size, designed)
        except VelocityError as error:
            for frame in case.frames:
                yield Proof(case, frame, None, error=str(error))


def _drawn(filled: Template, case: Case, frame: float, size: tuple[int, int], designed: _Leaving) -> Proof:
    try:
        still = filled.still(frame, size)
        remarks = _Leaving(filled, designed.texts).beyond(designed, frame) if case.entries else ()
    except VelocityError as error:
        return Proof(case, frame, None, error=str(error))
    return Proof(case, frame, still.pixels, still.findings, remarks)


class _Leaving:
    """Which texts of a template leave the picture, and on which sides."""

    def __init__(self, template: Template, texts: Collection[str]) -> None:
        self.texts = texts
        self._template = template
        self._known: dict[float, dict[tuple[str, str], int]] = {}

    def at(self, frame: float) -> dict[tuple[str, str], int]:
        """How many pixels of the composition each text reaches beyond each side."""
        if frame not in self._known:
            shown = frame_layers(self._template, frame)
            self._known[frame] = {
                (layer.layer, side): beyond
                for layer in shown.layers
                if layer.layer in self.texts and layer.box is not None
                for side, beyond in _beyond(layer.box, shown.width, shown.height).items()
                if beyond > SLACK
            }
        return self._known[frame]

    def beyond(self, designed: _Leaving, frame: float) -> tuple[str, ...]:
        """A sentence for each text that leaves the picture where it does not as ``designed``."""
        return tuple(
            f"the text of {layer} reaches {beyond} pixels beyond the {side} of the picture"
            for (layer, side), beyond in self.at(frame).items()
            if (layer, side) not in designed.at(frame)
        )


def _beyond(box: Rect, width: int, height: int) -> dict[str, int]:
    return {"left": -box[0], "top": -box[1], "right": box[2] - width, "bottom": box[3] - height}
