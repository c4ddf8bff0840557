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

ALL = (PENDING, PROCESSING, CANCELLING, COMPLETED, FAILED, CANCELLED, DELETED)
ACTIVE = (PENDING, PROCESSING, CANCELLING)
FINAL = (COMPLETED, FAILED, CANCELLED)
CLAIMABLE = (PENDING, PROCESSING)
"""What a worker may lease, and a caller may cancel."""

UPLOADED = "uploaded"
VALIDATING = "validating"
EXTRACTING = "extracting"
ANALYZING = "analyzing"
STAGES = (UPLOADED, VALIDATING, EXTRACTING, ANALYZING, COMPLETED, FAILED)
"""How far the analysis of an upload has come, in this order."""

TEMPLATE = "template"
AUDIO = "audio"
RENDER = "render"

QUEUEING = "queueing"
QUEUED = "queued"
"""A batch is queueing while its rows are checked, then queued, or CANCELLED meanwhile."""

REJECTED = "rejected"
"""A row of a batch that is no render, since something is wrong with it."""

DELIVERED = "delivered"
"""A delivery of a webhook is PENDING, then delivered, or FAILED."""


def listed(names: Iterable[str]) -> str:
    """States as they stand in SQL between the brackets of ``IN``. Partial indexes serve only queries that spell out the
    states of their condition, so these are no parameters."""
    return ", ".join(f"'{name}'" for name in names)
