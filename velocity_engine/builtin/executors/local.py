"""Segments one after the other in this process: a scene draws on one thread at a time, and the encoder has threads of
its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from velocity_engine.errors import RenderCancelled
from velocity_engine.plugin_types import EncodedSegment, Segment


class LocalExecutor:
    key = "local"

    def run(
        self, work: Callable[[Segment], EncodedSegment], segments: Sequence[Segment], cancelled: Callable[[], bool]
    ) -> Iterator[EncodedSegment]:
        for segment in segments:
            if cancelled():
                raise RenderCancelled("the render was cancelled")
            yield work(segment)
