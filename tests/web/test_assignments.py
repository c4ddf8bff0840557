"""What a child is told is checked where it is read, like what a child says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from velocity_web.processes.assignments import (
    Assignment,
    CheckAssignment,
    FileAssignment,
    FormAssignment,
    PreviewAssignment,
    RenderAssignment,
    TemplateAssignment,
)

ASSIGNMENTS: list[Assignment] = [
    RenderAssignment(order="{}", names={"a.zip": "Grüße.zip"}, executor="processes"),
    TemplateAssignment(file="/data/a.zip", trial_seconds=6),
    FileAssignment(file="/data/a.mp3", names={"a.mp3": "line\nbreak.mp3"}),
    PreviewAssignment(template="/data/a.zip", output="/data/tmp/preview", build="1", idle_seconds=1, busy_seconds=5),
    CheckAssignment(template="/data/a.zip", idle_seconds=0.5, busy_seconds=5),
    FormAssignment(kind="csv", length=12, most_rows=3, query={"name": "x", "audioId": None}),
]


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda one: type(one).__name__)
def test_an_assignment_is_one_line_that_reads_as_it_was(assignment: Assignment) -> None:
    line = assignment.line()
    assert line.index(b"\n") == len(line) - 1
    assert type(assignment).model_validate_json(line) == assignment


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (RenderAssignment, b'{"executor": ""}'),
        (RenderAssignment, b'{"order": {}}'),
        (RenderAssignment, b'{"order": "{}", "exekutor": "x"}'),
        (TemplateAssignment, b'{"file": "a.zip", "trial_seconds": -1}'),
        (FileAssignment, b'{"file": "a.mp3", "names": {"a.mp3": 3}}'),
        (PreviewAssignment, b'{"template": "a.zip", "output": "x", "build": 1, "idle_seconds": 1, "busy_seconds": 5}'),
        (FormAssignment, b'{"kind": "poem", "length": 1}'),
        (CheckAssignment, b'["a.zip"]'),
    ],
)
def test_what_no_task_takes_is_refused(kind: type[Assignment], line: bytes) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate_json(line)
