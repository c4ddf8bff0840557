"""What one attempt at a job is told, where it may write, and how far it may go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from velocity_web.database.entities import reading, rows
from velocity_web.jobs import queue
from velocity_web.jobs.queue import Leased
from velocity_web.orders.executors import chosen_executor, needs_of
from velocity_web.orders.render_requests import read_request
from velocity_web.processes.assignments import Assignment, FileAssignment, RenderAssignment, TemplateAssignment
from velocity_web.processes.fork_server import Limits
from velocity_web.schemas import states
from velocity_web.settings import MIB, Settings
from velocity_web.storage.render_caches import render_cache


@dataclass(frozen=True, slots=True)
class Attempt:
    """``folder`` is the attempt's own; ``output`` the file in it that becomes the render, ``poster`` the one that
    becomes its poster; ``seconds`` its most of the processors; ``is_spread`` that an executor renders its segments."""

    assignment: Assignment
    folder: Path
    output: Path | None
    limits: Limits
    seconds: float
    poster: Path | None = None
    is_spread: bool = False


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
    assignment: Assignment
    if job.kind == states.TEMPLATE:
        assignment = TemplateAssignment(file=str(path), names=names, trial_seconds=settings.trial_seconds)
    else:
        assignment = FileAssignment(file=str(path), names=names)
    return Attempt(assignment, folder, None, limits, settings.analysis_seconds)


def plan_render(job: Leased, settings: Settings) -> Attempt:
    data = settings.data.resolve()
    with reading():
        [(text,)] = rows("SELECT request FROM render WHERE id = $id", {"id": job.id})
        request = read_request(text)
        stored = request.order
        names = queue.names_of_files([file.location for file in stored.files])
    folder = _folder(job, settings)
    output = folder / stored.output
    order = stored.relocated(data.joinpath).to(output)
    poster = None
    if order.poster is not None:
        poster = folder / order.poster.output
        order = replace(order, poster=replace(order.poster, output=str(poster)))
    executor = chosen_executor(request.executor, settings)
    cache = render_cache(settings, job.account_id)
    limits = Limits(
        settings.render_memory_mb * MIB,
        settings.render_cpu_seconds,
        settings.nice,
        settings.run_as,
        reads=tuple(file.location for file in order.files),
        writes=(str(folder), *([str(cache)] if cache else [])),
        file_bytes=settings.process_file_mb * MIB,
        needs=needs_of(executor),
    )
    assignment = RenderAssignment(
        order=order.to_json(),
        names=names,
        executor=executor,
        cache=str(cache) if cache else "",
        cache_bytes=settings.cache_mb * MIB,
    )
    return Attempt(assignment, folder, output, limits, float("inf"), poster, is_spread=bool(executor))


def _folder(job: Leased, settings: Settings) -> Path:
    return settings.temporary.resolve() / f"{job.id}-{job.attempt}"
