"""The timeline of a video that is longer or shorter than its template: which moment each output frame shows.

It is a map in pieces, on the grid of the output's frames: a frame of a region that is kept shows the very moment that
it shows in the video as long as the template, so that its picture and its digest are the same.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from velocity_engine.model.document import Marker
from velocity_engine.model.layers import Layer
from velocity_engine.model.regions import HOLD, LOOP, STRETCH

CLOSE = 1e-6  # of a frame: so near to it is on it


@dataclass(frozen=True, slots=True)
class Piece:
    """Output frames from ``first`` on, ``frames`` of them. The first shows frame ``source`` of the video as long as the
    template, each further one ``pace`` frames more: 1 as they are, 0 the same one again. All that is shown ``rounds``
    times, one after the other."""

    first: int
    frames: int
    source: int
    pace: Fraction = Fraction(1)
    rounds: int = 1

    @property
    def last(self) -> int:
        return self.first + self.frames * self.rounds

    def index(self, number: float) -> float:
        """The frame of the video as long as the template that output frame ``number`` shows."""
        inside = number - self.first
        if self.rounds > 1:
            inside %= self.frames
        return self.source + (inside if self.pace == 1 else inside * self.pace.numerator / self.pace.denominator)


@dataclass(frozen=True, slots=True)
class TimedRegion:
    """A region on the output's timeline: ``source`` and ``length`` as it is in the template, ``first`` and ``frames``
    as it becomes, all in output frames."""

    kind: str
    name: str
    source: int
    length: int
    first: int
    frames: int

    @property
    def pieces(self) -> Iterator[Piece]:
        """How its frames are filled.

        A region to hold shows its own frames, and its last one until the end. One to loop shows them over and over,
        and then the last ones of them: so it begins and ends as in the template, and the seam lies between its last
        whole round and the rest.
        """
        kept = min(self.frames, self.length)
        if self.kind == STRETCH and self.frames != self.length:
            yield Piece(self.first, self.frames, self.source, Fraction(self.length, self.frames))
        elif self.kind == LOOP:
            rounds, rest = divmod(self.frames, self.length)
            if rounds:
                yield Piece(self.first, self.length, self.source, rounds=rounds)
            if rest:
                yield Piece(self.first + rounds * self.length, rest, self.source + self.length - rest)
        else:
            yield Piece(self.first, kept, self.source)
            if self.frames > kept:
                yield Piece(self.first + kept, self.frames - kept, self.source + kept - 1, Fraction(0))


@dataclass(frozen=True, slots=True)
class PlaysOn:
    """The clip whose length the video follows: it plays at its own pace, whatever its region does.

    Attributes:
        path: The path of its layer.
        layer: Its layer.
        first: The output frame at which it appears.
        source: The same frame of the video as long as the template.
        last: The output frame at which it goes.
        offset: The frame of the main composition at which frame 0 of the layer's own composition is shown.
        scale: How many frames of the main composition pass for one of the layer's own composition.
    """

    path: str
    layer: Layer
    first: int
    source: int
    last: int
    offset: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """By how much what goes on in the time of the video is ahead of what the composition shows.

    Attributes:
        seconds: By how many seconds captions are ahead.
        layer: The layer whose clip plays on; None where none does.
        frames: By how many frames of its composition that layer's own time is ahead.
    """

    seconds: float
    layer: Layer | None = None
    frames: float = 0.0


@dataclass(frozen=True)
class Timeline:
    """Which moment of the composition each output frame shows.

    Attributes:
        start: The first moment of the composition, in its frames.
        step: How many of its frames pass from one output frame to the next.
        frame_rate: The composition's frames per second.
        regions: Its regions, one after the other.
        plays_on: The clip that the length follows, if any.
    """

    start: float
    step: float
    frame_rate: float
    regions: tuple[TimedRegion, ...]
    plays_on: PlaysOn | None = field(default=None, compare=False)

    @property
    def frame_count(self) -> int:
        """How many output frames the video has."""
        return self.regions[-1].first + self.regions[-1].frames

    @property
    def end(self) -> float:
        """Its end, in frames of the composition counted on the video's timeline."""
        return self.start + self.frame_count * self.step

    @property
    def seconds(self) -> float:
        """How long the video is."""
        return self.frame_count * self.step / self.frame_rate

    @property
    def template_frames(self) -> int:
        """How many output frames the video as long as the template has."""
        return self.regions[-1].source + self.regions[-1].length

    @property
    def held_frames(self) -> int:
        """How many output frames show the one before them again, since a region holds."""
        return sum(piece.frames for piece in self.pieces if piece.pace == 0)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces in order; what goes on without a break is one."""
        found: list[Piece] = []
        for region in self.regions:
            for piece in region.pieces:
                before = found[-1] if found else None
                if before and _goes_on(before, piece):
                    found[-1] = Piece(before.first, before.frames + piece.frames, before.source)
                else:
                    found.append(piece)
        return tuple(found)

    @cached_property
    def _held(self) -> frozenset[float]:
        return frozenset(self.start + piece.source * self.step for piece in self.pieces if piece.pace == 0)

    def holds(self, moment: float) -> bool:
        """Whether a region shows a moment for longer than a frame."""
        return moment in self._held

    @cached_property
    def _firsts(self) -> tuple[int, ...]:
        return tuple(piece.first for piece in self.pieces)

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        return tuple(region.source + region.length for region in self.regions)

    def piece_at(self, number: float) -> Piece:
        """The piece of an output frame; at the ends, the outermost one."""
        return self.pieces[max(0, bisect_right(self._firsts, number) - 1)]

    def moment(self, number: int) -> float:
        """Returns the moment that an output frame shows, in frames of the composition.

        Args:
            number: The output frame, from 0.
        """
        return self.start + self.piece_at(number).index(number) * self.step

    def moment_at(self, frame: float) -> float:
        """Returns the moment that is shown at any point of the video's timeline, in frames of the composition.

        Args:
            frame: The point, in frames of the composition counted on the video's timeline.
        """
        return self.start + self._index_at((frame - self.start) / self.step) * self.step

    def _index_at(self, number: float) -> float:
        near = round(number)
        number = min(max(near if abs(number - near) < CLOSE else number, 0), self.frame_count)
        return self.piece_at(number).index(number)

    def place_of(self, moment: float) -> float:
        """Returns where the video shows a moment first, in frames of the composition counted on its timeline.

        Args:
            moment: The moment, in frames of the composition. Where the video leaves it out, what follows counts.
        """
        return self.start + self.number_of((moment - self.start) / self.step) * self.step

    def number_of(self, index: float) -> float:
        """Where the video shows frame ``index`` of the video as long as the template first, in output frames."""
        at = bisect_right(self._ends, index + CLOSE)
        if at == len(self.regions):
            return float(self.frame_count)
        region = self.regions[at]
        inside = max(0.0, index - region.source)
        if region.kind == STRETCH:
            inside *= region.frames / region.length
        elif region.kind == LOOP:
            inside = max(0.0, inside - max(0, region.length - region.frames))
        return region.first + min(inside, float(region.frames))

    def placed(self, marker: Marker) -> Marker:
        """Returns a marker where the video has it, in frames of the composition counted on its timeline.

        Args:
            marker: The marker of the template.

        Example:
            >>> timeline = template.timeline(17.4)
            >>> print([timeline.placed(one) for one in template.markers])
        """
        start = self.place_of(marker.time)
        end = self.place_of(marker.time + marker.duration) if marker.duration > 0 else start
        return replace(marker, time=start, duration=end - start)

    def frames_between(self, start: float, end: float) -> tuple[int, int]:
        """Returns how many output frames a part of the timeline has, at least one, and how many of them are held.

        Args:
            start: Its start, in frames of the composition counted on the video's timeline.
            end: Its end, which is not part of it.
        """
        first = on_grid(start, self.start, self.step)
        count = max(1, on_grid(end, start, self.step))
        held = (piece for piece in self.pieces if piece.pace == 0)
        within = (min(first + count, piece.last) - max(first, piece.first) for piece in held)
        return count, sum(max(0, number) for number in within)

    def frames_in(self, seconds: float) -> int:
        """Returns how many output frames last about so long, at least one.

        Args:
            seconds: How long, such as the seconds of a segment.
        """
        return max(1, round(seconds * self.frame_rate / self.step))

    def cuts_between(self, start: float, end: float, usual: int) -> int:
        """Returns at how many output frames within a part of the timeline regions begin a segment that is encoded anew,
        not shown again as a further part of a hold or a further round of a loop.

        Args:
            start: Its start, in frames of the composition counted on the video's timeline.
            end: Its end, which is not part of it.
            usual: How many frames a segment has that nothing cuts.
        """
        first = on_grid(start, self.start, self.step)
        last = max(first + 1, on_grid(end, self.start, self.step))
        seen: set[tuple[Fraction | int, float, int]] = set()
        cuts = 0
        for begin, until in pairwise([first, *(one for one in self.breaks(usual) if first < one < last), last]):
            piece = self.piece_at(begin)
            shown = piece.pace, piece.index(begin), until - begin
            is_repeated = (piece.pace == 0 or piece.rounds > 1) and until <= piece.last
            if is_repeated and shown in seen:
                continue
            seen.add(shown)
            cuts += begin > first
        return cuts

    def ahead_at(self, frame: float) -> Ahead:
        """Returns how far captions, and the clip that plays on, are ahead of what is shown.

        Args:
            frame: The point, in frames of the composition counted on the video's timeline.
        """
        playing = self.plays_on
        number = (frame - self.start) / self.step
        index = self._index_at(number)
        seconds = (number - index) * self.step / self.frame_rate
        if playing is None or not playing.first - CLOSE <= number < playing.last:
            return Ahead(seconds)
        own = playing.source + (number - playing.first)
        return Ahead(seconds, playing.layer, (own - index) * self.step / playing.scale)

    def breaks(self, usual: int) -> tuple[int, ...]:
        """Returns the output frames at which segments begin, so that those of kept regions, and the rounds of a loop,
        are the same as elsewhere.

        Args:
            usual: How many frames a segment has that nothing cuts.
        """
        found: set[int] = set()
        for region in self.regions:
            found.add(region.first)
            if region.kind == HOLD and region.frames > region.length:
                begin, end = region.first + region.length, region.first + region.frames
                found.update(range(begin, end, _even_length(end - begin, usual)))
            if region.kind == LOOP:
                rounds = max(1, round(usual / region.length))
                found.update(range(region.first, region.first + region.frames, rounds * region.length))
        return tuple(sorted(found - {0}))


def _goes_on(before: Piece, after: Piece) -> bool:
    """Whether the second piece shows the frames that follow those of the first, in the template as in the video."""
    is_plain = before.pace == after.pace == before.rounds == after.rounds == 1
    return is_plain and before.source + before.frames == after.source


def _even_length(frames: int, usual: int) -> int:
    """How long the segments of a held frame are: of those about as long as usual, the ones that leave the least over,
    so that hardly more than one has to be encoded."""
    lengths = range(max(1, usual * 4 // 5), usual * 6 // 5 + 1)
    return min(lengths, key=lambda length: (length + frames % length, length)) if frames > usual else frames


def on_grid(moment: float, start: float, step: float) -> int:
    """Returns the first output frame that does not lie before a moment, of a video as long as the template.

    Args:
        moment: The moment, in frames of the composition.
        start: The first moment of the composition.
        step: How many of its frames pass from one output frame to the next.
    """
    return math.ceil((moment - start) / step - CLOSE)
