"""The studio: who may ask it, what it tells of its template, and what happens when files are saved."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from proofs_support import write_template
from web.support_studio import PATIENCE, RunningStudio, running_studio, until

import velocity_engine as ve
from velocity_web.studio.renders import free_name
from velocity_web.studio.workshop import Wanted, Workshop


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(write_template(folder), folder / "videos") as started:
        yield started


@pytest.fixture
def client(studio: RunningStudio) -> Iterator[httpx.Client]:
    with studio.client() as made:
        yield made


def state(client: httpx.Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/studio/changes").json()
    return told


def template_id(client: httpx.Client) -> str:
    return str(state(client)["templateId"])


def picture(client: httpx.Client, entries: Any = (), **more: Any) -> np.ndarray:
    answer = client.post(f"/template/{template_id(client)}/preview", json={"customizationMap": list(entries), **more})
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA")).astype(int)


# --- who may ask ---


def test_without_the_token_only_the_page_is_there(studio: RunningStudio) -> None:
    assert httpx.get(f"{studio.url}/").text.startswith("<!doctype html>")
    assert httpx.get(f"{studio.url}/config.json").json()["mode"] == "studio"
    assert httpx.get(f"{studio.url}/console/studio/studio.js").headers["content-type"].startswith("text/javascript")
    for path in ("/studio/changes", "/studio/layers", "/template/x", "/render/codecs", "/asset", "/consolex"):
        refused = httpx.get(f"{studio.url}{path}")
        assert refused.status_code == 401, path
        assert "terminal" in refused.json()["detail"]
    for key in (studio.token[:-1], f"{studio.token}x", "é".encode()):
        wrong = httpx.get(
            f"{studio.url}/studio/changes", headers={b"X-API-Key": key if isinstance(key, bytes) else key.encode()}
        )
        assert wrong.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_pages_are_refused_even_with_the_token(client: httpx.Client, headers: dict[str, str]) -> None:
    """A name of another site that points to 127.0.0.1, and requests that a browser sends for another page."""
    for path in ("/studio/changes", "/", "/config.json"):
        refused = client.get(path, headers=headers)
        assert refused.status_code == 403, path
        assert refused.json()["detail"] == "the studio answers its own page alone"


def test_its_own_page_is_answered(studio: RunningStudio, client: httpx.Client) -> None:
    own = {"Origin": studio.url, "Sec-Fetch-Site": "same-origin"}
    assert client.get("/studio/changes", headers=own).status_code == 200
    page = client.get("/", headers={"Sec-Fetch-Site": "none"})
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "access-control-allow-origin" not in page.headers


# --- what it tells ---


def test_the_template_page_gets_what_it_asks_a_service_for(client: httpx.Client) -> None:
    identity = template_id(client)
    template = client.get(f"/template/{identity}").json()
    assert (template["width"], template["height"], template["frameCount"]) == (200, 120, 40)
    assert {layer["path"] for layer in template["layers"]} == {"Title", "Photo", "Shown", "Comp/Inside"}
    assert template["slots"] == [] and template["warnings"] == []
    timeline = client.get(f"/template/{identity}/timeline").json()
    assert timeline["held"] == [{"start": 1, "end": 30}, {"start": 31, "end": 40}]
    assert any(codec["name"] == "h264" for codec in client.get("/render/codecs").json())
    assert client.get("/audio/list").json() == []
    assert client.get("/template/other").status_code == 404


def test_previews_take_the_values_of_the_form(client: httpx.Client) -> None:
    plain = picture(client, frame=5, width=200)
    assert plain.shape == (120, 200, 4)
    hidden = picture(client, [{"layer": "Photo", "visible": False}], frame=5, width=200)
    assert plain[30, 160, 3] == 255 and hidden[30, 160, 3] == 0
    jpeg = client.post(f"/template/{template_id(client)}/preview", json={"frame": 5, "format": "jpeg"})
    assert jpeg.headers["content-type"] == "image/jpeg"
    assert (
        client.get(f"/template/{template_id(client)}/preview", params={"frame": 5}).headers["content-type"]
        == "image/png"
    )


def test_what_is_wrong_is_told_by_its_field(client: httpx.Client) -> None:
    path = f"/template/{template_id(client)}/preview"
    wrong = client.post(path, json={"customizationMap": [{"layer": "Titel", "text": "x"}]})
    assert wrong.status_code == 400
    assert "Title" in wrong.json()["errors"]["customizationMap[0].layer"][0]
    assert client.post(path, json={"frame": 400}).json()["errors"] == {"frame": ["it must be from 0 to 39"]}
    assert client.post(path, content=b"{").status_code == 400


def test_the_tree_has_the_layers_of_compositions_under_who_shows_them(client: httpx.Client) -> None:
    tree = client.get("/studio/layers").json()
    assert [one["path"] for one in tree] == ["Title", "Photo", "Shown"]
    assert [one["path"] for one in tree[2]["layers"]] == ["Comp/Inside"]
    assert tree[0]["layers"] == []


def test_boxes_and_tiles_of_a_frame(client: httpx.Client) -> None:
    told = client.post("/studio/frame", json={"frame": 30}).json()
    layers = {one["path"]: one for one in told["layers"]}
    assert layers["Photo"]["box"] == [140, 10, 190, 60]
    assert layers["Comp/Inside"]["tiles"] == [[0, 1]]
    assert [0, 1] in told["dirty"]
    hidden = client.post(
        "/studio/frame", json={"frame": 30, "customizationMap": [{"layer": "Photo", "visible": False}]}
    )
    assert "Photo" not in {one["path"] for one in hidden.json()["layers"]}


def test_costs_are_measured(client: httpx.Client) -> None:
    told = client.post("/studio/costs", json={"customizationMap": [{"layer": "Title", "text": "Hi"}]}).json()
    assert told["whole"] and told["frames"] == 39
    assert told["held"] == pytest.approx(38 / 39)
    assert told["framesPerSecond"] > 0
    assert {"Title", "Photo", "Comp/Inside"} <= {one["path"] for one in told["layers"]}


# --- renders, pictures ---


def request_of(client: httpx.Client, **more: Any) -> dict[str, Any]:
    return {
        "templateId": template_id(client),
        "name": "My: video",
        "encoderConfig": {"bitrate": 100000, "preset": 5},
        **more,
    }


def ended(client: httpx.Client, identity: str) -> dict[str, Any]:
    def look() -> Any:
        told = client.get(f"/render/{identity}/status").json()
        return told if told["status"] in ("completed", "failed", "cancelled") else None

    job: dict[str, Any] = until(look, "the end of the render")
    return job


def test_a_render_becomes_a_file_beside_the_template_and_replaces_none(
    studio: RunningStudio, client: httpx.Client
) -> None:
    estimate = client.post("/render", params={"dryRun": "true"}, json=request_of(client)).json()
    assert estimate["frames"] == 40 and estimate["leastBytes"] < estimate["expectedBytes"] < estimate["mostBytes"]
    names = []
    for _ in range(2):
        job = ended(client, client.post("/render", json=request_of(client)).json()["renderId"])
        assert (job["status"], job["framesDone"], job["progress"]) == ("completed", 40, 1.0)
        names.append(Path(job["savedAs"]).name)
        link = client.post(f"/render/{job['renderId']}/link", json={}).json()["url"]
        video = httpx.get(studio.url + link)
        assert video.headers["content-type"] == "video/mp4"
        assert video.content == Path(job["savedAs"]).read_bytes()
        assert httpx.head(studio.url + link).headers["content-length"] == str(len(video.content))
        part = httpx.get(studio.url + link, headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, video.content[4:8])
        assert part.headers["content-range"] == f"bytes 4-7/{len(video.content)}"
        assert httpx.get(f"{studio.url}{link}x").status_code == 404
    assert names == ["My- video.mp4", "My- video-2.mp4"]
    assert sorted(one.name for one in studio.renders.iterdir()) == sorted(names)


def test_a_part_of_the_timeline_and_wrong_settings(client: httpx.Client) -> None:
    part = request_of(client, jobInfo={"fStart": 10, "fEnd": 15})
    assert client.post("/render", params={"dryRun": "true"}, json=part).json()["frames"] == 5
    wrong = request_of(client, encoderConfig={"bitrate": 100000, "res": [33, 33]})
    assert "encoderConfig.res" in client.post("/render", json=wrong).json()["errors"]
    assert client.get("/render/nothing/status").status_code == 404


def test_an_uploaded_picture_takes_its_place(client: httpx.Client) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), (0, 200, 0)).save(stream, "PNG")
    asset = client.post("/asset", files={"file": ("green.png", stream.getvalue())}).json()
    assert (asset["name"], asset["kind"], asset["width"]) == ("green.png", "image", 40)
    shown = picture(client, [{"layer": "Photo", "image": {"assetId": asset["assetId"]}}], frame=5, width=200)
    assert shown[30, 160].tolist() == [0, 200, 0, 255]
    assert client.get(f"/asset/{asset['assetId']}/download").content == stream.getvalue()
    assert asset["assetId"] in {one["assetId"] for one in client.get("/asset").json()}
    assert client.post("/asset", files={"file": ("a.png", b"no picture")}).status_code == 400


def test_a_clip_plays_at_once(client: httpx.Client) -> None:
    clip = client.post(
        f"/template/{template_id(client)}/preview/clip", json={"startFrame": 0, "endFrame": 10, "width": 64}
    )
    assert clip.headers["content-type"] == "video/mp4"
    assert clip.content[4:8] == b"ftyp"


# --- saving ---


def titled(words: str) -> Any:
    def change(document: dict[str, Any]) -> None:
        document["layers"][0]["t"]["d"]["k"][0]["s"]["t"] = words

    return change


def test_what_is_saved_is_shown_and_values_stay(studio: RunningStudio, client: httpx.Client) -> None:
    values = [{"layer": "Photo", "visible": False}]
    before, revision = picture(client, values, frame=5, width=200), state(client)["revision"]
    studio.save(titled("Another"))
    told = until(lambda: _newer(client, revision), "the change")
    assert told["fault"] == ""
    after = picture(client, values, frame=5, width=200)
    assert (before != after).any()
    assert after[30, 160, 3] == 0, "the value of the form is kept"
    assert client.get(f"/template/{template_id(client)}").json()["layers"][0]["value"] == "Another"


def test_what_cannot_be_opened_is_told_and_the_version_before_stays(
    studio: RunningStudio, client: httpx.Client
) -> None:
    before, revision = picture(client, frame=5, width=200), state(client)["revision"]
    whole = (studio.place / "data.json").read_text()
    (studio.place / "data.json").write_text(whole[:-40])
    told = until(lambda: _newer(client, revision), "the change")
    assert told["fault"]
    assert (picture(client, frame=5, width=200) == before).all()
    refused = client.get(f"/template/{template_id(client)}/timeline")
    assert refused.status_code == 400 and "data.json" in refused.json()["detail"]
    (studio.place / "data.json").write_text(whole)
    until(lambda: not state(client)["fault"], "the version that is whole again")


def _newer(client: httpx.Client, revision: int) -> dict[str, Any] | None:
    told: dict[str, Any] = client.get("/studio/changes", params={"since": revision}).json()
    return told if told["revision"] != revision else None


def test_a_zip_that_is_replaced_is_opened_anew_and_an_interrupt_ends_the_studio(tmp_path: Path) -> None:
    import shutil

    def zipped(words: str) -> None:
        place = write_template(tmp_path, words=words)
        made = shutil.make_archive(str(tmp_path / "new"), "zip", place)
        Path(made).replace(tmp_path / "promo.zip")

    zipped("Hello")
    with running_studio(tmp_path / "promo.zip", tmp_path) as started, started.client() as client:
        revision = state(client)["revision"]
        (tmp_path / "beside.txt").write_text("not of the template")
        zipped("Hallo")
        until(lambda: _newer(client, revision), "the change")
        until(
            lambda: client.get(f"/template/{template_id(client)}").json()["layers"][0]["value"] == "Hallo",
            "the new text",
        )
        begun = time.monotonic()
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(PATIENCE) == 0
        assert time.monotonic() - begun < PATIENCE


# --- parts ---


def test_a_picture_is_drawn_anew_only_where_something_else_is_wanted(tmp_path: Path) -> None:
    workshop = Workshop(write_template(tmp_path))
    wanted = Wanted([], {}, 5, 100)
    first = workshop.picture(wanted)
    assert workshop.picture(Wanted([], {}, 5, 100)) is first
    workshop.reload()
    again = workshop.picture(wanted)
    assert again is not first and again.content == first.content
    assert again.content_type == "image/png", "it is clear where nothing is drawn"
    assert workshop.state() == {"revision": 1, "fault": ""}
    workshop.close()


def test_a_newer_measuring_and_a_save_end_an_older_one(tmp_path: Path) -> None:
    workshop = Workshop(write_template(tmp_path))
    first = workshop.superseded()
    assert not first()
    second = workshop.superseded()
    assert first() and not second()
    workshop.reload()
    assert second()
    workshop.close()


def test_who_waits_for_a_change_is_answered_at_the_end(tmp_path: Path) -> None:
    workshop = Workshop(write_template(tmp_path))
    workshop.end()
    assert workshop.changed(0, PATIENCE)["revision"] == 0
    workshop.close()


def test_a_picture_of_a_longer_video(tmp_path: Path) -> None:
    place = write_template(tmp_path)
    document = json.loads((place / "data.json").read_text())
    document["markers"] = [{"cm": "Middle velocity:hold", "tm": 10, "dr": 10}]
    (place / "data.json").write_text(json.dumps(document))
    workshop = Workshop(place)
    said = ve.Captions(cues=[ve.Cue(0.0, 60.0, "Hello")])
    with workshop.template() as template:
        longer = ve.Duration(seconds=template.duration + 1)
        end = int(template.timeline(longer).end - template.first_frame) - 1
        last = template.frame_count - 1
    shown = {
        name: workshop.still(Wanted([], {}, frame, None, captions, duration)).pixels
        for name, frame, captions, duration in (
            ("plain", last, None, None),
            ("longer", end, None, longer),
            ("beyond", end + 100, None, longer),
            ("said", end, said, longer),
        )
    }
    workshop.close()
    assert np.array_equal(shown["plain"], shown["longer"]) and np.array_equal(shown["plain"], shown["beyond"])
    assert not np.array_equal(shown["said"], shown["longer"])


def test_a_dry_run_tells_where_a_longer_video_has_the_markers(tmp_path: Path) -> None:
    place = write_template(tmp_path)
    document = json.loads((place / "data.json").read_text())
    document["markers"] = [{"cm": "Middle velocity:hold", "tm": 10, "dr": 10}, {"cm": "End", "tm": 20, "dr": 0}]
    (place / "data.json").write_text(json.dumps(document))
    with running_studio(place, tmp_path / "videos") as studio, studio.client() as client:
        rate = client.get(f"/template/{template_id(client)}").json()["frameRate"]
        order = {"templateId": template_id(client), "name": "longer", "encoderConfig": {"bitrate": 100_000}}
        assert client.post("/render?dryRun=true", json=order).json()["timeline"] is None
        order["duration"] = {"seconds": 100 / rate}
        told = client.post("/render?dryRun=true", json=order).json()["timeline"]
    assert told["frameCount"] == 100
    assert [(one["name"], one["time"], one["duration"]) for one in told["markers"]] == [
        ("Middle", 10, 70),
        ("End", 80, 0),
    ]


def test_a_duration_that_cannot_be_is_told(client: httpx.Client) -> None:
    for path in ("preview", "preview/clip"):
        answer = client.post(f"/template/{template_id(client)}/{path}", json={"duration": {"seconds": 60}})
        assert answer.status_code == 400 and "no region" in answer.json()["errors"]["duration"][0]
    audio = client.post(f"/template/{template_id(client)}/preview", json={"duration": {"from": "audio"}})
    assert "there is no audio" in audio.json()["errors"]["duration.from"][0]


def test_captions_of_a_file_of_elsewhere_are_refused(client: httpx.Client) -> None:
    answer = client.post(
        f"/template/{template_id(client)}/preview", json={"captions": {"url": "https://example.com/said.srt"}}
    )
    assert "text, cues or words" in answer.json()["errors"]["captions"][0]


def test_fonts_are_those_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    workshop = Workshop(write_template(tmp_path), how={"font_files": (str(tmp_path / "fonts"),)})
    with workshop.template() as template:
        assert [str(file) for file in template.fonts_beside.files] == [str(tmp_path / "fonts")]
    workshop.close()
    command = [sys.executable, "-m", "velocity_engine", "studio", str(tmp_path), "--no-browser"]
    told = subprocess.run([*command, "--font-folder", "nowhere"], capture_output=True, text=True, timeout=PATIENCE)
    assert told.returncode == 1 and "there are no fonts at nowhere" in told.stderr


def test_names_of_videos_are_plain_and_new(tmp_path: Path) -> None:
    assert free_name(tmp_path, "a/../b: c", ".mp4").parent == tmp_path
    (tmp_path / "promo.mp4").touch()
    assert free_name(tmp_path, "promo", ".mp4").name == "promo-2.mp4"
    assert free_name(tmp_path, "...", ".mp4").name == "video.mp4"


def test_what_is_no_template_is_told(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "data.json").write_text("{")
    command = [sys.executable, "-m", "velocity_engine", "studio", str(tmp_path), "--no-browser"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("velocity: ") and "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(studio: RunningStudio, tmp_path: Path) -> None:
    import subprocess
    import sys

    port = studio.url.rsplit(":", 1)[1]
    command = [
        sys.executable,
        "-m",
        "velocity_engine",
        "studio",
        str(write_template(tmp_path)),
        "--no-browser",
        "--port",
        port,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr
