"""How long a video becomes: the regions of its template, made as long as the settings and the content ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from velocity_engine.errors import DurationError, Place, nearest
from velocity_engine.model.document import Composition, Document
from velocity_engine.model.layers import Layer, PrecompContent, VideoContent
from velocity_engine.model.regions import Region, regions_of
from velocity_engine.order.duration import MAX_SECONDS, Duration
from velocity_engine.plan.timeline import CLOSE, PlaysOn, TimedRegion, Timeline, on_grid

ClipSeconds = Callable[[VideoContent], "float | None"]
"""How long the file of a layer's clip is, in seconds; None where nobody can tell."""
MARK = "Mark a part of it with velocity:hold, velocity:loop or velocity:stretch in a marker's comment"
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a length is made of.

    Attributes:
        duration: What was asked for.
        sound_seconds: At which second of the video the caller's sound ends; None where there is none.
        clip_seconds: Returns how long the file of a layer's clip is.
    """

    duration: Duration
    sound_seconds: float | None
    clip_seconds: ClipSeconds


@dataclass(frozen=True, slots=True)
class Lengths:
    """How short and how long the videos of a template can become, in seconds."""

    shortest: float
    longest: float


def lengths_of(document: Document) -> Lengths:
    """Returns how short and how long videos of a template can become, at its own frame rate.

    Args:
        document: The document.

    Raises:
        DurationError: Its markers say something that cannot be.
    """
    grid = _Grid.of(document, 1.0)
    elastic = [one for one in grid.regions if one.is_elastic]
    longest = MAX_SECONDS if elastic else grid.seconds(grid.count)
    return Lengths(grid.seconds(grid.count - sum(one.room for one in elastic)), longest)


def timeline_of(document: Document, rate: Fraction, wanted: Wanted) -> Timeline:
    """Returns the timeline of a video of the wanted length.

    Args:
        document: The document, with its layers replaced already.
        rate: The output frames per second.
        wanted: What the length is made of.

    Raises:
        DurationError: The markers of the template do not allow it, or what it follows is not there.
    """
    step = document.frame_rate / float(rate)
    grid = _Grid.of(document, step)
    if wanted.duration.layer:
        return _following(grid, _found(document, wanted.duration.layer), wanted.clip_seconds)
    seconds = wanted.duration.seconds
    if wanted.duration.follows_sound:
        if wanted.sound_seconds is None:
            raise _wrong(
                "the duration follows the audio, and there is none", "Give an audio file, or a number of seconds"
            )
        if not 0 < wanted.sound_seconds <= MAX_SECONDS:
            what = f"the audio ends at second {wanted.sound_seconds:g} of the video"
            raise _wrong(what, f"A video has more than 0 and at most {MAX_SECONDS:g} seconds")
        seconds = wanted.sound_seconds
    assert seconds is not None
    count = max(1, math.ceil(seconds * rate - CLOSE))
    elastic = [number for number, one in enumerate(grid.regions) if one.is_elastic]
    if count != grid.count and not elastic:
        raise _wrong(f"no region of the template is elastic, so that it always has {grid.length}", MARK)
    return grid.timeline(grid.lengths(elastic, count - grid.count))


def own_timeline(document: Document, step: float) -> Timeline | None:
    """Returns the timeline of a video as long as its template; None where no marker names a region.

    Args:
        document: The document.
        step: How many frames of the composition pass from one output frame to the next.

    Raises:
        DurationError: Its markers say something that cannot be.
    """
    if not any(marker.region for marker in document.markers):
        return None
    return _Grid.of(document, step).timeline({})


# --- on the grid of output frames -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    """A region in output frames of the video as long as the template."""

    kind: str
    name: str
    first: int
    last: int
    is_elastic: bool

    @property
    def length(self) -> int:
        return self.last - self.first

    @property
    def room(self) -> int:
        """By how many frames it may become shorter: one is left of it."""
        return self.length - 1


@dataclass(frozen=True, slots=True)
class _Grid:
    document: Document
    step: float
    regions: tuple[_Cell, ...]

    @classmethod
    def of(cls, document: Document, step: float) -> _Grid:
        start = document.in_point
        count = max(1, on_grid(document.out_point, start, step))
        cells = []
        for region in regions_of(document):
            first, last = (min(count, on_grid(moment, start, step)) for moment in (region.start, region.end))
            if first < last:
                cells.append(_cell(region, first, last))
        return cls(document, step, tuple(cells))

    @property
    def count(self) -> int:
        return self.regions[-1].last

    @property
    def length(self) -> str:
        return _seconds_text(self.seconds(self.count))

    def seconds(self, frames: int) -> float:
        return frames * self.step / self.document.frame_rate

    def lengths(self, elastic: Sequence[int], more: int) -> dict[int, int]:
        """How many frames the regions of these numbers get, where the video has ``more`` frames than its template, or
        fewer. Each takes its share: of what is added by its length, of what is left out by what it can spare.
        """
        cells = [self.regions[number] for number in elastic]
        weights = [cell.length if more > 0 else cell.room for cell in cells]
        if more < 0 and sum(weights) < -more:
            shortest = _seconds_text(self.seconds(self.count - sum(weights)))
            wanted = _seconds_text(self.seconds(max(0, self.count + more)))
            what = f"the video would have {wanted}, and what its template protects needs {shortest}"
            raise _wrong(what, f"The shortest possible video has {shortest}")
        shares = _shared(abs(more), weights)
        sign = 1 if more > 0 else -1
        return {n: cell.length + sign * share for n, cell, share in zip(elastic, cells, shares, strict=True)}

    def timeline(self, lengths: dict[int, int], plays_on: PlaysOn | None = None) -> Timeline:
        at, found = 0, []
        for number, cell in enumerate(self.regions):
            frames = lengths.get(number, cell.length)
            found.append(TimedRegion(cell.kind, cell.name, cell.first, cell.length, at, frames))
            at += frames
        if self.seconds(at) > MAX_SECONDS + 1:
            what = f"the video would have {_seconds_text(self.seconds(at))}"
            raise _wrong(what, f"A video has at most {MAX_SECONDS:g} seconds")
        return Timeline(self.document.in_point, self.step, self.document.frame_rate, tuple(found), plays_on)


def _cell(region: Region, first: int, last: int) -> _Cell:
    return _Cell(region.kind, region.name, first, last, region.is_elastic)


def _shared(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in whole parts by weight; what is left over goes to those that lack most, the first of equals."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(part for part, _rest in parts)
    most = set(sorted(range(len(parts)), key=lambda number: (-parts[number][1], number))[:left])
    return [part + (number in most) for number, (part, _rest) in enumerate(parts)]


def _seconds_text(seconds: float) -> str:
    return f"{round(seconds, 3):g} seconds"


def _wrong(what: str, hint: str) -> DurationError:
    return DurationError(what, place=Place(field="duration"), hint=hint)


# --- as long as a clip ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """A layer as the main composition shows it: from ``start`` to ``end``, in its frames, where the frame of the
    layer's own composition is ``(frame - offset) / scale``. ``scale`` is 0 where its time is remapped."""

    path: str
    layer: Layer
    start: float
    end: float
    offset: float
    scale: float


def _found(document: Document, name: str) -> _Shown:
    """The first layer of that name, or that address, that is shown."""
    wanted = name.split("/")
    whole = _Shown("", _NONE, document.in_point, document.out_point, 0.0, 1.0)
    every = list(_layers(document, document.main, whole, 0))
    named = [one for one in every if one.path.split("/")[-len(wanted) :] == wanted]
    clips = [one for one in named if isinstance(one.layer.content, VideoContent)]
    if clips:
        return clips[0]
    known = [one.path for one in every if isinstance(one.layer.content, VideoContent)]
    hint = f"Name a layer that shows a clip: {', '.join(known[:10])}" if known else "No layer shows a clip"
    if named:
        raise _wrong(f"the duration follows the layer {name!r}, which shows no clip", hint)
    near = nearest(name, known)
    raise _wrong(f"there is no layer {name!r}", f"Did you mean {near!r}?" if near else hint)


def _layers(document: Document, composition: Composition, around: _Shown, depth: int) -> Iterator[_Shown]:
    for layer in composition.layers:
        if layer.hidden or layer.replay is not None:
            continue
        ends = sorted(around.offset + around.scale * one for one in (layer.in_point, layer.out_point))
        start, end = max(around.start, ends[0]), min(around.end, ends[1])
        if not around.scale or not start < end:
            continue
        path = f"{around.path}/{layer.name}" if around.path else layer.name
        shown = _Shown(path, layer, start, end, around.offset, around.scale)
        yield shown
        inner = layer.content
        if isinstance(inner, PrecompContent) and depth < MAX_DEPTH and inner.composition in document.compositions:
            scale = 0.0 if inner.time_remap is not None else around.scale * (layer.stretch or 1.0)
            within = _Shown(path, layer, start, end, around.offset + around.scale * layer.start_time, scale)
            yield from _layers(document, document.compositions[inner.composition], within, depth + 1)


_NONE = Layer(name="", content=PrecompContent(composition="", width=0.0, height=0.0))


def _following(grid: _Grid, shown: _Shown, clip_seconds: ClipSeconds) -> Timeline:
    document, layer = grid.document, shown.layer
    content = layer.content
    assert isinstance(content, VideoContent)
    own_scale = shown.scale * (layer.stretch or 1.0)
    if content.time_remap is not None or own_scale <= 0:
        raise _wrong(
            f"the clip of the layer {shown.path!r} does not play at its own pace: its time is remapped or reversed",
            "Take the time remapping off the layer, or give a number of seconds",
        )
    whole = clip_seconds(content)
    first, last = content.trim or (0.0, math.inf)
    length = min(last, math.inf if whole is None else whole) - first
    if not 0 < length <= MAX_SECONDS:
        raise _wrong(f"nobody can tell how long the clip of the layer {shown.path!r} is", "Give a number of seconds")
    begins = shown.offset + shown.scale * layer.start_time
    ends = begins + length * document.frame_rate * own_scale
    if ends <= shown.start:
        raise _wrong(f"the clip of the layer {shown.path!r} is over before the layer is shown", "Give a longer clip")
    appears, goes, over = (on_grid(one, document.in_point, grid.step) for one in (shown.start, shown.end, ends))
    goes = min(goes, grid.count)
    inside = [
        number
        for number, cell in enumerate(grid.regions)
        if cell.is_elastic and appears <= cell.first and cell.last <= goes
    ]
    if over != goes and not inside:
        what = f"no elastic region lies within the time in which the layer {shown.path!r} is shown"
        raise _wrong(what, MARK)
    lengths = grid.lengths(inside, over - goes)
    plain = grid.timeline(lengths)
    at = round(plain.number_of(appears))
    gone = round(plain.number_of(goes))
    return grid.timeline(lengths, PlaysOn(shown.path, layer, at, appears, gone, shown.offset, shown.scale))
