"""What one attempt at a job is told, where it may write, and how far it may go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import velocity_engine as engine
from velocity_web.database.entities import reading, rows
from velocity_web.jobs import queue
from velocity_web.jobs.fetching import Fetched
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.taking_in import take_in
from velocity_web.orders.account_fonts import font_copies, font_files
from velocity_web.orders.executors import chosen_executor, needs_of
from velocity_web.orders.render_requests import read_request
from velocity_web.processes.assignments import Assignment, FileAssignment, RenderAssignment, TemplateAssignment
from velocity_web.processes.fork_server import Limits
from velocity_web.processes.service_fonts import font_sources, seen_fonts
from velocity_web.schemas import states
from velocity_web.settings import MIB, Settings
from velocity_web.storage.files import remove
from velocity_web.storage.objects import Objects, discard
from velocity_web.storage.render_caches import render_cache

POSTER = ".poster"
UPLOADED = {
    states.TEMPLATE: "SELECT file, sha256, file_name FROM template WHERE id = $id",
    states.AUDIO: "SELECT file, sha256, name FROM audio WHERE id = $id",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """``folder`` is the attempt's own; ``output`` the file in it that becomes the render, ``poster`` the one that
    becomes its poster; ``seconds`` its most of the processors; ``is_spread`` that an executor renders its segments.
    ``copies`` is closed once its files are not needed any more."""

    assignment: Assignment
    folder: Path
    output: Path | None
    limits: Limits
    seconds: float
    copies: ExitStack
    poster: Path | None = None
    is_spread: bool = False


def plan_analysis(
    job: Leased, settings: Settings, objects: Objects, stop: Callable[[], bool], fetched: Fetched
) -> Attempt:
    """``fetched``: what is looked at, where that is not an upload but comes from elsewhere. Raises NotTaken,
    FileNotFoundError where the upload is gone, and what ``Objects.copy`` raises."""
    copies, fonts = ExitStack(), []
    if job.kind == states.ASSET:
        copies.push(fetched.copies.pop_all().__exit__)
        [held] = fetched.files.values()
        path, name = held.path, held.name
    else:
        with copies:
            copies.push(fetched.copies.pop_all().__exit__)
            for held in fetched.files.values():
                take_in(job, held, settings, objects, stop)
        with reading():
            found = rows(UPLOADED[job.kind], {"id": job.subject_id})
            own_fonts = font_files(job.account_id) if job.kind == states.TEMPLATE else ()
        if not found:
            raise FileNotFoundError("the upload was deleted")
        [(file, sha256, name)] = found
        copies = ExitStack()
        path = copies.enter_context(objects.copy(file, sha256, stop))
        fonts = [str(font) for font in copies.enter_context(font_copies(objects, own_fonts, stop))]
    names = {path.name: name}
    folder = _folder(job, settings)
    limits = Limits(
        settings.analysis_memory_mb * MIB,
        int(settings.analysis_seconds) + 5,
        settings.nice,
        settings.run_as,
        reads=(str(path), *fonts),
        writes=(str(folder),),
        file_bytes=settings.process_file_mb * MIB,
        sees=seen_fonts(settings),
    )
    assignment: Assignment
    if job.kind == states.TEMPLATE:
        assignment = TemplateAssignment(
            file=str(path),
            names=names,
            trial_seconds=settings.trial_seconds,
            fonts=font_sources(settings, fonts),
        )
    else:
        assignment = FileAssignment(file=str(path), names=names)
    return Attempt(assignment, folder, None, limits, settings.analysis_seconds, copies)


def plan_render(
    job: Leased, settings: Settings, objects: Objects, stop: Callable[[], bool], fetched: Fetched
) -> Attempt:
    """``fetched``: the order's files that do not lie in the storage. Raises NotInstalled, FileNotFoundError where a
    file is gone, and what ``Objects.copy`` raises."""
    with reading():
        [(text,)] = rows("SELECT request FROM render WHERE id = $id", {"id": job.id})
        request = read_request(text)
        stored = request.order
        names = queue.names_of_files([file.location for file in stored.files])
    executor = chosen_executor(request.executor, settings)
    needs = needs_of(executor)
    _remove_earlier(job, stored, objects)
    with ExitStack() as opened:
        opened.push(fetched.copies.pop_all().__exit__)
        paths = {location: held.path for location, held in fetched.files.items()}
        for file in stored.files:
            if file.location not in paths:
                paths[file.location] = opened.enter_context(objects.copy(file.location, file.sha256, stop))
        copies = opened.pop_all()
    names = {path.name: names[Path(file).name] for file, path in paths.items() if Path(file).name in names}
    names |= {held.path.name: held.name for held in fetched.files.values()}
    folder = _folder(job, settings)
    output = folder / stored.output
    said = "" if request.captions_file is None else str(paths[request.captions_file.location])
    order = _with_digests(stored.relocated(paths.__getitem__).to(output), fetched)
    poster = None
    if order.poster is not None:
        poster = folder / order.poster.output
        order = replace(order, poster=replace(order.poster, output=str(poster)))
    cache = render_cache(settings, job.account_id)
    limits = Limits(
        settings.render_memory_mb * MIB,
        settings.render_cpu_seconds,
        settings.nice,
        settings.run_as,
        reads=(*(file.location for file in order.files), *([said] if said else [])),
        writes=(str(folder), *([str(cache)] if cache else [])),
        file_bytes=settings.process_file_mb * MIB,
        needs=needs,
        sees=seen_fonts(settings),
    )
    assignment = RenderAssignment(
        order=order.to_json(),
        captions=said,
        captions_how="{}" if request.captions_file is None else request.captions_file.how,
        names=names,
        executor=executor,
        cache=str(cache) if cache else "",
        cache_bytes=settings.cache_mb * MIB,
        fonts=font_sources(settings),
    )
    return Attempt(assignment, folder, output, limits, float("inf"), copies, poster, is_spread=bool(executor))


def _with_digests(order: engine.RenderOrder, fetched: Fetched) -> engine.RenderOrder:
    """The order with what its files turned out to hold that nobody had read when it was made."""
    known = {str(held.path): held.sha256 for held in fetched.files.values()}

    def told(file: engine.FileReference) -> engine.FileReference:
        return replace(file, sha256=known[file.location]) if file.location in known else file

    assets = {key: told(file) for key, file in order.assets.items()}
    return replace(order, assets=assets, soundtrack=order.soundtrack and told(order.soundtrack))


def _folder(job: Leased, settings: Settings) -> Path:
    return settings.temporary.resolve() / f"{job.id}-{job.attempt}"


def remove_attempts(settings: Settings, job: Leased) -> None:
    """The folders of attempts that were killed on this machine."""
    for path in settings.temporary.glob(f"{job.id}-*"):
        remove(path)


def kept_name(job: Leased, attempt: int, made: str | Path, kind: str = "") -> str:
    """The name under which a file that an attempt made is stored; ``kind`` tells it from the video."""
    return f"renders/{job.id}-{attempt}{kind}{Path(made).suffix}"


def _remove_earlier(job: Leased, order: engine.RenderOrder, objects: Objects) -> None:
    """What attempts stored that were lost before anybody knew."""
    for attempt in range(1, job.attempt):
        discard(objects, kept_name(job, attempt, order.output))
        if order.poster is not None:
            discard(objects, kept_name(job, attempt, order.poster.output, POSTER))
