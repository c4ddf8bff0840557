"""Pictures and clips for replacements."""

from __future__ import annotations

from typing import Literal

from velocity_web.schemas.base import Answer, Identifier, Time


class AssetDto(Answer):
    """A picture or clip; ``duration`` in seconds, null for a picture."""

    id: Identifier
    asset_id: Identifier
    name: str
    kind: Literal["image", "video"]
    format: str
    width: int
    height: int
    duration: float | None
    size_bytes: int
    created_at: Time
