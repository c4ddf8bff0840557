"""The metadata of renders and batches, entry by entry, so that lists can be filtered by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from velocity_web.database.entities import execute, insert_many


@dataclass(frozen=True, slots=True)
class Labelled:
    """What has metadata: a render or a batch, and when it was made."""

    account_id: str
    kind: str
    id: str
    created_at: int


def add_labels(subject: Labelled, metadata: Mapping[str, str]) -> None:
    """Within a writing transaction."""
    common = {
        "subject_id": subject.id,
        "account_id": subject.account_id,
        "kind": subject.kind,
        "created_at": subject.created_at,
    }
    insert_many("label", [{**common, "name": name, "value": value} for name, value in metadata.items()])


def remove_labels(subject_id: str) -> None:
    """Within a writing transaction."""
    execute("DELETE FROM label WHERE subject_id = $id", {"id": subject_id})
