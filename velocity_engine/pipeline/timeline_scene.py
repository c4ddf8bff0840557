"""A plan as a scene: which moment of the template each output frame shows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from fractions import Fraction

from velocity_engine.captions.states import CaptionStates
from velocity_engine.customize.captions import caption_states
from velocity_engine.display import RGBA, DisplayList
from velocity_engine.evaluate.evaluation_pass import Viewport, fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import CLOSE, Ahead, Timeline


@dataclass(frozen=True, slots=True)
class TimelineScene:
    """A ``Scene`` that draws a plan. Output frame n shows ``start + n * step``, or what a timeline has there.

    Attributes:
        evaluator: The evaluator of the plan.
        viewport: The size of the video in pixels, and the map from the composition to it.
        background: Straight RGBA, opaque or clear.
        start: The moment of output frame 0, in frames of the composition; with a timeline, counted on that.
        step: How many frames of the composition pass from one output frame to the next.
        timeline: Which moment each frame of a longer or shorter video shows; None where it is as long as the template.
        captions: When the captions of a longer or shorter video show what; None where there are none.
        held: The display lists of frames that a region holds, by their moments and what the captions show.
    """

    evaluator: Evaluator
    viewport: Viewport
    background: RGBA
    start: float
    step: float
    timeline: Timeline | None = None
    captions: CaptionStates | None = None
    held: dict[tuple[float, Hashable], DisplayList] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        plan: Plan,
        size: tuple[int, int],
        rate: Fraction,
        start: float,
        background: RGBA,
        timeline: Timeline | None = None,
    ) -> TimelineScene:
        """The scene of a plan from ``start`` on, at ``rate`` frames a second, fitted into ``size`` in pixels."""
        document = plan.document
        viewport = fit_viewport((document.width, document.height), *size)
        captions = None if timeline is None else caption_states(document)
        step = document.frame_rate / float(rate)
        return cls(Evaluator(plan), viewport, background, start, step, timeline, captions)

    @property
    def width(self) -> int:
        return self.viewport.width

    @property
    def height(self) -> int:
        return self.viewport.height

    @property
    def first(self) -> int | None:
        """The frame of the timeline that output frame 0 shows; None where it shows what lies between two."""
        if self.timeline is None:
            return None
        number = (self.start - self.timeline.start) / self.step
        return round(number) if abs(number - round(number)) < CLOSE else None

    def moment(self, output_frame: int) -> float:
        """The moment that an output frame shows, in frames of the composition."""
        if self.timeline is None:
            return self.start + output_frame * self.step
        if self.first is None:
            return self.timeline.moment_at(self.start + output_frame * self.step)
        return self.timeline.moment(self.first + output_frame)

    def ahead(self, output_frame: int) -> Ahead | None:
        """How far captions, and a clip that plays on, are ahead of that moment."""
        return None if self.timeline is None else self.timeline.ahead_at(self.start + output_frame * self.step)

    def captioned(self, first: int, last: int) -> tuple[Hashable] | None:
        """The name of what captions show in all output frames from ``first`` to before ``last``, alone; None where it
        changes."""
        if self.captions is None:
            return (None,)
        return self.captions.between(self._seconds(first), self._seconds(last - 1))

    def _seconds(self, output_frame: int) -> float:
        """The second of the video's timeline at which an output frame is shown."""
        assert self.timeline is not None
        timeline = self.timeline
        return (self.start + output_frame * self.step - timeline.start) / timeline.frame_rate

    def display_list(self, output_frame: int) -> DisplayList:
        moment, ahead = self.moment(output_frame), self.ahead(output_frame)
        if self.timeline is None or ahead is None or ahead.layer is not None:
            return self.evaluator.display_list(moment, self.viewport, self.background, ahead)
        key = moment, None if self.captions is None else self.captions.at(self._seconds(output_frame))
        shown = self.held.get(key)
        if shown is None:
            shown = self.evaluator.display_list(moment, self.viewport, self.background, ahead)
            if self.timeline.holds(moment) and not self._moves(key[1]):
                self.held[key] = shown
        return shown

    def _moves(self, state: Hashable) -> bool:
        return self.captions is not None and self.captions.moves and state is not None

    def shown_at(self, frame: float) -> DisplayList:
        """The display list of a point of the video's timeline, in frames of the composition."""
        if self.timeline is None:
            return self.evaluator.display_list(frame, self.viewport, self.background)
        moment, ahead = self.timeline.moment_at(frame), self.timeline.ahead_at(frame)
        return self.evaluator.display_list(moment, self.viewport, self.background, ahead)
