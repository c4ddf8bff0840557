"""JobStatus: the states of a job. They only move forward, in this order."""

from __future__ import annotations

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

TEMPLATE = "template"
AUDIO = "audio"
RENDER = "render"
