"""Segments one after the other on the thread of the caller; the encoder has threads of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from velocity_engine.errors import RenderCancelled
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.render_segment import render_segment
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment


class LocalExecutor:
    key = "local"
    needs = ()

    def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        for segment in segments:
            if watch.cancelled():
                raise RenderCancelled("the render was cancelled")
            yield render_segment(order, segment, watch)
