"""Pictures and clips for replacements."""

from __future__ import annotations

from typing import Annotated

from velocity_web.schemas.base import IdText, ResponseModel, Time
from velocity_web.schemas.template import one_of


class AssetDto(ResponseModel):
    """A picture or clip; ``duration`` in seconds, null for a picture."""

    id: IdText
    asset_id: IdText
    name: str
    kind: Annotated[str, one_of("image", "video")]
    format: str
    width: int
    height: int
    duration: float | None
    size_bytes: int
    created_at: Time
