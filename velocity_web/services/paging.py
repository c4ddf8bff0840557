"""Pages of an account's things, newest first, and how many there are of them in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from velocity_web.database.entities import Job, rows

ALL = 1 << 62
AT_ONCE = 500  # ids in one question to the database
COUNTED = 10_000
"""So many are counted, which takes a millisecond or two; of more it is only said that there are at least as many."""
COUNTED_ONE_BY_ONE = 1_000
"""Of what is found by its metadata, where each is looked at."""

Item = TypeVar("Item")
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Total:
    """How many a list has, or at least so many where ``is_exact`` is false; ``has_more``: some come after the page."""

    count: int
    is_exact: bool = True
    has_more: bool = False


Listed = tuple[list[Item], Total]
"""A page of a list, and how long the list is."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which of a list are wanted: those that have all ``labels``, from ``skip`` on; all of them where ``take`` is
    None."""

    skip: int = 0
    take: int | None = None
    labels: Labels = field(default_factory=dict)

    @property
    def end(self) -> int:
        return ALL if self.take is None else self.skip + self.take

    @property
    def bounds(self) -> dict[str, int]:
        return {"skip": self.skip, "take": ALL if self.take is None else self.take, "most": self.end}


def whole(items: list[Item]) -> Listed[Item]:
    """A list that is always shown whole."""
    return items, Total(len(items))


def total_of(source: str, parameters: Mapping[str, Any], window: Window, shown: int) -> Total:
    """Within a session: how long a list is of which ``shown`` are on the page. ``source`` is its FROM and WHERE."""
    take = ALL if window.take is None else window.take
    if shown < take and (shown or not window.skip):
        return Total(window.skip + shown)
    counted = max(COUNTED_ONE_BY_ONE if window.labels else COUNTED, window.skip + take)
    sql = f"SELECT COUNT(*) FROM (SELECT 1 {source} LIMIT $counted) found"
    [(count,)] = rows(sql, {**parameters, "counted": counted + 1})
    return Total(min(count, counted), count <= counted, count > window.skip + shown)


def page_sql(statuses: int) -> str:
    """The ids of one page of so many statuses' jobs.

    Each status is a walk through the index in its order, no longer than up to the page's end, however many there are.
    """
    walks = [
        "SELECT * FROM (SELECT id, created_at FROM job WHERE account_id = $account AND kind = $kind "
        f"AND status = $status{number} ORDER BY created_at DESC, id LIMIT $most) walk{number}"
        for number in range(statuses)
    ]
    return f"SELECT id FROM ({' UNION ALL '.join(walks)}) found ORDER BY created_at DESC, id LIMIT $take OFFSET $skip"


def labelled(labels: Labels) -> tuple[str, dict[str, str]]:
    """The condition that a ``label`` is the first of those and its subject has the others; and its parameters."""
    parameters: dict[str, str] = {}
    for number, (name, value) in enumerate(labels.items()):
        parameters |= {f"name{number}": name, f"value{number}": value}
    others = [
        f" AND EXISTS (SELECT 1 FROM label label{number} WHERE label{number}.subject_id = label.subject_id "
        f"AND label{number}.name = $name{number} AND label{number}.value = $value{number})"
        for number in range(1, len(labels))
    ]
    first = "label.account_id = $account AND label.kind = $kind AND label.name = $name0 AND label.value = $value0"
    return first + "".join(others), parameters


def jobs_of(account_id: str, kind: str, statuses: Sequence[str], window: Window | None = None) -> Listed[Job]:
    """Within a session: the jobs of the window, all of them where there is none."""
    window = window or Window()
    named: dict[str, Any] = {f"status{number}": status for number, status in enumerate(statuses)}
    named |= {"account": account_id, "kind": kind}
    states = ", ".join(f"$status{number}" for number in range(len(statuses)))
    if window.labels:
        condition, parameters = labelled(window.labels)
        named |= parameters
        source = f"FROM label JOIN job ON job.id = label.subject_id WHERE {condition} AND job.status IN ({states})"
        sql = f"SELECT job.id {source} ORDER BY label.created_at DESC, label.subject_id LIMIT $take OFFSET $skip"
    else:
        source = f"FROM job WHERE account_id = $account AND kind = $kind AND status IN ({states})"
        sql = page_sql(len(statuses))
    ids = [row[0] for row in rows(sql, {**named, **window.bounds})]
    jobs: dict[str, Job] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        jobs.update({job.id: job for job in Job.select(lambda job: job.id in some)})
    return [jobs[job_id] for job_id in ids], total_of(source, named, window, len(ids))


def wanted(status: str | None, otherwise: Sequence[str]) -> Sequence[str]:
    """The statuses of a history filter."""
    return otherwise if status is None else (status,)
