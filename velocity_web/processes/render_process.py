"""Renders, inside a child process."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from velocity_web.processes.analyse_process import finding_dict
from velocity_web.processes.assignments import FontSources, RenderAssignment

MAX_WARNINGS = 100
STAGES = ("prepare", "frames", "check", "store")
PROGRESS_SECONDS = 0.2


def render(told: RenderAssignment, send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Carry out the order, look at the file, and synchronise it to the disk."""
    import velocity_engine as engine

    moments = [time.monotonic()]
    order = _with_fonts(engine.RenderOrder.from_json(told.order), told.fonts)
    if told.captions:
        order = replace(order, captions=engine.read_captions(told.captions, **json.loads(told.captions_how)))
    output = Path(order.output)
    cache = engine.RenderCache(told.cache, told.cache_bytes) if told.cache else None
    tell_progress = _progress_sender(send)

    def progress(said: Any) -> None:
        if len(moments) == 1:
            moments.append(time.monotonic())
        tell_progress(said)

    result = engine.render_order(order, progress=progress, executor=told.executor or None, cache=cache)
    if len(moments) == 1:
        moments.append(time.monotonic())
    moments.append(time.monotonic())
    for fault in result.cache_faults:
        print(fault, file=sys.stderr)  # noqa: T201  # which goes to the service's log
    engine.check_written(output, order.encoder, result.frames, result.video_seconds)
    warnings = [finding_dict(finding, told.names) for finding in result.findings[:MAX_WARNINGS]]
    size = output.stat().st_size
    moments.append(time.monotonic())
    sha256 = synchronise(output)
    poster_sha256 = None if order.poster is None else synchronise(Path(order.poster.output))
    moments.append(time.monotonic())
    return {
        "frames": result.frames,
        "size_bytes": size,
        "sha256": sha256,
        "poster_sha256": poster_sha256,
        "captions": order.captions.to_values() if told.captions and order.captions else None,
        "warnings": warnings,
        "reused_frames": result.reused_frames,
        "times": dict(zip(STAGES, pairwise(moments), strict=True)),
        "stage_seconds": {stage: float(seconds) for stage, seconds in result.seconds_by_stage.items()},
    }


def _with_fonts(order: Any, fonts: FontSources) -> Any:
    """The order with the fonts that the service has for all accounts."""
    import velocity_engine as engine

    folders = tuple(map(engine.FileReference.of, fonts.files))
    system = tuple(map(engine.FileReference.of, engine.system_font_folders())) if fonts.system else ()
    return replace(order, fonts=(*order.fonts, *folders), system_fonts=system)


def _progress_sender(send: Callable[[dict[str, Any]], None]) -> Callable[[Any], None]:
    last = 0.0

    def told(progress: Any) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PROGRESS_SECONDS:
            last = now
            left = progress.seconds_left
            send(
                {
                    "progress": {
                        "done": progress.frames_done,
                        "total": progress.frames_total,
                        "remaining_ms": None if left is None else round(left * 1000),
                    }
                }
            )

    return told


def synchronise(path: Path) -> str:
    """Bring the file to the disk. Returns its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()
