"""Texts in spans over REST: drawn as in Python, refused by layer and number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from web.support_service import Client, render_request
from web.support_templates import layer, solid, still, template_zip

import velocity_engine as engine

SPANS = [{"value": "Hi "}, {"value": "you", "color": "#00ff00", "size": 30}]


def content() -> bytes:
    words = {"s": 20, "f": "Inter", "t": "Hello", "j": 0, "fc": [0, 0, 0]}
    data = {"d": {"k": [{"s": words, "t": 0}]}, "p": {}, "m": {"g": 1, "a": still([0, 0])}, "a": []}
    title = layer("Title", 5, 1, 10, t=data)
    title["ks"]["p"] = still([2, 40, 0])
    return template_zip(layers=[title, solid("Ground", "#ffffff", 10, 2)])


def test_previews_and_renders_take_spans(client: Client, tmp_path: Path) -> None:
    template_id = client.ready_template(content())
    changes = [{"layer": "Title", "text": {"value": SPANS, "fit": "shrink"}}]
    shown = client.post(f"/template/{template_id}/preview", json={"customizationMap": changes})
    (tmp_path / "template.zip").write_bytes(content())
    with engine.open_template(tmp_path / "template.zip") as template:
        assert shown.content == engine.still(template, 0, (64, 64), changes).encoded()
    answer = client.post(
        "/render", json=render_request(template_id, customizationMap=[{"layer": "Title", "text": SPANS}])
    )
    assert answer.status_code == 200, answer.text
    assert client.settle(f"/render/{answer.json()['renderId']}/status")["status"] == "completed"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ([*SPANS, {"color": "#000000"}], "customizationMap[0].text[2].value"),
        ([{"value": "a", "bold": True}], "customizationMap[0].text[0].bold"),
        ({"value": [{"value": "a", "color": "red"}]}, "customizationMap[0].text.value[0].color"),
        ([], "customizationMap[0].text"),
    ],
)
def test_wrong_spans_are_400(client: Client, text: Any, field: str) -> None:
    template_id = client.ready_template(content())
    request = render_request(template_id, customizationMap=[{"layer": "Title", "text": text}])
    answer = client.post("/render", json=request)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["errors"]) == [field]
