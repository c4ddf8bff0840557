"""Render endpoints."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import av
import pytest
from web.support_service import Client, Service, render_request
from web.support_templates import layer, png, slow_template, template_zip, wav

from velocity_web.accounts.auth import key_digest


def decoded(video: bytes) -> tuple[list[Any], list[str]]:
    """The frames as RGB arrays, and the kinds of all streams."""
    with av.open(io.BytesIO(video), "r") as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return frames, [stream.type for stream in container.streams]


def test_a_render_ends_as_a_video_of_the_template(client: Client, template_id: str) -> None:
    render_id = client.start_render(template_id)
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "completed"
    assert status["videoDownloadUrl"] == f"/render/{render_id}/download"
    assert (status["progress"], status["framesDone"], status["framesTotal"]) == (1, 10, 10)
    assert (status["isDirectRender"], status["reason"]) == (True, None)
    download = client.get(status["videoDownloadUrl"])
    assert download.headers["content-type"] == "video/mp4"
    assert download.headers["content-disposition"] == 'attachment; filename="Video.mp4"'
    assert len(download.content) == status["sizeBytes"]
    frames, _kinds = decoded(download.content)
    assert len(frames) == 10
    assert frames[0][60, 60, 0] > 200 and frames[0][60, 60, 2] < 60, "the ground is red"
    assert frames[0][4, 4, 2] > 200 and frames[0][4, 4, 0] < 60, "the box is blue"
    part = client.get(status["videoDownloadUrl"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")


def test_customizations_frame_range_size_and_audio(client: Client, template_id: str) -> None:
    audio_id = client.ready_audio(wav(1))
    render_id = client.ready_render(
        template_id,
        audioId=audio_id,
        jobInfo={"fStart": 2, "fEnd": 8},
        encoderConfig={"bitrate": 100_000, "res": [96, 96], "preset": 5},
        customizationMap=[{"layer": "Ground", "color": "#00ff00"}],
    )
    frames, kinds = decoded(client.get(f"/render/{render_id}/download").content)
    assert len(frames) == 6
    assert frames[0].shape == (96, 96, 3)
    assert frames[0][90, 90, 1] > 200 and frames[0][90, 90, 0] < 60
    assert sorted(kinds) == ["audio", "video"]


@pytest.mark.parametrize(("container", "kind"), [("mov", "video/quicktime"), ("avi", "video/x-msvideo")])
def test_other_containers(client: Client, template_id: str, container: str, kind: str) -> None:
    encoder = {"bitrate": 100_000, "container": container, "preset": 5}
    render_id = client.ready_render(template_id, name="Spot", encoderConfig=encoder)
    download = client.get(f"/render/{render_id}/download")
    assert download.headers["content-type"] == kind
    assert f'filename="Spot.{container}"' in download.headers["content-disposition"]
    assert len(decoded(download.content)[0]) == 10


def test_a_picture_of_an_asset_replaces_a_layer(client: Client) -> None:
    assets = [{"id": "photo", "p": "photo.png", "u": "images/", "w": 8, "h": 8}]
    content = template_zip(
        {"images/photo.png": png(8, 8, (255, 0, 0))},
        assets=assets,
        size=(16, 16),
        layers=[layer("Photo", 2, 1, 10, refId="photo")],
    )
    template_id = client.ready_template(content)
    asset = client.post("/asset", files={"file": ("green.png", png(8, 8, (0, 255, 0)))}).json()
    assert (asset["kind"], asset["format"], asset["width"], asset["height"]) == ("image", "png", 8, 8)
    entry = {"layer": "Photo", "image": {"assetId": asset["assetId"]}}
    render_id = client.ready_render(template_id, customizationMap=[entry])
    frames, _kinds = decoded(client.get(f"/render/{render_id}/download").content)
    assert frames[0][4, 4, 1] > 200 and frames[0][4, 4, 0] < 60
    assert client.get(f"/asset/{asset['assetId']}/download").content == png(8, 8, (0, 255, 0))
    assert client.delete(f"/asset/{asset['assetId']}").status_code == 200
    refused = client.post("/render", json=render_request(template_id, customizationMap=[entry]))
    assert list(refused.json()["errors"]) == ["customizationMap[0].image.assetId"]


def test_all_field_errors_come_at_once_with_suggestions(client: Client, template_id: str) -> None:
    request = {
        "templateId": template_id,
        "encoderConfig": {"bitrate": "fast", "res": [1], "codec": 1.5, "rc": 9},
        "jobInfo": {"fStart": "x"},
        "naem": "Video",
    }
    errors = client.post("/render", json=request).json()["errors"]
    assert set(errors) == {
        "name",
        "encoderConfig.bitrate",
        "encoderConfig.res",
        "encoderConfig.codec",
        "encoderConfig.rc",
        "jobInfo.fStart",
    }
    assert "naem" in errors["name"][0]


def test_what_the_engine_finds_comes_beside_fields_of_a_wrong_form(client: Client, template_id: str) -> None:
    encoder = {"bitrate": "fast", "codec": 7, "res": [641, 480]}
    body = {"templateId": template_id, "encoderConfig": encoder, "jobInfo": {"fStart": 9, "fEnd": 3}, "nam": "x"}
    answer = client.post("/render", json={**body, "customizationMap": [{"layer": "Nowhere", "text": "x"}]})
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {"name", "encoderConfig.bitrate", "encoderConfig.codec", "encoderConfig.res"} <= set(errors)
    assert any(name.startswith("jobInfo.") for name in errors)
    assert any(name.startswith("customizationMap[0]") for name in errors)


def test_the_engines_problems_come_at_once_too(client: Client, template_id: str) -> None:
    request = render_request(
        template_id,
        encoderConfig={"bitrate": 100_000, "codec": 7, "res": [641, 360], "preset": 9},
        jobInfo={"fStart": 8, "fEnd": 3},
        customizationMap=[{"layer": "Grund", "color": "#fff"}, {"layer": "Box", "colour": "#fff"}],
        audioId=str(uuid4()),
    )
    answer = client.post("/render", json=request)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {"encoderConfig.codec", "encoderConfig.res", "encoderConfig.preset", "audioId"} <= set(errors)
    assert any(field.startswith("jobInfo.") for field in errors)
    assert any(field.startswith("customizationMap[0]") and "Ground" in said[0] for field, said in errors.items())
    assert any(field.startswith("customizationMap[1]") for field in errors)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"templateId": None}, "templateId"),
        ({"templateId": str(uuid4())}, "templateId"),
        ({"templateInstanceId": str(uuid4())}, "templateInstanceId"),
        ({"templateId": None, "templateInstanceId": str(uuid4())}, "templateInstanceId"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"encoderConfig": {}}, "encoderConfig.bitrate"),
        ({"encoderConfig": None}, "encoderConfig"),
        ({"encoderConfig": {"bitrate": 0}}, "encoderConfig.bitrate"),
        ({"encoderConfig": {"bitrate": 2**31}}, "encoderConfig.bitrate"),
        ({"encoderConfig": {"bitrate": True}}, "encoderConfig.bitrate"),
        ({"encoderConfig": {"bitrate": 100_000, "res": [0, 0]}}, "encoderConfig.res"),
        ({"encoderConfig": {"bitrate": 100_000, "fpsNum": 0}}, "encoderConfig.fpsNum"),
        ({"encoderConfig": {"bitrate": 100_000, "fpsNum": 30, "fpsDenum": 0}}, "encoderConfig.fpsDenum"),
        ({"customizationMap": {}}, "customizationMap"),
        ({"customizationMap": [1]}, "customizationMap[0]"),
        ({"jobInfo": {"fStart": 0, "fEnd": 11}}, "jobInfo.fEnd"),
        ({"jobInfo": {"fStart": -1}}, "jobInfo.fStart"),
        ({"jobInfo": {"fStart": 10}}, "jobInfo.fStart"),
        ({"webhookUrl": "ftp://example.com"}, "webhookUrl"),
    ],
)
def test_a_bad_field_is_400_and_named(client: Client, template_id: str, change: dict[str, Any], field: str) -> None:
    request = {**render_request(template_id), **change}
    answer = client.post("/render", json={key: value for key, value in request.items() if value is not None})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"name": NaN}',
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"1" * 5_000,
        b'{"name": "\\ud800"}',
    ],
)
def test_a_body_that_is_no_json_object_is_400(client: Client, body: bytes) -> None:
    answer = client.post("/render", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_fields_are_warned_of(client: Client, template_id: str) -> None:
    request = render_request(template_id, encoderConfig={"bitrate": 100_000, "presett": 1}, priority=3)
    answer = client.post("/render?dryRun=true", json=request)
    assert answer.status_code == 200
    warnings = answer.headers["warning"]
    assert "priority" in warnings
    assert "encoderConfig.presett" in warnings and "did you mean preset?" in warnings


def test_a_dry_run_estimates_and_queues_nothing(client: Client, template_id: str) -> None:
    answer = client.post("/render?dryRun=true", json=render_request(template_id)).json()
    assert answer["frames"] == 10
    assert answer["expectedMilliseconds"] > 0
    assert answer["expectedBytes"] > 0
    assert client.get("/render/history").json() == client.get("/render/active").json() == []


def test_a_running_render_is_cancelled_at_once_and_charged(client: Client, service: Service) -> None:
    """Not when it ends, which is later than any client waits for."""
    template_id = client.ready_template(slow_template())
    render_id = client.start_render(template_id)
    client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
    assert client.get("/render/active").json()[0]["status"] == "processing"
    assert client.get(f"/render/{render_id}/download").status_code == 404
    assert client.get(f"/render/renders/{render_id}").status_code == 404
    assert client.delete(f"/render/{render_id}").status_code == 409
    assert client.delete(f"/template/{template_id}").status_code == 400
    answer = client.post(f"/render/{render_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert client.post(f"/render/{render_id}/cancel").status_code == 409
    assert client.get("/render/active").json() == []
    assert [entry["renderId"] for entry in client.get("/render/history?status=cancelled").json()] == [render_id]
    assert client.get("/render/render-time-budget-status").json()["usedMilliseconds"] > 0
    assert client.get(f"/render/{render_id}/download").status_code == 404
    for folder in ("renders", "tmp"):
        assert not list((service.data / folder).glob(f"*{render_id}*"))
    assert client.delete(f"/template/{template_id}").status_code == 200


def test_a_queued_render_is_cancelled_at_once(client: Client) -> None:
    template_id = client.ready_template(slow_template())
    first, second = client.start_render(template_id), client.start_render(template_id)
    assert client.get(f"/render/{second}/status").json()["status"] == "pending"
    assert client.get(f"/render/{second}/status").json()["startedAt"] is None
    for render_id in (second, first):
        assert client.post(f"/render/{render_id}/cancel").json()["status"] == "cancelled"


def test_a_completed_render_is_deleted_and_its_time_stays_charged(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id)
    status = client.get(f"/render/{render_id}/status").json()
    budget = client.get("/render/render-time-budget-status").json()
    assert budget["usedMilliseconds"] == status["renderTimeMilliseconds"]
    assert budget["remainingMilliseconds"] == budget["totalMilliseconds"] - budget["usedMilliseconds"]
    assert client.post(f"/render/{render_id}/cancel").status_code == 409
    used = client.get("/template/storage-status").json()["usedBytes"]
    assert client.delete(f"/render/{render_id}").status_code == 200
    assert client.get("/template/storage-status").json()["usedBytes"] == used - status["sizeBytes"]
    assert client.get("/render/render-time-budget-status").json() == budget
    for path in (f"/render/{render_id}/status", f"/render/renders/{render_id}", f"/render/{render_id}/download"):
        assert client.get(path).status_code == 404
    assert client.delete(f"/render/{render_id}").status_code == 404
    assert client.get("/render/history").json() == client.get("/render/all").json() == []


def test_no_budget_is_402(service: Service) -> None:
    client = service.client(budget_ms=0)
    template_id = client.ready_template(template_zip())
    answer = client.post("/render", json=render_request(template_id))
    assert answer.status_code == 402
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_output_that_does_not_fit_after_all_fails_with_that_reason(service: Service) -> None:
    """The quota is lowered once the render is queued: what it was checked against no longer holds."""
    client, other = service.client(quota_mb=100), service.client()
    template_id = client.ready_template(template_zip())
    ahead = other.start_render(other.ready_template(slow_template()))
    other.until(f"/render/{ahead}/status", lambda status: status["status"] == "processing")
    render_id = client.start_render(template_id)
    service.query(
        "UPDATE account SET quota_mb = 0 WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
        key_digest(client.key),
    )
    other.post(f"/render/{ahead}/cancel")
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert "quota" in status["reason"]
    used = client.get("/template/storage-status").json()["usedBytes"]
    client.delete(f"/render/{render_id}")
    assert client.get("/template/storage-status").json()["usedBytes"] == used


def test_history_is_filtered_and_paged(client: Client, template_id: str) -> None:
    ids = [client.ready_render(template_id, name=f"Video {n}") for n in range(3)]
    newest_first = ids[::-1]
    assert [entry["renderId"] for entry in client.get("/render/history").json()] == newest_first
    assert [entry["renderId"] for entry in client.get("/render/all?skip=1&take=1").json()] == newest_first[1:2]
    assert client.get("/render/history?status=FAILED").json() == []
    assert client.get("/render/history?status=pending").status_code == 400


def test_the_same_idempotency_key_gives_the_same_render(client: Client, template_id: str) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    request = render_request(template_id)
    first = client.post("/render", json=request, headers=headers)
    again = client.post("/render", json=dict(reversed(request.items())), headers=headers)
    assert first.json() == again.json()
    other = client.post("/render", json={**request, "name": "Other"}, headers=headers)
    assert other.status_code == 422
    assert client.post("/render", json=request, headers={"Idempotency-Key": str(uuid4())}).json() != first.json()
    assert client.post("/render", json=request, headers={"Idempotency-Key": "k" * 300}).status_code == 400


def test_a_deleted_render_frees_its_idempotency_key(client: Client, template_id: str) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    request = render_request(template_id)
    first = client.post("/render", json=request, headers=headers).json()["renderId"]
    client.settle(f"/render/{first}/status")
    assert client.post("/render", json=request, headers=headers).json()["renderId"] == first
    assert client.delete(f"/render/{first}").status_code == 200
    second = client.post("/render", json={**request, "name": "Other"}, headers=headers).json()["renderId"]
    assert second != first
    assert client.settle(f"/render/{second}/status")["status"] == "completed"
    again = client.post("/render", json={**request, "name": "Other"}, headers=headers)
    assert again.json()["renderId"] == second


def test_an_empty_idempotency_key_is_told_so(client: Client, template_id: str) -> None:
    answer = client.post("/render", json=render_request(template_id), headers={"Idempotency-Key": ""})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the Idempotency-Key is empty"


def test_the_history_adds_up_to_the_budget(service: Service, client: Client, template_id: str) -> None:
    """Completed, failed, cancelled while it runs and cancelled before it ran; a deleted one stays charged."""
    client.ready_render(template_id)
    slow = client.ready_template(slow_template())
    running = client.start_render(slow)
    waiting = client.start_render(template_id)
    client.until(f"/render/{running}/status", lambda status: status["progress"] > 0)
    assert client.get(f"/render/{running}/status").json()["renderTimeMilliseconds"] is None
    for render_id in (waiting, running):
        assert client.post(f"/render/{render_id}/cancel").status_code == 200
    assert client.settle(f"/render/{running}/status")["renderTimeMilliseconds"] > 0
    failing = client.start_render(slow)
    client.until(f"/render/{failing}/status", lambda status: status["progress"] > 0)
    service.query(
        "UPDATE account SET budget_ms = used_ms WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
        key_digest(client.key),
    )
    assert client.settle(f"/render/{failing}/status")["status"] == "failed"
    history = client.get("/render/history").json()
    assert {entry["status"] for entry in history} == {"completed", "failed", "cancelled"}
    used = client.get("/render/render-time-budget-status").json()["usedMilliseconds"]
    assert sum(entry["renderTimeMilliseconds"] for entry in history) == used > 0
    for entry in history:
        assert client.delete(f"/render/{entry['renderId']}").status_code == 200
    assert client.get("/render/render-time-budget-status").json()["usedMilliseconds"] == used


@pytest.mark.parametrize(
    "path",
    [
        "/template/history",
        "/audio/history",
        "/audio/list",
        "/render/all",
        "/render/history",
        "/render/batch",
        "/campaign",
        "/asset",
        "/audio-asset-group",
        "/webhook/deliveries",
    ],
)
def test_a_page_longer_than_the_maximum_is_the_maximum(client: Client, path: str) -> None:
    for take in (101, 201, 10**30):
        assert client.get(path, params={"take": take}).status_code == 200, take
    for wrong in ("0", "-1", "many"):
        answer = client.get(path, params={"take": wrong})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["take"])


def test_the_maximum_is_kept(service: Service, client: Client) -> None:
    for number in range(103):
        assert client.post("/campaign", json={"name": f"Campaign {number}"}).status_code == 200
    assert len(client.get("/campaign?take=500").json()) == 100
    assert len(client.get("/campaign?take=500&skip=100").json()) == 3


def test_a_denominator_alone_is_refused(client: Client, template_id: str) -> None:
    request = render_request(template_id)
    request["encoderConfig"] |= {"fpsDenum": 2}
    answer = client.post("/render", json=request)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert set(errors) == {"encoderConfig.fpsDenum"}
    assert "without a numerator" in errors["encoderConfig.fpsDenum"][0]
    request["encoderConfig"] |= {"fpsNum": 30}
    assert client.post("/render?dryRun=true", json=request).json()["frames"] == 5


@pytest.mark.parametrize("codec", [0, 1, 2])
def test_gop_1_makes_a_video_of_key_frames(client: Client, template_id: str, codec: int) -> None:
    encoder = {"bitrate": 100_000, "codec": codec, "gop": 1, "res": [128, 72]}
    render_id = client.ready_render(template_id, encoderConfig=encoder)
    video = client.get(f"/render/{render_id}/download").content
    with av.open(io.BytesIO(video), "r") as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert keys == [True] * 10
    assert len(decoded(video)[0]) == 10


def test_an_idempotency_key_is_forgotten_in_time(client: Client, service: Service, template_id: str) -> None:
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    first = client.post("/render", json=render_request(template_id), headers=headers).json()
    a_day_ago = "UPDATE idempotent_request SET created_at = created_at - 86400001 WHERE key = ?"
    service.query(a_day_ago, headers["Idempotency-Key"])
    other = client.post("/render", json=render_request(template_id, name="Other"), headers=headers)
    assert other.status_code == 200
    assert other.json()["renderId"] != first["renderId"]


def test_a_request_id_comes_back(client: Client) -> None:
    assert client.get("/template/all", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert len(client.get("/template/all", headers={"X-Request-Id": "bad id"}).headers["x-request-id"]) == 36
