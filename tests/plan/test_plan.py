"""What a plan reports of effects that cannot be drawn."""

from __future__ import annotations

import json

import pytest

from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import make_plan


@pytest.mark.parametrize(
    ("match_name", "message"),
    [
        ("ADBE FreePin3", "(ADBE FreePin3) is not supported: Bodymovin leaves its mesh out of the document"),
        ("ADBE MESH WARP", "(ADBE MESH WARP) is not supported: Bodymovin leaves its mesh out of the document"),
        ("CC Bend It", "(CC Bend It) is not supported"),
    ],
)
def test_effects_that_are_not_drawn_are_told_and_why_where_the_document_lacks_them(
    match_name: str, message: str
) -> None:
    layer = {"ty": 1, "nm": "box", "sw": 10, "sh": 10, "sc": "#ff0000", "ip": 0, "op": 10, "st": 0, "ks": {}}
    layer["ef"] = [{"ty": 5, "nm": "Warp", "mn": match_name, "en": 1, "ef": []}]
    document = {"v": "5.7.0", "fr": 30, "ip": 0, "op": 10, "w": 20, "h": 20, "layers": [layer], "assets": []}
    plan = make_plan(parse_document(json.dumps(document).encode(), file="data.json", package=None), None)
    [finding] = plan.findings
    assert finding.feature == f"effect.{match_name}" and finding.severity == "warning"
    assert finding.message == f"the effect 'Warp' {message}"
