"""Frames that cost too much are found before anything is queued, and honest documents of very many layers pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import hostile_documents as made
import httpx
import pytest
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import zipped

LARGE = {"w": 4000, "h": 4000}
LAYERS = 300


def packed(document: dict[str, Any]) -> bytes:
    return zipped({"data.json": json.dumps(document)})


def blurred(**fields: Any) -> bytes:
    blur = made.effect("ADBE Gaussian Blur 2", 500, 1, 0)
    layers = [made.solid(number, sw=4000, sh=4000, ef=[blur], **fields) for number in range(1, LAYERS + 1)]
    return packed(made.document(layers, op=30, **LARGE))


@pytest.mark.parametrize("begin", [0, 20])
def test_frames_that_cost_too_much_are_400_before_anything_is_queued(client: Client, begin: int) -> None:
    template_id = client.ready_template(blurred(ip=begin, op=30))
    request = render_request(template_id)
    batch = {"templateId": template_id, "encoderConfig": request["encoderConfig"], "rows": [{"name": "a"}]}
    for url, body, field in (
        ("/render?dryRun=true", request, "encoderConfig.res"),
        ("/render", request, "encoderConfig.res"),
        ("/render/batch?dryRun=true", batch, "encoderConfig.res"),
        ("/render/batch", batch, "encoderConfig.res"),
    ):
        answer = client.post(url, json=body)
        assert answer.status_code == 400, answer.text
        (sentence,) = answer.json()["errors"][field]
        assert sentence.startswith("to draw one frame would take more than 3 s of a processor")
        assert "Ask for a smaller picture, such as " in sentence
    assert client.get("/render/active").json() == client.get("/render/batch").json() == []
    small = request["encoderConfig"] | {"res": [200, 200]}
    assert client.post("/render?dryRun=true", json=request | {"encoderConfig": small}).status_code == 200


def test_what_customizations_hide_costs_nothing(client: Client) -> None:
    template_id = client.ready_template(blurred())
    hidden = [{"layer": f"Layer {number}", "visible": False} for number in range(1, LAYERS)]
    answer = client.post("/render?dryRun=true", json=render_request(template_id, customizationMap=hidden))
    assert answer.status_code == 200, answer.text


def test_where_no_size_helps_the_template_is_named(client: Client) -> None:
    import hostile_inventions  # noqa: F401  # adds its own

    nested = made.EXPENSIVE["precomps with a blend mode, ten of ten"]()
    answer = client.post("/render?dryRun=true", json=render_request(client.ready_template(packed(nested))))
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["errors"]) == ["templateId"]
    assert "Let fewer layers show compositions" in answer.json()["errors"]["templateId"][0]


# --- honest documents -----------------------------------------------------------------------------------------------


def solids(count: int, side: int, shown: Callable[[int], tuple[int, int]]) -> bytes:
    layers = []
    for number in range(count):
        begin, end = shown(number)
        moved = {"p": made.still([number % 60, number // 60 % 60, 0])}
        solid = {"ty": 1, "nm": f"L{number}", "ind": number + 1, "sw": side, "sh": side, "sc": "#ff0000", "st": 0}
        layers.append({**solid, "ip": begin, "op": end, "ks": moved})
    return packed(made.document(layers, op=30))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("count", "side", "shown"),
    [
        (100_000, 4, lambda number: (number % 10 * 3, number % 10 * 3 + 3)),
        (45_000, 4, lambda _number: (20, 30)),
        (100_000, 64, lambda _number: (0, 30)),
    ],
    ids=["a tenth at a time", "all from frame 20", "all at once"],
)
def test_very_many_honest_layers_are_rendered(
    new_service: Callable[..., Service], count: int, side: int, shown: Callable[[int], tuple[int, int]]
) -> None:
    with new_service().client() as client:
        client.timeout = httpx.Timeout(10 * PATIENCE)
        template_id = client.upload_template(solids(count, side, shown))
        assert client.settle(f"/template/{template_id}/status", 10 * PATIENCE)["status"] == "completed"
        request = render_request(template_id)
        answer = client.post("/render?dryRun=true", json=request)
        assert answer.status_code == 200, answer.text
        status = client.settle(f"/render/{client.start_render(template_id)}/status", 10 * PATIENCE)
        assert status["status"] == "completed", status
