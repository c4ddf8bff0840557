"""What is kept of a batch's rows, and how it is shown."""

from __future__ import annotations

import json
from typing import Any

from pony.orm import desc

from velocity_web import states
from velocity_web.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.entities import Batch, BatchRow, Job, Render, reading, rows
from velocity_web.failures import NotFound
from velocity_web.schemas.render import BatchDetail, BatchDto, BatchRowResult
from velocity_web.services.renders import download_url

QUEUEING, QUEUED, CANCELLED = "queueing", "queued", "cancelled"
PIECE = 500
Kept = tuple[int, str, str | None, dict[str, list[str]] | None]
"""Number, name, render and errors of a row."""


def find_batch(caller: Caller, batch_id: str) -> Batch:
    """Within a session. Raises NotFound."""
    batch: Batch | None = Batch.get(id=batch_id)
    if batch is None or batch.account_id != caller.account_id:
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def _kept(batch: Batch, skip: int, take: int) -> list[Kept]:
    if batch.rows != "[]":
        old = list(enumerate(json.loads(batch.rows)))[skip : skip + take]
        return [(number, row["name"], row.get("renderId"), row.get("errors")) for number, row in old]
    batch_id = batch.id
    query = BatchRow.select(lambda row: row.batch_id == batch_id).order_by(lambda row: row.number)
    return [
        (row.number, row.name, row.render_id, json.loads(row.errors) if row.errors else None)
        for row in query[skip : skip + take]
    ]


def _total(batch: Batch) -> int:
    total: int = batch.rows_total if batch.rows == "[]" else len(json.loads(batch.rows))
    return total


def _members(ids: list[str]) -> dict[str, tuple[Render, Job]]:
    found: dict[str, tuple[Render, Job]] = {}
    for start in range(0, len(ids), PIECE):
        some = ids[start : start + PIECE]
        jobs = {job.id: job for job in Job.select(lambda job: job.id in some)}
        found.update(
            {render.id: (render, jobs[render.id]) for render in Render.select(lambda render: render.id in some)}
        )
    return found


def _row_results(batch: Batch, skip: int, take: int) -> list[BatchRowResult]:
    kept = _kept(batch, skip, take)
    members = _members([render_id for _number, _name, render_id, _errors in kept if render_id])
    return [
        _rendered(number, name, *members[render_id])
        if render_id
        else BatchRowResult(row=number, name=name, status="rejected", errors=errors, reason="the row is invalid")
        for number, name, render_id, errors in kept
    ]


def _rendered(number: int, name: str, render: Render, job: Job) -> BatchRowResult:
    completed = job.status == states.COMPLETED
    return BatchRowResult(
        row=number,
        name=name,
        status=job.status,
        render_id=job.id,
        reason=job.reason,
        video_download_url=download_url(job.id) if completed else None,
        progress=1.0 if completed else min(1.0, render.frames_done / max(1, render.frames_total)),
    )


def _summary(batch: Batch) -> dict[str, Any]:
    found = rows(
        "SELECT job.status, COUNT(*), SUM(CASE WHEN render.frames_done < render.frames_total "
        "THEN 1.0 * render.frames_done / render.frames_total ELSE 1.0 END) "
        "FROM render JOIN job ON job.id = render.id WHERE render.batch_id = $id GROUP BY job.status",
        {"id": batch.id},
    )
    total = _total(batch)
    checked = total if batch.status == QUEUED else batch.rows_checked
    counts = {status: count for status, count, _progress in found}
    if rejected := checked - sum(counts.values()):
        counts["rejected"] = rejected
    undone = total - checked + sum(count - float(done) for status, count, done in found if status in states.ACTIVE)
    active = any(counts.get(state) for state in states.ACTIVE)
    cancelled = counts.get(states.CANCELLED) or batch.status == CANCELLED
    status = "processing" if active else "cancelled" if cancelled else "completed"
    return {
        "batch_id": batch.id,
        "name": batch.name,
        "template_id": batch.template_id,
        "created_at": iso_time(batch.created_at),
        "status": QUEUEING if batch.status == QUEUEING else status,
        "progress": round(1 - undone / max(1, total), 4),
        "rows_total": total,
        "rows_checked": checked,
        "counts": counts,
    }


def batch_detail(caller: Caller, batch_id: str, skip: int, take: int) -> BatchDetail:
    with reading():
        batch = find_batch(caller, batch_id)
        return BatchDetail(**_summary(batch), rows=_row_results(batch, skip, take))


def list_batches(caller: Caller, skip: int, take: int) -> list[BatchDto]:
    with reading():
        query = Batch.select(lambda batch: batch.account_id == caller.account_id)
        found = query.order_by(lambda batch: (desc(batch.created_at), batch.id))[skip : skip + take]
        return [BatchDto(**_summary(batch)) for batch in found]
