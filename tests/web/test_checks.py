"""What a request is checked for before it is queued, and what that costs the server."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import layer, png, solid, still, template_zip

RENDER = "/render"
BROKEN = "data:image/png;base64,AAAA"


def worded(text: str = "Hello") -> dict[str, Any]:
    words = {"s": 20, "f": "Inter", "t": text, "j": 0, "fc": [0, 0, 0]}
    data = {"d": {"k": [{"s": words, "t": 0}]}, "p": {}, "m": {"g": 1, "a": still([0, 0])}, "a": []}
    return layer("Title", 5, 1, 10, t=data)


@pytest.fixture
def worded_id(client: Client) -> str:
    return client.ready_template(template_zip(layers=[worded(), solid("Ground", "#ff0000", 10, 2)]))


@pytest.mark.parametrize("query", ["", "?dryRun=true"])
@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"layer": "Ground", "plugin": "nosuch"}, "customizationMap[0].plugin"),
        ({"layer": "Ground", "plugin": "qrcode", "data": 17}, "customizationMap[0].data"),
        (
            {"layer": "Ground", "plugin": "qrcode", "data": {"text": "a", "dark": "red"}},
            "customizationMap[0].data.dark",
        ),
        ({"layer": "Ground", "plugin": "qrcode", "data": "x" * 5000}, "customizationMap[0].data"),
        (
            {"layer": "Ground", "plugin": "bar-chart", "data": {"bars": [{"label": "a"}]}},
            "customizationMap[0].data.bars[0].value",
        ),
        ({"layer": "Ground", "image": {"data": BROKEN}}, "customizationMap[0].image"),
        ({"layer": "Ground", "video": {"data": BROKEN}}, "customizationMap[0].video"),
    ],
)
def test_what_a_render_would_fail_of_is_400(
    client: Client, worded_id: str, query: str, entry: dict[str, Any], field: str
) -> None:
    answer = client.post(f"{RENDER}{query}", json=render_request(worded_id, customizationMap=[entry]))
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["errors"]) == [field]


def test_a_picture_is_no_clip(client: Client, worded_id: str) -> None:
    asset = client.post("/asset", files={"file": ("green.png", png())}).json()["assetId"]
    entry = {"layer": "Ground", "video": {"assetId": asset}}
    errors = client.post(RENDER, json=render_request(worded_id, customizationMap=[entry])).json()["errors"]
    assert list(errors) == ["customizationMap[0].video"]
    [sentence] = errors["customizationMap[0].video"]
    assert "green.png" in sentence and "a picture" in sentence
    entry = {"layer": "Ground", "image": {"assetId": asset}}
    assert client.post(f"{RENDER}?dryRun=true", json=render_request(worded_id, customizationMap=[entry])).is_success


def test_what_does_not_show_is_told_by_the_dry_run_and_the_status(client: Client, worded_id: str) -> None:
    entry = {"layer": "Title", "text": {"value": "a\U00012345", "font": "Comic Sans"}}
    request = render_request(worded_id, customizationMap=[entry])
    warnings = client.post(f"{RENDER}?dryRun=true", json=request).json()["warnings"]
    assert {warning["feature"] for warning in warnings} == {"font.missing", "text.glyph_missing"}
    assert all(warning["layer"] == "Title" for warning in warnings)
    render_id = client.post(RENDER, json=request).json()["renderId"]
    assert client.get(f"/render/{render_id}/status").json()["warnings"] == warnings
    status = client.settle(f"/render/{render_id}/status")
    assert {warning["feature"] for warning in status["warnings"]} == {"font.missing", "text.glyph_missing"}
    assert client.get(f"/render/renders/{render_id}").json()["warnings"] == status["warnings"]
    plain = client.ready_render(worded_id)
    assert client.get(f"/render/{plain}/status").json()["warnings"] == []


def large_picture() -> str:
    """A picture as a data: URI of some 300 KB, which is too much for the server to read itself."""
    return f"data:image/png;base64,{base64.b64encode(png() + bytes(220_000)).decode()}"


def test_a_large_body_is_read_as_a_small_one_is(client: Client, worded_id: str) -> None:
    entries = [{"layer": "Ground", "image": {"data": large_picture()}}, {"layer": "Title", "text": "Hi"}]
    request = render_request(worded_id, customizationMap=entries, priority=3)
    headers = {"Idempotency-Key": "one"}
    answers = [client.post(RENDER, json=request, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert "priority" in answers[0].headers["warning"]
    other = client.post(RENDER, json={**request, "name": "Other"}, headers=headers)
    assert other.status_code == 422
    status = client.settle(f"/render/{answers[0].json()['renderId']}/status")
    assert status["status"] == "completed", status
    detail = client.get(f"/render/renders/{status['renderId']}").json()
    assert detail["customizationMap"] == entries
    wrong = {**request, "encoderConfig": {"codec": 7}, "customizationMap": [*entries, {"layer": "Titel", "text": "x"}]}
    errors = client.post(RENDER, json=wrong).json()["errors"]
    assert set(errors) == {"encoderConfig.bitrate", "encoderConfig.codec", "customizationMap[2].layer"}
    broken = client.post(RENDER, content=json.dumps(request)[:-1], headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["detail"]) == (400, "the body is not valid JSON")


def test_bodies_have_a_limit_by_path(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0", max_render_bytes="300000", max_json_bytes="2000000")
    with service.client() as client:
        for path, size, status in (
            ("/render", 300_001, 413),
            ("/render", 299_000, 400),
            ("/render/batch", 2_000_001, 413),
            ("/render/batch", 1_999_000, 400),
            ("/campaign", 1_048_577, 413),
            ("/campaign", 1_000_000, 400),
        ):
            body = b'{"x":"' + b"x" * (size - 8) + b'"}'
            answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status, (path, answer.text)


def test_a_body_of_very_many_values_is_refused(client: Client) -> None:
    body = b'{"customizationMap":[' + b"{}," * 300_000 + b"{}]}"
    answer = client.post(RENDER, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "600003 values" in answer.json()["errors"][""][0]


def memory(service: Service) -> int:
    assert service.process
    lines = Path(f"/proc/{service.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) >> 10


def test_templates_do_not_fill_the_memory_of_the_server(new_service: Callable[..., Service]) -> None:
    service = new_service(still_seconds="600")
    ease = {"h": 1}
    with service.client() as client:
        client.timeout = httpx.Timeout(PATIENCE)
        client.start_render(client.ready_template(template_zip()))
        before = memory(service)
        for number in range(3):
            keys = [{"t": n / 1000, "s": [n % 360 + number], **ease} for n in range(40_000)]
            turning = solid("Box", "#0000ff", 40)
            turning["ks"]["r"] = {"a": 1, "k": keys}
            template_id = client.upload_template(template_zip(frames=40, layers=[turning]))
            assert client.settle(f"/template/{template_id}/status")["status"] == "completed"
            assert client.post(f"{RENDER}?dryRun=true", json=render_request(template_id)).is_success
        assert memory(service) - before < 40, "megabytes"


def noise_template() -> bytes:
    """A template whose preview takes a while at 4096 pixels."""
    boxes = [solid(f"Box {n}", f"#{zlib.crc32(bytes([n])) & 0xFFFFFF:06x}", 10, n + 1, (640, 360)) for n in range(200)]
    for number, box in enumerate(boxes):
        box["ks"]["o"], box["ks"]["r"] = still(50), still(number)
    return template_zip(layers=boxes, size=(640, 360))


def test_previews_of_one_user_do_not_take_all_places(new_service: Callable[..., Service]) -> None:
    service = new_service(task_slots="2", preview_slots="2", task_wait_seconds="0.1")
    with service.client() as greedy, service.client() as modest:
        template_id = greedy.ready_template(noise_template())
        own = modest.ready_template(template_zip())
        assert modest.post(f"{RENDER}?dryRun=true", json=render_request(own)).is_success
        answers: list[httpx.Response] = []

        def preview() -> None:
            with Client(service.url, greedy.key) as client:
                answers.append(client.get(f"/template/{template_id}/preview?width=4096"))

        threads = [threading.Thread(target=preview) for _ in range(8)]
        for thread in threads:
            thread.start()
        assert modest.get(f"/template/{own}/preview").is_success
        assert modest.post(f"{RENDER}?dryRun=true", json=render_request(own)).is_success
        for thread in threads:
            thread.join(PATIENCE)
        assert {answer.status_code for answer in answers} == {200, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert busy.headers["retry-after"] == "2"
        assert busy.headers["content-type"] == "application/problem+json"
        assert greedy.get(f"/template/{template_id}/preview?width=64").is_success
