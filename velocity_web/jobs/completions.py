"""Jobs that came to a good end: what they made becomes their account's, in the transaction that ends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from velocity_web.accounts import budget, quota
from velocity_web.database.entities import execute, insert_many, lock_account, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally, count
from velocity_web.failures import QuotaExceeded
from velocity_web.jobs.queue import Leased, end_job, fail
from velocity_web.orders.destinations import begin_delivering, has_destinations
from velocity_web.orders.endings import announce_end, announce_upload
from velocity_web.orders.posters import keep_poster
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.orders.render_requests import cues_text, with_captions
from velocity_web.schemas import states
from velocity_web.storage.files import MadeFile


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished render: ``seconds`` is how long it ran, ``ms`` what it is charged; of the ``frames`` so many were
    ``reused``, None where there is no cache. ``captions`` are those of a file that was fetched."""

    video: MadeFile
    poster: MadeFile | None
    frames: int
    ms: int
    seconds: float = 0.0
    reused: int | None = None
    captions: Mapping[str, Any] | None = None


def complete_render(owner: str, job: Leased, rendered: Rendered) -> str | None:
    """Make a render's files its output, which is sent on where that was asked for. None when done, else why they may
    not be (the caller removes them)."""
    made, poster, ms = rendered.video, rendered.poster, rendered.ms
    try:
        with writing():
            lock_account(job.account_id)
            if not budget.charge(job.account_id, job.id, max(1, ms)):
                fail(owner, job, budget.EXHAUSTED, ms)
                return budget.EXHAUSTED
            delivers = has_destinations(job.id)
            if not end_job(owner, job, states.DELIVERING if delivers else states.COMPLETED, None):
                return "the lease was lost or the render cancelled"
            quota.take(job.account_id, made.size_bytes)
            if poster is not None:
                keep_poster(job.id, job.account_id, poster)
            execute(
                "UPDATE render SET file = $file, sha256 = $sha, size_bytes = $size, render_ms = $ms, "
                "frames_done = $frames, frames_total = $frames, remaining_ms = 0 WHERE id = $id",
                {
                    "file": made.file,
                    "sha": made.sha256,
                    "size": made.size_bytes,
                    "ms": max(1, ms),
                    "frames": rendered.frames,
                    "id": job.id,
                },
            )
            if rendered.captions is not None:
                _keep_captions(job.id, rendered.captions)
            if delivers:
                begin_delivering(job.id)
            else:
                announce_end(job.id, states.COMPLETED)
            _count(job, rendered)
    except QuotaExceeded as full:
        fail(owner, job, full.detail, ms)
        return full.detail
    return None


def _keep_captions(render_id: str, captions: Mapping[str, Any]) -> None:
    """Within the transaction that completes it: players and further renders get them from the request."""
    [(text,)] = rows("SELECT request FROM render WHERE id = $id", {"id": render_id})
    kept = {"request": with_captions(text, captions), "id": render_id}
    execute("UPDATE render SET request = $request WHERE id = $id", kept)


def _count(job: Leased, rendered: Rendered) -> None:
    """Within the transaction that completes it."""
    [(manner,)] = rows("SELECT manner FROM render WHERE id = $id", {"id": job.id})
    codec = (manner or "unknown").partition("/")[0]
    count(Tally.RENDER_SECONDS, codec, amount=rendered.seconds)
    count(Tally.RENDER_FRAMES, codec, amount=rendered.frames)
    count(Tally.STORED_BYTES, "video", amount=rendered.video.size_bytes)
    if rendered.poster is not None:
        count(Tally.STORED_BYTES, "poster", amount=rendered.poster.size_bytes)
    if rendered.reused is not None:
        count(Tally.CACHE_FRAMES, "hit", amount=rendered.reused)
        count(Tally.CACHE_FRAMES, "miss", amount=max(0, rendered.frames - rendered.reused))


def complete_template(owner: str, job: Leased, analysis: dict[str, Any]) -> None:
    with writing():
        if end_job(owner, job, states.COMPLETED, None):
            execute(
                "UPDATE template SET analysis = $analysis WHERE id = $id",
                {"analysis": json.dumps(analysis), "id": job.subject_id},
            )
            announce_upload(job.kind, job.account_id, job.id, job.subject_id, states.COMPLETED)


def complete_audio(owner: str, job: Leased, seconds: float) -> None:
    with writing():
        if end_job(owner, job, states.COMPLETED, None):
            execute("UPDATE audio SET seconds = $seconds WHERE id = $id", {"seconds": seconds, "id": job.subject_id})
            announce_upload(job.kind, job.account_id, job.id, job.subject_id, states.COMPLETED)


def complete_asset(owner: str, job: Leased, made: MadeFile, found: Mapping[str, Any]) -> str | None:
    """Make what was fetched an asset: None when done, else why it is none (the caller removes its file)."""
    try:
        with writing():
            lock_account(job.account_id)
            if not end_job(owner, job, states.COMPLETED, None):
                return "the lease was lost"
            quota.take(job.account_id, made.size_bytes)
            forget_sources(job.id)
            [(name,)] = rows("SELECT name FROM job WHERE id = $id", {"id": job.id})
            own = {"id": job.subject_id, "account_id": job.account_id, "name": name, "created_at": now_ms()}
            kept = {"file": made.file, "size_bytes": made.size_bytes, "sha256": made.sha256}
            size = {column: found[column] for column in ("kind", "format", "width", "height", "seconds")}
            insert_many("asset", [{**own, **kept, **size, "cues": cues_text(found.get("cues"))}])
    except QuotaExceeded as full:
        fail(owner, job, full.detail)
        return full.detail
    return None
