"""The area that a frame's effects pass over, known before they are drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile_documents import document, effect, layer, many_layers, solid

from velocity_engine.composite import Compositor
from velocity_engine.composite.cost import EffectCosts
from velocity_engine.display import DisplayList
from velocity_engine.errors import RenderFailed
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import make_plan

BLUR = effect("ADBE Gaussian Blur 2", 50, 1, 0)
SIZE = {"w": 4000, "h": 4000}


def shown(made: dict[str, Any]) -> DisplayList:
    parsed = parse_document(json.dumps(made).encode(), file="data.json", package=None)
    size = (parsed.width, parsed.height)
    return Evaluator(make_plan(parsed, None)).display_list(0.0, fit_viewport(size, *size), (0.0, 0.0, 0.0, 0.0))


def check(display: DisplayList) -> None:
    EffectCosts(Compositor().extents).check(display)


def in_precomps(depth: int) -> dict[str, Any]:
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", ef=[BLUR], **SIZE) for k in range(4)]}
        for n in range(depth)
    ]
    last = {"id": f"c{depth}", "layers": [solid(sw=4000, sh=4000)]}
    return document([layer(0, refId="c0", **SIZE)], assets=[*inner, last], **SIZE)


@pytest.mark.parametrize(
    "made",
    [
        document([solid(n, sw=4000, sh=4000, ef=[BLUR]) for n in range(1, 301)], **SIZE),
        document([solid(sw=4000, sh=4000, ef=[BLUR] * 300)], **SIZE),
        document([solid(1, td=1, sw=4000, sh=4000, ef=[BLUR] * 300), solid(2, tt=1, sw=4000, sh=4000)], **SIZE),
        in_precomps(4),
    ],
    ids=["on many layers", "on one layer", "on a matte", "in precomps"],
)
def test_a_frame_with_too_much_effect_area_is_refused_before_it_is_drawn(made: dict[str, Any]) -> None:
    display = shown(made)
    with pytest.raises(RenderFailed, match="million pixels") as failure:
        check(display)
    assert failure.value.place.layer


@pytest.mark.parametrize(
    "made",
    [
        document([solid(n, sw=4000, sh=4000, ef=[BLUR]) for n in range(1, 10)], **SIZE),
        document([solid(n, ef=[BLUR]) for n in range(1, 301)]),
        document([solid(n, sw=4000, sh=4000, bm=1) for n in range(1, 100)], **SIZE),
        many_layers(100),
    ],
    ids=["nine blurs", "small layers", "no effects", "plain layers"],
)
def test_honest_frames_are_not(made: dict[str, Any]) -> None:
    check(shown(made))
