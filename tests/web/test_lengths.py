"""``duration``: a video that is longer or shorter than its template, in renders, batches, previews and dry runs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lengths_support import clip_layer, marker, moving, template
from media_support import make_clip, make_sound, tone
from PIL import Image
from web.support_service import Client, render_request

import velocity_engine as ve

HOLD = [marker("Middle velocity:hold", 55, 30), marker("End", 85, 15)]


@pytest.fixture
def elastic_id(client: Client, tmp_path: Path) -> str:
    """Four seconds at 25 frames a second, with a clip of 60 frames from frame 35 to frame 85."""
    with template(tmp_path, HOLD, [clip_layer(ip=35, op=85, st=35), moving()]):
        return client.ready_template((tmp_path / "lengths.zip").read_bytes())


def length(client: Client, render_id: str, folder: Path) -> tuple[int, float]:
    path = folder / "video.mp4"
    path.write_bytes(client.get(f"/render/{render_id}/download").content)
    return frames_of(path)


def frames_of(path: Path) -> tuple[int, float]:
    found = ve.probe_video(path)
    return found.frames, round(found.seconds, 3)


def asset(client: Client, path: Path) -> str:
    answer = client.post("/asset", files={"file": (path.name, path.read_bytes())})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["assetId"])


def voice(client: Client, tmp_path: Path, seconds: float) -> str:
    return client.ready_audio(make_sound(tmp_path / f"voice{seconds}.wav", tone(seconds)).read_bytes())


def test_a_render_has_the_length_that_its_dry_run_told(client: Client, elastic_id: str, tmp_path: Path) -> None:
    make_clip(tmp_path / "long.mp4", 100, size=(64, 64))
    replaced = [{"layer": "Clip", "video": {"assetId": asset(client, tmp_path / "long.mp4")}}]
    for more, frames in (
        ({"duration": {"seconds": 6.2}}, 155),
        ({"duration": {"from": "layer:Clip"}}, 110),
        ({"duration": {"from": "layer:Clip"}, "customizationMap": replaced}, 150),
        ({"duration": {"from": "audio"}, "audioId": voice(client, tmp_path, 5.0), "audio": {"start": 0.4}}, 135),
        ({"duration": {"seconds": 6.0}, "jobInfo": {"fStart": 100}}, 50),
    ):
        told = client.post("/render?dryRun=true", json=render_request(elastic_id, **more))
        assert told.status_code == 200, told.text
        assert (told.json()["frames"], told.json()["seconds"]) == (frames, frames / 25)
        render_id = client.ready_render(elastic_id, **more)
        assert length(client, render_id, tmp_path) == (frames, frames / 25)
        detail = client.get(f"/render/renders/{render_id}").json()
        assert (detail["frames"], detail["duration"]) == (frames, more["duration"])


def test_a_dry_run_tells_where_the_whole_video_has_the_markers(client: Client, elastic_id: str) -> None:
    for more in ({}, {"jobInfo": {"fStart": 100}}, {"encoderConfig": {"bitrate": 100_000, "fpsNum": 50}}):
        body = render_request(elastic_id, **{"duration": {"seconds": 6.0}, **more})
        told = client.post("/render?dryRun=true", json=body).json()["timeline"]
        assert told["frameCount"] == 150
        places = {one["name"]: (one["time"], one["duration"], one["region"]) for one in told["markers"]}
        assert places == {"Middle": (55, 80, "hold"), "End": (135, 15, "")}
    assert client.post("/render?dryRun=true", json=render_request(elastic_id)).json()["timeline"] is None


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        (
            {"duration": {"seconds": 2}},
            "duration",
            "the video would have 2 seconds, and what its template protects needs",
        ),
        ({"duration": {"seconds": 0}}, "duration.seconds", "it must be at least 0.001"),
        ({"duration": {"seconds": 86401}}, "duration.seconds", "it must be at most 86400"),
        ({"duration": {}}, "duration", "give seconds, or from, and not both"),
        ({"duration": {"from": "video"}}, "duration.from", "it must be audio, or layer: with the name of a layer"),
        ({"duration": {"from": "audio"}}, "duration.from", "there is no audio; give audioId, or seconds"),
        (
            {"duration": {"from": "layer:Square"}},
            "duration",
            "the duration follows the layer 'Square', which shows no clip",
        ),
        ({"duration": {"seconds": 6}, "jobInfo": {"fEnd": 151}}, "jobInfo.fEnd", "the frame range 0 to 151 leaves"),
        (
            {"duration": {"seconds": 6}, "output": {"poster": {"frame": 150}}},
            "output.poster.frame",
            "there is no frame 150",
        ),
    ],
)
@pytest.mark.parametrize("query", ["", "?dryRun=true"])
def test_what_is_wrong_with_a_length_is_told(
    client: Client, elastic_id: str, more: dict[str, Any], field: str, sentence: str, query: str
) -> None:
    answer = client.post(f"/render{query}", json=render_request(elastic_id, **more))
    assert answer.status_code == 400, answer.text
    assert [key for key, [said] in answer.json()["errors"].items() if said.startswith(sentence)] == [field]


def test_a_template_without_regions_has_one_length(client: Client, template_id: str) -> None:
    answer = client.post("/render", json=render_request(template_id, duration={"seconds": 6}))
    assert answer.json()["errors"]["duration"][0].startswith("no region of the template is elastic")


def test_a_template_tells_its_regions(client: Client, elastic_id: str) -> None:
    detail = client.get(f"/template/{elastic_id}").json()
    assert detail["lengths"] == {"shortest": 71 / 25, "longest": 86_400.0}
    assert [(one["name"], one["region"]) for one in detail["markers"]] == [("Middle", "hold"), ("End", "")]


def test_a_long_hold_is_not_expected_to_take_long(client: Client, elastic_id: str) -> None:
    short, long = (
        client.post("/render?dryRun=true", json=render_request(elastic_id, duration={"seconds": seconds})).json()
        for seconds in (10, 600)
    )
    assert long["frames"] == 60 * short["frames"]
    assert long["expectedMilliseconds"] < 5 * short["expectedMilliseconds"]


def test_each_row_of_a_batch_has_its_own_length(client: Client, elastic_id: str, tmp_path: Path) -> None:
    rows = [{"audioId": voice(client, tmp_path, seconds)} for seconds in (5.0, 6.0)]
    body = {**render_request(elastic_id), "duration": {"from": "audio"}, "rows": rows}
    told = client.post("/render/batch?dryRun=true", json=body).json()
    assert (told["frames"], told["seconds"]) == (275, 11.0)
    assert told["uniqueSeconds"] == 7.0, "what is kept is the same in both, and what is held is so often repeated"
    assert (told["cachedFrames"], told["cachedRows"]) == (0, 2)
    batch_id = client.post("/render/batch", json=body).json()["batchId"]
    done = client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
    assert [length(client, row["renderId"], tmp_path)[0] for row in done["rows"]] == [125, 150]
    assert done["uniqueSeconds"] == 7.0
    again = client.post("/render/batch?dryRun=true", json=body).json()
    assert (again["cachedFrames"], again["cachedRows"]) == (275, 2)


def test_a_dry_run_takes_captions_with_a_duration(client: Client, elastic_id: str) -> None:
    cues = [{"start": 5.0, "end": 5.5, "text": "Hello"}, {"start": 7, "end": 8, "text": "late"}]
    body = render_request(elastic_id, duration={"seconds": 6.0}, captions={"cues": cues})
    told = client.post("/render?dryRun=true", json=body).json()
    assert (told["frames"], told["cachedFrames"]) == (150, 0)
    assert [one["feature"] for one in told["warnings"]] == ["captions.late"]
    assert "at 6 s: 'late'" in told["warnings"][0]["message"]
    render_id = client.ready_render(elastic_id, duration={"seconds": 6.0}, captions={"cues": cues})
    assert "00:00:05.000 --> 00:00:05.500\nHello" in client.get(f"/render/{render_id}/captions").text
    assert client.post("/render?dryRun=true", json=body).json()["cachedFrames"] == 150


def test_a_batch_as_csv_takes_a_duration(client: Client, elastic_id: str) -> None:
    query = f"dryRun=true&templateId={elastic_id}&bitrate=100000&duration"
    head = {"Content-Type": "text/csv"}
    for duration, frames in (("6.2", 155), ("layer:Clip", 110)):
        told = client.post(f"/render/batch?{query}={duration}", content=b"name\none\n", headers=head)
        assert told.status_code == 200, told.text
        assert told.json()["frames"] == frames
    wrong = client.post(f"/render/batch?{query}=2", content=b"name\none\n", headers=head)
    assert wrong.status_code == 400
    assert wrong.json()["errors"]["duration"][0].startswith("the video would have 2 seconds")


# --- previews ---


def picture(client: Client, template_id: str, **asked: Any) -> np.ndarray:
    answer = client.post(f"/template/{template_id}/preview", json=asked)
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_previews_count_frames_on_the_timeline(client: Client, elastic_id: str) -> None:
    longer = {"duration": {"seconds": 8.0}}
    for frame, source in ((20, 20), (84, 84), (150, 84), (185, 85), (199, 99)):
        assert np.array_equal(
            picture(client, elastic_id, frame=frame, **longer), picture(client, elastic_id, frame=source)
        )
    assert np.array_equal(picture(client, elastic_id, marker="End", **longer), picture(client, elastic_id, frame=85))
    told = client.post(
        f"/template/{elastic_id}/preview", json={"marker": "End", **longer}, headers={"Accept": "application/json"}
    ).json()
    assert told["frames"] == [185.0]


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"frame": 200, "duration": {"seconds": 8.0}}, "frame", "there is no frame 200"),
        ({"duration": {"seconds": 2.0}}, "duration", "the video would have 2 seconds"),
        ({"duration": {"from": "audio"}}, "duration.from", "a preview has no audio"),
    ],
)
def test_what_is_wrong_with_a_preview_is_told(
    client: Client, elastic_id: str, asked: dict[str, Any], field: str, sentence: str
) -> None:
    answer = client.post(f"/template/{elastic_id}/preview", json=asked)
    assert answer.status_code == 400, answer.text
    assert [key for key, [said] in answer.json()["errors"].items() if said.startswith(sentence)] == [field]


def test_a_clip_of_the_timeline(client: Client, elastic_id: str, tmp_path: Path) -> None:
    asked = {"duration": {"seconds": 8.0}, "startFrame": 175, "endFrame": 200, "frameRate": 5, "width": 64}
    answer = client.post(f"/template/{elastic_id}/preview/clip", json=asked)
    assert answer.status_code == 200, answer.text
    (tmp_path / "clip.mp4").write_bytes(answer.content)
    assert frames_of(tmp_path / "clip.mp4") == (5, 1.0)
