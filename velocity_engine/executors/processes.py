"""Segments side by side in processes of this machine: for many processors, where one interpreter's lock would bind.

The processes are spawned, never forked, since a fork of a program with threads may deadlock. So the script that calls
``render`` is imported in each, and must start its work under ``if __name__ == "__main__":``.

Each process is told one segment at a time through a pipe, and says through another how far it is. The end of the pipes
ends it, whatever became of the render: nothing else is shared, no lock, no memory, no file, no socket.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

from velocity_engine.errors import RenderCancelled, RenderFailed
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.render_segment import render_segment
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment

if TYPE_CHECKING:
    Pipe = Connection[object, object]

LOOK_SECONDS = 0.05
END_SECONDS = 5.0


class ProcessesExecutor:
    """One process for each processor, at most one for each segment. They end with the render."""

    key = "processes"
    needs = ("processes",)

    def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        waiting = deque(segments)
        workers: list[_Worker] = []
        try:
            for _ in range(min(available_cores(), len(segments))):
                workers.append(_begin(order))
                _hand_on(workers[-1], waiting)
            yield from _results(workers, waiting, watch)
        finally:
            _end(workers)


@dataclass(slots=True)
class _Worker:
    """``segment`` is what its process renders now. It reads ``orders``, and ``said`` is read from it."""

    process: SpawnProcess
    orders: Pipe
    said: Pipe
    segment: Segment | None = None


def _begin(order: RenderOrder) -> _Worker:
    context = multiprocessing.get_context("spawn")
    told, orders = context.Pipe(duplex=False)
    said, say = context.Pipe(duplex=False)
    with told, say:
        process = context.Process(target=_work, args=(order, told, say), daemon=True)
        process.start()
    return _Worker(process, orders, said)


def _hand_on(worker: _Worker, waiting: deque[Segment]) -> None:
    worker.segment = waiting.popleft() if waiting else None
    if worker.segment is not None:
        with suppress(OSError):  # a process that is gone is seen by the end of its pipe
            worker.orders.send(worker.segment)


def _results(workers: list[_Worker], waiting: deque[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
    while busy := {worker.said: worker for worker in workers if worker.segment is not None}:
        if watch.cancelled():
            raise RenderCancelled("the render was cancelled")
        for pipe in wait(list(busy), LOOK_SECONDS):
            worker = busy[pipe]  # type: ignore[index]  # of what can be waited for, these are pipes
            assert worker.segment is not None
            said = _heard(worker.said)
            if isinstance(said, int):
                watch.encoded(worker.segment, said)
            elif isinstance(said, EncodedSegment):
                _hand_on(worker, waiting)
                yield said
            else:
                raise said


def _heard(pipe: Pipe) -> int | EncodedSegment | Exception:
    """What a process says: how many frames are encoded, a segment, or what went wrong."""
    try:
        said = pipe.recv()
    except (EOFError, OSError):
        hint = "A script must guard its start, as for Python's multiprocessing"
        return RenderFailed("a process that rendered segments ended", hint=hint)
    assert isinstance(said, int | EncodedSegment | Exception)
    return said


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.orders.close()
        worker.said.close()
    for worker in workers:
        worker.process.join(END_SECONDS)
        if worker.process.exitcode is None:
            with suppress(PermissionError):  # who may end no process has one that is ended with it
                worker.process.kill()


# --- in a process ----------------------------------------------------------------------------------------------------


class _Telling:
    """The ``RenderWatch`` of a segment in another process than the render's. While a segment is rendered, nothing comes
    through ``told`` but its end."""

    def __init__(self, told: Pipe, say: Pipe) -> None:
        self._told, self._say = told, say

    def cancelled(self) -> bool:
        try:
            return self._told.poll()
        except OSError:
            return True

    def encoded(self, segment: Segment, frames: int) -> None:
        with suppress(OSError):
            self._say.send(frames)


def _work(order: RenderOrder, told: Pipe, say: Pipe) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the render's process, which ends this one
    with told, say, suppress(EOFError, OSError):
        while True:
            segment = told.recv()
            assert isinstance(segment, Segment)
            say.send(_rendered(order, segment, _Telling(told, say)))


def _rendered(order: RenderOrder, segment: Segment, watch: RenderWatch) -> EncodedSegment | Exception:
    try:
        return render_segment(order, segment, watch)
    except Exception as error:  # noqa: BLE001  # the render's process raises it
        return _sendable(error)


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # it was written here
    except Exception:  # noqa: BLE001  # whatever an exception of a plugin does when it is copied
        return RenderFailed(f"rendering failed: {type(error).__name__} in a process that rendered segments")
    return error
