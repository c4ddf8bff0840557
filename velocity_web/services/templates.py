"""Templates: accepted uploads, their analysis, their files."""

from __future__ import annotations

import json
from typing import Any

from velocity_web.accounts import quota
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import Job, Template, execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Invalid, NotDeletable, NotFound
from velocity_web.orders.endings import forget_deliveries
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.orders.upload_formats import zip_fault
from velocity_web.schemas import states
from velocity_web.schemas.template import (
    FindingDto,
    FontDto,
    FrameRangeDto,
    LayerDto,
    LayerPluginDto,
    LayerTimeDto,
    LengthsDto,
    MarkerDto,
    MediaDto,
    SlotDto,
    StorageStatusDto,
    TemplateDetail,
    TemplateDto,
    TemplateJobDto,
    TemplateUploaded,
    TimelineDto,
)
from velocity_web.services.paging import Listed, Window, jobs_of, wanted, whole
from velocity_web.services.processing import with_job
from velocity_web.storage.files import StoredFile, Upload, clean_name
from velocity_web.storage.objects import Objects, discard

USES_TEMPLATE = (
    "SELECT 1 FROM render JOIN job ON job.id = render.id WHERE render.template_id = $id "
    f"AND job.status IN ({states.listed(states.ACTIVE)}) LIMIT 1"
)


def accept_template(caller: Caller, objects: Objects, upload: Upload) -> TemplateUploaded:
    """Keep an uploaded ZIP and queue its analysis. Raises Invalid and QuotaExceeded; then nothing of it stays."""
    try:
        if fault := zip_fault(upload.path):
            raise Invalid(fault, {"file": [fault]})
        template_id, job_id = new_id(), new_id()
        file = f"templates/{template_id}.zip"
        objects.store(upload.path, file)
    finally:
        upload.discard()
    stem = upload.file_name[:-4] if upload.file_name.lower().endswith(".zip") else upload.file_name
    name = clean_name(upload.fields.get("name"), "") or stem or "template"
    try:
        with writing():
            quota.take(caller.account_id, upload.size_bytes)
            now = now_ms()
            Template(
                id=template_id,
                account_id=caller.account_id,
                name=name,
                file_name=upload.file_name,
                file=file,
                size_bytes=upload.size_bytes,
                sha256=upload.sha256,
                created_at=now,
            )
            Job(
                id=job_id,
                kind=states.TEMPLATE,
                account_id=caller.account_id,
                subject_id=template_id,
                name=name,
                status=states.PENDING,
                created_at=now,
                traceparent=traceparent(),
            )
    except BaseException:
        discard(objects, file)
        raise
    wake()
    return TemplateUploaded(status=states.UPLOADED, template_id=template_id, job_id=job_id)


def find_template(caller: Caller, template_id: str) -> Template:
    """Within a session. Raises NotFound."""
    template: Template | None = Template.get(id=template_id)
    if template is None or template.account_id != caller.account_id:
        raise NotFound(f"there is no template {template_id}")
    return template


def completed_template(caller: Caller, template_id: str) -> Template:
    """Within a session: a template that is ready for rendering. Raises NotFound."""
    template, job = with_job(find_template, caller, template_id)
    if job.status != states.COMPLETED:
        raise NotFound(f"the template {template_id} is not completed")
    return template


def list_templates(caller: Caller) -> Listed[TemplateDto]:
    with reading():
        found = rows(
            "SELECT template.id, template.name, template.size_bytes, template.created_at FROM template "
            "JOIN job ON job.subject_id = template.id "
            f"WHERE template.account_id = $account AND job.status = '{states.COMPLETED}' "
            "ORDER BY template.created_at DESC, template.id",
            {"account": caller.account_id},
        )
    return whole(
        [
            TemplateDto(id=template_id, name=name, size_bytes=size, created_at=iso_time(created))
            for template_id, name, size, created in found
        ]
    )


def _common(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "size_bytes": template.size_bytes,
        "created_at": iso_time(template.created_at),
    }


def list_active(caller: Caller) -> Listed[TemplateJobDto]:
    with reading():
        jobs, total = jobs_of(caller.account_id, states.TEMPLATE, states.ACTIVE)
        return [_job_dto(job) for job in jobs], total


def list_history(caller: Caller, status: str | None, window: Window) -> Listed[TemplateJobDto]:
    with reading():
        statuses = wanted(status, (states.COMPLETED, states.FAILED))
        jobs, total = jobs_of(caller.account_id, states.TEMPLATE, statuses, window)
        return [_job_dto(job) for job in jobs], total


def template_status(caller: Caller, template_id: str) -> TemplateJobDto:
    with reading():
        template, job = with_job(find_template, caller, template_id)
        analysis = json.loads(template.analysis) if template.analysis else {}
        return _job_dto(job, analysis.get("findings", ()))


def _job_dto(job: Job, findings: Any = ()) -> TemplateJobDto:
    return TemplateJobDto(
        job_id=job.id,
        template_id=job.subject_id,
        template_name=job.name,
        status=job.status,
        created_at=iso_time(job.created_at),
        completed_at=iso_time(job.completed_at),
        reason=job.reason,
        stage=job.stage,
        warnings=[FindingDto(**finding) for finding in findings],
    )


def template_detail(caller: Caller, template_id: str) -> TemplateDetail:
    with reading():
        template = completed_template(caller, template_id)
        analysis = json.loads(template.analysis or "{}")
        return TemplateDetail(
            **_common(template),
            **{key: analysis[key] for key in ("width", "height", "frame_rate", "frame_count", "duration")},
            fonts=[FontDto(**font) for font in analysis["fonts"]],
            markers=_markers(analysis),
            lengths=LengthsDto(**lengths) if (lengths := analysis.get("lengths")) else None,
            assets=[MediaDto(**asset) for asset in analysis["assets"]],
            layers=[LayerDto(**layer) for layer in analysis["layers"]],
            slots=[SlotDto(**slot) for slot in analysis.get("slots", ())],
            plugins=[LayerPluginDto(**plugin) for plugin in analysis.get("plugins", ())],
            warnings=[FindingDto(**finding) for finding in analysis["findings"]],
        )


def template_timeline(caller: Caller, template_id: str) -> TimelineDto:
    """Of a completed template. Raises NotFound."""
    with reading():
        analysis = json.loads(completed_template(caller, template_id).analysis or "{}")
    first = _first_frame(analysis)
    held = analysis.get("held")
    return TimelineDto(
        frame_count=analysis["frame_count"],
        frame_rate=analysis["frame_rate"],
        markers=_markers(analysis),
        layers=[_layer_time(layer, first) for layer in analysis["layers"] if "in_point" in layer],
        held=None if held is None else [FrameRangeDto(start=start, end=end) for start, end in held],
    )


def _first_frame(analysis: dict[str, Any]) -> float:
    first: float = analysis.get("first_frame", analysis["span"][0])
    return first


def _markers(analysis: dict[str, Any]) -> list[MarkerDto]:
    """Counted from the first frame, as all frames of the API."""
    first = _first_frame(analysis)
    return [MarkerDto(**{**marker, "time": marker["time"] - first}) for marker in analysis["markers"]]


def _layer_time(layer: dict[str, Any], first: float) -> LayerTimeDto:
    base = 0.0 if "/" in layer["path"] else first
    return LayerTimeDto(path=layer["path"], in_point=layer["in_point"] - base, out_point=layer["out_point"] - base)


def template_file(caller: Caller, template_id: str) -> StoredFile:
    """The original ZIP. Raises NotFound, also for one whose processing failed, since its file was not kept."""
    with reading():
        template, job = with_job(find_template, caller, template_id)
        if job.status == states.FAILED:
            raise NotFound(f"the processing of template {template_id} failed, its file was not kept")
        return StoredFile(template.file, template.file_name, template.sha256, template.created_at)


def delete_template(caller: Caller, objects: Objects, template_id: str) -> None:
    """Remove the template, its file and its history; its renders stay.

    Raises NotFound and NotDeletable.
    """
    with writing():
        lock_account(caller.account_id)
        template, job = with_job(find_template, caller, template_id)
        if job.status in states.ACTIVE:
            raise NotDeletable("the template is still being processed; wait for it to complete or fail")
        if rows(USES_TEMPLATE, {"id": template_id}):
            raise NotDeletable("the template has active render jobs; cancel them first")
        file: str = template.file
        if job.status != states.FAILED:
            quota.give_back(caller.account_id, template.size_bytes)
        forget_sources(job.id)
        execute(f"DELETE FROM job WHERE subject_id = $id AND kind = '{states.TEMPLATE}'", {"id": template_id})
        execute("DELETE FROM preview_link WHERE template_id = $id", {"id": template_id})
        execute("DELETE FROM template WHERE id = $id", {"id": template_id})
        forget_deliveries(template_id)
    discard(objects, file)


def storage_status(caller: Caller) -> StorageStatusDto:
    with reading():
        storage = quota.storage_of(caller.account_id)
    total = storage.quota_mb * 1_048_576
    return StorageStatusDto(
        quota_mb=storage.quota_mb,
        used_bytes=storage.used_bytes,
        available_bytes=storage.available_bytes,
        usage_percentage=round(100 * storage.used_bytes / total, 2) if total else 100.0,
    )
