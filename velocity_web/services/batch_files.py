"""The videos of a batch as one download."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import reading, rows
from velocity_web.failures import Conflict
from velocity_web.schemas import states
from velocity_web.services.batch_rows import find_batch

FINISHED = (
    "SELECT render.batch_row, render.name, render.file, render.size_bytes, job.completed_at FROM render "
    "JOIN job ON job.id = render.id WHERE render.batch_id = $id AND render.file IS NOT NULL "
    f"AND job.status = '{states.COMPLETED}' ORDER BY render.batch_row"
)


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A video of the storage; ``name`` is how it is called in the download, ``completed_at`` in milliseconds."""

    file: str
    name: str
    size_bytes: int
    completed_at: int


def finished_files(caller: Caller, batch_id: str) -> tuple[str, list[FinishedFile]]:
    """The name of the batch, and the videos of its rows that are completed. Raises NotFound and Conflict."""
    with reading():
        batch = find_batch(caller, batch_id)
        name = str(batch.name)
        found = rows(FINISHED, {"id": batch_id})
    if not found:
        raise Conflict("no row of the batch is completed yet")
    digits = len(str(1 + max(int(number) for number, *_ in found)))
    return name, [
        FinishedFile(file, f"{number + 1:0{digits}} {_named(title, file)}", size, completed)
        for number, title, file, size, completed in found
    ]


def _named(title: str, file: str) -> str:
    ending = Path(file).suffix
    stem = title[: -len(ending)] if ending and title.lower().endswith(ending) else title
    return f"{stem.replace('/', '_').replace(chr(92), '_')}{ending}"
