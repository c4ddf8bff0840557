"""Bodies whose lists and objects stand deep within each other: what reads them goes by recursion."""

from __future__ import annotations

import json
from typing import Any

import pytest
from web.support_service import Client, render_request

from velocity_web.schemas.reading import MAX_DEPTH, is_deeper

NEST = "nest here"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [50, 101, 255, 500, 950, 990, 20_000])
@pytest.mark.parametrize(
    "around",
    [
        {"customizationMap": [{"layer": "Box", "plugin": "bar-chart", "data": NEST}]},
        {"unknown": NEST},
        {"customizationMap": [{"layer": "Box", "unknown": NEST}]},
        {"output": {"poster": {"unknown": NEST}}},
    ],
)
def test_a_body_however_deep_is_answered(client: Client, template_id: str, around: dict[str, Any], depth: int) -> None:
    text = json.dumps(render_request(template_id, **around)).replace(json.dumps(NEST), nested(depth))
    answer = client.post("/render?dryRun=true", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in ((200, 400) if depth < MAX_DEPTH else (400,)), answer.text[:300]
    if depth > MAX_DEPTH:
        assert "nested too deeply" in answer.text


@pytest.mark.parametrize(("depth", "deeper"), [(1, False), (3, False), (4, True), (500, True)])
def test_depth_is_counted_in_lists_and_objects(depth: int, deeper: bool) -> None:
    for value in (json.loads(nested(depth)), json.loads('{"a":' * depth + "1" + "}" * depth)):
        assert is_deeper(value, 3) is deeper
