"""Links: URLs that show a render or a preview to who has no key, for a while."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from velocity_web.schemas.base import Int32, RequestModel, ResponseModel, Time

LONGEST_LINK = 2_592_000  # seconds: thirty days
USUAL_LINK = 3600
ExpiresSeconds = Annotated[Int32, Field(ge=1, le=LONGEST_LINK, description="after how long it ends")]


class RenderLinkRequest(RequestModel):
    expires_seconds: ExpiresSeconds = USUAL_LINK
    file: Literal["video", "poster"] = Field("video", description="which of the render's files it shows")


class LinkDto(ResponseModel):
    """A URL that needs no key. Whoever has it sees what it shows, until it ends."""

    url: str
    expires_at: Time
