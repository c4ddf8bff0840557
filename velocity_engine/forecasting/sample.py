"""A sample of a render: a few of its frames drawn and encoded as the request asks, and what they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What is sampled: ``windows`` (first output frame, frames) at ``size``, within ``seconds`` of all processors.

    ``whole``: the windows are one, which holds all frames at their own size; it is encoded as the video will be. What
    others make is not capped by a bitrate, which rules whole segments.
    """

    size: tuple[int, int]
    windows: tuple[tuple[int, int], ...]
    seconds: float
    whole: bool

    def to_json(self) -> dict[str, Any]:
        """Returns the plan as values that ``json.dumps`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SamplePlan:
        """Returns the plan that ``to_json`` wrote.

        Args:
            values: What ``to_json`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_json`` did not write this.

        Example:
            >>> plan = ve.SamplePlan.from_json(json.loads(json.dumps(plan.to_json())))
        """
        windows = tuple((int(first), int(frames)) for first, frames in values["windows"])
        return cls(_pair(values["size"]), windows, float(values["seconds"]), bool(values["whole"]))


@dataclass(frozen=True, slots=True)
class SampledWindow:
    """``frames`` output frames from ``first`` on, the first a key frame; bits of that, and of the others."""

    first: int
    frames: int
    key_bits: int
    other_bits: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured at ``size``. ``draw_ms`` and ``encode_ms`` are of all processors together for each frame;
    ``first_ms`` is drawing the first one, which opens what all need."""

    size: tuple[int, int]
    windows: tuple[SampledWindow, ...]
    draw_ms: float
    encode_ms: float
    whole: bool
    first_ms: float = 0.0

    @property
    def frames(self) -> int:
        """How many frames were sampled, in all windows together."""
        return sum(one.frames for one in self.windows)

    def to_json(self) -> dict[str, Any]:
        """Returns the sample as values that ``json.dumps`` takes."""
        return {**asdict(self), "windows": [astuple(one) for one in self.windows]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Sample:
        """Returns the sample that ``to_json`` wrote.

        Args:
            values: What ``to_json`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_json`` did not write this.
        """
        windows = tuple(SampledWindow(*(int(number) for number in one)) for one in values["windows"])
        if not windows:
            raise ValueError("a sample has a window")
        return cls(
            _pair(values["size"]),
            windows,
            float(values["draw_ms"]),
            float(values["encode_ms"]),
            bool(values["whole"]),
            float(values["first_ms"]),
        )


def _pair(values: Sequence[Any]) -> tuple[int, int]:
    width, height = values
    return int(width), int(height)
