"""Dry runs look at files elsewhere as the render will, and lengths follow them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from lengths_support import clip_layer, marker, moving, template
from media_support import make_clip, make_sound, tone
from network_support import Answer, WebServer
from web.support_elsewhere import CUES, DEMO, PHOTO
from web.support_places import connections, folder_connection
from web.support_service import Client, Service, render_request

import velocity_engine as ve


def dry_run(client: Client, template_id: str, **more: Any) -> httpx.Response:
    return client.post("/render?dryRun=true", json=render_request(template_id, **more))


def photo(source: dict[str, Any]) -> dict[str, Any]:
    return {"customizationMap": [{"layer": "Photo", "image": source}]}


def test_a_dry_run_tells_what_a_render_finds_elsewhere(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    """Each fault by its field, with the words of the render that fails of it."""
    service = reaching(max_asset_bytes="200000", max_audio_bytes="200000", url_fresh_seconds="0")
    make_clip(tmp_path / "clip.mp4", size=(64, 36))
    clip = (tmp_path / "clip.mp4").read_bytes()
    at = server.url
    server.serve("/large", bytes(200_001))
    server.serve("/page", b"<html>nothing</html>")
    server.serve("/clip", clip)
    server.serve("/photo", PHOTO)
    picture, sound, said = "customizationMap[0].image", "audio", "captions"
    faults: list[tuple[str, dict[str, Any], str]] = [
        (picture, photo({"url": f"{at}/missing"}), "cannot fetch missing from 127.0.0.1: the answer was 404"),
        (picture, photo({"url": f"{at}/large"}), "the file has more than 200000 bytes"),
        (picture, photo({"url": f"{at}/page"}), "this is not a picture that can be decoded"),
        (picture, photo({"url": f"{at}/clip"}), "not a picture"),
        (sound, {"audio": {"url": f"{at}/missing"}}, "the answer was 404"),
        (sound, {"audio": {"url": f"{at}/page"}}, "audio"),
        (said, {"captions": {"url": f"{at}/missing"}}, "the answer was 404"),
        (said, {"captions": {"url": f"{at}/photo"}}, "is a picture, not a caption file"),
    ]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        for name, more, words in faults:
            answer = dry_run(client, template_id, **more)
            assert answer.status_code == 400, (more, answer.text)
            [(field, [sentence])] = answer.json()["errors"].items()
            assert field == name and words in sentence, (more, answer.text)
            assert str(service.data) not in answer.text
            queued = client.post("/render", json=render_request(template_id, **more)).json()
            assert client.settle(f"/render/{queued['renderId']}/status")["status"] == "failed", more
        both = {**photo({"url": f"{at}/missing"}), "audio": {"url": f"{at}/page"}}
        assert set(dry_run(client, template_id, **both).json()["errors"]) == {picture, sound}


def test_a_dry_run_takes_what_is_right(server: WebServer, reaching: Callable[..., Service], tmp_path: Path) -> None:
    service = reaching(connections=connections(disk=folder_connection(tmp_path / "media")))
    (tmp_path / "media" / "photo.jpg").write_bytes(PHOTO)
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        plain = dry_run(client, template_id).json()
        for more in (
            photo({"url": server.serve("/photo", PHOTO)}),
            photo({"connection": "disk", "path": "photo.jpg"}),
            {"audio": {"url": server.serve("/voice.wav", make_sound(tmp_path / "a.wav", tone(1.0)).read_bytes())}},
        ):
            answer = dry_run(client, template_id, **more)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["frames"], answer.json()["warnings"]) == (plain["frames"], plain["warnings"])
        told = dry_run(client, template_id, captions={"url": server.serve("/said.srt", CUES)})
        assert told.status_code == 200, told.text
        assert [one["feature"] for one in told.json()["warnings"] if "late" in one["message"]] == ["captions.late"]
        asked = [path for path, _headers in server.asked]
        assert len(asked) == len(set(asked)) == 3, "each is fetched once"


def test_what_comes_too_late_is_told(server: WebServer, reaching: Callable[..., Service]) -> None:
    """A slow server holds a dry run up for some seconds; what is wrong anyway waits for no file."""
    service, go_on = reaching(), threading.Event()
    server.answers["/slow.jpg"] = Answer(200, {}, write=lambda file: (go_on.wait(60), file.write(PHOTO))[1])
    slow = {"url": f"{server.url}/slow.jpg"}
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        wrong = [*photo(slow)["customizationMap"], {"layer": "Nothing", "text": "x"}]
        assert dry_run(client, template_id, customizationMap=wrong).status_code == 400
        assert not server.asked
        answer = dry_run(client, template_id, **photo(slow))
        assert answer.status_code == 200, answer.text
        [late] = [one for one in answer.json()["warnings"] if one["feature"] == "file.late"]
        expected = "slow.jpg was not looked at: it is still being fetched from 127.0.0.1; ask again in a moment"
        assert (late["message"], late["file"]) == (expected, "slow.jpg")
        follows = dry_run(client, template_id, audio=slow, duration={"from": "audio"})
        assert follows.status_code == 503 and "slow.jpg is being fetched from 127.0.0.1" in follows.json()["detail"]
        go_on.set()


def test_a_length_follows_what_lies_elsewhere(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    """Of a dry run, of the render, and of previews of a clip."""
    service = reaching()
    voice = make_sound(tmp_path / "voice.wav", tone(5.0)).read_bytes()
    long = make_clip(tmp_path / "long.mp4", 100, size=(64, 64)).read_bytes()
    with template(
        tmp_path,
        [marker("Middle velocity:hold", 55, 30), marker("End", 85, 15)],
        [clip_layer(ip=35, op=85, st=35), moving()],
    ):
        elastic = (tmp_path / "lengths.zip").read_bytes()
    heard = {"audio": {"url": server.serve("/voice.wav", voice), "start": 0.4}, "duration": {"from": "audio"}}
    replaced = [{"layer": "Clip", "video": {"url": server.serve("/long.mp4", long)}}]
    shown = {"customizationMap": replaced, "duration": {"from": "layer:Clip"}}
    with service.client() as client:
        template_id = client.ready_template(elastic)
        for more, frames in ((heard, 135), (shown, 150)):
            queued = client.post("/render", json=render_request(template_id, **more))
            assert queued.status_code == 200, queued.text
            told = dry_run(client, template_id, **more)
            assert (told.json()["frames"], told.json()["seconds"]) == (frames, frames / 25), told.text
            status = client.settle(f"/render/{queued.json()['renderId']}/status")
            assert (status["status"], status["framesTotal"]) == ("completed", frames), status
            (tmp_path / "video.mp4").write_bytes(client.get(f"/render/{status['renderId']}/download").content)
            assert ve.probe_video(tmp_path / "video.mp4").frames == frames
        last = {"frame": 149, "width": 64, **shown}
        assert client.post(f"/template/{template_id}/preview", json=last).status_code == 200
        past = client.post(f"/template/{template_id}/preview", json={**last, "frame": 150})
        assert past.json()["errors"]["frame"][0].startswith("there is no frame 150")
        for more in (
            {**heard, "audio": {"url": f"{server.url}/none"}},
            {**shown, **photo({"url": "http://10.0.0.1/"})},
        ):
            assert client.post("/render", json=render_request(template_id, **more)).status_code == 400


def test_a_dry_run_counts_what_earlier_renders_left(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    """With files from elsewhere as with assets."""
    service = reaching()
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        asset_id = client.post("/asset", files={"file": ("photo.jpg", PHOTO)}).json()["assetId"]
        asked = photo({"url": server.serve("/photo.jpg", PHOTO)}) | {"captions": {"url": server.serve("/a.srt", CUES)}}
        first = dry_run(client, template_id, **asked)
        assert first.status_code == 200 and first.json()["cachedFrames"] == 0, first.text
        client.ready_render(template_id, **asked)
        again = dry_run(client, template_id, **asked).json()
        assert again["cachedFrames"] == again["frames"] > 0, again
        same = dry_run(client, template_id, **{**asked, **photo({"assetId": asset_id})}).json()
        assert same["cachedFrames"] == again["cachedFrames"]
        other = dry_run(client, template_id, **{**asked, "captions": {"text": CUES.decode().replace("Hello", "Other")}})
        assert other.json()["cachedFrames"] < again["frames"]
        late = {"audio": {"url": f"{server.url}/none"}}
        assert dry_run(client, template_id, **asked, **late).status_code == 400
