"""Frames as arrays, one after the other, drawn ahead of who takes them.

One thread evaluates, another composites with the help of those that the compositor splits a frame among. What waits
between them is bounded, in frames and in bytes. Only what changed from frame to frame is drawn.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DisplayList
from velocity_engine.errors import Finding, RenderCancelled
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.pipeline.channel import Channel, ChannelClosed
from velocity_engine.pipeline.scene import Scene

Held: TypeAlias = Literal["repeat", "skip"]
Pixels: TypeAlias = NDArray[np.uint8]
EVALUATED_AHEAD = 8  # frames
DRAWN_AHEAD = 8
BYTES_AHEAD = 256 << 20


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame:
    """One frame of a video. ``seconds, pixels = frame`` takes it apart.

    Attributes:
        pixels: (height, width, 4) uint8, RGBA with straight alpha; or (height, width, 3), RGB. It cannot be written to,
            since held frames share it: call ``pixels.copy()`` to draw on it.
        seconds: The time since the first of the frames.
        number: The output frame, counted from 0.
        frame: The moment that it shows, in frames of the composition.
        held: Whether it is equal to the frame before.
    """

    pixels: Pixels
    seconds: float
    number: int
    frame: float
    held: bool

    def __iter__(self) -> Iterator[Any]:
        return iter((self.seconds, self.pixels))

    def __repr__(self) -> str:
        height, width = self.pixels.shape[:2]
        return f"<Frame {self.number} at {self.seconds:.3f} s, {width}x{height}{', held' if self.held else ''}>"


@dataclass(frozen=True, slots=True)
class FrameSource:
    """What is drawn: output frames 0 .. ``count`` - 1 of ``scene`` at ``rate`` frames a second.

    Attributes:
        scene: Returns the display list of an output frame.
        rate: Output frames per second.
        count: How many frames there are.
        start: The moment of the first one, in frames of the composition.
        step: How many frames of the composition pass from one to the next.
        alpha: Whether the arrays have alpha.
        held: "repeat" to return frames that are equal to the one before, "skip" to leave them out.
        cancelled: Is asked at each frame, from another thread.
        findings: Returns what is not drawn as the designer meant, as far as it is known.
        release: Closes what the scene draws.
    """

    scene: Scene
    rate: Fraction
    count: int
    start: float
    step: float
    alpha: bool
    held: Held
    cancelled: Callable[[], bool]
    findings: Callable[[], tuple[Finding, ...]]
    release: Callable[[], None]


class Frames(Iterator[Frame]):
    """The frames of a template, in order, drawn ahead by other threads. ``close`` ends these; so does the last frame.

    ``len`` is how many frames there are, held ones as well.

    Attributes:
        width: The width of the arrays in pixels.
        height: Their height in pixels.
        fps: Output frames per second, as an exact fraction.
    """

    def __init__(self, source: FrameSource) -> None:
        self.width, self.height = source.scene.width, source.scene.height
        self.fps = source.rate
        self._source = source
        self._drawing = _Drawing(source)
        self._finalizer = weakref.finalize(self, self._drawing.close)  # who leaves a loop early may never close
        self._drawing.start()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not drawn as the designer meant, as far as it is known by now."""
        return self._source.findings()

    def __len__(self) -> int:
        return self._source.count

    def __next__(self) -> Frame:
        try:
            return self._drawing.frames.get()
        except ChannelClosed:
            self.close()
            raise StopIteration from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the drawing and its threads. No frame comes afterwards."""
        self._finalizer()

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Drawing:
    """The threads of one ``Frames``, which they must not hold on to."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        width, height = source.scene.width, source.scene.height
        ahead = max(2, min(DRAWN_AHEAD, BYTES_AHEAD // (width * height * 4)))
        self._displays: Channel[DisplayList] = Channel(EVALUATED_AHEAD)
        self.frames: Channel[Frame] = Channel(ahead)
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=f"velocity-{name}", daemon=True)
            for name, work in (("evaluate", self._evaluate), ("frames", self._draw))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._displays.abort()
        self.frames.abort()
        for thread in self._threads:
            if thread is not threading.current_thread():  # a collector of garbage may run on one of them
                thread.join()
        self._source.release()

    def _run(self, work: Callable[[], None]) -> None:
        """Works; an error goes to who takes the frames."""
        try:
            work()
        except ChannelClosed:
            return
        except BaseException as error:  # noqa: BLE001 it is raised again by who takes the frames
            self._displays.abort()
            self.frames.fail(error)

    def _evaluate(self) -> None:
        for number in range(self._source.count):
            self._displays.put(self._source.scene.display_list(number))
        self._displays.finish()

    def _draw(self) -> None:
        from velocity_engine.composite import Compositor, FrameCompositor

        source = self._source
        compositor = Compositor(threads=available_cores())
        canvases = FrameCompositor(source.scene.width, source.scene.height, compositor)
        shown: Pixels | None = None
        try:
            for number, display in enumerate(self._displays):
                if source.cancelled():
                    raise RenderCancelled("the drawing of frames was cancelled")
                canvas, changed = canvases.advance(display)
                held = shown is not None and not changed
                if shown is None or changed:
                    shown = _taken(canvas, changed, shown, source.alpha)
                if not held or source.held == "repeat":
                    self.frames.put(self._frame(number, shown, held))
            self.frames.finish()
        finally:
            compositor.close()

    def _frame(self, number: int, pixels: Pixels, held: bool) -> Frame:
        view = pixels.view()
        view.flags.writeable = False
        source = self._source
        return Frame(view, float(number / source.rate), number, source.start + number * source.step, held)


def _taken(
    canvas: Pixels, changed: tuple[tuple[int, int, int, int], ...], before: Pixels | None, alpha: bool
) -> Pixels:
    """A copy of what the canvas shows, with straight alpha or without: ``before`` but for what changed."""
    height, width = canvas.shape[:2]
    if before is None or sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in changed) >= width * height:
        return _converted(canvas, alpha)
    pixels = before.copy()
    for x0, y0, x1, y1 in changed:
        pixels[y0:y1, x0:x1] = _converted(canvas[y0:y1, x0:x1], alpha)
    return pixels


def _converted(part: Pixels, alpha: bool) -> Pixels:
    """A copy of a part of the canvas."""
    if alpha:
        from velocity_engine.kernels.pixels.unpremultiply import to_straight

        pixels = part.copy()
        to_straight(pixels)
        return pixels
    from velocity_engine.kernels.pixels.without_alpha import without_alpha

    pixels = np.empty((*part.shape[:2], 3), np.uint8)
    without_alpha(part, pixels)
    return pixels
