"""The shape of a video that is foretold: its size, its rate, and where its frames lie in the composition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.forecasting.trial import Trial
from velocity_engine.pipeline.prepared import frame_total
from velocity_engine.plugins.output_shape import exact_rate


@dataclass(frozen=True, slots=True)
class Shape:
    """The video: its ``size``, the pixels of it that the composition takes, and where output frames lie. ``repeated``:
    the share of its frames that are held without being encoded."""

    size: tuple[int, int]
    pixels: float
    rate: Fraction
    count: int
    start: float
    step: float
    repeated: float = 0.0

    @classmethod
    def of(cls, trial: Trial, encoder: EncoderConfig, frames: tuple[float, float]) -> Shape:
        size = encoder.resolution or (trial.width + trial.width % 2, trial.height + trial.height % 2)
        rate = encoder.frame_rate or exact_rate(trial.frame_rate)
        count = frame_total(*frames, trial.frame_rate, rate)
        scale = min(size[0] / trial.width, size[1] / trial.height)
        pixels = trial.width * trial.height * scale * scale
        return cls(size, pixels, rate, count, frames[0], trial.frame_rate / float(rate))

    def at(self, size: tuple[int, int]) -> Shape:
        """The same video at another size."""
        share = size[0] * size[1] / self.whole
        return replace(self, size=size, pixels=self.pixels * share)

    @property
    def whole(self) -> int:
        return self.size[0] * self.size[1]

    def frame(self, number: float) -> float:
        """The composition's frame that output frame ``number`` shows."""
        return self.start + number * self.step


def held_share(trial: Trial, shape: Shape) -> float:
    """The share of a video's frames that lie in long holds. What is held between two that move, as on twos, is not."""
    within = [share for frame, share in trial.changes if shape.frame(0) <= frame < shape.frame(shape.count)]
    around = zip([0.0, *within[:-1]], within, [*within[1:], 0.0], strict=True)
    return sum(not any(three) for three in around) / len(within) if within else 0.0


def along(points: Sequence[tuple[float, float]], frame: float) -> float:
    """The value at ``frame``, in a straight line between points."""
    before, after = points[0], points[-1]
    for point in points:
        if point[0] <= frame:
            before = point
        else:
            after = point
            break
    if frame <= before[0] or after[0] <= before[0]:
        return before[1]
    part = min(1.0, (frame - before[0]) / (after[0] - before[0]))
    return before[1] + part * (after[1] - before[1])


def mean_along(points: Sequence[tuple[float, float]], start: float, end: float) -> float:
    steps = 32
    return sum(along(points, start + (end - start) * (n + 0.5) / steps) for n in range(steps)) / steps
