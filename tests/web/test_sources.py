"""Files that requests name by URL or by connection: fetched before their job begins, within limits, and told of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from network_support import Answer, Victim, WebServer
from PIL import Image
from text_support import named_font
from web.support_bucket import Bucket, S3Server
from web.support_elsewhere import DEMO, PHOTO
from web.support_places import bucket_connection, connections, folder_connection
from web.support_service import Client, Service, render_request
from web.support_templates import template_zip, wav

FONT = named_font("DejaVuSans-Bold.ttf", "abc", "Corporate")
SMALL = {"bitrate": 100_000, "preset": 5, "res": [160, 90]}


@pytest.fixture
def reaching(server: WebServer, new_service: Callable[..., Service]) -> Callable[..., Service]:
    """Starts services that may reach the web server."""

    def start(**settings: str) -> Service:
        return new_service(private_hosts=f'["{server.host}"]', webhook_allow_private="true", **settings)

    return start


def render_of(client: Client, template_id: str, image: dict[str, Any], **more: Any) -> str:
    """The id of a render of the demo with another picture."""
    entry = {"layer": "Photo", "image": image}
    asked = {"jobInfo": {"fStart": 60, "fEnd": 70}, "encoderConfig": SMALL, "customizationMap": [entry], **more}
    return client.start_render(template_id, **asked)


def video(client: Client, render_id: str) -> bytes:
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "completed", status
    return client.get(f"/render/{render_id}/download").content


def test_a_picture_of_any_place_gives_the_same_bytes(
    server: WebServer, reaching: Callable[..., Service], s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = Bucket(s3_server)
    bucket._system.pipe_file(f"{bucket.name}/out/in/photo.jpg", PHOTO)
    folder = folder_connection(tmp_path / "media")
    (tmp_path / "media" / "photo.jpg").write_bytes(PHOTO)
    service = reaching(connections=connections(disk=folder, media=bucket_connection(bucket)))
    url = server.serve("/in/photo?size=large".partition("?")[0], PHOTO, '"1"') + "?size=large"
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        asset_id = client.post("/asset", files={"file": ("photo.jpg", PHOTO)}).json()["assetId"]
        expected = video(client, render_of(client, template_id, {"assetId": asset_id}))
        sources: list[dict[str, Any]] = [
            {"url": url},
            {"connection": "disk", "path": "photo.jpg"},
            {"connection": "media", "path": "in/photo.jpg"},
        ]
        for source in sources:
            assert video(client, render_of(client, template_id, source)) == expected, source
        rows = [{"customizationMap": [{"layer": "Photo", "image": {"url": url}}]} for _ in range(3)]
        info = {"fStart": 60, "fEnd": 70}
        batch = {"templateId": template_id, "encoderConfig": SMALL, "jobInfo": info, "rows": rows}
        batch_id = client.post("/render/batch", json=batch).json()["batchId"]
        found = client.settle(f"/render/batch/{batch_id}")
        assert {video(client, row["renderId"]) for row in found["rows"]} == {expected}
        lines = f"name,Photo.image\na,{url}\n"
        query = {"templateId": template_id, "bitrate": "100000", "preset": "5", "res": "160x90", "fStart": "60"}
        answer = client.post(
            "/render/batch", params={**query, "fEnd": "70"}, content=lines, headers={"Content-Type": "text/csv"}
        )
        [row] = client.settle(f"/render/batch/{answer.json()['batchId']}")["rows"]
        assert video(client, row["renderId"]) == expected
    assert [path for path, _headers in server.asked] == ["/in/photo?size=large"], "it is fetched once"


def test_a_server_is_asked_whether_a_file_still_holds(server: WebServer, reaching: Callable[..., Service]) -> None:
    service = reaching(url_fresh_seconds="0", cache_mb="0")
    url = server.serve("/photo.jpg", PHOTO, '"1"')
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        first = video(client, render_of(client, template_id, {"url": url}))
        assert video(client, render_of(client, template_id, {"url": url})) == first
        assert [headers.get("if-none-match") for _path, headers in server.asked] == [None, '"1"']
        other = BytesIO()
        Image.new("RGB", (64, 64), "red").save(other, "PNG")
        server.serve("/photo.jpg", other.getvalue(), '"2"')
        assert video(client, render_of(client, template_id, {"url": url})) != first


def test_the_stage_says_that_files_are_fetched(server: WebServer, reaching: Callable[..., Service]) -> None:
    """A slow server holds up its own job alone, and a cancelled job lets go of it."""
    service, go_on = reaching(), threading.Event()
    server.answers["/photo.jpg"] = Answer(200, {}, write=lambda file: (go_on.wait(60), file.write(PHOTO))[1])
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        slow = render_of(client, template_id, {"url": f"{server.url}/photo.jpg"})
        told = client.until(f"/render/{slow}/status", lambda status: status["stage"] == "fetching")
        assert told["status"] == "processing"
        with service.client() as other:
            other.ready_render(other.ready_template(template_zip()))
        assert client.get(f"/render/{slow}/status").json()["stage"] == "fetching"
        go_on.set()
        assert client.settle(f"/render/{slow}/status")["status"] == "completed"
        go_on.clear()
        slow = render_of(client, template_id, {"url": f"{server.url}/photo.jpg?again"})
        client.until(f"/render/{slow}/status", lambda status: status["stage"] == "fetching")
        client.post(f"/render/{slow}/cancel")
        assert client.settle(f"/render/{slow}/status")["status"] == "cancelled"
        go_on.set()


def test_sounds_are_fetched(server: WebServer, reaching: Callable[..., Service]) -> None:
    service, url = reaching(), server.serve("/voice.wav", wav(1.0))
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        audio_id = client.ready_audio(wav(1.0))
        expected = video(client, client.start_render(template_id, audioId=audio_id, audio={"volume": 0.5}))
        assert video(client, client.start_render(template_id, audio={"url": url, "volume": 0.5})) == expected
        rows = [{"audio": {"url": url}}, {"audioId": audio_id}]
        batch = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000, "preset": 5}, "rows": rows}
        answer = client.post("/render/batch", json={**batch, "audio": {"volume": 0.5}})
        found = client.settle(f"/render/batch/{answer.json()['batchId']}")
        assert {video(client, row["renderId"]) for row in found["rows"]} == {expected}
        answer = client.post("/render", json=render_request(template_id, audioId=audio_id, audio={"url": url}))
        assert answer.json()["errors"]["audio"] == ["give audioId, or a source in audio, not both"]
        answer = client.post("/render", json=render_request(template_id, audio={"connection": "media"}))
        assert answer.json()["errors"]["audio.connection"] == ["give url, or connection and path"]


NO_PICTURE = "this is not a picture that can be decoded"
FAULTS: dict[str, tuple[Answer, str]] = {
    "missing": (Answer(404), "cannot fetch photo.jpg from 127.0.0.1: the answer was 404"),
    "the same, of what nobody knows": (Answer(304), "the answer was 304"),
    "large": (Answer(200, {}, bytes(200_001)), "the file has more than 200000 bytes"),
    "packed": (Answer(200, {"Content-Encoding": "gzip"}, b"x"), "the answer is packed as gzip"),
    "no picture": (
        Answer(200, {"Content-Type": "image/jpeg"}, b"<html>nothing</html>"),
        NO_PICTURE,
    ),
    "away": (Answer(302, {"Location": "http://169.254.169.254/latest"}), "169.254.169.254 is not a public address"),
    "local": (Answer(302, {"Location": "file:///etc/passwd"}), "it must begin with http:// or https://"),
    "playlist": (
        Answer(200, {}, b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:VICTIM/\n"),
        NO_PICTURE,
    ),
}


def test_what_cannot_be_fetched_is_told_with_its_host(server: WebServer, reaching: Callable[..., Service]) -> None:
    victim = Victim()
    service = reaching(max_asset_bytes="200000", max_audio_bytes="200000")
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        for kind, (answer, words) in FAULTS.items():
            body = answer.body.replace(b"VICTIM", str(victim.port).encode())
            server.answers[f"/{kind}/photo.jpg".replace(" ", "%20")] = Answer(answer.status, answer.headers, body)
            render_id = render_of(client, template_id, {"url": f"{server.url}/{kind}/photo.jpg"})
            status = client.settle(f"/render/{render_id}/status")
            assert status["status"] == "failed" and words in status["reason"], (kind, status["reason"])
            assert str(service.data) not in status["reason"]
    assert victim.reached == 0
    victim.close()


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"url": "ftp://example.com/a.jpg"}, "url", "it must begin with http:// or https://"),
    ({"url": "http://127.0.0.1:8000/a.jpg"}, "url", "127.0.0.1 is not a public address"),
    ({"url": "http://[::ffff:10.0.0.1]/a.jpg"}, "url", "is not a public address"),
    ({"url": "http://2130706433/a.jpg"}, "url", "is not a public address"),
    ({"url": "http://user:secret@example.com/a.jpg"}, "url", "it must not hold a user or password"),
    ({"url": "https://example.com:25/a.jpg"}, "url", "port 25 is not one of the web"),
    ({"connection": "nowhere", "path": "a.jpg"}, "connection", "there is no connection 'nowhere'"),
    ({"connection": "out", "path": "a.jpg"}, "connection", "the connection 'out' is for results only"),
    (
        {"connection": "disk", "path": "../a.jpg"},
        "path",
        "it must not hold empty parts, nor parts of dots and spaces alone",
    ),
]


def test_what_may_not_be_fetched_is_refused_at_once(reaching: Callable[..., Service], tmp_path: Path) -> None:
    folders = connections(
        disk=folder_connection(tmp_path / "disk"), out=folder_connection(tmp_path / "out", read=False)
    )
    service = reaching(connections=folders)
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        for source, field, words in REFUSED:
            entry = {"layer": "Photo", "image": source}
            answer = client.post("/render", json=render_request(template_id, customizationMap=[entry]))
            assert answer.status_code == 400, source
            assert words in answer.json()["errors"][f"customizationMap[0].image.{field}"][0], source
            for path in ("/template", "/audio", "/asset", "/font"):
                answer = client.post(f"{path}/import", json=source)
                assert answer.status_code == 400 and words in answer.json()["errors"][field][0], source
        for wrong in ({}, {"url": "https://example.com/", "path": "x"}, {"connection": "disk"}):
            assert client.post("/template/import", json=wrong).json()["errors"] == {
                "url": ["give url, or connection and path"]
            }
            answer = client.post(f"/template/{template_id}/preview", json={"customizationMap": [entry]})
            assert words in answer.json()["errors"][f"customizationMap[0].image.{field}"][0], source


def test_templates_audio_and_assets_are_taken_in(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    folder = folder_connection(tmp_path / "media")
    (tmp_path / "media" / "voice").write_bytes(wav(1.0))
    service = reaching(connections=connections(disk=folder))
    with service.client() as client:
        url = server.serve("/promo.zip", DEMO)
        queued = client.post("/template/import", json={"url": url, "name": "Mine"}).json()
        told = client.settle(f"/template/{queued['templateId']}/status")
        assert (told["status"], told["templateName"]) == ("completed", "Mine"), told
        assert client.get(f"/template/{queued['templateId']}/download").content == DEMO
        queued = client.post("/audio/import", json={"connection": "disk", "path": "voice"}).json()
        assert client.settle(f"/audio/{queued['audioId']}/status")["status"] == "completed"
        assert client.get(f"/audio/{queued['audioId']}").json()["originalFormat"] == "wav"
        queued = client.post("/asset/import", json={"url": server.serve("/a/photo.jpg", PHOTO)}).json()
        assert client.settle(f"/asset/{queued['assetId']}/status")["status"] == "completed"
        asset = client.get(f"/asset/{queued['assetId']}").json()
        assert (asset["name"], asset["format"], asset["sizeBytes"]) == ("photo.jpg", "jpeg", len(PHOTO))
        assert client.get(f"/asset/{queued['assetId']}/download").content == PHOTO
        used = client.get("/template/storage-status").json()["usedBytes"]
        assert used == len(DEMO) + len(PHOTO) + len(wav(1.0))
        assert service.query("SELECT COUNT(*) FROM remote_source") == [(0,)]
        for path, words in {
            "/template": "the file is not a ZIP",
            "/audio": "the file is not MP3, WAV or AAC",
            "/asset": "",
        }.items():
            queued = client.post(f"{path}/import", json={"url": server.serve("/x.txt", b"nothing of that kind")}).json()
            told = client.settle(f"{path}/{queued[f'{path[1:]}Id']}/status")
            assert told["status"] == "failed" and words in told["reason"], told
        assert client.get("/template/storage-status").json()["usedBytes"] == used
        assert service.query("SELECT COUNT(*) FROM remote_source") == [(0,)]


def test_fonts_are_taken_in(server: WebServer, reaching: Callable[..., Service], tmp_path: Path) -> None:
    folder = folder_connection(tmp_path / "media")
    (tmp_path / "media" / "letters").write_bytes(FONT)
    packed = named_font("DejaVuSans-Bold.ttf", "abc", "Corporate", flavor="woff2")
    service = reaching(connections=connections(disk=folder), fonts_per_account="2", max_font_bytes="100000")
    with service.client() as client:
        queued = client.post("/font/import", json={"connection": "disk", "path": "letters", "name": "Ours"}).json()
        told = client.settle(f"/font/{queued['fontId']}/status")
        assert (told["status"], told["fontName"], told["fontId"]) == ("completed", "Ours", queued["fontId"]), told
        font = client.get(f"/font/{queued['fontId']}").json()
        assert (font["name"], font["format"], font["sizeBytes"]) == ("Ours", "ttf", len(FONT))
        assert font["faces"][0]["postscript"] == "Corporate-Regular"
        assert client.get(f"/font/{queued['fontId']}/download").content == FONT
        for name, content, words in [
            ("a.ttf", b"nothing of that kind", "font"),
            ("large.ttf", bytes(100_001), "the file has more than 100000 bytes"),
        ]:
            failing = client.post("/font/import", json={"url": server.serve(f"/{name}", content)}).json()
            told = client.settle(f"/font/{failing['fontId']}/status")
            assert told["status"] == "failed" and words in told["reason"], told
            assert client.get(f"/font/{failing['fontId']}").status_code == 404
        queued = client.post("/font/import", json={"url": server.serve("/c", packed)}).json()
        assert client.settle(f"/font/{queued['fontId']}/status")["status"] == "completed"
        unpacked = client.get(f"/font/{queued['fontId']}/download").content
        assert unpacked[:4] == b"\0\1\0\0" and len(unpacked) > len(packed), "web fonts are kept unpacked"
        assert client.get("/template/storage-status").json()["usedBytes"] == len(FONT) + len(unpacked)
        assert len(client.get("/font").json()) == 2
        answer = client.post("/font/import", json={"url": f"{server.url}/c"})
        assert answer.status_code == 400 and "2 fonts, and may have 2" in answer.json()["errors"]["file"][0]
        for font in client.get("/font").json():
            assert client.delete(f"/font/{font['fontId']}").status_code == 200
        assert client.get(f"/font/{queued['fontId']}/status").status_code == 404
        assert client.get("/template/storage-status").json()["usedBytes"] == 0
        assert service.query("SELECT COUNT(*) FROM remote_source") == [(0,)]
        uploaded = client.post("/font", files={"file": ("a.ttf", FONT)}).json()
        assert client.get(f"/font/{uploaded['fontId']}/status").json()["status"] == "completed"
        assert not list((service.data / "temporary").glob("kept-*"))


def test_what_does_not_fit_into_the_quota_is_not_taken_in(server: WebServer, reaching: Callable[..., Service]) -> None:
    service = reaching()
    with service.client(quota_mb=0) as client:
        for path, content in (("/template", DEMO), ("/audio", wav(1.0)), ("/asset", PHOTO), ("/font", FONT)):
            queued = client.post(f"{path}/import", json={"url": server.serve(f"{path}/a", content)}).json()
            told = client.settle(f"{path}/{queued[f'{path[1:]}Id']}/status")
            assert told["status"] == "failed" and "Storage quota exceeded" in told["reason"], told
        assert client.get("/template/storage-status").json()["usedBytes"] == 0
        for folder in ("templates", "audio", "assets", "fonts"):
            assert not list((service.data / folder).iterdir())
