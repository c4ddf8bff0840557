"""A trial of a template: a few of its frames drawn and encoded at a small size, as the measure of all others.

``forecast`` makes of it how long a render takes and how large its file gets, whatever its size, codec and frames.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from velocity_engine import plugins
from velocity_engine.composite import changed_regions
from velocity_engine.composite.tiles import TILE
from velocity_engine.display import DisplayList
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import GENEROUS_BITS_PER_PIXEL, STEPS_OF_DOUBLING, EncoderConfig
from velocity_engine.errors import VelocityError
from velocity_engine.evaluate.evaluation_pass import Viewport, fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.evaluate.soundtrack import audio_plan
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.pipeline.draw import FrameDrawer, StageClock, TileCount
from velocity_engine.pipeline.frame_ring import YuvRing
from velocity_engine.pipeline.prepared import BLACK, TimelineScene
from velocity_engine.plan.plan import Plan
from velocity_engine.plugin_types import EncoderSettings, Segment
from velocity_engine.template import Template, exact_rate

if TYPE_CHECKING:
    import av

PIXELS = 640 * 360  # of the frames that are drawn, whatever their shape
LARGER = 2  # times the sides, to learn how the time that drawing takes grows with them
MIN_SIDE, MAX_SIDE = 64, 2048  # SVT-AV1 takes no less
POINTS = 32  # along the timeline, at which two frames that follow each other are compared
WINDOW = 8  # frames
WINDOWS = 4
USUAL = ("h264", 3)
FINER = 4.0  # steps of the rate factor
TRIED = (
    (*USUAL, 0.0, 4),
    (*USUAL, FINER, 2),
    ("h264", 5, 0.0, 4),
    ("h265", 4, 0.0, 2),
    ("h265", 4, FINER, 1),
    ("av1", 3, 0.0, 2),
)
"""Codec, preset, by how many steps of a rate factor it is finer, and how many of the windows it encodes at half the
sides."""
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Encoded:
    """A window as a codec made it: bits of the key frame, and of the others."""

    codec: str
    preset: int
    finer: float
    pixels: int
    key_bits: int
    other_bits: int


MIDDLE = (
    Encoded(*USUAL, 0.0, PIXELS, 51_000, 12_000),
    Encoded(*USUAL, 0.0, PIXELS // 4, 26_000, 5_500),
    Encoded(*USUAL, FINER, PIXELS // 4, 33_000, 7_600),
    Encoded("h264", 5, 0.0, PIXELS // 4, 44_000, 10_800),
    Encoded("h265", 4, 0.0, PIXELS // 4, 12_000, 6_300),
    Encoded("h265", 4, FINER, PIXELS // 4, 16_000, 9_200),
    Encoded("av1", 3, 0.0, PIXELS // 4, 16_600, 6_200),
)
"""A window of the template that lies in the middle of many."""


@dataclass(frozen=True, slots=True)
class Window:
    """Frames that follow each other from ``frame`` on, the first a key frame. ``changed``: the shares of the picture in
    which each of the others differs from the one before, added up."""

    frame: float
    changed: float
    encoded: tuple[Encoded, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured. Times are of one processor of the machine that tried; ``frame`` is the composition's own.

    ``changes`` are (frame, share of the picture in which the next one differs) along the timeline, ``keys`` (frame,
    bits of a key frame of H.264 at ``key_pixels``). ``start_ms`` passes before the first frame is drawn,
    ``evaluate_ms`` with every frame, ``touch_ms`` with each that changed and ``pixel_ns`` with every pixel that did;
    ``encode_ns`` with every pixel that is encoded in the usual way. ``processors`` is what the machine has.
    ``guessed``: nothing of it was measured.
    """

    width: int
    height: int
    frame_rate: float
    changes: tuple[tuple[float, float], ...]
    keys: tuple[tuple[float, int], ...]
    key_pixels: int
    windows: tuple[Window, ...]
    start_ms: float
    evaluate_ms: float
    touch_ms: float
    pixel_ns: float
    encode_ns: float
    has_sound: bool
    processors: int
    guessed: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Trial:
        """Raises TypeError and KeyError for what ``to_json`` of another version made."""
        windows = tuple(
            Window(one["frame"], one["changed"], tuple(Encoded(**encoded) for encoded in one["encoded"]))
            for one in values["windows"]
        )
        pairs = {name: tuple(tuple(pair) for pair in values[name]) for name in ("changes", "keys")}
        return cls(**{**values, **pairs, "windows": windows})

    @classmethod
    def guess(cls, width: int, height: int, frame_rate: float) -> Trial:
        """In place of a trial that was not made: the middle of many templates."""
        return cls(
            width=width,
            height=height,
            frame_rate=frame_rate,
            changes=((0.0, 0.4),),
            keys=((0.0, 26_000),),
            key_pixels=PIXELS // 4,
            windows=(Window(0.0, 3.0, MIDDLE),),
            start_ms=50.0,
            evaluate_ms=0.3,
            touch_ms=0.3,
            pixel_ns=5.0,
            encode_ns=8.0,
            has_sound=False,
            processors=available_cores(),
            guessed=True,
        )


def try_out(template: Template, seconds: float = SECONDS) -> Trial | None:
    """Draws and encodes frames of ``template`` for about ``seconds`` of a processor.

    None where not even the first were done by then, or one cannot be drawn.
    """
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
        self._started, self._deadline = started, deadline
        self._evaluator = Evaluator(plan)
        self._ground = plan.document.background or BLACK
        self._rate = exact_rate(template.frame_rate)
        self._encoding = [0.0, 0]  # seconds and pixels of the usual codec
        self._small, self._large = _Drawing(), _Drawing()
        self._first_drawn: float | None = None  # seconds

    def run(self) -> Trial | None:
        planned = time.thread_time() - self._started
        size = _size(self._template, PIXELS)
        changes = self._changes(size)
        windows: list[Window] = []
        for number, frame in enumerate(_busy_frames(changes, self._template)):
            if self._is_late() and windows:
                break
            windows.append(self._window(frame, size, number))
        if not windows:
            return None
        if not self._is_late():
            self._draw(windows[0].frame, (size[0] * LARGER, size[1] * LARGER), WINDOW, self._large)
        small = (size[0] // 4 * 2, size[1] // 4 * 2)
        keys = self._keys(changes, small)
        touch_ms, pixel_ns = self._costs()
        drawn = self._small.frames + self._large.frames
        document = self._plan.document
        sound = audio_plan(self._plan, document.in_point, Fraction(self._template.duration).limit_denominator(10**6))
        return Trial(
            width=self._template.width,
            height=self._template.height,
            frame_rate=self._template.frame_rate,
            changes=changes,
            keys=keys,
            key_pixels=small[0] * small[1],
            windows=tuple(windows),
            start_ms=1000 * (planned + (self._first_drawn or 0.0)),
            evaluate_ms=1000 * (self._small.evaluating + self._large.evaluating) / drawn,
            touch_ms=touch_ms,
            pixel_ns=pixel_ns,
            encode_ns=1e9 * self._encoding[0] / self._encoding[1],
            has_sound=bool(sound.tracks),
            processors=available_cores(),
        )

    def _is_late(self) -> bool:
        return time.thread_time() > self._deadline

    # --- what changes ---

    def _changes(self, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
        """Half of the time at most goes into this; points that it does not reach are left out evenly."""
        first, pairs = self._template.first_frame, self._template.frame_count - 1
        if not pairs:
            return ((first, 0.0),)
        places = sorted({first + int(pairs * (number + 0.5) / POINTS) for number in range(POINTS)})
        viewport = fit_viewport((self._template.width, self._template.height), *size)
        half = time.thread_time() + (self._deadline - time.thread_time()) / 2
        found: list[tuple[float, float]] = []
        stride = 8
        for offset in (0, 4, 2, 6, 1, 3, 5, 7):
            for frame in places[offset::stride]:
                if time.thread_time() > half and found:
                    return tuple(sorted(found))
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
        return FrameDrawer(scene, ring, clock, lambda: False, tiles=tiles)

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

    def _costs(self) -> tuple[float, float]:
        """Milliseconds of a frame that changed, and nanoseconds of each pixel that did, by two sizes."""
        small, large = self._small, self._large
        if not small.touched:
            return 0.0, 0.0
        one, area = small.seconds / small.touched, small.pixels / small.touched
        if not large.touched or large.pixels / large.touched <= 1.5 * area:
            return 0.0, 1e9 * one / area
        slope = (large.seconds / large.touched - one) / (large.pixels / large.touched - area)
        slope = min(max(slope, 0.0), one / area)
        return 1000 * (one - slope * area), 1e9 * slope

    # --- what is encoded ---

    def _window(self, frame: float, size: tuple[int, int], number: int) -> Window:
        frames, changed = self._draw(frame, size, min(WINDOW, self._template.frame_count), self._small)
        encoded = [self._encode(frames, *USUAL, 0.0)]
        smaller = [one.reformat(width=size[0] // 4 * 2, height=size[1] // 4 * 2) for one in frames]
        for codec, preset, finer, windows in TRIED:
            if number < windows and not self._is_late():
                encoded.append(self._encode(smaller, codec, preset, finer))
        return Window(frame, changed, tuple(encoded))

    def _encode(self, frames: Sequence[av.VideoFrame], codec: str, preset: int, finer: float) -> Encoded:
        width, height = frames[0].width, frames[0].height
        settings = settings_of(codec, preset, finer, (width, height), self._rate)
        encoder = SegmentEncoder(settings, width, height, self._rate, len(frames))
        started = time.thread_time()
        packets = [packet for frame in frames for packet in encoder.encode(frame)] + encoder.finish()
        if (codec, preset, finer) == (*USUAL, 0.0) and (len(frames) > 1 or not self._encoding[1]):
            self._encoding[0] += time.thread_time() - started
            self._encoding[1] += width * height * len(frames)
        packets.sort(key=lambda packet: packet.pts)
        bits = [8 * len(packet.data) for packet in packets]
        return Encoded(codec, preset, finer, width * height, bits[0], sum(bits[1:]))

    def _keys(self, changes: Sequence[tuple[float, float]], size: tuple[int, int]) -> tuple[tuple[float, int], ...]:
        """Key frames along the timeline, its first frame among them."""
        places = [self._template.first_frame, *(frame for frame, _share in changes[3::8])]
        found: list[tuple[float, int]] = []
        for frame in places:
            if self._is_late() and found:
                break
            frames, _changed = self._draw(frame, size, 1, _Drawing())
            found.append((frame, self._encode(frames, *USUAL, 0.0).key_bits))
        return tuple(sorted(found))


def settings_of(codec: str, preset: int, finer: float, size: tuple[int, int], rate: Fraction) -> EncoderSettings:
    """Without a bitrate, but of the quality that one would give for which it is ``finer`` steps better."""
    config = EncoderConfig(codec=codec, preset=preset)
    plain = plugins.codec(codec).settings(config, *size, rate)
    if not finer:
        return plain
    density = GENEROUS_BITS_PER_PIXEL * 2 ** (finer / STEPS_OF_DOUBLING)
    bitrate = math.ceil(density * size[0] * size[1] * rate / 8)
    better = plugins.codec(codec).settings(replace(config, bitrate=bitrate), *size, rate)
    limits = {name: plain.options[name] for name in ("maxrate", "bufsize") if name in plain.options}
    return replace(better, average_cap=None, options={**better.options, **limits})


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
    wanted = [weights[-1] * (number + 0.5) / WINDOWS for number in (1, 2, 0, 3)]
    places = [min(changes[bisect_left(weights, weight)][0], last) for weight in wanted]
    return list(dict.fromkeys(places))
