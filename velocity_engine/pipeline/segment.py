"""Segments: the timeline cut into runs of whole GOPs, each rendered and encoded on its own.

The cuts depend on the settings alone, never on who runs the segments, so that the output is the same bytes everywhere.
"""

from __future__ import annotations

import math
from fractions import Fraction

from velocity_engine.encoder_config import SEGMENT_SECONDS, EncoderConfig
from velocity_engine.plugin_types import EncoderSettings, Segment


def plan_segments(
    frame_count: int, config: EncoderConfig, settings: EncoderSettings, rate: Fraction
) -> tuple[Segment, ...]:
    """Segments of about ``config.segment_seconds``, in whole GOPs; of ``idr`` frames where IDR frames stand farther
    apart than key frames. Where shorter segments than usual are asked for, they may be shorter than a GOP.

    A remainder shorter than half a segment goes to the last one, so that no segment is too short for its rate control.
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
    starts = [start for start in range(0, frame_count, length) if start == 0 or frame_count - start > merged]
    ends = [*starts[1:], frame_count]
    return tuple(
        Segment(number=number, first=first, last=last)
        for number, (first, last) in enumerate(zip(starts, ends, strict=True))
    )
