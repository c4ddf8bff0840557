"""How long a render takes on a cluster, from what was measured on one machine, and what binds first.

With W worker threads, m segments of s_1 .. s_m processor seconds and b_1 .. b_m bytes:

    T(W) = fixed + template_bytes * ceil(W / 8) / link
           + max(begin + makespan(s, W), m * conductor, m * scheduler, 2 * sum(b) / link)

``makespan`` gives each segment in order to the thread that is free first, as dask does. ``fixed`` is what the conductor
does alone: open, plan, connect, close the file. ``begin`` is what a fresh worker does before its first segment. The
template goes once to each machine, here of eight threads, through the scheduler; packets go in and out of it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

LINK = 117e6  # bytes a second: 1 Gbit/s, which is assumed
THREADS_OF_A_MACHINE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All in seconds of a processor and bytes; ``segments`` are (seconds, bytes) of each, ``conductor`` and
    ``scheduler`` what one segment costs them."""

    name: str
    segments: Sequence[tuple[float, float]]
    fixed: float
    begin: float
    conductor: float
    scheduler: float
    template_bytes: float

    def longer(self, times: int) -> Inputs:
        """A video that is so many times as long."""
        return Inputs(
            name=self.name,
            segments=[*self.segments] * times,
            fixed=self.fixed,
            begin=self.begin,
            conductor=self.conductor,
            scheduler=self.scheduler,
            template_bytes=self.template_bytes,
        )


def makespan(seconds: Sequence[float], threads: int) -> float:
    free = [0.0] * threads
    for one in seconds:
        heapq.heappush(free, heapq.heappop(free) + one)
    return max(free)


def parts(inputs: Inputs, threads: int) -> dict[str, float]:
    """What runs side by side, in seconds: the longest of them counts."""
    count = len(inputs.segments)
    return {
        "segments": inputs.begin + makespan([seconds for seconds, _size in inputs.segments], threads),
        "conductor": count * inputs.conductor,
        "scheduler": count * inputs.scheduler,
        "link": 2 * sum(size for _seconds, size in inputs.segments) / LINK,
    }


def seconds(inputs: Inputs, threads: int) -> float:
    alone = inputs.fixed + inputs.template_bytes * math.ceil(threads / THREADS_OF_A_MACHINE) / LINK
    return alone + max(parts(inputs, threads).values())


def speedup(inputs: Inputs, threads: int) -> float:
    """Against one thread of the same cluster."""
    return seconds(inputs, 1) / seconds(inputs, threads)


def binding(inputs: Inputs, threads: int) -> str:
    """What most of the time goes to that more threads would not shorten."""
    found = parts(inputs, threads)
    longest = max(found, key=lambda name: found[name])
    if longest != "segments":
        return longest
    whole = seconds(inputs, threads)
    spread = found["segments"] - inputs.begin
    if whole - spread > 0.5 * whole:
        return "what is done once"
    busy = sum(one for one, _size in inputs.segments) / (threads * spread)
    return "number of segments" if busy < 0.75 else "nothing yet"
