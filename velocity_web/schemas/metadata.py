"""What callers attach to their renders and batches: a few short texts by name, which come back wherever these show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StrictStr

from velocity_web.schemas.sentences import LABEL_NAME, PRINTABLE

MOST_LABELS = 16
LONGEST_VALUE = 255
PREFIX = "metadata."
"""Of query parameters: ``metadata.order=17``."""

LabelName = Annotated[str, Field(pattern=LABEL_NAME)]
LabelValue = Annotated[StrictStr, Field(max_length=LONGEST_VALUE, pattern=PRINTABLE)]
Metadata = Annotated[dict[LabelName, LabelValue], Field(max_length=MOST_LABELS)]
METADATA = (
    "your own texts by name, such as an order's number: they come back in the status, in lists (which "
    "?metadata.name=value filters) and in webhooks, and change nothing of the video"
)
FILTER = "only what has this text in its metadata, such as metadata.order=17; several must all fit"


def metadata_text(metadata: Mapping[str, str] | None) -> str | None:
    """As it is stored."""
    return json.dumps(dict(metadata), separators=(",", ":")) if metadata else None


def stored_metadata(text: str | None) -> dict[str, str]:
    found: dict[str, str] = json.loads(text) if text else {}
    return found
