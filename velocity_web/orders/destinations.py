"""Where the videos of renders are sent: kept with the render, sent when it is made, forgotten with it.

A destination is WAITING while its render is not made, then PENDING until it is DELIVERED or FAILED; CANCELLED where the
render ends otherwise. The render is DELIVERING as long as one of its destinations is pending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from velocity_web.clock import iso_time
from velocity_web.database.entities import execute, insert_many, new_id, rows
from velocity_web.database.now import now_ms
from velocity_web.schemas import states
from velocity_web.schemas.destination import DestinationDto, DestinationRequest
from velocity_web.settings import ConnectionSettings
from velocity_web.storage.connections import SPECIAL, Spot, path_fault, spot_errors

Errors = dict[str, list[str]]
FIELDS = ("name", "id", "template", "ending")
OF_BATCHES = ("row", "batch")
TELLS_ROWS_APART = ("name", "id", "row")
LONGEST_VALUE = 150  # bytes
_FIELD = re.compile(r"\{([^{}]*)\}")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f\u2028\u2029/{}" + re.escape(SPECIAL) + "]")


@dataclass(frozen=True, slots=True)
class Named:
    """What a render is called by in the paths of its destinations: the values of ``FIELDS``."""

    id: str
    name: str
    template: str
    output: str
    batch_row: tuple[str, int] | None = None

    def values(self) -> dict[str, str]:
        of_batch = {} if self.batch_row is None else {"batch": self.batch_row[0], "row": str(self.batch_row[1])}
        own = {"id": self.id, "name": self.name, "template": self.template, "ending": Path(self.output).suffix[1:]}
        return {field: _part(value) for field, value in {**own, **of_batch}.items()}


def _part(value: str) -> str:
    """A value as a part of a path: what stands for more than itself there becomes a hyphen."""
    plain = _UNWANTED.sub("-", value).strip(" .")
    plain = plain.encode()[:LONGEST_VALUE].decode(errors="ignore").strip(" .")
    return plain or "-"


def filled(path: str, values: Mapping[str, str]) -> str:
    """A path with the values of its fields."""
    return _FIELD.sub(lambda found: values[found[1]], path)


def destination_errors(
    asked: Sequence[DestinationRequest], own: Mapping[str, ConnectionSettings], *, is_batch: bool
) -> Errors:
    """What is wrong with the destinations of a request. ``own``: the connections that its user may use."""
    errors: Errors = {}
    fields = (*FIELDS, *OF_BATCHES) if is_batch else FIELDS
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(asked):
        sentences = spot_errors(Spot(one.connection, _FIELD.sub("x", one.path)), own, writes=True)
        if fault := _fields_fault(one.path, fields) or (_rows_fault(one.path) if is_batch else None):
            sentences["path"] = fault
        if (one.connection, one.path) in seen:
            sentences.setdefault("path", "another destination of the request is the same")
        seen.add((one.connection, one.path))
        errors |= {f"destinations[{number}].{field}": [sentence] for field, sentence in sentences.items()}
    return errors


def _fields_fault(path: str, fields: Sequence[str]) -> str | None:
    for found in _FIELD.findall(path):
        if found not in fields:
            near = get_close_matches(found, fields, n=1)
            meant = f"; did you mean {{{near[0]}}}?" if near else "."
            named = ", ".join(f"{{{field}}}" for field in fields)
            return f"there is no field {{{found[:40]}}}{meant} There are: {named}"
    if "{" in _FIELD.sub("", path) or "}" in _FIELD.sub("", path):
        return "a brace stands for a field, such as {name}; it must be closed, and there are no others"
    return None


def _rows_fault(path: str) -> str | None:
    if any(found in TELLS_ROWS_APART for found in _FIELD.findall(path)):
        return None
    return "all rows would have the same path; put {id}, {row} or {name} into it"


def add_destinations(account_id: str, named: Sequence[Named], asked: Sequence[DestinationRequest]) -> None:
    """Within the transaction that queues these renders, each of which is sent to all destinations."""
    values = [(one, one.values()) for one in named] if asked else []
    insert_many(
        "destination",
        [
            {
                "id": new_id(),
                "render_id": one.id,
                "account_id": account_id,
                "number": number,
                "connection": wanted.connection,
                "path": filled(wanted.path, fields),
                "status": states.WAITING,
                "attempts": 0,
                "next_at": 0,
            }
            for one, fields in values
            for number, wanted in enumerate(asked)
        ],
    )


def has_destinations(render_id: str) -> bool:
    """Within a session: whether a render is to be sent anywhere."""
    return bool(rows("SELECT 1 FROM destination WHERE render_id = $id LIMIT 1", {"id": render_id}))


def begin_delivering(render_id: str) -> None:
    """Within the transaction that ends the making of a render: its destinations are due."""
    changes = f"status = '{states.PENDING}', next_at = $now"
    sql = f"UPDATE destination SET {changes} WHERE render_id = $id AND status = '{states.WAITING}'"
    execute(sql, {"id": render_id, "now": now_ms()})


def end_delivering(render_id: str) -> None:
    """Within the transaction that ends a render otherwise: nothing more is sent anywhere."""
    execute(
        f"UPDATE destination SET status = '{states.CANCELLED}', completed_at = $now "
        f"WHERE render_id = $id AND status IN ('{states.WAITING}', '{states.PENDING}')",
        {"id": render_id, "now": now_ms()},
    )


def end_deliveries_of_batch(batch_id: str) -> None:
    """Within the transaction that cancels the renders of a batch that nobody works at."""
    execute(
        f"UPDATE destination SET status = '{states.CANCELLED}', completed_at = $now WHERE status = '{states.WAITING}' "
        f"AND render_id IN (SELECT render.id FROM render JOIN job ON job.id = render.id WHERE render.batch_id = $id "
        f"AND job.status = '{states.CANCELLED}')",
        {"id": batch_id, "now": now_ms()},
    )


def copy_destinations(old: str, new: str) -> None:
    """Within a writing transaction: the render ``new`` is sent where ``old`` was to be."""
    found = rows("SELECT account_id, number, connection, path FROM destination WHERE render_id = $id", {"id": old})
    insert_many(
        "destination",
        [
            {
                "id": new_id(),
                "render_id": new,
                "account_id": account_id,
                "number": number,
                "connection": connection,
                "path": path.replace(old, new),
                "status": states.WAITING,
                "attempts": 0,
                "next_at": 0,
            }
            for account_id, number, connection, path in found
        ],
    )


def forget_destinations(render_id: str) -> None:
    """Within the transaction that deletes the render. What was sent stays where it is."""
    execute("DELETE FROM destination WHERE render_id = $id", {"id": render_id})


def destinations_of(render_id: str) -> list[DestinationDto]:
    """Within a session: where a render is sent, and how that went."""
    found = rows(
        "SELECT connection, path, status, attempts, reason, size_bytes, completed_at FROM destination "
        "WHERE render_id = $id ORDER BY number",
        {"id": render_id},
    )
    return [
        DestinationDto(
            connection=connection,
            path=path,
            status=status,
            attempts=attempts,
            reason=reason,
            size_bytes=size,
            completed_at=iso_time(completed),
        )
        for connection, path, status, attempts, reason, size, completed in found
    ]


__all__ = [
    "Named",
    "add_destinations",
    "begin_delivering",
    "copy_destinations",
    "destination_errors",
    "destinations_of",
    "end_deliveries_of_batch",
    "end_delivering",
    "filled",
    "forget_destinations",
    "has_destinations",
    "path_fault",
]
