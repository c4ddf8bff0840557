"""Previews with files at URLs and on connections: fetched within a moment, or told to be on their way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from media_support import make_clip
from network_support import Answer, WebServer
from web.support_elsewhere import DEMO, PHOTO
from web.support_places import connections, folder_connection
from web.support_service import Client, Service
from web.support_templates import png

FIELD = "customizationMap[0].image"


def preview(client: Client, template_id: str, *sources: dict[str, Any], **more: Any) -> httpx.Response:
    """The answer to a preview of the demo with other pictures; of several the last one shows."""
    entries = [{"layer": "Photo", "image": source} for source in sources]
    asked = {"frame": 60, "width": 160, "customizationMap": entries, **more}
    return client.post(f"/template/{template_id}/preview", json=asked)


def test_a_preview_shows_what_lies_elsewhere(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    folder = folder_connection(tmp_path / "media")
    (tmp_path / "media" / "photo.jpg").write_bytes(PHOTO)
    service = reaching(connections=connections(disk=folder), url_fresh_seconds="0")
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        asset_id = client.post("/asset", files={"file": ("photo.jpg", PHOTO)}).json()["assetId"]
        expected = preview(client, template_id, {"assetId": asset_id})
        url = server.serve("/photo?size=large".partition("?")[0], PHOTO, '"1"')
        for source in ({"url": url}, {"connection": "disk", "path": "photo.jpg"}):
            found = preview(client, template_id, source)
            assert found.status_code == 200, found.text
            assert (found.content, found.headers["etag"]) == (expected.content, expected.headers["etag"]), source
        clip = {"startFrame": 60, "endFrame": 65, "width": 64, "customizationMap": []}
        clips = []
        for source in ({"assetId": asset_id}, {"url": url}):
            clip["customizationMap"] = [{"layer": "Photo", "image": source}]
            answer = client.post(f"/template/{template_id}/preview/clip", json=clip)
            assert answer.status_code == 200, answer.text
            clips.append(answer.content)
        assert clips[0] == clips[1]
        link = {"frame": 60, "width": 160, "customizationMap": [{"layer": "Photo", "image": {"url": url}}]}
        linked = client.post(f"/template/{template_id}/preview/link", json=link).json()["url"]
        assert httpx.get(linked, timeout=60).content == expected.content
        assert [path for path, _headers in server.asked] == ["/photo"], "it is fetched once"


def test_who_waits_long_is_told_to_ask_again(server: WebServer, reaching: Callable[..., Service]) -> None:
    service, go_on = reaching(), threading.Event()
    server.answers["/slow.jpg"] = Answer(200, {}, write=lambda file: (go_on.wait(60), file.write(PHOTO))[1])
    source = {"url": f"{server.url}/slow.jpg"}
    with service.client() as client, service.client() as other:
        template_id = client.ready_template(DEMO)
        answer = preview(client, template_id, source)
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) >= 1
        assert answer.json()["detail"] == "slow.jpg is being fetched from 127.0.0.1; try again in a moment"
        assert preview(other, other.ready_template(DEMO), {"url": server.serve("/quick.jpg", PHOTO)}).status_code == 200
        wrong = preview(client, template_id, source, frame=1_000_000)
        assert wrong.status_code == 400, "what is wrong anyway waits for no file"
        go_on.set()
        while (answer := preview(client, template_id, source)).status_code == 503:
            time.sleep(0.05)
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
        assert [path for path, _headers in server.asked].count("/slow.jpg") == 1


def test_several_files_of_one_preview(server: WebServer, reaching: Callable[..., Service]) -> None:
    service = reaching()
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        urls = [server.serve(f"/{number}.png", png(10 + number)) for number in range(6)]
        answer = preview(client, template_id, *({"url": url} for url in urls))
        while answer.status_code == 503:
            answer = preview(client, template_id, *({"url": url} for url in urls))
        assert answer.status_code == 200, answer.text
        assert len(server.asked) == 6


def test_what_cannot_be_shown_is_told_by_its_field(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    service = reaching(max_asset_bytes="200000")
    make_clip(tmp_path / "clip.mp4", size=(64, 36))
    faults = {
        "missing.jpg": (Answer(404), "cannot fetch missing.jpg from 127.0.0.1: the answer was 404"),
        "large.jpg": (Answer(200, {}, bytes(200_001)), "the file has more than 200000 bytes"),
        "page.jpg": (Answer(200, {"Content-Type": "image/jpeg"}, b"<html>nothing</html>"), "not a picture"),
        "clip.jpg": (Answer(200, {}, (tmp_path / "clip.mp4").read_bytes()), "not a picture"),
        "away.jpg": (Answer(302, {"Location": "http://169.254.169.254/latest"}), "is not a public address"),
    }
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        for name, (told, words) in faults.items():
            server.answers[f"/{name}"] = told
            for _ in range(2):  # the second time it is known
                answer = preview(client, template_id, {"url": f"{server.url}/{name}"})
                assert answer.status_code == 400, (name, answer.text)
                [(field, [sentence])] = answer.json()["errors"].items()
                assert field.startswith(FIELD) and words in sentence, (name, answer.text)
                assert str(service.data) not in answer.text
            assert [path for path, _headers in server.asked].count(f"/{name}") == 1
        both = preview(client, template_id, {"url": f"{server.url}/missing.jpg"}, {"assetId": "nothing"})
        assert set(both.json()["errors"]) == {"customizationMap[1].image.assetId"}
        assert both.status_code == 400


def test_a_key_for_previews_alone_lets_nothing_be_fetched(server: WebServer, reaching: Callable[..., Service]) -> None:
    service = reaching()
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        visitor = Client(service.url, service.add_key(service.account_of(client.key), scopes="preview"))
        answer = preview(visitor, template_id, {"url": server.serve("/photo.jpg", PHOTO)})
        assert answer.status_code == 400 and "POST /asset/import" in answer.json()["errors"][FIELD][0]
        assert not server.asked


def test_a_preview_says_what_a_caption_file_elsewhere_says(server: WebServer, reaching: Callable[..., Service]) -> None:
    """As one that has the same cues in its request, in pictures, clips and links; what is wrong is told."""
    service, go_on = reaching(), threading.Event()
    cues = b"1\n00:00:00,000 --> 00:00:05,000\nHello\n"
    url = server.serve("/said.srt", cues)
    server.serve("/page.srt", b"nothing")
    server.serve("/photo.srt", PHOTO)
    server.answers["/slow.srt"] = Answer(200, {}, write=lambda file: (go_on.wait(60), file.write(cues))[1])
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        told, silent = {"text": cues.decode()}, preview(client, template_id)
        expected = preview(client, template_id, captions=told)
        assert expected.content != silent.content
        for _ in range(2):
            found = preview(client, template_id, captions={"url": url})
            assert (found.status_code, found.content) == (200, expected.content), found.text
            assert found.headers["etag"] == expected.headers["etag"]
        both = preview(client, template_id, {"url": server.serve("/photo.jpg", PHOTO)}, captions={"url": url})
        assert both.status_code == 200 and both.content != expected.content
        clip = {"startFrame": 60, "endFrame": 65, "width": 64}
        clips = [
            client.post(f"/template/{template_id}/preview/clip", json={**clip, "captions": said})
            for said in (told, {"url": url})
        ]
        assert clips[0].status_code == clips[1].status_code == 200 and clips[0].content == clips[1].content
        link = {"frame": 60, "width": 160, "captions": {"url": url}}
        linked = client.post(f"/template/{template_id}/preview/link", json=link).json()["url"]
        assert httpx.get(linked, timeout=60).content == expected.content
        assert [path for path, _headers in server.asked].count("/said.srt") == 1
        for name, words in {
            "none.srt": "cannot fetch none.srt from 127.0.0.1: the answer was 404",
            "page.srt": "",
            "photo.srt": "photo.srt is a picture, not a caption file",
        }.items():
            answer = preview(client, template_id, captions={"url": f"{server.url}/{name}"})
            assert answer.status_code == 400, answer.text
            [(field, [sentence])] = answer.json()["errors"].items()
            assert field == "captions" and words in sentence, answer.text
        late = preview(client, template_id, captions={"url": f"{server.url}/slow.srt"})
        assert late.status_code == 503 and "slow.srt is being fetched from 127.0.0.1" in late.json()["detail"]
        go_on.set()
        visitor = Client(service.url, service.add_key(service.account_of(client.key), scopes="preview"))
        answer = preview(visitor, template_id, captions={"url": url})
        assert answer.status_code == 400 and "no file is fetched" in answer.json()["errors"]["captions"][0]
