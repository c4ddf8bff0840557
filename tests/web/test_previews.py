"""Previews with values of one's own: the picture is the render's, and nobody waits for others or sees their files."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from media_support import make_clip
from PIL import Image
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import layer, png, sliding, solid, still, template_zip
from web.test_checks import worded
from web.test_system import heavy_template

import velocity_engine as engine
from velocity_web.processes.assignments import PreviewQuestion
from velocity_web.processes.fork_server import kill_child
from velocity_web.processes.previewers import Previewers, Subject
from velocity_web.processes.runner import Runner, TaskFailed, TemplateFiles
from velocity_web.processes.shelf import Shelf
from velocity_web.settings import Settings
from velocity_web.storage.files import make_folders

SIZE = (64, 36)
GREEN = [{"layer": "Ground", "color": "#00ff00"}]
HELLO = [{"layer": "Title", "text": "Good day"}, *GREEN]
MARKERS = [{"cm": "Middle", "tm": 20, "dr": 10}, {"cm": "End", "tm": 39, "dr": 0}]


def content(**more: Any) -> bytes:
    """Forty frames from number 5 on: a text, a picture, a box that moves."""
    box = sliding(solid("Box", "#0000ff", 45, 2, (16, 16)), 45)
    words = worded()
    words["ks"]["p"] = still([2, 24, 0])
    layers = [words, layer("Photo", 2, 3, 45, refId="photo"), box, solid("Ground", "#ff0000", 45, 9, SIZE)]
    for one in layers:
        one["op"] = 45
    assets = [{"id": "photo", "w": 8, "h": 8, "u": "images/", "p": "photo.png", "e": 0}]
    made = {"frames": 45, "ip": 5, "size": SIZE, "layers": layers, "assets": assets, "markers": MARKERS}
    return template_zip({"images/photo.png": png()}, **{**made, **more})


@pytest.fixture(scope="module")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("preview") / "template.zip"
    file.write_bytes(content())
    return file


@pytest.fixture
def preview_id(client: Client) -> str:
    return client.ready_template(content())


def expected(file: Path, frame: float, size: tuple[int, int], changes: Any = None, **assets: Any) -> engine.Still:
    with engine.open_template(file) as template:
        return engine.still(template, template.first_frame + frame, size, changes, assets)


def pixels(answer: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(answer)) as picture:
        return np.asarray(picture.convert("RGBA"))


# --- what is seen ---


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_it_is_the_still_of_the_same_order(client: Client, preview_id: str, template_file: Path, kind: Any) -> None:
    body = {"customizationMap": HELLO, "frame": 7, "width": 128, "format": kind}
    answer = client.post(f"/template/{preview_id}/preview", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"image/{kind}"
    assert answer.content == expected(template_file, 7, (128, 72), HELLO).encoded(kind)
    again = client.post(f"/template/{preview_id}/preview", json={**body, "customizationMap": GREEN})
    assert again.content == expected(template_file, 7, (128, 72), GREEN).encoded(kind) != answer.content


def test_nothing_is_required(client: Client, preview_id: str, template_file: Path) -> None:
    answer = client.post(f"/template/{preview_id}/preview", json={})
    assert answer.content == expected(template_file, 0, SIZE).encoded()
    assert client.get(f"/template/{preview_id}/preview").content == answer.content


def test_a_contact_sheet_has_the_frames_row_by_row(client: Client, preview_id: str, template_file: Path) -> None:
    frames = [0, 11, 22, 33, 39]
    body = {"frames": frames, "columns": 2, "width": 32, "customizationMap": GREEN}
    sheet = pixels(client.post(f"/template/{preview_id}/preview", json=body).content)
    assert sheet.shape == (3 * 18, 2 * 32, 4)
    for number, frame in enumerate(frames):
        x, y = number % 2 * 32, number // 2 * 18
        shown = expected(template_file, frame, (32, 18), GREEN).pixels
        assert np.array_equal(sheet[y : y + 18, x : x + 32], shown), frame
    assert not sheet[2 * 18 :, 32:].any(), "the last place is empty"
    square = pixels(client.post(f"/template/{preview_id}/preview", json={"frames": [0, 1, 2]}).content)
    assert square.shape == (72, 128, 4), "two columns, and no wider than the composition"


def test_a_marker_names_a_frame(client: Client, preview_id: str) -> None:
    url = f"/template/{preview_id}/preview"
    by_name = client.post(url, json={"marker": "Middle"})
    assert by_name.content == client.post(url, json={"frame": 15}).content
    told = {"Middle": (15, 10), "End": (34, 0)}
    for path in (f"/template/{preview_id}", f"/template/{preview_id}/timeline"):
        found = client.get(path).json()["markers"]
        assert {one["name"]: (one["time"], one["duration"]) for one in found} == told, "counted as frames are"
    answer = client.post(url, json={"marker": "Begin"})
    assert answer.json()["errors"] == {
        "marker": ["the template has no marker 'Begin'; its markers are 'Middle', 'End'"]
    }


def test_pictures_of_the_account_are_seen(
    client: Client, preview_id: str, template_file: Path, tmp_path: Path, service: Service
) -> None:
    own_picture = png(16, 16, (250, 10, 250))
    (tmp_path / "mine.png").write_bytes(own_picture)
    asset_id = client.post("/asset", files={"file": ("mine.png", own_picture)}).json()["assetId"]
    changes = [{"layer": "Photo", "image": {"assetId": asset_id}}]
    url = f"/template/{preview_id}/preview"
    plain = client.post(url, json={})
    answer = client.post(url, json={"customizationMap": changes})
    assert answer.status_code == 200, answer.text
    shown = expected(template_file, 0, SIZE, changes, **{asset_id: tmp_path / "mine.png"})
    assert answer.content == shown.encoded() != plain.content
    with service.client() as other:
        own = other.ready_template(content())
        refused = other.post(f"/template/{own}/preview", json={"customizationMap": changes})
        assert list(refused.json()["errors"]) == ["customizationMap[0].image.assetId"]
    assert client.delete(f"/asset/{asset_id}").status_code == 200
    gone = client.post(url, json={"customizationMap": changes})
    assert gone.json()["errors"] == {"customizationMap[0].image.assetId": [f"there is no asset {asset_id}"]}
    on_shelves = [path for path in (service.data / "tmp").glob("task-*/*") if path.read_bytes() == own_picture]
    assert on_shelves == [], "no name of it is left"


def test_an_instance_brings_its_entries(client: Client, preview_id: str, template_file: Path) -> None:
    campaign_id = client.post("/campaign", json={"name": "Spring"}).json()["id"]
    request = {"templateId": preview_id, "name": "Green", "customizationMap": GREEN}
    instance_id = client.post(f"/campaign/{campaign_id}/template-instance", json=request).json()["id"]
    url = f"/template/{preview_id}/preview"
    text = HELLO[:1]
    answer = client.post(url, json={"templateInstanceId": instance_id, "customizationMap": text})
    assert answer.content == expected(template_file, 0, SIZE, [*GREEN, *text]).encoded()
    other = client.ready_template(template_zip())
    wrong = client.post(f"/template/{other}/preview", json={"templateInstanceId": instance_id})
    assert wrong.json()["errors"] == {"templateInstanceId": ["the instance 'Green' is of another template"]}


def test_a_large_body_is_read_as_a_small_one(client: Client, preview_id: str) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    data = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    assert len(data) > 1 << 16
    changes = [{"layer": "Photo", "image": {"data": data}}]
    answer = client.post(f"/template/{preview_id}/preview", json={"customizationMap": changes})
    assert answer.status_code == 200, answer.text
    assert answer.content != client.post(f"/template/{preview_id}/preview", json={}).content


# --- findings and mistakes ---


def test_findings_are_those_of_the_dry_run(client: Client, preview_id: str) -> None:
    changes = [{"layer": "Title", "text": "日本"}]
    url = f"/template/{preview_id}/preview"
    told = client.post("/render?dryRun=true", json=render_request(preview_id, customizationMap=changes)).json()
    assert "U+65E5" in told["warnings"][0]["message"]
    answer = client.post(url, json={"customizationMap": changes})
    header = json.loads(answer.headers["velocity-findings"])
    assert header["count"] == len(told["warnings"])
    assert [finding["message"] for finding in header["findings"]] == [one["message"] for one in told["warnings"]]
    as_json = client.post(url, json={"customizationMap": changes}, headers={"Accept": "application/json"})
    assert as_json.headers["content-type"] == "application/json"
    said = as_json.json()
    assert said["findings"] == told["warnings"]
    assert base64.b64decode(said["image"]) == answer.content
    assert (said["contentType"], said["width"], said["height"], said["frame"], said["frames"]) == (
        *("image/png", 64, 36, 0, [0]),
    )
    assert json.loads(client.post(url, json={}).headers["velocity-findings"]) == {"count": 0, "findings": []}


def test_many_findings_fit_into_a_header(client: Client) -> None:
    boxes = [solid(f"Box {number}", "#0000ff", 10, number) for number in range(90)]
    for box in boxes:
        box["ef"] = [{"ty": 5, "nm": "Glitch", "mn": "ACME Glitch", "ef": []}]
    template_id = client.ready_template(template_zip(layers=boxes))
    answer = client.post(f"/template/{template_id}/preview", json={})
    header = answer.headers["velocity-findings"]
    told = json.loads(header)
    assert told["count"] == 90 > len(told["findings"]) > 5
    assert len(header) <= 4096
    said = client.post(f"/template/{template_id}/preview", json={}, headers={"Accept": "application/json"}).json()
    assert len(said["findings"]) == 90


def test_all_mistakes_are_told_at_once(client: Client, preview_id: str) -> None:
    changes = [{"layer": "Grund", "color": "#fff"}, {"layer": "Photo", "image": {"assetId": str(uuid4())}}]
    body = {"customizationMap": changes, "frames": [0, 40], "width": 8, "format": "gif", "colums": 2}
    answer = client.post(f"/template/{preview_id}/preview", json=body)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert set(errors) >= {"customizationMap[0].layer", "frames[1]", "width", "format"}
    assert errors["frames[1]"] == ["there is no frame 40; the composition has frames 0 to 39"]
    answer = client.post(f"/template/{preview_id}/preview", json={"colums": 2})
    assert answer.status_code == 200 and "did you mean columns" in answer.headers["warning"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"frame": 1, "marker": "End"}, "frame"),
        ({"frame": -1}, "frame"),
        ({"frame": 1.5}, "frame"),
        ({"frames": []}, "frames"),
        ({"frames": list(range(65))}, "frames"),
        ({"frames": list(range(40)), "width": 4096}, "width"),
        ({"customizationMap": 3}, "customizationMap"),
        ({"customizationMap": [{"layer": "Ground", "image": {"data": "data:image/png;base64,AAAA"}}]}, None),
        ({"templateInstanceId": str(uuid4())}, "templateInstanceId"),
    ],
)
def test_what_cannot_be_drawn_is_400(client: Client, preview_id: str, body: dict[str, Any], field: str | None) -> None:
    answer = client.post(f"/template/{preview_id}/preview", json=body)
    assert answer.status_code == 400, answer.text
    assert (field or "customizationMap[0].image") in answer.json()["errors"]


def test_only_ones_own_and_finished_templates(client: Client, preview_id: str, service: Service) -> None:
    for path in ("preview", "preview/clip"):
        assert client.post(f"/template/{uuid4()}/{path}", json={}).status_code == 404
        with service.client() as other:
            assert other.post(f"/template/{preview_id}/{path}", json={}).status_code == 404
    failed = client.upload_template(template_zip(layers=[layer("Photo", 2, 1, 10, refId="none")]))
    client.settle(f"/template/{failed}/status")
    answer = client.post(f"/template/{failed}/preview", json={})
    assert answer.status_code in (200, 409), answer.text
    assert client.post(f"/template/{preview_id}/preview", json={}).status_code == 200
    assert client.delete(f"/template/{preview_id}").status_code == 200
    assert client.post(f"/template/{preview_id}/preview", json={}).status_code == 404


# --- what is known is not drawn ---


def test_what_the_client_has_is_304(client: Client, preview_id: str) -> None:
    url = f"/template/{preview_id}/preview"
    first = client.post(url, json={"customizationMap": GREEN, "frame": 3})
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.post(url, json={"customizationMap": GREEN, "frame": 3}, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert json.loads(again.headers["velocity-findings"])["count"] == 0
    same = [{"layer": "Ground", "color": "#FF0000"}, *GREEN, {"layer": "Title", "visible": True}]
    assert client.post(url, json={"customizationMap": same, "frame": 3}).headers["etag"] == tag, "the same is shown"
    others: list[dict[str, Any]] = [
        {"customizationMap": GREEN, "frame": 4},
        {"frame": 3},
        {"customizationMap": GREEN, "frame": 3, "width": 63},
        {"customizationMap": GREEN, "frame": 3, "format": "webp"},
    ]
    for body in others:
        answer = client.post(url, json=body, headers={"If-None-Match": tag})
        assert answer.status_code == 200 and answer.headers["etag"] != tag, body
    as_json = {"Accept": "application/json", "If-None-Match": tag}
    answer = client.post(url, json={"customizationMap": GREEN, "frame": 3}, headers=as_json)
    assert answer.status_code == 200, "its bytes are others"
    as_json["If-None-Match"] = answer.headers["etag"]
    assert client.post(url, json={"customizationMap": GREEN, "frame": 3}, headers=as_json).status_code == 304
    plain = client.get(f"{url}?frame=3")
    assert client.get(f"{url}?frame=3", headers={"If-None-Match": plain.headers["etag"]}).status_code == 304


# --- clips ---


def frames_of(answer: bytes) -> tuple[list[np.ndarray], float, float]:
    """The pictures of a clip, its rate, and its seconds."""
    import av

    with av.open(io.BytesIO(answer), "r") as file:
        video = file.streams.video[0]
        rate, seconds = float(video.average_rate or 0), float((file.duration or 0) / 1_000_000)
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video)], rate, seconds


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_clip_plays(client: Client, preview_id: str, template_file: Path, kind: str) -> None:
    body = {"customizationMap": GREEN, "startFrame": 10, "endFrame": 40, "width": 128, "frameRate": 10, "format": kind}
    answer = client.post(f"/template/{preview_id}/preview/clip", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"video/{kind}"
    if kind == "mp4":
        assert 0 < answer.content.index(b"moov") < answer.content.index(b"mdat"), "it plays before all of it is there"
    frames, rate, seconds = frames_of(answer.content)
    assert (len(frames), rate) == (10, 10.0)
    assert seconds == pytest.approx(1.0, abs=0.05)
    assert frames[0].shape == (72, 128, 3)
    shown = expected(template_file, 10, (128, 72), GREEN).pixels[..., :3]
    assert np.abs(frames[0].astype(int) - shown).mean() < 12
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1, "the box moves"
    again = client.post(
        f"/template/{preview_id}/preview/clip", json=body, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"startFrame": 40}, "startFrame"),
        ({"startFrame": 5, "endFrame": 5}, "endFrame"),
        ({"endFrame": 41}, "endFrame"),
        ({"marker": "Middle", "endFrame": 4}, "marker"),
        ({"width": 2000}, "width"),
        ({"frameRate": 60}, "frameRate"),
        ({"format": "gif"}, "format"),
        ({"customizationMap": [{"layer": "Grund", "color": "#fff"}]}, "customizationMap[0].layer"),
    ],
)
def test_clips_are_bounded(client: Client, preview_id: str, body: dict[str, Any], field: str) -> None:
    answer = client.post(f"/template/{preview_id}/preview/clip", json=body)
    assert answer.status_code == 400, answer.text
    assert field in answer.json()["errors"]


def test_a_clip_lasts_as_long_as_it_may(new_service: Callable[..., Service]) -> None:
    service = new_service(preview_clip_seconds="0.5", workers="1")
    with service.client() as client:
        template_id = client.ready_template(content())
        url = f"/template/{template_id}/preview/clip"
        frames, _rate, seconds = frames_of(client.post(url, json={"frameRate": 12}).content)
        assert len(frames) == 6
        assert seconds == pytest.approx(0.5, abs=0.05)
        told = client.post(url, json={"endFrame": 30}).json()["errors"]
        assert told == {"endFrame": ["a clip may last 0.5 seconds, which are 15 frames of this template"]}
        marked, _rate, _seconds = frames_of(client.post(url, json={"marker": "Middle", "frameRate": 15}).content)
        assert len(marked) == 5


# --- nobody takes from others ---


def test_more_than_an_account_may_is_429(new_service: Callable[..., Service]) -> None:
    service = new_service(previews_per_second="0.02", preview_burst="3", workers="1")
    with service.client() as greedy, service.client() as modest:
        own, other = greedy.ready_template(content()), modest.ready_template(content())
        url = f"/template/{own}/preview"
        assert greedy.post(url, json={"frames": [0, 1, 2, 3]}).status_code == 200, "a sheet costs as many as it has"
        answer = greedy.post(url, json={})
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 100
        assert "too many previews; try again in" in answer.json()["detail"]
        assert greedy.post(f"{url}/clip", json={}).status_code == 429
        assert modest.post(f"/template/{other}/preview", json={}).status_code == 200


def test_a_flood_does_not_slow_others_down(new_service: Callable[..., Service]) -> None:
    """Who asks one after the other gets about as many as all that flood together: half of the places are kept free."""
    service = new_service(previews_per_second="0", preview_slots="2", workers="1")
    with service.client() as greedy, service.client() as modest:
        own, other = greedy.ready_template(content()), modest.ready_template(content())
        drawn: list[float] = []
        stop = threading.Event()

        def flood() -> None:
            with Client(service.url, greedy.key) as client:
                while not stop.is_set():
                    answer = client.post(f"/template/{own}/preview", json={"width": 640, "frame": len(drawn) % 40})
                    if answer.status_code == 200:
                        drawn.append(time.monotonic())

        threads = [threading.Thread(target=flood) for _ in range(8)]
        for thread in threads:
            thread.start()
        while not drawn:
            time.sleep(0.01)
        modest.post(f"/template/{other}/preview", json={})
        began = time.monotonic()
        for frame in range(12):
            assert modest.post(f"/template/{other}/preview", json={"width": 640, "frame": frame}).status_code == 200
        ended = time.monotonic()
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    meanwhile = sum(began <= moment <= ended for moment in drawn)
    assert meanwhile <= 12 * 3, "eight that flood got more than thrice as many as one that asks in turn"


# --- the processes ---


PLAIN = PreviewQuestion(frames=[5], size=[64, 36], kind="png")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Previewers]]:
    """Previewers with settings of a test's own; ``one.zip`` and ``two.zip`` lie in the folder of their data."""
    runners: list[Runner] = []
    make_folders(tmp_path)
    for name in ("one.zip", "two.zip"):
        (tmp_path / name).write_bytes(content())

    def make(**settings: Any) -> Previewers:
        chosen = Settings(data=tmp_path, **settings)
        runners.append(Runner(chosen))
        return Previewers(runners[-1], chosen, "1")

    yield make
    for runner in runners:
        runner.close()
    assert list((tmp_path / "tmp").iterdir()) == []


def ask(
    previewers: Previewers, account: str, file: Path, question: PreviewQuestion = PLAIN, changes: bytes = b"[]"
) -> tuple[int, bytes]:
    """The number of the process that answered, and the picture."""
    drawn = previewers.draw(
        Subject(account, TemplateFiles(file), file.name), question, changes, lambda _named, _shelf: {}
    )
    assert drawn.said["errors"] == {}
    return previewers._kept._kept[-1].child.child.pid, drawn.content


def test_a_process_draws_one_template_of_one_account(made: Callable[..., Previewers], tmp_path: Path) -> None:
    previewers = made()
    first, picture = ask(previewers, "a", tmp_path / "one.zip")
    again, changed = ask(previewers, "a", tmp_path / "one.zip", changes=json.dumps(GREEN).encode())
    assert again == first and changed != picture
    others = [ask(previewers, "b", tmp_path / "one.zip")[0], ask(previewers, "a", tmp_path / "two.zip")[0]]
    assert len({first, *others}) == 3
    drawn = previewers.draw(
        Subject("a", TemplateFiles(tmp_path / "one.zip"), "one.zip"),
        PLAIN.model_copy(update={"known": ["*"]}),
        b"[]",
        lambda _named, _shelf: {},
    )
    assert (drawn.said["drawn"], drawn.content) == (False, b"")


@pytest.mark.parametrize("settings", [{"previewers": 1}, {"previewers": 0}, {"previewers_memory_mb": 0}])
def test_no_more_processes_are_kept_than_may_be(
    made: Callable[..., Previewers], tmp_path: Path, settings: dict[str, int]
) -> None:
    previewers = made(**settings)
    pids = []
    for account in "ab":
        drawn = previewers.draw(
            Subject(account, TemplateFiles(tmp_path / "one.zip"), "x"), PLAIN, b"[]", lambda _named, _shelf: {}
        )
        assert drawn.content
        pids.append([one.child.child.pid for one in previewers._kept._kept])
    assert [len(kept) for kept in pids] == [settings.get("previewers", 0)] * 2


def test_an_idle_process_ends_and_its_folders_go(made: Callable[..., Previewers], tmp_path: Path) -> None:
    pid, _picture = ask(made(previewer_idle_seconds=0.2), "a", tmp_path / "one.zip")
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists() or list((tmp_path / "tmp").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_process_is_replaced(made: Callable[..., Previewers], tmp_path: Path) -> None:
    previewers = made()
    first, picture = ask(previewers, "a", tmp_path / "one.zip")
    kill_child(first)
    second, again = ask(previewers, "a", tmp_path / "one.zip")
    assert again == picture and second != first


def test_one_that_is_killed_while_it_draws_is_replaced(made: Callable[..., Previewers], tmp_path: Path) -> None:
    """The question that it had is asked again, of a new one."""
    previewers = made()
    killed: list[int] = []
    (tmp_path / "photo.png").write_bytes(png())

    def provide(_named: Any, shelf: Shelf) -> dict[str, str]:
        if not killed:
            children = Path(f"/proc/{previewers._runner._fork_server.pid}/task").glob("*/children")  # type: ignore[union-attr]
            killed.extend(int(number) for path in children for number in path.read_text().split())
            for pid in killed:
                kill_child(pid)
        return {"one": str(shelf.put(tmp_path / "photo.png", "photo.png"))}

    changes = json.dumps([{"layer": "Photo", "image": {"assetId": "one"}}]).encode()
    drawn = previewers.draw(Subject("a", TemplateFiles(tmp_path / "one.zip"), "one.zip"), PLAIN, changes, provide)
    assert killed and drawn.said["errors"] == {}
    assert pixels(drawn.content).shape == (36, 64, 4)


def test_hostile_templates_are_bounded(made: Callable[..., Previewers], tmp_path: Path) -> None:
    (tmp_path / "heavy.zip").write_bytes(heavy_template())
    heavy = PreviewQuestion(frames=[0], size=[4000, 2250], kind="png")
    previewers = made(still_seconds=0.2)
    with pytest.raises(TaskFailed, match="longer than"):
        ask(previewers, "a", tmp_path / "heavy.zip", heavy)
    assert previewers._kept._kept == []
    (tmp_path / "three.zip").write_bytes(b"no template")
    with pytest.raises(TaskFailed):
        ask(made(), "a", tmp_path / "three.zip")


def test_what_is_on_a_shelf_is_no_copy_and_goes(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 3)
    shelf = Shelf(tmp_path / "shelf", "")
    path = shelf.put(clip, "one")
    assert path.samefile(clip) and shelf.put(clip, "one") == path
    shelf.put(clip, "two")
    shelf.keep_only({"two": None})
    assert [entry.name for entry in shelf.folder.iterdir()] == ["two"]
    shelf.clear()
    assert clip.exists() and not shelf.folder.exists()
