"""Motion blur: how long the shutter of the camera that films a composition is open at each frame."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from velocity_engine.errors import MotionBlurError, Place, wrong_type
from velocity_engine.given.arguments import number, require

MIN_SAMPLES, MAX_SAMPLES = 2, 64
MAX_ANGLE = 720.0
MAX_PHASE = 360.0
DEGREES = 360.0  # of a frame


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionBlur:
    """Draws layers that have the motion blur switch as a camera sees them while its shutter is open. The defaults are
    those of After Effects.

    A layer is drawn at so many moments of each frame, spread evenly over the time that the shutter is open, and their
    mean is shown. Layers without the switch stay sharp, and so does what stands still.

    Attributes:
        samples: At how many moments a layer is drawn, from 2 to 64. More are smoother, and take longer.
        shutter_angle: For how long the shutter is open, in degrees: 360 is a whole frame of the composition. Above 0
            and at most 720.
        shutter_phase: When it opens, in degrees from the moment of the frame, from -360 to 360. With minus half of the
            angle, the blur lies evenly before and after the moment.

    Raises:
        WrongTypeError: An argument has a wrong type.
        MotionBlurError: A number is out of its range.

    Example:
        >>> ve.render(template, "promo.mp4", motion_blur=ve.MotionBlur(shutter_angle=360, shutter_phase=-180))
    """

    samples: int = 16
    shutter_angle: float = 180.0
    shutter_phase: float = -90.0

    def __post_init__(self) -> None:
        right = f"Give a whole number from {MIN_SAMPLES} to {MAX_SAMPLES}"
        try:
            samples = None if isinstance(self.samples, bool) else operator.index(self.samples)
        except TypeError:
            samples = None
        if samples is None:
            raise wrong_type("samples", self.samples, right)
        if not MIN_SAMPLES <= samples <= MAX_SAMPLES:
            raise _wrong("samples", f"there are {samples} samples", right)
        object.__setattr__(self, "samples", samples)
        right = f"Give degrees above 0 and at most {MAX_ANGLE:g}"
        angle = number("shutter_angle", self.shutter_angle, right)
        if not 0.0 < angle <= MAX_ANGLE:
            raise _wrong("shutter_angle", f"the shutter angle is {angle:g}", right)
        object.__setattr__(self, "shutter_angle", angle)
        right = f"Give degrees from {-MAX_PHASE:g} to {MAX_PHASE:g}"
        phase = number("shutter_phase", self.shutter_phase, right)
        if not abs(phase) <= MAX_PHASE:
            raise _wrong("shutter_phase", f"the shutter phase is {phase:g}", right)
        object.__setattr__(self, "shutter_phase", phase)

    @property
    def offsets(self) -> tuple[float, ...]:
        """The moments at which a layer is drawn, in frames from that of the frame: the middles of equal parts of the
        time that the shutter is open."""
        opens, lasts = self.shutter_phase / DEGREES, self.shutter_angle / DEGREES
        return tuple(opens + lasts * (part + 0.5) / self.samples for part in range(self.samples))

    def to_values(self) -> dict[str, Any]:
        """Returns the setting as values that ``json.dumps`` takes."""
        return {
            "samples": self.samples,
            "shutter_angle": self.shutter_angle,
            "shutter_phase": self.shutter_phase,
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> MotionBlur:
        """Returns the setting that ``to_values`` wrote.

        Args:
            values: What ``to_values`` returned, also after a way through JSON.

        Raises:
            TypeError, MotionBlurError: ``to_values`` did not write this.
        """
        return cls(**values)


RIGHT = "Give a MotionBlur, such as MotionBlur(samples=32)"


def motion_blur_of(given: object) -> MotionBlur | None:
    """Returns the motion blur that a caller gave; None for none.

    Args:
        given: A ``MotionBlur``; True for that of After Effects; False or None for none.

    Raises:
        WrongTypeError: It is none of these.
    """
    require("motion_blur", given, MotionBlur | bool | None, RIGHT)
    if isinstance(given, MotionBlur):
        return given
    return MotionBlur() if given else None


def _wrong(name: str, what: str, hint: str) -> MotionBlurError:
    return MotionBlurError(what, place=Place(field=name), hint=hint)
