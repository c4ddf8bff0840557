"""Time as the database holds it: whole milliseconds since 1970, UTC. What processes compare is ``database.now``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import overload


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@overload
def iso_time(milliseconds: int) -> datetime: ...
@overload
def iso_time(milliseconds: None) -> None: ...
def iso_time(milliseconds: int | None) -> datetime | None:
    """A UTC datetime, None for None."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
