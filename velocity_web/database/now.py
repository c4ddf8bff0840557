"""The clock that all processes on one database go by: the database's own, since machines' clocks differ."""

from __future__ import annotations

from pony.orm import db_session

from velocity_web import clock
from velocity_web.database.entities import db, rows

_OF_POSTGRES = "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT)"


def now_ms() -> int:
    """Milliseconds since 1970, UTC. On SQLite they are the machine's, which all processes on the file share."""
    if db.provider.dialect == "SQLite":
        return clock.now_ms()
    with db_session:
        return int(rows(_OF_POSTGRES, {})[0][0])
