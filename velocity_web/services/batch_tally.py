"""What came out of the rows of a batch, and what is told of those that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from velocity_web.services.render_checks import Errors, Ticket

TOLD_ROWS = 100  # whose errors an answer has
SHARED = ("captions", "duration", "encoderConfig", "jobInfo", "motionBlur", "output", "templateId", "destinations")
"""Fields of the batch, not of its rows."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that was checked: ``ticket`` where nothing is wrong with it, else ``errors``. Those that are named ``own``
    are of the row, whatever their fields are called. ``is_partial``: not all of its files were looked at; ``is_open``:
    so that its length is not known, and it has no ticket."""

    number: int
    name: str
    ticket: Ticket | None
    errors: Errors
    metadata: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()
    is_partial: bool = False
    is_open: bool = False


@dataclass(slots=True)
class Tally:
    """What came out of the rows so far; ``errors`` are told by ``rows[3].field``, what all rows share once. ``partial``
    are the numbers of those in which nothing is wrong as far as their files were looked at."""

    valid: int = 0
    rejected: int = 0
    frames: int = 0
    milliseconds: int = 0
    least_milliseconds: int = 0
    most_milliseconds: int = 0
    size_bytes: int = 0
    least_bytes: int = 0
    most_bytes: int = 0
    errors: Errors = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    partial: list[int] = field(default_factory=list)

    def count(self, row: Checked, *, once: bool) -> None:
        """``once``: the same sentence of several rows is told of the first, as it is of a column."""
        if row.is_partial and not row.errors:
            self.partial.append(row.number)
        if row.is_open:
            self.valid += 1
        elif row.ticket is not None:
            self.valid += 1
            self.frames += row.ticket.frames
            one = row.ticket.estimate
            self.milliseconds += one.milliseconds
            self.least_milliseconds += one.least_ms
            self.most_milliseconds += one.most_ms
            self.size_bytes += one.size_bytes
            self.least_bytes += one.least_bytes
            self.most_bytes += one.most_bytes
        else:
            self._reject(row, once=once)

    def _reject(self, row: Checked, *, once: bool) -> None:
        self.rejected += 1
        if self.rejected > TOLD_ROWS:
            return
        for name, sentences in row.errors.items():
            new = [sentence for sentence in sentences if sentence not in self.said]
            if once:
                self.said.update(new)
            if new:
                is_shared = name.startswith(SHARED) and name not in row.own
                self.errors.setdefault(name if is_shared else f"rows[{row.number}].{name}", new)
