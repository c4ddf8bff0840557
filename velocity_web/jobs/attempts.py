"""What one attempt at a job is told, where it may write, and how far it may go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from velocity_web.database.entities import reading, rows
from velocity_web.jobs import queue
from velocity_web.jobs.queue import Leased
from velocity_web.processes.fork_server import Limits
from velocity_web.settings import MIB, Settings


@dataclass(frozen=True, slots=True)
class Attempt:
    """``folder`` is the attempt's own; ``output`` the file in it that becomes the render; ``seconds`` the longest."""

    spec: dict[str, Any]
    folder: Path
    output: Path | None
    limits: Limits
    seconds: float


def plan_analysis(job: Leased, settings: Settings) -> Attempt | None:
    """None where the upload is gone."""
    with reading():
        file = queue.subject_file(job)
        names = queue.names_of_upload(job)
    path = settings.data.resolve() / (file or "")
    if not file or not path.exists():
        return None
    folder = _folder(job, settings)
    limits = Limits(
        settings.analysis_memory_mb * MIB,
        int(settings.analysis_seconds) + 5,
        settings.nice,
        settings.run_as,
        reads=(str(path),),
        writes=(str(folder),),
        file_bytes=settings.process_file_mb * MIB,
    )
    spec = {"file": str(path), "names": names, "trial_seconds": settings.trial_seconds}
    return Attempt(spec, folder, None, limits, settings.analysis_seconds)


def plan_render(job: Leased, settings: Settings) -> Attempt:
    data = settings.data.resolve()
    with reading():
        work = json.loads(rows("SELECT request FROM render WHERE id = $id", {"id": job.id})[0][0])
        names = queue.names_of_files([work["template"], work["audio"], *work["assets"].values()])
    folder = _folder(job, settings)
    output = folder / f"render.{work['encoder']['container']}"
    spec: dict[str, Any] = {
        **work,
        "template": str(data / work["template"]),
        "assets": {asset_id: str(data / file) for asset_id, file in work["assets"].items()},
        "audio": str(data / work["audio"]) if work["audio"] else None,
        "output": str(output),
        "names": names,
    }
    reads = (spec["template"], *spec["assets"].values(), *([spec["audio"]] if spec["audio"] else []))
    limits = Limits(
        settings.render_memory_mb * MIB,
        settings.render_cpu_seconds,
        settings.nice,
        settings.run_as,
        reads=reads,
        writes=(str(folder),),
        file_bytes=settings.process_file_mb * MIB,
    )
    return Attempt(spec, folder, output, limits, float("inf"))


def _folder(job: Leased, settings: Settings) -> Path:
    return settings.temporary.resolve() / f"{job.id}-{job.attempt}"
