"""What a job reads from URLs and connections: noted with it, fetched before it begins."""

from __future__ import annotations

from collections.abc import Iterable

import velocity_engine as engine
from velocity_web.database.entities import execute, insert_many, rows


def is_remote(location: str) -> bool:
    """Whether a file of an order is fetched, in place of lying in the storage."""
    return "://" in location


def source_rows(job_id: str, files: Iterable[engine.FileReference], most_bytes: int) -> list[dict[str, object]]:
    """The rows of what of these files is fetched."""
    locations = dict.fromkeys(file.location for file in files if is_remote(file.location))
    return [{"job_id": job_id, "location": location, "most_bytes": most_bytes} for location in locations]


def add_sources(found: list[dict[str, object]]) -> None:
    """Within the transaction that queues their jobs."""
    insert_many("remote_source", found)


def sources_of(job_id: str) -> list[tuple[str, int]]:
    """Within a session: where a job's files are fetched from, and how large each may be."""
    found = rows("SELECT location, most_bytes FROM remote_source WHERE job_id = $id ORDER BY location", {"id": job_id})
    return [(location, most_bytes) for location, most_bytes in found]


def copy_sources(old: str, new: str) -> None:
    """Within a writing transaction."""
    execute(
        "INSERT INTO remote_source (job_id, location, most_bytes) "
        "SELECT $new, location, most_bytes FROM remote_source WHERE job_id = $old",
        {"old": old, "new": new},
    )


def forget_sources(job_id: str) -> None:
    """Within the transaction that deletes the job."""
    execute("DELETE FROM remote_source WHERE job_id = $id", {"id": job_id})
