"""Pictures and clips for replacements, and caption files."""

from __future__ import annotations

from typing import Annotated

from velocity_web.schemas import states
from velocity_web.schemas.base import IdText, ResponseModel, Time
from velocity_web.schemas.template import JobStatus, one_of

CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tga": "image/x-tga",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "ass": "text/x-ssa",
}
"""By the formats of pictures, clips and caption files that can be uploaded."""


class AssetQueued(ResponseModel):
    """A file that is fetched and looked at; ``GET /asset/{id}/status`` tells how far that is."""

    status: JobStatus
    asset_id: IdText
    job_id: IdText


class AssetJobDto(ResponseModel):
    job_id: IdText
    asset_id: IdText
    asset_name: str
    status: JobStatus
    stage: Annotated[str, one_of(states.UPLOADED, states.FETCHING, states.COMPLETED, states.FAILED)]
    created_at: Time
    completed_at: Time | None
    reason: str | None


class AssetDto(ResponseModel):
    """A picture, a clip or a caption file. ``duration`` is in seconds: of a clip, or until the last cue is gone; it is
    null for a picture. Caption files have no ``width`` and ``height``."""

    id: IdText
    asset_id: IdText
    name: str
    kind: Annotated[str, one_of("image", "video", "captions")]
    format: Annotated[str, one_of(*CONTENT_TYPES)]
    width: int | None
    height: int | None
    duration: float | None
    size_bytes: int
    created_at: Time
