"""What a frame will cost, known before it is drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile_documents import Made, document, effect, ellipse, fill, group, layer, many_layers, shapes, solid, still

from velocity_engine.composite import Compositor
from velocity_engine.composite.cost import MAX_SECONDS, FrameCosts
from velocity_engine.composite.occlusion import first_seen
from velocity_engine.composite.work import BeyondBudget, Work, WorkEstimate
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
    FrameCosts(Compositor().extents).check(display)


def seconds_of(display: DisplayList) -> float:
    """What drawing the frame is expected to take."""
    frame, work = (0, 0, display.width, display.height), Work(MAX_SECONDS * 1e9)
    seen = display.commands[first_seen(display.commands, frame) or 0 :]
    WorkEstimate(Compositor().extents).commands(work, seen, frame, frame)
    return work.nanoseconds / 1e9


def half_clear(number: int) -> Made:
    made = solid(number, sw=4000, sh=4000)
    made["ks"]["o"] = still(50)
    return made


def masked(count: int, **fields: Any) -> Made:
    star = {"v": [[0, 0], [4000, 900], [0, 4000]], "i": [[0, 0]] * 3, "o": [[0, 0]] * 3, "c": True}
    one = {"mode": "a", "pt": still(star), "o": still(90), "x": still(0), "f": still([0, 0]), **fields}
    return {"hasMask": True, "masksProperties": [one] * count}


def matte_of(count: int) -> Made:
    return {**shapes(*[group(ellipse(n % 60), fill()) for n in range(count)], number=1), "td": 1}


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
        document([solid(n, sw=4000, sh=4000, bm=1) for n in range(1, 500)], **SIZE),
        document([half_clear(n) for n in range(1, 300)], **SIZE),
        document([solid(sw=4000, sh=4000, **masked(200))], **SIZE),
        document([solid(sw=4000, sh=4000, **masked(40, x=still(20), f=still([50, 50])))], **SIZE),
        document([solid(n, sw=4000, sh=4000, **({"tt": 2} if n % 2 else {"td": 1})) for n in range(2, 200)], **SIZE),
        document([matte_of(300), *[solid(n, tt=1, tp=1) for n in range(2, 4_000)]], **SIZE),
    ],
    ids=[
        "effects on many layers",
        "effects on one layer",
        "effects on a matte",
        "effects in precomps",
        "blend modes",
        "half clear layers",
        "masks",
        "soft masks",
        "mattes",
        "a matte for all",
    ],
)
def test_a_frame_that_takes_too_long_is_refused_before_it_is_drawn(made: dict[str, Any]) -> None:
    display = shown(made)
    with pytest.raises(RenderFailed, match="to draw one frame would take more than") as failure:
        check(display)
    assert failure.value.place.layer


@pytest.mark.parametrize(
    ("made", "seconds"),
    [
        (document([solid(n, sw=4000, sh=4000, ef=[BLUR]) for n in range(1, 4)], **SIZE), 1.68),
        (document([solid(n, ef=[BLUR]) for n in range(1, 301)]), 0.255),
        (document([solid(n, sw=4000, sh=4000) for n in range(1, 2_000)], **SIZE), 0.024),
        (document([solid(n, sw=1920, sh=1080, bm=1) for n in range(1, 50)], w=1920, h=1080), 1.58),
        (document([solid(sw=1920, sh=1080, **masked(30, f=still([50, 50])))], w=1920, h=1080), 1.11),
        (many_layers(100), 0.00001),
    ],
    ids=[
        "three blurs",
        "blurs of small layers",
        "layers that the topmost hides",
        "blend modes",
        "soft masks",
        "plain layers",
    ],
)
def test_honest_frames_are_not(made: dict[str, Any], seconds: float) -> None:
    display = shown(made)
    check(display)
    assert seconds_of(display) == pytest.approx(seconds, rel=0.05)


def test_a_frame_whose_buffers_do_not_fit_into_memory_is_refused() -> None:
    inner = [{"id": f"c{n}", "layers": [layer(0, 1, refId=f"c{n + 1}", bm=1, **SIZE)]} for n in range(12)]
    last = {"id": "c12", "layers": [solid(sw=4000, sh=4000)]}
    display = shown(document([layer(0, refId="c0", **SIZE)], assets=[*inner, last], **SIZE))
    with pytest.raises(RenderFailed, match="MB of memory at once"):
        check(display)


def test_to_measure_stops_once_the_budget_is_used_up() -> None:
    display = shown(document([matte_of(300), *[solid(n, tt=1, tp=1) for n in range(2, 4_000)]], **SIZE))
    estimate, work = WorkEstimate(Compositor().extents), Work(MAX_SECONDS * 1e9)
    whole = (0, 0, display.width, display.height)
    with pytest.raises(BeyondBudget):
        estimate.commands(work, display.commands, whole, whole)
    assert work.nanoseconds < MAX_SECONDS * 1.1e9


def test_what_an_effect_says_of_its_own_pace_counts() -> None:
    quick, slow = (
        shown(
            document([solid(sw=500, sh=500, ef=[effect("ADBE Radial Blur", amount, [250, 250], 1, 2)])], w=500, h=500)
        )
        for amount in (1, 90)
    )
    seconds = []
    for display in (quick, slow):
        work = Work(1e12)
        WorkEstimate(Compositor().extents).commands(work, display.commands, (0, 0, 500, 500), (0, 0, 500, 500))
        seconds.append(work.nanoseconds)
    assert seconds[0] < seconds[1]
