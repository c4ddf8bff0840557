"""The ``captions`` object of a request: drawn, checked before anything is queued, and read as a file for players."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from web.support_service import Client, render_request
from web.support_templates import template_zip

SRT = "1\n00:00:00,000 --> 00:00:01,000\nHello you\n\n2\n00:00:01,000 --> 00:00:02,000\nAnd you\n"
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello <00:01.000>you\n"


@pytest.fixture
def template_id(client: Client) -> str:
    return client.ready_template(template_zip(frames=60))


def picture(client: Client, template_id: str, **body: Any) -> np.ndarray:
    answer = client.post(f"/template/{template_id}/preview", json=body)
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.text
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


def test_a_preview_shows_what_is_said_at_its_frame(client: Client, template_id: str) -> None:
    plain = picture(client, template_id, frame=0)
    said = {"text": SRT, "style": "outline", "size": 0.2}
    first = picture(client, template_id, frame=0, captions=said)
    assert not np.array_equal(first, plain)
    later, silent = (picture(client, template_id, frame=40, **more) for more in ({"captions": said}, {}))
    assert not np.array_equal(later, silent)
    assert not np.array_equal(later.astype(int) - silent, first.astype(int) - plain)


def test_text_cues_and_words_say_the_same(client: Client, template_id: str) -> None:
    cues = [{"start": 0, "end": 1, "text": "Hello you"}, {"start": 1, "end": 2, "text": "And you"}]
    words = [{"text": "Hello", "start": 0}, {"text": "you", "start": 0.5, "end": 1}]
    by_text = picture(client, template_id, frame=0, captions={"text": SRT})
    assert np.array_equal(by_text, picture(client, template_id, frame=0, captions={"cues": cues}))
    assert np.array_equal(by_text, picture(client, template_id, frame=0, captions={"words": words}))


def test_a_clip_of_the_template_has_them(client: Client, template_id: str) -> None:
    body = {"startFrame": 0, "endFrame": 10, "width": 128}
    plain = client.post(f"/template/{template_id}/preview/clip", json=body)
    said = client.post(f"/template/{template_id}/preview/clip", json={**body, "captions": {"text": SRT}})
    assert (plain.status_code, said.status_code) == (200, 200)
    assert said.content != plain.content


def test_a_render_has_them_as_a_file_and_as_a_track(client: Client, template_id: str, tmp_path: Any) -> None:
    import av

    captions = {"text": VTT, "textTrack": True, "language": "eng"}
    render_id = client.ready_render(template_id, captions=captions, jobInfo={"fStart": 15, "fEnd": 60})
    (tmp_path / "video.mp4").write_bytes(client.get(f"/render/{render_id}/download").content)
    with av.open(str(tmp_path / "video.mp4")) as file:
        [track] = file.streams.subtitles
        assert track.metadata["language"] == "eng"
        assert b"Hello you" in bytes(next(iter(file.demux(track))))
    vtt = client.get(f"/render/{render_id}/captions")
    assert vtt.text == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello <00:00:00.500>you\n"
    srt = client.get(f"/render/{render_id}/captions?format=srt")
    assert srt.text == "1\n00:00:00,000 --> 00:00:01,500\nHello you\n"


def test_a_render_without_has_no_file(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id)
    assert client.get(f"/render/{render_id}/captions").status_code == 404


@pytest.mark.parametrize(
    ("captions", "field", "sentence"),
    [
        ({}, "captions", "give one of text, cues, words, assetId, url, or connection and path; there is none"),
        ({"text": "x", "words": [{"text": "a", "start": 0}]}, "captions", "the captions have text and words"),
        ({"text": "Hello"}, "captions.text", "of no kind that is known. Give SRT, WebVTT, ASS"),
        ({"text": SRT.replace("00:00:02,000", "2 s")}, "captions.text", "line 6 of the captions has times"),
        ({"text": SRT.replace("00:00:02,000", "00:00:00,500")}, "captions.text", "line 6 of the captions: the cue"),
        ({"cues": [{"start": 2, "end": 1, "text": "a"}]}, "captions.cues[0].end", "ends at 1 s, but begins at 2 s"),
        ({"words": [{"text": "a", "start": 2}, {"text": "b", "start": 1}]}, "captions.words[1]", "begins before"),
        ({"text": SRT, "style": "loud"}, "captions.style", "it must be box, outline"),
        ({"text": SRT, "color": "red"}, "captions.color", "it must be a colour, such as #ffd84d"),
        ({"text": SRT, "language": "english"}, "captions.language", "the three letters of a language"),
        ({"text": SRT, "lines": 9}, "captions.lines", "it must be at most 6"),
        ({"text": SRT, "layer": "Nobody"}, "captions.layer", "there is no layer 'Nobody'"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(
    client: Client, template_id: str, captions: dict[str, Any], field: str, sentence: str
) -> None:
    answer = client.post("/render?dryRun=true", json=render_request(template_id, captions=captions))
    assert sentence in errors(answer)[field][0]


@pytest.mark.parametrize(
    ("captions", "field"),
    [({"text": "Hello"}, "captions.text"), ({"text": SRT, "layer": "Nobody"}, "captions.layer")],
)
def test_a_preview_and_a_batch_tell_it_too(
    client: Client, template_id: str, captions: dict[str, Any], field: str
) -> None:
    body = {**render_request(template_id, captions=captions), "rows": [{"name": "a"}]}
    assert field in errors(client.post("/render/batch?dryRun=true", json=body))
    assert field in errors(client.post(f"/template/{template_id}/preview", json={"captions": captions}))


def test_the_container_must_take_a_track(client: Client, template_id: str) -> None:
    body = render_request(template_id, captions={"text": SRT, "textTrack": True})
    body["encoderConfig"]["container"] = "avi"
    found = errors(client.post("/render?dryRun=true", json=body))
    assert found == {"captions.textTrack": ["avi takes no text track. Choose mp4 or mov, or leave the text track out"]}


def test_a_dry_run_tells_letters_that_no_font_has(client: Client, template_id: str) -> None:
    body = render_request(template_id, captions={"cues": [{"start": 0, "end": 1, "text": "\U00012000"}]})
    found = client.post("/render?dryRun=true", json=body)
    assert found.status_code == 200
    assert any("U+12000" in one["message"] for one in found.json()["warnings"])


def test_a_dry_run_knows_what_is_cached_with_them(client: Client, template_id: str) -> None:
    client.ready_render(template_id, captions={"text": SRT})
    same = client.post("/render?dryRun=true", json=render_request(template_id, captions={"text": SRT}))
    other = client.post("/render?dryRun=true", json=render_request(template_id, captions={"text": VTT}))
    assert same.json()["cachedFrames"] == 60
    assert other.json()["cachedFrames"] == 0


def test_a_batch_has_them_in_each_video(client: Client, template_id: str) -> None:
    body = {**render_request(template_id, captions={"text": SRT}), "rows": [{"name": "a"}, {"name": "b"}]}
    batch = client.post("/render/batch", json=body).json()
    for row in batch["rows"]:
        assert "Hello you" in client.get(f"/render/{row['renderId']}/captions").text


@pytest.mark.parametrize(
    ("captions", "field", "sentence"),
    [
        ({"text": "x" * ((2 << 20) + 1)}, "captions.text", "it must have at most 2097152 characters"),
        ({"text": f"1\n00:00:00,000 --> 00:00:01,000\n{400_000 * '<a'}"}, "captions.text", "has 800000 characters"),
        ({"cues": 5001 * [{"start": 0, "end": 1, "text": "a"}]}, "captions.cues", "it must have at most 5000 entries"),
        ({"text": "[" * 100_000}, "captions.text", "the captions are no JSON"),
    ],
    ids=["large", "tags", "cues", "nested"],
)
def test_captions_that_are_made_to_cost_are_refused(
    client: Client, template_id: str, captions: dict[str, Any], field: str, sentence: str
) -> None:
    answer = client.post("/render?dryRun=true", json=render_request(template_id, captions=captions))
    assert sentence in errors(answer)[field][0]
