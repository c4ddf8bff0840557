"""Renders as their owner sees them: status, details, lists, files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_camel

import velocity_engine as engine
from velocity_web.accounts import budget
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    Job,
    Poster,
    Render,
    reading,
)
from velocity_web.failures import NotFound
from velocity_web.orders.destinations import destinations_of
from velocity_web.orders.posters import CONTENT_TYPES, poster_urls
from velocity_web.orders.render_requests import read_request
from velocity_web.schemas import states
from velocity_web.schemas.metadata import stored_metadata
from velocity_web.schemas.render import (
    RenderDetail,
    RenderDto,
    RenderJobDto,
    RenderStatusDto,
    RenderTimeBudgetStatusDto,
)
from velocity_web.schemas.template import FindingDto
from velocity_web.services.codecs import content_type
from velocity_web.services.paging import AT_ONCE, Labels, Listed, Window, jobs_of, wanted
from velocity_web.storage.files import StoredFile


def find_render(caller: Caller, render_id: str) -> tuple[Render, Job]:
    """Within a session. Raises NotFound, also for a deleted one.

    The job is read first: its end is written together with the size of the video, which is there in whatever is read
    later.
    """
    job = Job.get(id=render_id)
    render = Render.get(id=render_id)
    if render is None or job is None or render.account_id != caller.account_id or job.status == states.DELETED:
        raise NotFound(f"there is no render {render_id}")
    return render, job


def _completed(caller: Caller, render_id: str) -> tuple[Render, Job]:
    render, job = find_render(caller, render_id)
    if job.status != states.COMPLETED:
        raise NotFound(f"the render {render_id} is {job.status}, not completed")
    return render, job


def download_url(render_id: str) -> str:
    return f"/render/{render_id}/download"


def _shared_fields(render: Render, job: Job) -> dict[str, Any]:
    return {
        "render_id": render.id,
        "name": render.name,
        "template_id": render.template_id,
        "template_name": render.template_name,
        "template_instance_id": render.template_instance_id,
        "template_instance_name": render.template_instance_name,
        "campaign_id": render.campaign_id,
        "is_direct_render": render.template_instance_id is None,
        "size_bytes": render.size_bytes,
        "render_time_milliseconds": render.charged_ms if job.status in states.FINAL else None,
        "metadata": stored_metadata(render.metadata),
    }


Posters = dict[str, str]
"""Where posters are downloaded, by the ids of their renders."""


def render_dto(render: Render, job: Job, posters: Posters) -> dict[str, Any]:
    return {
        **_shared_fields(render, job),
        "video_download_url": download_url(render.id),
        "poster_download_url": posters.get(render.id),
        "rendered_at": iso_time(job.completed_at),
    }


def _job_fields(render: Render, job: Job, posters: Posters) -> dict[str, Any]:
    completed = job.status == states.COMPLETED
    done = render.frames_total if completed else min(render.frames_done, render.frames_total)
    return dict(
        **_shared_fields(render, job),
        status=job.status,
        video_download_url=download_url(render.id) if completed else None,
        poster_download_url=posters.get(render.id) if completed else None,
        created_at=iso_time(job.created_at),
        started_at=iso_time(job.started_at),
        completed_at=iso_time(job.completed_at),
        reason=job.reason,
        progress=1.0 if completed else round(done / max(1, render.frames_total), 4),
        frames_done=done,
        frames_total=render.frames_total,
        estimated_remaining_milliseconds=_remaining_ms(render, job),
    )


def _remaining_ms(render: Render, job: Job) -> int | None:
    if job.status in states.FINAL:
        return 0 if job.status == states.COMPLETED else None
    value: int | None = render.remaining_ms
    return value


def _warnings_of(render: Render) -> list[FindingDto]:
    return [FindingDto(**finding) for finding in json.loads(render.warnings or "[]")]


def render_status(caller: Caller, render_id: str) -> RenderStatusDto:
    with reading():
        render, job = find_render(caller, render_id)
        fields = _job_fields(render, job, poster_urls([render_id]))
        return RenderStatusDto(
            **fields,
            warnings=_warnings_of(render),
            stage=job.stage if job.stage in states.RENDER_STAGES and job.status not in states.FINAL else None,
            destinations=destinations_of(render_id),
        )


def render_detail(caller: Caller, render_id: str) -> RenderDetail:
    with reading():
        render, job = _completed(caller, render_id)
        request = read_request(render.request)
        return RenderDetail(
            **render_dto(render, job, poster_urls([render_id])),
            completed_at=iso_time(job.completed_at),
            frames=render.frames_total,
            audio_id=render.audio_id,
            job_info=request.job_info,
            encoder_config=request.encoder_config,
            duration=request.duration,
            captions=_captions_of(request.order),
            motion_blur=request.motion_blur,
            customization_map=request.order.customizations,
            warnings=_warnings_of(render),
            destinations=destinations_of(render_id),
        )


def _captions_of(order: engine.RenderOrder) -> dict[str, Any] | None:
    """The captions as a request for another render has them."""
    if order.captions is None:
        return None
    how = {name: value for name, value in order.captions.to_values().items() if name != "cues" and value is not None}
    return {"text": order.captions.sidecar(), **{to_camel(name): value for name, value in how.items()}}


def _page(caller: Caller, statuses: Sequence[str], window: Window) -> Listed[tuple[Render, Job]]:
    jobs, total = jobs_of(caller.account_id, states.RENDER, statuses, window)
    found: dict[str, Render] = {}
    for start in range(0, len(jobs), AT_ONCE):
        ids = [job.id for job in jobs[start : start + AT_ONCE]]
        found.update({render.id: render for render in Render.select(lambda render: render.id in ids)})
    return [(found[job.id], job) for job in jobs], total


def list_completed(caller: Caller, window: Window) -> Listed[RenderDto]:
    with reading():
        pairs, total = _page(caller, (states.COMPLETED,), window)
        posters = poster_urls([render.id for render, _job in pairs])
        return [RenderDto(**render_dto(render, job, posters)) for render, job in pairs], total


def list_active(caller: Caller, labels: Labels | None = None) -> Listed[RenderJobDto]:
    with reading():
        pairs, total = _page(caller, states.UNFINISHED, Window(labels=labels or {}))
        return _job_dtos(pairs), total


def list_history(caller: Caller, status: str | None, window: Window) -> Listed[RenderJobDto]:
    with reading():
        pairs, total = _page(caller, wanted(status, states.FINAL), window)
        return _job_dtos(pairs), total


def _job_dtos(pairs: Sequence[tuple[Render, Job]]) -> list[RenderJobDto]:
    posters = poster_urls([render.id for render, _job in pairs])
    return [RenderJobDto(**_job_fields(render, job, posters)) for render, job in pairs]


def render_file(caller: Caller, render_id: str) -> tuple[StoredFile, str]:
    """The video and its content type. Raises NotFound."""
    with reading():
        render, job = _completed(caller, render_id)
        stored = StoredFile(render.file, _file_name(render, render.file), render.sha256, job.completed_at)
        return stored, content_type(Path(render.file).suffix)


def _file_name(render: Render, file: str) -> str:
    """Of a file of a render, for who downloads it."""
    name, ending = str(render.name), Path(file).suffix
    return name if name.lower().endswith(ending) else f"{name}{ending}"


def poster_file(caller: Caller, render_id: str) -> tuple[StoredFile, str]:
    """The poster and its content type. Raises NotFound."""
    with reading():
        render, job = _completed(caller, render_id)
        poster = Poster.get(render_id=render_id)
        if poster is None:
            raise NotFound(f"the render {render_id} has no poster; ask for one with output.poster")
        stored = StoredFile(poster.file, _file_name(render, poster.file), poster.sha256, job.completed_at)
        return stored, CONTENT_TYPES[Path(poster.file).suffix]


def captions_file(caller: Caller, render_id: str, kind: str) -> str:
    """The captions of a render as a file for players. Raises NotFound."""
    with reading():
        render, _job = find_render(caller, render_id)
        text = str(render.request)
    request = read_request(text)
    if request.captions_file is not None:
        raise NotFound(
            f"the captions of the render {render_id} are fetched with it; they are here once it is completed"
        )
    if request.order.captions is None or request.captioned is None:
        raise NotFound(f"the render {render_id} has no captions; ask for some with captions")
    return request.order.captions.sidecar(kind, *request.captioned)


def budget_status(caller: Caller) -> RenderTimeBudgetStatusDto:
    with reading():
        state = budget.budget_of(caller.account_id)
    return RenderTimeBudgetStatusDto(
        used_milliseconds=state.used_ms,
        remaining_milliseconds=state.remaining_ms,
        total_milliseconds=state.total_ms,
        usage_percentage=round(100 * state.used_ms / state.total_ms, 2) if state.total_ms else 100.0,
    )
