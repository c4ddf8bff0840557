"""Posters over REST: asked for, downloaded, counted, deleted with their render."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web.support_service import Client, Service, render_request
from web.support_templates import noisy_template, slow_template, template_zip

from velocity_web.accounts.auth import key_digest
from velocity_web.settings import MIB


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


def test_it_is_downloaded_like_any_file(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id, output={"poster": {}})
    url = f"/render/{render_id}/poster"
    whole = client.get(url)
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "content-disposition", "etag", "last-modified", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]
    part = client.get(url, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    assert part.headers["content-range"] == f"bytes 1-3/{len(whole.content)}"
    assert part.headers["content-type"] == "image/png"
    past = client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert past.status_code == 416
    again = client.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url, headers={"If-Match": '"another"'}).status_code == 412
    video = client.get(f"/render/{render_id}/download")
    assert video.headers["etag"] != whole.headers["etag"], "they are two files"


def test_its_name_ends_once(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id, name="Spot.PNG", output={"poster": {}})
    found = client.get(f"/render/{render_id}/poster").headers["content-disposition"]
    assert found == 'attachment; filename="Spot.PNG"'


def test_it_is_another_tenants_no_more_than_the_video(client: Client, template_id: str, service: Service) -> None:
    render_id = client.ready_render(template_id, output={"poster": {}})
    with service.client() as stranger:
        for ask in (stranger.get, stranger.head):
            assert ask(f"/render/{render_id}/poster").status_code == 404
        detail = stranger.get(f"/render/{render_id}/poster").json()["detail"]
    assert detail == f"there is no render {render_id}"


def test_lists_and_batches_lead_to_it(client: Client, template_id: str) -> None:
    plain = client.ready_render(template_id)
    render_id = client.ready_render(template_id, output={"poster": {}})
    url = f"/render/{render_id}/poster"
    for path in ("/render/all", "/render/history", "/render/history?status=completed"):
        found = {one["renderId"]: one["posterDownloadUrl"] for one in client.get(path).json()}
        assert found == {plain: None, render_id: url}
    rows = render_request(template_id, output={"poster": {}}, rows=[{"name": "One"}])
    batch_id = client.post("/render/batch", json=rows).json()["batchId"]
    waiting = [*client.get("/render/active").json(), *client.get("/render/history").json()]
    assert all("posterDownloadUrl" in one for one in waiting)
    client.settle(f"/render/batch/{batch_id}")
    [row] = client.get(f"/render/batch/{batch_id}").json()["rows"]
    assert row["posterDownloadUrl"] == f"/render/{row['renderId']}/poster"
    client.delete(f"/render/{render_id}")
    assert url not in client.get("/render/all").text


def test_a_render_that_fails_or_is_cancelled_has_none(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(slow_template())
        failing, cancelled = (client.start_render(template_id, output={"poster": {}}) for _ in range(2))
        assert client.post(f"/render/{cancelled}/cancel").status_code == 200
        service.query(
            "UPDATE account SET budget_ms = 500 WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
            key_digest(client.key),
        )
        used = client.get("/template/storage-status").json()["usedBytes"]
        for render_id, status in ((failing, "failed"), (cancelled, "cancelled")):
            shown = client.settle(f"/render/{render_id}/status")
            assert (shown["status"], shown["posterDownloadUrl"]) == (status, None)
            answer = client.get(f"/render/{render_id}/poster")
            assert answer.status_code == 404
            assert answer.json()["detail"] == f"the render {render_id} is {status}, not completed"
            assert not list((service.data / "renders").glob(f"{render_id}*"))
        assert client.get("/template/storage-status").json()["usedBytes"] == used


def test_a_poster_that_does_not_fit_after_all_fails_with_its_video(service: Service) -> None:
    """The quota is lowered once the render is queued, to what the video needs and its poster does not find."""
    with service.client(quota_mb=100) as client, service.client() as other:
        template_id = client.ready_template(noisy_template(320))
        ahead = other.start_render(other.ready_template(slow_template()))
        other.until(f"/render/{ahead}/status", lambda status: status["status"] == "processing")
        render_id = client.start_render(template_id, output={"poster": {}})
        used = client.get("/template/storage-status").json()["usedBytes"]
        service.query(
            "UPDATE account SET quota_mb = 1, used_bytes = used_bytes + ? "
            "WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
            MIB - used - 120_000,
            key_digest(client.key),
        )
        other.post(f"/render/{ahead}/cancel")
        status = client.settle(f"/render/{render_id}/status")
        assert status["status"] == "failed"
        assert status["reason"].startswith("Storage quota exceeded: ")
        assert client.get("/template/storage-status").json()["availableBytes"] == 120_000
        assert not list((service.data / "renders").glob(f"{render_id}*"))


def test_a_format_that_cannot_hold_the_size_is_refused(client: Client, template_id: str) -> None:
    body = render_request(template_id, output={"poster": {"format": "webp"}})
    body["encoderConfig"]["res"] = [16384, 64]
    answer = client.post("/render", json=body)
    assert answer.status_code == 400
    [sentence] = answer.json()["errors"]["output.poster.format"]
    assert "16384x64" in sentence and "16383" in sentence


def test_the_size_of_the_template_counts_where_the_request_names_none(client: Client) -> None:
    template_id = client.ready_template(template_zip(size=(16384, 16), layers=[]))
    body = render_request(template_id, output={"poster": {"format": "webp"}})
    body["encoderConfig"]["codec"] = "png"
    answer = client.post("/render", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == {"output.poster.format"}


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
