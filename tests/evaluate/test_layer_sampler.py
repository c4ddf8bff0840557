"""The size that a layer's own picture has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import make_plan


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        ({"ty": 1, "sw": 30, "sh": 20, "sc": "#ff0000"}, (30.0, 20.0)),
        ({"ty": 1, "sw": 1, "sh": 1, "sc": "#ff0000"}, (1.0, 1.0)),
        ({"ty": 1, "sw": 0, "sh": 20, "sc": "#ff0000"}, (100.0, 50.0)),
        ({"ty": 0, "refId": "c", "w": 12, "h": 1}, (12.0, 1.0)),
        ({"ty": 0, "refId": "c", "w": 12, "h": 0}, (100.0, 50.0)),
        ({"ty": 2, "refId": "i"}, (7.0, 9.0)),
        ({"ty": 3}, (100.0, 50.0)),
    ],
)
def test_a_layer_is_as_large_as_what_it_shows_or_as_the_document(
    layer: dict[str, Any], size: tuple[float, float]
) -> None:
    document = {
        "v": "5.7.0", "fr": 30, "ip": 0, "op": 60, "w": 100, "h": 50,
        "layers": [{"nm": "one", "ip": 0, "op": 60, "st": 0, "ks": {}, **layer}],
        "assets": [{"id": "c", "layers": []}, {"id": "i", "w": 7, "h": 9, "u": "", "p": "i.png", "e": 0}],
    }  # fmt: skip
    plan = make_plan(parse_document(json.dumps(document).encode(), file="data.json", package=None), None)
    assert LayerSampler(plan, plan.main.layers[0], 0.0).size == size
