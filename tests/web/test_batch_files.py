"""What the rows of a batch read from elsewhere: fetched once each for a dry run, in a time for all rows together, and
for the lengths that follow it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from lengths_support import clip_layer, marker, moving, template
from media_support import make_clip, make_sound, tone
from network_support import Answer, WebServer
from web.support_elsewhere import CUES, DEMO, PHOTO
from web.support_service import Client, Service, render_request
from web.support_templates import png


@pytest.fixture
def elastic(tmp_path: Path) -> bytes:
    with template(
        tmp_path,
        [marker("Middle velocity:hold", 55, 30), marker("End", 85, 15)],
        [clip_layer(ip=35, op=85, st=35), moving()],
    ):
        return (tmp_path / "lengths.zip").read_bytes()


def dry_run(client: Client, template_id: str, *rows: dict[str, Any], **more: Any) -> httpx.Response:
    body = {**render_request(template_id), "rows": rows, **more}
    return client.post("/render/batch?dryRun=true", json=body)


def shown(source: str, name: str = "image", layer: str = "Photo") -> dict[str, Any]:
    return {"customizationMap": [{"layer": layer, name: {"url": source}}]}


def test_a_dry_run_tells_of_each_row_what_that_of_a_render_tells(
    server: WebServer, reaching: Callable[..., Service], tmp_path: Path
) -> None:
    service = reaching()
    at, photo, said = server.url, server.serve("/photo", PHOTO), server.serve("/said.srt", CUES)
    server.serve("/page", b"<html>nothing</html>")
    voice = server.serve("/voice.wav", make_sound(tmp_path / "a.wav", tone(1.0)).read_bytes())
    rows: list[dict[str, Any]] = [
        shown(photo),
        shown(f"{at}/missing"),
        shown(f"{at}/page"),
        {**shown(photo), "audio": {"url": voice}},
        {"audio": {"url": f"{at}/page"}},
        {"captions": {"url": said}},
        {"captions": {"url": photo}},
        {"customizationMap": [{"layer": "Nothing", "text": "x"}]},
        {},
    ]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        answer = dry_run(client, template_id, *rows)
        assert answer.status_code == 200, answer.text
        told, singles = answer.json(), {}
        for number, row in enumerate(rows):
            singles[number] = client.post("/render?dryRun=true", json=render_request(template_id, **row))
            own = {name.removeprefix(f"rows[{number}]."): sentences for name, sentences in told["errors"].items()
                   if name.startswith(f"rows[{number}].")}  # fmt: skip
            assert own == singles[number].json().get("errors", {}), (number, answer.text)
        assert [one["row"] for one in told["rows"]] == [0, 3, 5, 8]
        for one in told["rows"]:
            single = singles[one["row"]].json()
            names = ["frames", "seconds"]
            if "captions" not in rows[one["row"]]:  # which have a sample of their own
                names += ["expectedMilliseconds", "leastMilliseconds", "expectedBytes", "mostBytes"]
            assert [one[name] for name in names] == [single[name] for name in names], (one, single)
            assert [finding["feature"] for finding in one["warnings"]] == [
                finding["feature"] for finding in single["warnings"]
            ]
        assert [one["row"] for one in told["rows"] if one["warnings"]] == [5]
        assert (told["rowsValid"], told["rowsRejected"], told["rowsUnseen"]) == (4, 5, [])
        assert told["frames"] == sum(one["frames"] for one in told["rows"])
        asked = [path for path, _headers in server.asked]
        assert sorted(asked) == ["/missing", "/page", "/photo", "/said.srt", "/voice.wav"], "each is fetched once"
        assert client.get("/render/batch").json() == []


def test_each_row_is_as_long_as_what_it_brings(
    server: WebServer, reaching: Callable[..., Service], elastic: bytes, tmp_path: Path
) -> None:
    """In the dry run as in the batch that is queued."""
    service = reaching()
    voices = [make_sound(tmp_path / "voice.wav", tone(seconds)).read_bytes() for seconds in (5.0, 6.0)]
    urls = [server.serve(f"/{number}.wav", voice) for number, voice in enumerate(voices)]
    heard: list[dict[str, Any]] = [{"audio": {"url": url}} for url in (*urls, urls[0], f"{server.url}/none.wav")]
    clips = [make_clip(tmp_path / "clip.mp4", frames, size=(64, 64)).read_bytes() for frames in (100, 80)]
    seen = [shown(server.serve(f"/{number}.mp4", clip), "video", "Clip") for number, clip in enumerate(clips)]
    with service.client() as client:
        template_id = client.ready_template(elastic)
        for rows, duration, frames in (
            (heard, {"from": "audio"}, [125, 150, 125]),
            (seen, {"from": "layer:Clip"}, [150, 130]),
        ):
            told = dry_run(client, template_id, *rows, duration=duration).json()
            assert [one["frames"] for one in told["rows"]] == frames, told
            assert [one["seconds"] for one in told["rows"]] == [count / 25 for count in frames]
            assert told["rowsRejected"] == len(rows) - len(frames)
            body = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000}, "rows": rows}
            queued = client.post("/render/batch", json={**body, "duration": duration})
            assert queued.status_code == 200, queued.text
            found = [row for row in queued.json()["rows"] if row["renderId"]]
            for row, count in zip(found, frames, strict=True):
                status = client.settle(f"/render/{row['renderId']}/status")
                assert (status["status"], status["framesTotal"]) == ("completed", count), status
            if len(rows) > len(frames):
                [(field, [sentence])] = queued.json()["rows"][-1]["errors"].items()
                assert field == "audio" and "the answer was 404" in sentence


def test_what_comes_too_late_is_told_by_row(
    server: WebServer, reaching: Callable[..., Service], elastic: bytes, tmp_path: Path
) -> None:
    """A slow server holds a dry run up for some seconds, and hides nothing of the other rows."""
    service, go_on = reaching(), threading.Event()
    voice = make_sound(tmp_path / "voice.wav", tone(5.0)).read_bytes()
    quick = server.serve("/quick.wav", voice)
    server.answers["/slow.wav"] = Answer(200, {}, write=lambda file: (go_on.wait(60), file.write(voice))[1])
    slow = f"{server.url}/slow.wav"
    rows = [{"audio": {"url": slow}}, {"audio": {"url": quick}}, {}]
    body = {"encoderConfig": {"bitrate": 100_000}, "duration": {"from": "audio"}, "rows": rows}
    with service.client() as client:
        template_id = client.ready_template(elastic)
        told = dry_run(client, template_id, *rows).json()
        assert (told["rowsValid"], told["rowsUnseen"], told["frames"]) == (3, [0], 300), told
        assert [finding["feature"] for finding in told["rows"][0]["warnings"]] == ["file.late"]
        assert "slow.wav was not looked at" in told["warnings"][-1]["message"]
        follows = dry_run(client, template_id, *rows, duration={"from": "audio"}).json()
        assert (follows["rowsValid"], follows["rowsRejected"], follows["rowsUnseen"]) == (2, 1, [0]), follows
        assert [(one["row"], one["frames"]) for one in follows["rows"]] == [(0, None), (1, 125)]
        assert follows["frames"] == 125
        refused = client.post("/render/batch", json={**body, "templateId": template_id})
        assert refused.status_code == 503 and "slow.wav is being fetched from 127.0.0.1" in refused.json()["detail"]
        assert client.get("/render/batch").json() == []
        go_on.set()
        while (queued := client.post("/render/batch", json={**body, "templateId": template_id})).status_code == 503:
            time.sleep(0.1)
        assert [row["status"] == "rejected" for row in queued.json()["rows"]] == [False, False, True]
        assert [path for path, _headers in server.asked].count("/slow.wav") == 1


def test_more_files_than_a_dry_run_fetches(server: WebServer, reaching: Callable[..., Service]) -> None:
    """The answer comes in time, and says which rows were not looked at."""
    service = reaching()
    urls = [server.serve(f"/{number}.png", png(10)) for number in range(1050)]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        told = dry_run(client, template_id, *(shown(url) for url in urls)).json()
        assert told["rowsValid"] == 1050
        partial = told["rowsUnseen"]
        assert partial[-50:] == list(range(1000, 1050)) and len(server.asked) <= 1000
        messages = [finding["message"] for finding in told["warnings"]]
        assert "1 file was not looked at: at most 1000 are, of one request or batch" in messages
        assert len(told["rows"]) == 1000 and not told["errors"]
        with service.client() as other:
            assert dry_run(other, other.ready_template(DEMO), shown(urls[0])).status_code == 200
