"""The trial of a template: draws and encodes what ``Trial`` holds, within a time."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from velocity_engine import plugins
from velocity_engine.composite import changed_regions
from velocity_engine.composite.tiles import TILE
from velocity_engine.customize.appearances import replaceable_edges
from velocity_engine.display import DisplayList
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import (
    GENEROUS_BITS_PER_PIXEL,
    STEPS_OF_DOUBLING,
    BytesPerSecond,
    EncoderConfig,
    Tune,
)
from velocity_engine.errors import VelocityError
from velocity_engine.evaluate.evaluation_pass import Viewport, fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.evaluate.soundtrack import audio_plan
from velocity_engine.forecasting.sampling import uncapped
from velocity_engine.forecasting.trial import FINER, PIXELS, USUAL, WINDOW, Encoded, Trial, Window
from velocity_engine.given.arguments import number as given_number
from velocity_engine.given.arguments import require
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.order.motion_blur import MotionBlur
from velocity_engine.pipeline.draw import FrameDrawer, StageClock, Tally, TileCount
from velocity_engine.pipeline.frame_ring import YuvRing
from velocity_engine.pipeline.prepared import BLACK
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plan.plan import Plan
from velocity_engine.plugin_types import EncoderSettings, Segment
from velocity_engine.plugins.asked import asked_settings
from velocity_engine.plugins.output_shape import exact_rate, tuned
from velocity_engine.template import OPENED, Template

if TYPE_CHECKING:
    import av

LARGER = 2  # times the sides, to learn how the time that drawing takes grows with them
MIN_SIDE, MAX_SIDE = 64, 2048  # SVT-AV1 takes no less
POINTS = 32  # along the timeline, at which two frames that follow each other are compared
RUN_FRAMES = 3  # that are encoded one after the other at each of these points
FURTHER_MOMENTS = 3  # of a motion blur that is tried
WINDOWS = 3
SECONDS = 3.0
PATIENCE_SECONDS = 20.0  # by the clock: on a machine with much else to do, less is tried


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a window is encoded, and how many of the windows are. ``finer``: steps of a rate factor. ``large``: at the
    size that is drawn, in place of half its sides."""

    codec: str
    preset: int
    windows: int
    finer: float = 0.0
    large: bool = False


TRIED = (
    Encoding(*USUAL, WINDOWS, large=True),
    Encoding(*USUAL, WINDOWS),
    Encoding("h265", 4, 3),
    Encoding("av1", 3, 3),
    Encoding("h264", 5, WINDOWS),
    Encoding(*USUAL, 2, FINER),
    Encoding("h265", 4, 2, FINER),
    Encoding("av1", 3, 2, FINER),
    Encoding("h264", 4, 2),
    Encoding("h264", 2, 2),
    Encoding("h264", 1, 2),
    Encoding("h264", 0, 2),
    Encoding("av1", 5, 2),
    Encoding("av1", 4, 2),
    Encoding("av1", 2, 2),
    Encoding("h265", 5, 2),
    Encoding("h265", 3, 2),
    Encoding("h265", 2, 2),
    Encoding("h265", 4, 1, large=True),
    Encoding("av1", 3, 1, large=True),
    Encoding("av1", 1, 1),
    Encoding("h265", 1, 1),
    Encoding("av1", 0, 1),
    Encoding("h265", 0, 1),
)
"""What tells most comes first: the time may not suffice for all."""
LARGE_TRIED = (Encoding(*USUAL, 1), Encoding("av1", 3, 1), Encoding("h265", 4, 1))
LARGE_WINDOW = 6  # frames


def try_out(template: Template, seconds: float = SECONDS) -> Trial | None:
    """Draws and encodes frames of a template, to learn what its renders will take.

    Args:
        template: What ``open_template`` returned.
        seconds: About how long it may take, in seconds of one processor.

    Returns:
        What was measured, for ``forecast`` and ``plan_sample``. None where not even the first frames were done by then,
        or where one cannot be drawn.

    Raises:
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     trial = ve.try_out(template, seconds=0.5)
    """
    require("template", template, Template, OPENED)
    seconds = given_number("seconds", seconds, "Give a number of seconds, such as 0.5")
    started = time.thread_time()
    try:
        plan = template.plan()
        try:
            return _Course(template, plan, started, started + seconds).run()
        finally:
            plan.close()
    except VelocityError:
        return None


@dataclass(slots=True)
class _Drawing:
    """Sums over frames that were drawn at one size."""

    frames: int = 0
    touched: int = 0
    pixels: float = 0.0
    seconds: float = 0.0
    evaluating: float = 0.0


class _Course:
    """One trial. Whatever is measured when the time is up has to do."""

    def __init__(self, template: Template, plan: Plan, started: float, deadline: float) -> None:
        self._template, self._plan = template, plan
        self._tune = tuned(template.origin.document, EncoderConfig()).tune
        self._started, self._deadline = started, deadline
        self._patience = time.monotonic() + PATIENCE_SECONDS
        self._evaluator = Evaluator(plan)
        self._ground = plan.document.background or BLACK
        self._rate = exact_rate(template.frame_rate)
        self._encoding = [0.0, 0]  # seconds and pixels of the usual codec
        self._tiny, self._small, self._large = _Drawing(), _Drawing(), _Drawing()
        self._first_drawn: float | None = None  # seconds

    def run(self) -> Trial | None:
        planned = time.thread_time() - self._started
        size = _size(self._template, PIXELS)
        small = (size[0] // 4 * 2, size[1] // 4 * 2)
        changes = self._changes(size)
        places = self._places(changes, small)
        moment_ms, moment_ns = self._moments(changes, size, small)
        windows: list[Window] = []
        for number, frame in enumerate(_busy_frames(changes, self._template)):
            if self._is_late() and windows:
                break
            windows.append(self._window(frame, size, number))
        if not windows:
            return None
        large = None if self._is_late() else self._large_window(windows[0].frame, size)
        touch_ms, pixel_ns = self._own_costs(size[0] * size[1])
        drawn = self._small.frames + self._large.frames
        document = self._plan.document
        sound = audio_plan(self._plan, document.in_point, Fraction(self._template.duration).limit_denominator(10**6))
        return Trial(
            width=self._template.width,
            height=self._template.height,
            frame_rate=self._template.frame_rate,
            changes=changes,
            places=places,
            place_pixels=small[0] * small[1],
            windows=tuple(windows),
            large=large,
            start_ms=1000 * (planned + (self._first_drawn or 0.0)),
            evaluate_ms=1000 * (self._small.evaluating + self._large.evaluating) / drawn,
            touch_ms=touch_ms,
            pixel_ns=pixel_ns,
            encode_ns=1e9 * self._encoding[0] / self._encoding[1],
            has_sound=not sound.is_silent,
            processors=available_cores(),
            edges=replaceable_edges(self._template.origin.document),
            moment_ms=moment_ms,
            moment_ns=moment_ns,
        )

    def _is_late(self) -> bool:
        return time.thread_time() > self._deadline or time.monotonic() > self._patience

    # --- what changes ---

    def _changes(self, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
        """A quarter of the time at most goes into this; points that it does not reach are left out evenly."""
        first, pairs = self._template.first_frame, self._template.frame_count - 1
        if not pairs:
            return ((first, 0.0),)
        frames = sorted({first + int(pairs * (number + 0.5) / POINTS) for number in range(POINTS)})
        viewport = fit_viewport((self._template.width, self._template.height), *size)
        until = time.thread_time() + (self._deadline - time.thread_time()) / 4
        found: list[tuple[float, float]] = []
        for frame in evenly(frames):
            if (time.thread_time() > until or self._is_late()) and found:
                break
            found.append((frame, self._changed(frame, viewport)))
        return tuple(sorted(found))

    def _changed(self, frame: float, viewport: Viewport) -> float:
        before, after = (self._display(frame + step, viewport) for step in (0, 1))
        return share_of(changed_regions(before, after), (viewport.width, viewport.height))

    def _display(self, frame: float, viewport: Viewport) -> DisplayList:
        return self._evaluator.display_list(frame, viewport, self._ground)

    # --- what is drawn ---

    def _drawer(self, first: float, size: tuple[int, int], clock: StageClock, tiles: TileCount) -> FrameDrawer:
        viewport = fit_viewport((self._template.width, self._template.height), *size)
        scene = TimelineScene(self._evaluator, viewport, self._ground, first, 1.0)
        ring = YuvRing(*size, WINDOW + 1)
        return FrameDrawer(scene, ring, Tally(clock, tiles), lambda: False)

    def _draw(
        self, first: float, size: tuple[int, int], most: int, into: _Drawing
    ) -> tuple[list[av.VideoFrame], float]:
        """Frames from ``first`` on, the same again where nothing changed; and the changed shares of all but the first,
        added up. Their cost goes to ``into``, but for that of the first: it is often the first of all to need
        something.
        """
        clock, tiles = StageClock(), TileCount()
        clock.now = time.thread_time
        drawer = self._drawer(first, size, clock, tiles)
        every = -(-size[0] // TILE) * -(-size[1] // TILE)
        frames: list[av.VideoFrame] = []
        first_one = (0.0, 0, 0.0)
        try:
            for drawn in drawer.draw(Segment(number=0, first=0, last=most)):
                frames.append(frames[-1] if drawn is None else drawn.frame)
                if len(frames) == 1:
                    spent = dict(clock.seconds)
                    if self._first_drawn is None:
                        self._first_drawn = spent["composite"]
                    first_one = (spent["composite"] + spent["convert"], tiles.total - tiles.held, spent["evaluate"])
                    touched = 0
                else:
                    touched += drawn is not None
                if self._is_late():
                    break
        finally:
            drawer.close()
        share = (tiles.total - tiles.held - first_one[1]) / every
        seconds = clock.seconds["composite"] + clock.seconds.get("convert", 0.0)
        into.evaluating += clock.seconds["evaluate"]
        into.frames += len(frames)
        if share > 0:
            into.touched += touched
            into.pixels += share * size[0] * size[1]
            into.seconds += seconds - first_one[0]
        return frames, share

    def _own_costs(self, pixels: int) -> tuple[float, float]:
        """By two sizes: the smaller ones where the time did not suffice for the large one."""
        small, large = self._small, self._large
        if not large.touched and self._tiny.touched:
            small, large = self._tiny, self._small
        if not small.touched:  # nothing changes, or the time was over with the first frame
            return 0.0, 1e9 * (self._first_drawn or 0.0) / pixels
        return costs_by_size(small, large)

    # --- what motion blur takes ---

    def _moments(
        self, changes: Sequence[tuple[float, float]], size: tuple[int, int], small: tuple[int, int]
    ) -> tuple[float, float]:
        """What each further moment takes at which layers with the motion blur switch are drawn, as ``costs_by_size``:
        of frames along the timeline, with and without it, in a sixth of the time at most."""
        if not self._plan.has_blurred_layers:
            return 0.0, 0.0
        until = time.thread_time() + (self._deadline - time.thread_time()) / 6
        last = self._template.first_frame + max(0, self._template.frame_count - RUN_FRAMES)
        costs = {small: _Drawing(), size: _Drawing()}
        for number, frame in enumerate(evenly([frame for frame, _share in changes])):
            if number and (time.thread_time() > until or self._is_late()):
                break
            for drawn, into in costs.items():
                self._add_moments(min(frame, last), drawn, into)
        if not costs[small].touched:
            return 0.0, 0.0
        return costs_by_size(costs[small], costs[size])

    def _add_moments(self, frame: float, size: tuple[int, int], into: _Drawing) -> None:
        count = min(RUN_FRAMES, self._template.frame_count)
        plain, blurred = _Drawing(), _Drawing()
        sharp = self._evaluator
        self._draw(frame, size, count, plain)
        try:
            self._plan.motion_blur = MotionBlur(samples=1 + FURTHER_MOMENTS)
            self._evaluator = Evaluator(self._plan)
            self._draw(frame, size, count, blurred)
        finally:
            self._plan.motion_blur, self._evaluator = None, sharp
        more = blurred.seconds - plain.seconds
        more += (blurred.evaluating - plain.evaluating) * (count - 1) / count  # as seconds, without the first frame
        into.touched += plain.touched
        into.pixels += plain.pixels
        into.seconds += max(0.0, more) / FURTHER_MOMENTS

    # --- what is encoded ---

    def _window(self, frame: float, size: tuple[int, int], number: int) -> Window:
        frames, changed = self._draw(frame, size, min(WINDOW, self._template.frame_count), self._small)
        smaller = [one.reformat(width=size[0] // 4 * 2, height=size[1] // 4 * 2) for one in frames]
        encoded: list[Encoded] = []
        for one in TRIED:
            if number < one.windows and not (len(encoded) > 1 and self._is_late()):
                encoded.append(self._encode(frames if one.large else smaller, one))
        return Window(frame, len(frames), changed, tuple(encoded))

    def _large_window(self, frame: float, size: tuple[int, int]) -> Window:
        """Fewer frames, at the small size and at four times its sides."""
        big, changed = self._draw(frame, (size[0] * LARGER, size[1] * LARGER), LARGE_WINDOW, self._large)
        small = [one.reformat(width=size[0] // 4 * 2, height=size[1] // 4 * 2) for one in big]
        encoded: list[Encoded] = []
        for how in LARGE_TRIED:
            if not self._is_late():
                encoded += [self._encode(small, how), self._encode(big, how)]
        return Window(frame, len(big), changed, tuple(encoded))

    def _encode(self, frames: Sequence[av.VideoFrame], how: Encoding) -> Encoded:
        width, height = frames[0].width, frames[0].height
        settings = settings_of(how, self._tune, (width, height), self._rate)
        encoder = SegmentEncoder(settings, width, height, self._rate, len(frames))
        started, all_started = time.thread_time(), time.process_time()
        packets = [packet for frame in frames for packet in encoder.encode(frame)] + encoder.finish()
        if how == TRIED[0] and (len(frames) > 1 or not self._encoding[1]):
            self._encoding[0] += time.thread_time() - started
            self._encoding[1] += width * height * len(frames)
        pixel_ns = round(1e9 * (time.process_time() - all_started) / (width * height * len(frames)), 2)
        packets.sort(key=lambda packet: packet.pts)
        bits = [8 * len(packet.data) for packet in packets]
        return Encoded(how.codec, how.preset, how.finer, width * height, bits[0], sum(bits[1:]), pixel_ns)

    def _places(
        self, changes: Sequence[tuple[float, float]], size: tuple[int, int]
    ) -> tuple[tuple[float, float, float], ...]:
        """What frames take along the timeline, its first frame among them, in a third of the time at most."""
        until = time.thread_time() + (self._deadline - time.thread_time()) / 3
        last = self._template.first_frame + max(0, self._template.frame_count - RUN_FRAMES)
        first = self._template.first_frame
        found: dict[float, tuple[float, float, float]] = {}
        for frame in (first, *evenly([frame for frame, _share in changes])):
            if (time.thread_time() > until or self._is_late()) and found:
                break
            begin = min(frame, last)
            frames, _changed = self._draw(begin, size, min(RUN_FRAMES, self._template.frame_count), self._tiny)
            encoded = self._encode(frames, TRIED[1])
            found[begin] = (begin, float(encoded.key_bits), encoded.other_bits / max(1, len(frames) - 1))
        return tuple(sorted(found.values()))


def costs_by_size(small: _Drawing, large: _Drawing) -> tuple[float, float]:
    """Milliseconds of a frame that changed, and nanoseconds of each pixel that did, by two sizes at which frames were
    drawn."""
    one, area = small.seconds / small.touched, small.pixels / small.touched
    if not large.touched or large.pixels / large.touched <= 1.5 * area:
        return 0.0, 1e9 * one / area
    slope = (large.seconds / large.touched - one) / (large.pixels / large.touched - area)
    slope = min(max(slope, 0.0), one / area)
    return 1000 * (one - slope * area), 1e9 * slope


def evenly(frames: Sequence[float]) -> list[float]:
    """In an order of which every beginning lies evenly along the whole."""
    return [frame for offset in (0, 4, 2, 6, 1, 3, 5, 7) for frame in frames[offset::8]]


def settings_of(how: Encoding, tune: Tune | None, size: tuple[int, int], rate: Fraction) -> EncoderSettings:
    """Of a variable bitrate that lets the quality be as good as a generous one does, or better, and caps nothing."""
    density = GENEROUS_BITS_PER_PIXEL * 2 ** (how.finer / STEPS_OF_DOUBLING)
    config = EncoderConfig(codec=how.codec, preset=how.preset, tune=tune)
    asked = replace(config, bitrate=BytesPerSecond(math.ceil(density * size[0] * size[1] * rate / 8)))
    return uncapped(config, asked_settings(plugins.codec(how.codec), asked, *size, rate), size, rate)


def share_of(regions: Sequence[tuple[int, int, int, int]], size: tuple[int, int]) -> float:
    """The share of the tiles of a picture of ``size`` that disjoint ``regions`` of whole tiles take."""
    tiles = TileCount()
    tiles.add_frame(size, regions)
    return (tiles.total - tiles.held) / tiles.total


def _size(template: Template, pixels: int) -> tuple[int, int]:
    """Of about ``pixels``, in the template's shape, with sides that can be halved to even ones."""
    scale = math.sqrt(pixels / (template.width * template.height))
    width, height = (
        min(MAX_SIDE, max(2 * MIN_SIDE, round(side * scale / 4) * 4)) for side in (template.width, template.height)
    )
    return width, height


def _busy_frames(changes: Sequence[tuple[float, float]], template: Template) -> list[float]:
    """Where to look closer: beginnings of windows that part what changes along the timeline evenly."""
    weights = list(accumulate(share + 0.02 for _frame, share in changes))
    last = template.first_frame + max(0, template.frame_count - WINDOW)
    # The outer ones come last, since the time may not suffice for all.
    wanted = [weights[-1] * (number + 0.5) / WINDOWS for number in (1, 0, 2)]
    frames = [min(changes[bisect_left(weights, weight)][0], last) for weight in wanted]
    return list(dict.fromkeys(frames))
