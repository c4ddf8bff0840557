"""Batches: many renders of one template, a result for each row."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from pony.orm import desc
from pydantic import ValidationError

from velocity_web import states
from velocity_web.auth import Caller
from velocity_web.clock import iso_time, now_ms
from velocity_web.entities import Batch, Job, Render, lock_account, new_id, reading, rows, the, writing
from velocity_web.failures import Invalid, NotFound
from velocity_web.jobs.wake import wake
from velocity_web.schemas.render import (
    BatchDetail,
    BatchDto,
    BatchQuery,
    BatchRequest,
    BatchRow,
    BatchRowResult,
    RenderOutput,
)
from velocity_web.services import webhooks
from velocity_web.services.render_checks import Errors, Source, Ticket, check_request, find_source
from velocity_web.services.renders import cancel_job, download_url, insert_render, require_means
from velocity_web.settings import Settings

NAME_COLUMN = "name"
SHARED = ("encoderConfig", "jobInfo")  # fields of the batch, not of its rows
Checked = tuple[str, Ticket, RenderOutput]


def rows_of_csv(text: str) -> list[BatchRow]:
    """Rows of a CSV whose first line names a ``name`` column and layers; ``Layer.image`` and such name another kind.

    A column ``Headline`` sets that layer's text, ``Product.image`` takes an asset's id, ``Backdrop.color`` a colour,
    ``Badge.visible`` true or false. Empty cells change nothing. Raises Invalid.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header, *lines = [line for line in reader if any(cell.strip() for cell in line)]
    except (csv.Error, ValueError) as error:
        raise Invalid("the CSV cannot be read", {"csv": [str(error) or "it has no lines"]}) from None
    found: list[BatchRow] = []
    for number, line in enumerate(lines):
        if len(line) > len(header):
            raise Invalid(
                "the CSV is uneven", {"csv": [f"row {number} has {len(line)} cells, the header {len(header)}"]}
            )
        cells = dict(zip((name.strip() for name in header), line, strict=False))
        name = next((value for column, value in cells.items() if column.lower() == NAME_COLUMN and value), None)
        entries = [_entry(column, value) for column, value in cells.items() if column.lower() != NAME_COLUMN and value]
        try:
            found.append(BatchRow.model_validate({"name": name, "customizationMap": entries}))
        except ValidationError as error:
            raise Invalid("the CSV has an invalid row", {f"rows[{number}].name": [error.errors()[0]["msg"]]}) from None
    return found


def _entry(column: str, value: str) -> dict[str, Any]:
    layer, _, kind = column.rpartition(".")
    if layer and kind == "image":
        return {"layer": layer, "image": {"assetId": value}}
    if layer and kind == "video":
        return {"layer": layer, "video": {"assetId": value}}
    if layer and kind == "color":
        return {"layer": layer, "color": value}
    if layer and kind == "visible":
        return {"layer": layer, "visible": value.strip().lower() in ("1", "true", "yes")}
    return {"layer": layer if layer and kind == "text" else column, "text": value}


def create_batch(caller: Caller, settings: Settings, request: BatchRequest) -> BatchDetail:
    """Queue the rows that are valid; the others are kept as rejected with their errors.

    Raises Invalid when the whole is wrong or no row is valid, QuotaExceeded, BudgetExhausted.
    """
    title = request.name or "batch"
    source, names, checked = _checked(caller, settings, request, title)
    if not any(isinstance(entry, tuple) for entry in checked):
        raise Invalid("no row can be rendered", _row_errors(checked))
    batch_id = new_id()
    with writing():
        lock_account(caller.account_id)
        require_means(caller, [entry[1].estimate for entry in checked if isinstance(entry, tuple)])
        kept: list[dict[str, Any]] = []
        for number, entry in enumerate(checked):
            if isinstance(entry, tuple):
                render_id = insert_render(caller, entry[1], entry[2], entry[0], (batch_id, number))
                kept.append({"name": entry[0], "renderId": render_id})
            else:
                kept.append({"name": names[number], "errors": entry})
        Batch(
            id=batch_id,
            account_id=caller.account_id,
            name=title,
            template_id=source.template_id,
            rows=json.dumps(kept),
            created_at=now_ms(),
        )
    wake()
    return batch_detail(caller, batch_id)


def check_batch(caller: Caller, settings: Settings, request: BatchRequest) -> None:
    """Raises Invalid for everything that is wrong with any row, and with the whole; nothing is kept."""
    _, _, checked = _checked(caller, settings, request, request.name or "batch")
    errors = _row_errors(checked)
    if errors:
        raise Invalid("the request has invalid fields", errors)


def _checked(
    caller: Caller, settings: Settings, request: BatchRequest, title: str
) -> tuple[Source, list[str], list[Checked | Errors]]:
    """The batch's source, its rows' names, and what is to be rendered, or the errors, of each."""
    wanted = _wanted_rows(request, settings)
    if request.webhook_url:
        webhooks.require_allowed(str(request.webhook_url), settings)
    checked: list[Checked | Errors] = []
    names = [row.name or f"{title[:245]} {number + 1}" for number, row in enumerate(wanted)]
    with reading():
        template_id = str(request.template_id) if request.template_id else None
        instance_id = str(request.template_instance_id) if request.template_instance_id else None
        source = find_source(caller, template_id, instance_id)
        for row, name in zip(wanted, names, strict=True):
            output = _output_of(request, row)
            try:
                checked.append(
                    (name, check_request(caller, settings.data, source, output, row.customization_map), output)
                )
            except Invalid as invalid:
                checked.append(invalid.errors)
    return source, names, checked


def _wanted_rows(request: BatchRequest, settings: Settings) -> list[BatchRow]:
    if (request.rows is None) == (request.csv is None):
        sentence = "give rows or csv, one of them"
        raise Invalid(sentence, {"rows": [sentence], "csv": [sentence]})
    wanted = request.rows if request.rows is not None else rows_of_csv(request.csv or "")
    if not 1 <= len(wanted) <= settings.batch_max_rows:
        raise Invalid("the number of rows", {"rows": [f"from 1 to {settings.batch_max_rows} rows, not {len(wanted)}"]})
    return wanted


def _output_of(request: BatchRequest, row: BatchRow) -> RenderOutput:
    return request if row.audio_id is None else request.model_copy(update={"audio_id": row.audio_id})


def _row_errors(checked: list[Checked | Errors]) -> Errors:
    """What is wrong with rows, by ``rows[3].field``; what all rows share is said once."""
    found: Errors = {}
    for number, errors in enumerate(checked[:100]):
        if isinstance(errors, dict):
            for field, sentences in errors.items():
                found.setdefault(field if field.startswith(SHARED) else f"rows[{number}].{field}", sentences)
    return found


def request_of_csv(raw: bytes, query: BatchQuery) -> dict[str, Any]:
    """A batch request whose rows came as a CSV body and whose other fields as query parameters. Raises Invalid."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("the CSV is not UTF-8", {"csv": ["send CSV as UTF-8"]}) from None
    asked = query.model_dump(by_alias=True, exclude_none=True)
    encoder = {key: asked.pop(key) for key in ("bitrate", "codec", "preset") if key in asked}
    return {**asked, "encoderConfig": encoder, "csv": text}


def find_batch(caller: Caller, batch_id: str) -> Batch:
    """Within a session. Raises NotFound."""
    batch: Batch | None = Batch.get(id=batch_id)
    if batch is None or batch.account_id != caller.account_id:
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def _members(batch: Batch) -> dict[str, tuple[Render, Job]]:
    batch_id = batch.id
    renders = {render.id: render for render in Render.select(lambda render: render.batch_id == batch_id)}
    ids = list(renders)
    found: dict[str, tuple[Render, Job]] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        found.update({job.id: (renders[job.id], job) for job in Job.select(lambda job: job.id in some)})
    return found


def _row_results(batch: Batch) -> list[BatchRowResult]:
    members = _members(batch)
    results: list[BatchRowResult] = []
    for number, row in enumerate(json.loads(batch.rows)):
        if "errors" in row:
            results.append(
                BatchRowResult(
                    row=number, name=row["name"], status="rejected", errors=row["errors"], reason="the row is invalid"
                )
            )
            continue
        render, job = members[row["renderId"]]
        completed = job.status == states.COMPLETED
        results.append(
            BatchRowResult(
                row=number,
                name=row["name"],
                status=job.status,
                render_id=job.id,
                reason=job.reason,
                video_download_url=download_url(job.id) if completed else None,
                progress=1.0 if completed else min(1.0, render.frames_done / max(1, render.frames_total)),
            )
        )
    return results


def _summary(batch: Batch) -> dict[str, Any]:
    found = rows(
        "SELECT job.status, COUNT(*), SUM(CASE WHEN render.frames_done < render.frames_total "
        "THEN 1.0 * render.frames_done / render.frames_total ELSE 1.0 END) "
        "FROM render JOIN job ON job.id = render.id WHERE render.batch_id = $id GROUP BY job.status",
        {"id": batch.id},
    )
    total = len(json.loads(batch.rows))
    counts = {status: count for status, count, _progress in found}
    if rejected := total - sum(counts.values()):
        counts["rejected"] = rejected
    undone = sum(count - float(progress) for status, count, progress in found if status in states.ACTIVE)
    active = any(counts.get(state) for state in states.ACTIVE)
    return {
        "batch_id": batch.id,
        "name": batch.name,
        "template_id": batch.template_id,
        "created_at": iso_time(batch.created_at),
        "status": "processing" if active else "cancelled" if counts.get(states.CANCELLED) else "completed",
        "progress": round(1 - undone / total, 4),
        "rows_total": total,
        "counts": counts,
    }


def batch_detail(caller: Caller, batch_id: str) -> BatchDetail:
    with reading():
        batch = find_batch(caller, batch_id)
        return BatchDetail(**_summary(batch), rows=_row_results(batch))


def list_batches(caller: Caller, skip: int, take: int) -> list[BatchDto]:
    with reading():
        query = Batch.select(lambda batch: batch.account_id == caller.account_id)
        found = query.order_by(lambda batch: (desc(batch.created_at), batch.id))[skip : skip + take]
        return [BatchDto(**_summary(batch)) for batch in found]


def cancel_batch(caller: Caller, batch_id: str) -> BatchDetail:
    """Cancel all rows that are not finished. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        find_batch(caller, batch_id)
        active = rows(
            "SELECT job.id FROM job JOIN render ON render.id = job.id WHERE render.batch_id = $id "
            "AND job.status IN ('pending', 'processing')",
            {"id": batch_id},
        )
        for (job_id,) in active:
            cancel_job(the(Job, id=job_id))
    wake()
    return batch_detail(caller, batch_id)
