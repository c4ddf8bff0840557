"""Segments: the timeline cut into runs of whole GOPs, each rendered and encoded on its own.

The cuts depend on the template and the settings alone, never on what is replaced or on who runs the segments, so that
the output is the same bytes everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from velocity_engine.encoder_config import SEGMENT_SECONDS, EncoderConfig
from velocity_engine.plugin_types import EncoderSettings, Segment

LEAST_SECONDS = 1
"""Between a cut where a layer comes or goes and the ends of its segment."""


def plan_segments(
    frame_count: int,
    config: EncoderConfig,
    settings: EncoderSettings,
    rate: Fraction,
    edges: Mapping[int, int] | None = None,
    breaks: Sequence[int] = (),
) -> tuple[Segment, ...]:
    """Segments of about ``config.segment_seconds``, in whole GOPs; of ``idr`` frames where IDR frames stand farther
    apart than key frames. Where shorter segments than usual are asked for, they may be shorter than a GOP.

    A remainder shorter than half a segment goes to the last one, so that no segment is too short for its rate control.

    ``edges`` are the frames at which layers that people replace come or go, with how many do. Each segment is cut at
    one of them at most, a second or more from its ends, where no distance of key frames is asked for: so what is
    replaced changes few segments, of which the others are found in a cache.

    ``breaks`` are frames at which segments begin, as if a video began there, where no distance of key frames is asked
    for: so a part of the template has the same segments wherever in a video it stands.
    """
    if settings.whole or settings.gop_size is None:
        return (Segment(number=0, first=0, last=frame_count),)
    wanted = Fraction(config.segment_seconds) * rate
    if config.idr is not None and config.idr > settings.gop_size:
        length, merged = config.idr, 0
    else:
        gops = max(1, math.ceil(wanted / settings.gop_size - Fraction(1, 2)))
        length = gops * settings.gop_size
        merged = length // 2
    if config.segment_seconds < SEGMENT_SECONDS and length > wanted:
        length = max(1, round(wanted))
        merged = length // 2
    is_free = takes_cuts(config, settings)
    starts: list[int] = []
    for begin, end in pairwise([0, *(breaks if is_free else ()), frame_count]):
        starts += [start for start in range(begin, end, length) if start == begin or end - start > merged]
    if edges and is_free:
        starts = list(_cut([*starts, frame_count], edges, math.ceil(LEAST_SECONDS * rate)))
    return tuple(
        Segment(number=number, first=first, last=last)
        for number, (first, last) in enumerate(pairwise([*starts, frame_count]))
    )


def takes_cuts(config: EncoderConfig, settings: EncoderSettings) -> bool:
    """Whether edges and breaks cut a video: one of several segments, for which no distance of key frames is asked."""
    return not settings.whole and settings.gop_size is not None and config.gop is None and config.idr is None


def _cut(ends: list[int], edges: Mapping[int, int], least: int) -> Iterator[int]:
    """The starts of segments that are also cut at the frame at which most layers come or go, the first of equals."""
    for first, last in pairwise(ends):
        yield first
        fitting = [frame for frame in edges if first + least <= frame <= last - least]
        if fitting:
            yield max(fitting, key=lambda frame: (edges[frame], -frame))
