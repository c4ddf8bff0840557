"""Sound that takes more or less time at the same pitch: FFmpeg's ``atempo``, which moves overlapping parts of it."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.sound.tracks import RATE, Block

SLOWEST, FASTEST = 0.5, 100.0  # of one filter; several in a row do more
PART = 4096  # samples that the filter is given at once


def at_tempo(samples: Block, count: int) -> Block:
    """Returns the sound as long as ``count`` samples: what the filter makes of it, cut or with silence behind.

    Args:
        samples: (2, n) float32 at ``RATE``.
        count: How many samples the result has.
    """
    import av
    from av.filter import Graph

    out = np.zeros((2, count), np.float32)
    length = samples.shape[1]
    if not count or not length:
        return out
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo")
    last = source
    for tempo in _steps(length / count):
        step = graph.add("atempo", f"{tempo:.9f}")
        last.link_to(step)
        last = step
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    filled = 0

    def drain() -> None:
        nonlocal filled
        while filled < count:
            try:
                frame = sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(frame, av.AudioFrame)
            block = frame.to_ndarray().reshape(-1, 2).T[:, : count - filled]
            out[:, filled : filled + block.shape[1]] = block
            filled += block.shape[1]

    for at in range(0, length, PART):
        interleaved = np.ascontiguousarray(samples[:, at : at + PART].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = RATE, at
        source.push(frame)
        drain()
    source.push(None)
    drain()
    return out


def _steps(tempo: float) -> list[float]:
    """The tempos of filters that make ``tempo`` together, each as one can take it."""
    number = max(1, math.ceil(math.log(tempo) / math.log(SLOWEST if tempo < 1 else FASTEST)))
    return [tempo ** (1 / number)] * number
