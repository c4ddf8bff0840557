"""What captions show when, as names: two moments of the same name look the same."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

CLOSE = 1e-9  # of a second


@dataclass(frozen=True, slots=True)
class CaptionStates:
    """When which cue is shown, in seconds of the captions.

    Attributes:
        starts: When each cue begins, in order.
        ends: When each cue ends.
        moves: Whether something moves while a cue is shown.
    """

    starts: Sequence[float]
    ends: Sequence[float]
    moves: bool

    def at(self, seconds: float) -> Hashable:
        """Returns a name of what is shown at a second: of a cue that moves, each moment has another. None for nothing.

        Args:
            seconds: The second.
        """
        number = bisect_right(self.starts, seconds + CLOSE) - 1
        if number < 0 or seconds >= self.ends[number] - CLOSE:
            return None
        return ("moment", seconds) if self.moves else ("cue", number)

    def between(self, first: float, last: float) -> tuple[Hashable] | None:
        """Returns the name of what is shown all the time between two seconds, alone; None where something changes.

        Args:
            first: The first second that is looked at.
            last: The last one.
        """
        state = self.at(first)
        if state != self.at(last):
            return None
        begins = bisect_right(self.starts, last + CLOSE) - bisect_right(self.starts, first + CLOSE)
        return None if begins else (state,)
