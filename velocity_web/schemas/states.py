"""The states of jobs, which only move forward in this order, and those of batches and deliveries."""

from __future__ import annotations

from collections.abc import Iterable

PENDING = "pending"
PROCESSING = "processing"
CANCELLING = "cancelling"
COMPLETED = "completed"
FAILED = "failed"
CANCELLED = "cancelled"
DELETED = "deleted"
DELIVERING = "delivering"
"""Between processing and completed, of a render that was asked to be sent somewhere: it is made, and on its way."""

ALL = (PENDING, PROCESSING, CANCELLING, COMPLETED, FAILED, CANCELLED, DELETED)
ACTIVE = (PENDING, PROCESSING, CANCELLING)
FINAL = (COMPLETED, FAILED, CANCELLED)
OF_RENDERS = (*ALL, DELIVERING)
UNFINISHED = (*ACTIVE, DELIVERING)
"""Not final. What is active has yet to be made, and holds of its account's means what that will take."""
CLAIMABLE = (PENDING, PROCESSING)
"""What a worker may lease."""
CANCELLABLE = (*CLAIMABLE, DELIVERING)
"""What a caller may cancel."""

UPLOADED = "uploaded"
FETCHING = "fetching"
VALIDATING = "validating"
EXTRACTING = "extracting"
ANALYZING = "analyzing"
STAGES = (UPLOADED, FETCHING, VALIDATING, EXTRACTING, ANALYZING, COMPLETED, FAILED)
"""How far the analysis of an upload has come, in this order."""

RENDERING = "rendering"
RENDER_STAGES = (FETCHING, RENDERING, DELIVERING)
"""What is done for a render that is under way."""

TEMPLATE = "template"
AUDIO = "audio"
RENDER = "render"
ASSET = "asset"
"""Of pictures and clips that are fetched; those that are uploaded are looked at before the answer."""
FONT = "font"
"""Of fonts that are fetched, as ASSET."""

QUEUEING = "queueing"
QUEUED = "queued"
"""A batch is queueing while its rows are checked, then queued, or CANCELLED meanwhile."""

REJECTED = "rejected"
"""A row of a batch that is no render, since something is wrong with it."""

WAITING = "waiting"
DELIVERED = "delivered"
"""A delivery of a webhook is PENDING, then delivered, or FAILED; that of a video is waiting before."""


def listed(names: Iterable[str]) -> str:
    """States as they stand in SQL between the brackets of ``IN``. Partial indexes serve only queries that spell out the
    states of their condition, so these are no parameters."""
    return ", ".join(f"'{name}'" for name in names)
