"""What is announced when something ends: a render, the batch whose last render it was, an upload; and forgotten when it
is deleted."""

from __future__ import annotations

from velocity_web.database.entities import Batch, Job, Poster, Render, execute, get_existing, rows
from velocity_web.events.webhooks import News, announce, takers_of
from velocity_web.orders.destinations import destinations_of, end_delivering
from velocity_web.schemas import states
from velocity_web.schemas.messages import AudioNews, BatchNews, RenderNews, TemplateNews
from velocity_web.schemas.metadata import stored_metadata

BATCH = "batch"
ANY_ACTIVE = f"SELECT 1 FROM job WHERE batch_id = $id AND status IN ({states.listed(states.UNFINISHED)}) LIMIT 1"
COUNTS = (
    "SELECT job.status, COUNT(*), SUM(CASE WHEN render.frames_done < render.frames_total "
    "THEN 1.0 * render.frames_done / render.frames_total ELSE 1.0 END) "
    "FROM render JOIN job ON job.id = render.id WHERE render.batch_id = $id GROUP BY job.status"
)
DETAILS = {
    states.TEMPLATE: "SELECT job.name, job.reason, NULL FROM job WHERE job.id = $id",
    states.AUDIO: "SELECT job.name, job.reason, audio.seconds FROM job JOIN audio ON audio.id = job.subject_id "
    "WHERE job.id = $id",
}


def announce_end(render_id: str, status: str) -> None:
    """Within the transaction that holds the account and ends a render: tell of it, and of its batch if it was the last
    of that."""
    render = Render.get(id=render_id)
    job = get_existing(Job, id=render_id)
    if status != states.COMPLETED:
        end_delivering(render_id)
    if render is not None:
        news = News(render.account_id, states.RENDER, render_id, status, render.webhook_url)
        if takers := takers_of(news):
            announce(news, takers, _of_render(render, job, status))
    if job.batch_id:
        announce_batch(job.batch_id)


def _of_render(render: Render, job: Job, status: str) -> RenderNews:
    return RenderNews(
        render_id=render.id,
        name=render.name,
        status=status,
        template_id=render.template_id,
        batch_id=render.batch_id,
        video_download_url=f"/render/{render.id}/download" if status == states.COMPLETED else None,
        poster_download_url=None if Poster.get(render_id=render.id) is None else f"/render/{render.id}/poster",
        size_bytes=render.size_bytes,
        render_time_milliseconds=render.charged_ms,
        reason=job.reason,
        metadata=stored_metadata(render.metadata),
        destinations=destinations_of(render.id),
    )


def announce_batch(batch_id: str) -> None:
    """Within the transaction that holds the account: tell of a batch, if nothing of it is left to do."""
    if rows(ANY_ACTIVE, {"id": batch_id}):
        return
    batch = Batch.get(id=batch_id)
    if batch is None or batch.status == states.QUEUEING:
        return
    counts = {status: count for status, count, _done in rows(COUNTS, {"id": batch_id})}
    news = News(batch.account_id, BATCH, batch_id, status_of_batch(batch.status, counts), batch.webhook_url)
    if takers := takers_of(news):
        data = BatchNews(
            batch_id=batch_id,
            name=batch.name,
            status=news.status,
            template_id=batch.template_id,
            rows_total=batch.rows_total,
            counts=counts,
            metadata=stored_metadata(batch.metadata),
        )
        announce(news, takers, data)


def status_of_batch(kept: str, counts: dict[str, int]) -> str:
    """What a batch is, of the status that is kept of it and how many of its renders have which."""
    if kept == states.QUEUEING:
        return states.QUEUEING
    if any(counts.get(state) for state in states.UNFINISHED):
        return states.PROCESSING
    if kept == states.CANCELLED or counts.get(states.CANCELLED):
        return states.CANCELLED
    has_failed = counts.get(states.FAILED) and not (counts.get(states.COMPLETED) or counts.get(states.DELETED))
    return states.FAILED if has_failed else states.COMPLETED


def announce_upload(kind: str, account_id: str, job_id: str, subject_id: str, status: str) -> None:
    """Within the transaction that ends the processing of a template or an audio file."""
    news = News(account_id, kind, subject_id, status)
    if takers := takers_of(news):
        [(name, reason, seconds)] = rows(DETAILS[kind], {"id": job_id})
        fields = {"name": name, "status": status, "reason": reason}
        if kind == states.AUDIO:
            announce(news, takers, AudioNews(audio_id=subject_id, duration=seconds, **fields))
        else:
            announce(news, takers, TemplateNews(template_id=subject_id, **fields))


def forget_deliveries(subject_id: str) -> None:
    """Within a writing transaction: of what is deleted no message stays that was sent or given up."""
    execute(f"DELETE FROM webhook_delivery WHERE render_id = $id AND status <> '{states.PENDING}'", {"id": subject_id})
