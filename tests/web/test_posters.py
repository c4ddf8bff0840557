"""Posters over REST: asked for, downloaded, counted, deleted with their render."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web.support_service import Client, Service, render_request


def picture(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as opened:
        return np.asarray(opened.convert("RGBA")).copy()


def box_left(pixels: np.ndarray) -> float:
    """The column in which the blue box begins, which moves to the right by 40 in ten frames."""
    return float(np.flatnonzero((pixels[4, :, 2] > 128) & (pixels[4, :, 0] < 128))[0])


@pytest.mark.parametrize(
    ("poster", "kind", "ending", "left"),
    [
        ({}, "image/png", "png", 20),
        ({"frame": 0}, "image/png", "png", 0),
        ({"frame": 9, "format": "jpeg"}, "image/jpeg", "jpg", 36),
        ({"format": "webp"}, "image/webp", "webp", 20),
    ],
)
def test_a_poster_beside_a_video(
    client: Client, template_id: str, service: Service, poster: dict[str, Any], kind: str, ending: str, left: int
) -> None:
    render_id = client.ready_render(template_id, name="Spot", output={"poster": poster})
    status = client.get(f"/render/{render_id}/status").json()
    assert status["posterDownloadUrl"] == f"/render/{render_id}/poster"
    assert client.get(f"/render/renders/{render_id}").json()["posterDownloadUrl"] == status["posterDownloadUrl"]
    download = client.get(status["posterDownloadUrl"])
    assert download.headers["content-type"] == kind
    assert download.headers["content-disposition"] == f'attachment; filename="Spot.{ending}"'
    pixels = picture(download.content)
    assert pixels.shape == (64, 64, 4) and abs(box_left(pixels) - left) <= 2
    assert len(client.get(f"/render/{render_id}/download").content) == status["sizeBytes"]
    [(file, size, _sha)] = service.query("SELECT file, size_bytes, sha256 FROM poster WHERE render_id = ?", render_id)
    assert size == len(download.content) == (service.data / file).stat().st_size
    assert client.delete(f"/render/{render_id}").status_code == 200
    assert not (service.data / file).exists()
    assert client.get(f"/render/{render_id}/poster").status_code == 404
    assert not service.query("SELECT 1 FROM poster WHERE render_id = ?", render_id)


def test_the_poster_is_counted_and_given_back(client: Client, template_id: str) -> None:
    before = client.get("/template/storage-status").json()["usedBytes"]
    render_id = client.ready_render(template_id, output={"poster": {"frame": 3}})
    sizes = [len(client.get(f"/render/{render_id}/{part}").content) for part in ("download", "poster")]
    assert client.get("/template/storage-status").json()["usedBytes"] == before + sum(sizes)
    client.delete(f"/render/{render_id}")
    assert client.get("/template/storage-status").json()["usedBytes"] == before


def test_a_render_without_one_says_so(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id)
    assert client.get(f"/render/{render_id}/status").json()["posterDownloadUrl"] is None
    answer = client.get(f"/render/{render_id}/poster")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"the render {render_id} has no poster; ask for one with output.poster"


def test_a_frame_that_is_not_there_and_another_format_are_refused(client: Client, template_id: str) -> None:
    for poster, errors in (
        ({"frame": 10}, {"output.poster.frame": ["there is no frame 10; the composition has frames 0 to 9"]}),
        ({"frame": -1}, {"output.poster.frame": ["there is no frame -1; the composition has frames 0 to 9"]}),
        ({"format": "gif"}, {"output.poster.format": ["it must be png, jpeg or webp"]}),
    ):
        request = render_request(template_id, output={"poster": poster})
        rows = {**request, "rows": [{"name": "One"}]}
        for path, body in (("/render", request), ("/render?dryRun=true", request), ("/render/batch", rows)):
            answer = client.post(path, json=body)
            assert (answer.status_code, answer.json()["errors"]) == (400, errors)


def test_each_row_of_a_batch_has_its_own(client: Client, template_id: str) -> None:
    rows = [{"name": "Red"}, {"name": "Green", "customizationMap": [{"layer": "Ground", "color": "#00ff00"}]}]
    request = render_request(template_id, output={"poster": {"frame": 0}}, rows=rows)
    batch_id = client.post("/render/batch", json=request).json()["batchId"]
    client.settle(f"/render/batch/{batch_id}")
    found = [
        picture(client.get(f"/render/{row['renderId']}/poster").content)[60, 60]
        for row in client.get(f"/render/batch/{batch_id}").json()["rows"]
    ]
    assert found[0][0] > 200 and found[0][1] < 60 and found[1][1] > 200 and found[1][0] < 60


def test_a_format_that_cannot_hold_the_size_is_refused(client: Client, template_id: str) -> None:
    body = render_request(template_id, output={"poster": {"format": "webp"}})
    body["encoderConfig"]["res"] = [16384, 64]
    answer = client.post("/render", json=body)
    assert answer.status_code == 400
    [sentence] = answer.json()["errors"]["output.poster.format"]
    assert "16384x64" in sentence and "16383" in sentence


@pytest.mark.parametrize(
    ("query", "kind"), [("posterFrame=9&posterFormat=jpeg", "image/jpeg"), ("posterFrame=3", "image/png")]
)
def test_each_row_of_a_csv_body_has_its_own(client: Client, template_id: str, query: str, kind: str) -> None:
    answer = client.post(
        f"/render/batch?templateId={template_id}&bitrate=100000&preset=5&{query}",
        content=b"name\none\ntwo\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code in (200, 202), answer.text
    assert "warning" not in answer.headers
    batch_id = answer.json()["batchId"]
    client.settle(f"/render/batch/{batch_id}")
    rows = client.get(f"/render/batch/{batch_id}").json()["rows"]
    assert len(rows) == 2
    for row in rows:
        assert client.get(f"/render/{row['renderId']}/poster").headers["content-type"] == kind
