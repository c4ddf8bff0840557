"""What is kept of a batch's rows, and how it is shown."""

from __future__ import annotations

import json
from typing import Any

from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import Batch, reading, rows
from velocity_web.failures import NotFound
from velocity_web.orders.endings import BATCH, COUNTS, status_of_batch
from velocity_web.orders.posters import poster_urls
from velocity_web.schemas import states
from velocity_web.schemas.metadata import stored_metadata
from velocity_web.schemas.render import BatchDetail, BatchDto, BatchRowResult
from velocity_web.services.paging import Listed, Window, labelled, total_of
from velocity_web.services.renders import download_url

COLUMNS = "job.status, job.reason, render.frames_done, render.frames_total, render.metadata"
Shown = tuple[int, str, str | None, str | None, tuple[Any, ...]]
"""Number, name, render, errors as JSON, and of the render its ``COLUMNS``."""


def find_batch(caller: Caller, batch_id: str) -> Batch:
    """Within a session. Raises NotFound."""
    batch: Batch | None = Batch.get(id=batch_id)
    if batch is None or batch.account_id != caller.account_id:
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def _page(batch: Batch, skip: int, take: int) -> list[Shown]:
    if batch.rows != "[]":
        return _old_page(batch, skip, take)
    found = rows(
        f"SELECT batch_row.number, batch_row.name, batch_row.render_id, batch_row.errors, {COLUMNS} FROM batch_row "
        "LEFT JOIN render ON render.id = batch_row.render_id LEFT JOIN job ON job.id = batch_row.render_id "
        "WHERE batch_row.batch_id = $id ORDER BY batch_row.number LIMIT $take OFFSET $skip",
        {"id": batch.id, "take": take, "skip": skip},
    )
    return [(number, name, render_id, errors, tuple(state)) for number, name, render_id, errors, *state in found]


def _old_page(batch: Batch, skip: int, take: int) -> list[Shown]:
    """Of a batch whose rows an earlier version kept."""
    found: list[Shown] = []
    for number, row in list(enumerate(json.loads(batch.rows)))[skip : skip + take]:
        render_id = row.get("renderId")
        state = rows(
            f"SELECT {COLUMNS} FROM render JOIN job ON job.id = render.id WHERE render.id = $id", {"id": render_id}
        )
        found.append((number, row["name"], render_id, json.dumps(row.get("errors")), tuple(state[0]) if state else ()))
    return found


def _total(batch: Batch) -> int:
    total: int = batch.rows_total if batch.rows == "[]" else len(json.loads(batch.rows))
    return total


def _result(row: Shown, posters: dict[str, str]) -> BatchRowResult:
    number, name, render_id, errors, state = row
    if render_id is None:
        wrong = json.loads(errors or "{}")
        return BatchRowResult(row=number, name=name, status=states.REJECTED, errors=wrong, reason="the row is invalid")
    status, reason, done, total, metadata = state
    completed = status == states.COMPLETED
    return BatchRowResult(
        row=number,
        name=name,
        status=status,
        render_id=render_id,
        reason=reason,
        video_download_url=download_url(render_id) if completed else None,
        poster_download_url=posters.get(render_id) if completed else None,
        progress=1.0 if completed else min(1.0, done / max(1, total)),
        metadata=stored_metadata(metadata),
    )


def _summary(batch: Batch) -> dict[str, Any]:
    found = rows(COUNTS, {"id": batch.id})
    total = _total(batch)
    checked = total if batch.status == states.QUEUED else batch.rows_checked
    counts = {status: count for status, count, _progress in found}
    if rejected := checked - sum(counts.values()):
        counts[states.REJECTED] = rejected
    undone = total - checked + sum(count - float(done) for status, count, done in found if status in states.ACTIVE)
    return {
        "batch_id": batch.id,
        "name": batch.name,
        "template_id": batch.template_id,
        "created_at": iso_time(batch.created_at),
        "status": status_of_batch(batch.status, counts),
        "progress": round(1 - undone / max(1, total), 4),
        "rows_total": total,
        "rows_checked": checked,
        "counts": counts,
        "seconds": batch.seconds,
        "unique_seconds": batch.unique_seconds,
        "metadata": stored_metadata(batch.metadata),
    }


def batch_detail(caller: Caller, batch_id: str, skip: int, take: int) -> BatchDetail:
    with reading():
        batch = find_batch(caller, batch_id)
        page = _page(batch, skip, take)
        posters = poster_urls([row[2] for row in page if row[2] is not None])
        return BatchDetail(**_summary(batch), rows=[_result(row, posters) for row in page])


def list_batches(caller: Caller, window: Window) -> Listed[BatchDto]:
    """Newest first."""
    parameters = {"account": caller.account_id}
    if window.labels:
        condition, named = labelled(window.labels)
        parameters |= {**named, "kind": BATCH}
        source, order = f"FROM label WHERE {condition}", "label.created_at DESC, label.subject_id"
        column = "label.subject_id"
    else:
        source, order, column = "FROM batch WHERE account_id = $account", "created_at DESC, id", "id"
    sql = f"SELECT {column} {source} ORDER BY {order} LIMIT $take OFFSET $skip"
    with reading():
        ids = [row[0] for row in rows(sql, {**parameters, "take": window.take, "skip": window.skip})]
        found = {batch.id: batch for batch in Batch.select(lambda batch: batch.id in ids)} if ids else {}
        total = total_of(source, parameters, window, len(ids))
        return [BatchDto(**_summary(found[batch_id])) for batch_id in ids], total
