"""Segments side by side in processes of this machine: for many processors, where one interpreter's lock would bind.

The processes are spawned, never forked, since a fork of a program with threads may deadlock. So the script that calls
``render`` is imported in each, and must start its work under ``if __name__ == "__main__":``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Event

from velocity_engine.errors import RenderCancelled, RenderFailed
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.render_segment import render_segment
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment

LOOK_SECONDS = 0.05


class ProcessesExecutor:
    """One process for each processor, at most one for each segment. They end with the render."""

    key = "processes"

    def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        if not segments:
            return
        context = multiprocessing.get_context("spawn")
        stopped = context.Event()
        frames = context.Array("q", len(segments))
        count = min(available_cores(), len(segments))
        with ProcessPoolExecutor(count, context, _begin, (stopped, frames)) as pool:
            futures = {pool.submit(_render, order, one, slot): one for slot, one in enumerate(segments)}
            try:
                yield from _results(futures, frames, watch)
            except BrokenProcessPool:
                hint = "A script must guard its start, as for Python's multiprocessing"
                raise RenderFailed("a process that rendered segments ended", hint=hint) from None
            finally:
                stopped.set()
                for future in futures:
                    future.cancel()


def _results(
    futures: dict[Future[EncodedSegment], Segment], frames: SynchronizedArray[int], watch: RenderWatch
) -> Iterator[EncodedSegment]:
    pending = set(futures)
    while pending:
        if watch.cancelled():
            raise RenderCancelled("the render was cancelled")
        done, pending = wait(pending, LOOK_SECONDS, FIRST_COMPLETED)
        for segment, count in zip(futures.values(), frames[:], strict=True):
            watch.encoded(segment, count)
        for future in done:
            yield future.result()


# --- in a process of the pool -----------------------------------------------------------------------------------------


class _Shared:
    """The ``RenderWatch`` of a segment in another process than the render's."""

    def __init__(self, slot: int) -> None:
        self._slot = slot

    def cancelled(self) -> bool:
        return _stopped.is_set()

    def encoded(self, segment: Segment, frames: int) -> None:
        _frames[self._slot] = frames


_stopped: Event
_frames: SynchronizedArray[int]


def _begin(stopped: Event, frames: SynchronizedArray[int]) -> None:
    global _stopped, _frames
    _stopped, _frames = stopped, frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the render's process, which ends this one
    threading.Thread(target=_end_with_the_render, daemon=True).start()


def _end_with_the_render() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render(order: RenderOrder, segment: Segment, slot: int) -> EncodedSegment:
    return render_segment(order, segment, _Shared(slot))
