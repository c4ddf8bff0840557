"""``motionBlur``: layers with the switch are blurred in renders, batches, previews, clips and dry runs alike."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from web.support_service import Client, render_request

import velocity_engine as ve

DOCUMENT = Path(__file__).parent.parent / "golden" / "documents" / "motion_blur.json"
WIDE = {"samples": 8, "shutterAngle": 360, "shutterPhase": -180}
BLUR = ve.MotionBlur(samples=8, shutter_angle=360, shutter_phase=-180)


def zipped(document: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("data.json", document)
    return held.getvalue()


@pytest.fixture
def moving_id(client: Client) -> str:
    return client.ready_template(zipped(DOCUMENT.read_bytes()))


def picture(client: Client, template_id: str, **asked: Any) -> NDArray[np.uint8]:
    answer = client.post(f"/template/{template_id}/preview", json={"frame": 4, "width": 240, **asked})
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def test_a_preview_is_what_the_engine_draws(client: Client, moving_id: str) -> None:
    with ve.open_template(DOCUMENT) as template:
        for asked, blur in ((None, None), ({}, True), (WIDE, BLUR)):
            more = {} if asked is None else {"motionBlur": asked}
            assert np.array_equal(picture(client, moving_id, **more), ve.render_still(template, 4, motion_blur=blur))


def test_a_render_is_blurred_as_it_was_asked_for_and_says_so(client: Client, moving_id: str, tmp_path: Path) -> None:
    videos = []
    asked: list[dict[str, Any]] = [{}, {"motionBlur": WIDE}]
    for more in asked:
        render_id = client.ready_render(moving_id, encoderConfig={"bitrate": 100_000}, **more)
        videos.append(client.get(f"/render/{render_id}/download").content)
        assert client.get(f"/render/renders/{render_id}").json()["motionBlur"] == more.get("motionBlur")
    with ve.open_template(DOCUMENT) as template:
        encoder = ve.EncoderConfig(bitrate=ve.BytesPerSecond(100_000))
        for video, blur in zip(videos, (None, BLUR), strict=True):
            ve.render(template, tmp_path / "own.mp4", encoder=encoder, motion_blur=blur)
            assert (tmp_path / "own.mp4").read_bytes() == video
    assert videos[0] != videos[1]


def test_a_clip_and_the_rows_of_a_batch_are_blurred(client: Client, moving_id: str) -> None:
    asked: list[dict[str, Any]] = [{}, {"motionBlur": WIDE}, {"motionBlur": {}}]
    clips = [client.post(f"/template/{moving_id}/preview/clip", json={"width": 240, **more}).content for more in asked]
    assert len({*clips}) == 3
    request = {k: v for k, v in render_request(moving_id).items() if k != "name"}
    body = {**request, "name": "Batch", "motionBlur": WIDE, "rows": [{"name": "one"}]}
    told = client.post("/render/batch?dryRun=true", json=body)
    assert told.status_code == 200 and told.json()["rowsValid"] == 1, told.text


def test_a_dry_run_and_a_status_tell_that_nothing_has_the_switch(client: Client) -> None:
    document = json.loads(DOCUMENT.read_bytes())
    for layers in (document["layers"], document["assets"][0]["layers"]):
        for layer in layers:
            layer["mb"] = False
    template_id = client.ready_template(zipped(json.dumps(document).encode()))
    told = client.post("/render?dryRun=true", json=render_request(template_id, motionBlur={}))
    assert [one["feature"] for one in told.json()["warnings"]] == ["motion_blur.none"]
    assert not client.post("/render?dryRun=true", json=render_request(template_id)).json()["warnings"]
    render_id = client.ready_render(template_id, motionBlur={})
    warnings = client.get(f"/render/{render_id}/status").json()["warnings"]
    assert [one["feature"] for one in warnings] == ["motion_blur.none"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"samples": 1}, "motionBlur.samples"),
        ({"samples": 65}, "motionBlur.samples"),
        ({"samples": "many"}, "motionBlur.samples"),
        ({"shutterAngle": 0}, "motionBlur.shutterAngle"),
        ({"shutterAngle": 720.5}, "motionBlur.shutterAngle"),
        ({"shutterPhase": -361}, "motionBlur.shutterPhase"),
        (True, "motionBlur"),
    ],
)
def test_wrong_settings_are_told_by_their_fields(client: Client, moving_id: str, wrong: Any, field: str) -> None:
    answer = client.post("/render?dryRun=true", json=render_request(moving_id, motionBlur=wrong))
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field], answer.text
    answer = client.post(f"/template/{moving_id}/preview", json={"motionBlur": wrong})
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field], answer.text


def test_a_blur_that_takes_too_long_is_refused_before_the_render(client: Client) -> None:
    document = json.loads(DOCUMENT.read_bytes())
    turning = next(layer for layer in document["layers"] if layer["nm"] == "bar")
    turning["shapes"][0]["it"][0]["s"]["k"] = [4000, 4000]
    document |= {"w": 4000, "h": 4000, "layers": [turning] * 30}
    template_id = client.ready_template(zipped(json.dumps(document).encode()))
    request = render_request(template_id, motionBlur={"samples": 64})
    answer = client.post("/render?dryRun=true", json=request)
    assert answer.status_code == 400 and "encoderConfig.res" in answer.json()["errors"], answer.text
    assert client.post("/render?dryRun=true", json=render_request(template_id)).status_code == 200
