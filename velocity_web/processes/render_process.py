"""Renders, inside a child process."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from velocity_web.processes.analyse_process import finding_dict

MAX_WARNINGS = 100
PROGRESS_SECONDS = 0.2
DURATION_TOLERANCE = 0.25  # seconds: more than a frame or a rounded rate, less than a file cut short


def render(spec: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Render ``spec["order"]``, look at the file, and synchronise it to the disk.

    ``spec["names"]`` are the names by which the owner knows the order's files; ``spec["executor"]`` is the name of what
    renders the segments, empty where this process does.
    """
    import velocity_engine as engine

    order = engine.RenderOrder.from_json(spec["order"])
    output = Path(order.output)
    result = engine.render_order(order, progress=_progress_sender(send), executor=spec.get("executor") or None)
    check_output(output, result.frames, result.video_seconds)
    warnings = [finding_dict(finding, spec.get("names", {})) for finding in result.findings[:MAX_WARNINGS]]
    size = output.stat().st_size
    return {"frames": result.frames, "size_bytes": size, "sha256": synchronise(output), "warnings": warnings}


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


def check_output(path: Path, frames: int, seconds: float) -> None:
    """Raises RenderFailed when the file does not play the frames that were rendered, for as long as they last."""
    import velocity_engine as engine

    try:
        info = engine.probe_video(path)
    except engine.VelocityError as error:
        raise engine.RenderFailed(f"the finished file cannot be read back: {error.message}") from None
    if info.frames != frames:
        raise engine.RenderFailed(f"the finished file has {info.frames} frames, {frames} were rendered")
    if abs(info.seconds - seconds) > DURATION_TOLERANCE:
        raise engine.RenderFailed(f"the finished file lasts {info.seconds:.3f} s, its frames {seconds:.3f} s")


def synchronise(path: Path) -> str:
    """Bring the file to the disk; gives its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def preview(spec: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Draw one frame of a template as a PNG at ``spec["output"]``."""
    import velocity_engine as engine

    with engine.open_template(spec["template"]) as template:
        width = spec["width"] or template.width
        height = max(1, round(template.height * width / template.width))
        still = engine.still(template, frame=template.first_frame + spec["frame"], size=(width, height))
    still.image().save(spec["output"], "PNG", compress_level=3)
    return {"width": width, "height": height}
