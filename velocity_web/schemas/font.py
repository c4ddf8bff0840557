"""Fonts of an account."""

from __future__ import annotations

from typing import Annotated

from velocity_web.schemas import states
from velocity_web.schemas.base import IdText, ResponseModel, Time
from velocity_web.schemas.template import JobStatus, one_of

CONTENT_TYPES = {"ttf": "font/ttf", "otf": "font/otf", "ttc": "font/collection"}
"""By the formats in which fonts are kept: web fonts are unpacked."""


class FontQueued(ResponseModel):
    """A font that is fetched and looked at; ``GET /font/{id}/status`` tells how far that is."""

    status: JobStatus
    font_id: IdText
    job_id: IdText


class FontJobDto(ResponseModel):
    job_id: IdText
    font_id: IdText
    font_name: str
    status: JobStatus
    stage: Annotated[str, one_of(states.UPLOADED, states.FETCHING, states.COMPLETED, states.FAILED)]
    created_at: Time
    completed_at: Time | None
    reason: str | None


class FontFaceDto(ResponseModel):
    """A face of a font file, by whose names texts find it. ``variable``: it is drawn in any weight of a range."""

    postscript: str
    family: str
    style: str
    weight: int
    italic: bool
    variable: bool


class FontFileDto(ResponseModel):
    """A font file of the account; ``format`` is the one that it is kept in."""

    id: IdText
    font_id: IdText
    name: str
    format: Annotated[str, one_of(*CONTENT_TYPES)]
    faces: list[FontFaceDto]
    size_bytes: int
    created_at: Time
