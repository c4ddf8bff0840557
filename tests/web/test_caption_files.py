"""Captions that are in files: uploaded, fetched, and one for each row of a batch."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from network_support import WebServer
from web.support_places import connections, folder_connection
from web.support_service import Client, Service, render_request
from web.support_templates import png, template_zip

SRT = "1\n00:00:00,000 --> 00:00:01,000\nHello you\n\n2\n00:00:01,000 --> 00:00:02,000\nAnd you\n"
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello <00:01.000>you\n"
ASS = "[Script Info]\n\n[Events]\nDialogue: 0,0:00:00.00,0:00:02.00,Default,,0,0,0,,{\\k100}Hello {\\k100}you\n"
LATE = SRT.replace("00:00:02,000", "00:00:09,000").replace("00:00:01,000 -->", "00:00:08,000 -->")


@pytest.fixture
def template_id(client: Client) -> str:
    return client.ready_template(template_zip(frames=60))


def uploaded(client: Client, text: str | bytes, name: str = "said.srt") -> Any:
    return client.post("/asset", files={"file": (name, text if isinstance(text, bytes) else text.encode())})


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.text
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


def video(client: Client, render_id: str) -> bytes:
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "completed", status
    return client.get(f"/render/{render_id}/download").content


@pytest.mark.parametrize(("text", "kind"), [(SRT, "srt"), (VTT, "vtt"), (ASS, "ass")])
def test_a_caption_file_is_an_asset(client: Client, text: str, kind: str) -> None:
    answer = uploaded(client, text, "whatever.bin")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["kind"], told["format"], told["duration"]) == ("captions", kind, 2.0)
    assert (told["width"], told["height"]) == (None, None)
    assert client.get(f"/asset/{told['assetId']}/download").text == text
    assert [one["kind"] for one in client.get("/asset").json()] == ["captions"]
    assert client.delete(f"/asset/{told['assetId']}").status_code == 200


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SRT.replace("00:00:02,000", "2 s"), "line 6 of the captions has times"),
        (SRT.encode("latin-1").replace(b"you", b"y\xfc"), "line 3 of the captions is not UTF-8"),
        ("WEBVTT\n", "the captions have no cues"),
        ("just words", "caption files are SRT, WebVTT or ASS"),
    ],
)
def test_what_is_wrong_in_a_caption_file_is_told(client: Client, content: str | bytes, sentence: str) -> None:
    assert sentence in errors(uploaded(client, content))["file"][0]


def test_an_asset_says_what_its_text_says(client: Client, template_id: str) -> None:
    asset_id = uploaded(client, VTT).json()["assetId"]
    how = {"style": "highlight", "size": 0.2}
    renders = [
        client.start_render(template_id, captions={**source, **how})
        for source in ({"assetId": asset_id.upper()}, {"text": VTT})
    ]
    assert video(client, renders[0]) == video(client, renders[1])
    pictures = [
        client.post(f"/template/{template_id}/preview", json={"frame": 40, "captions": {**source, **how}}).content
        for source in ({"assetId": asset_id}, {"text": VTT})
    ]
    assert pictures[0] == pictures[1]
    assert client.get(f"/render/{renders[0]}/captions").text.startswith("WEBVTT")


def test_what_a_render_said_can_be_said_again(client: Client, template_id: str) -> None:
    asset_id = uploaded(client, VTT).json()["assetId"]
    how = {"style": "karaoke", "safeArea": 0.2, "textTrack": True, "language": "eng"}
    first = client.ready_render(template_id, captions={"assetId": asset_id, **how})
    told = client.get(f"/render/renders/{first}").json()["captions"]
    assert {**told, **how} == told
    assert "Hello <00:00:01.000>you" in told["text"]
    assert video(client, client.start_render(template_id, captions=told)) == video(client, first)


@pytest.mark.parametrize(
    ("captions", "field", "sentence"),
    [
        ({"assetId": str(uuid.uuid4())}, "captions.assetId", "there is no asset"),
        ({"url": "http://127.0.0.1/said.srt"}, "captions.url", "the URL is not allowed"),
        ({"connection": "nobody", "path": "said.srt"}, "captions.connection", "there is no connection"),
        ({"connection": "media"}, "captions", "the captions have connection"),
        ({"text": SRT, "url": "https://example.com/a.srt"}, "captions", "the captions have text and url"),
    ],
)
def test_what_is_wrong_with_a_source_is_told(
    client: Client, template_id: str, captions: dict[str, Any], field: str, sentence: str
) -> None:
    answer = client.post("/render?dryRun=true", json=render_request(template_id, captions=captions))
    assert sentence in errors(answer)[field][0]


def test_a_picture_says_nothing(client: Client, template_id: str) -> None:
    asset_id = uploaded(client, png(8, 8), "a.png").json()["assetId"]
    answer = client.post("/render?dryRun=true", json=render_request(template_id, captions={"assetId": asset_id}))
    assert "is a picture, not a caption file" in errors(answer)["captions.assetId"][0]


def test_a_file_from_elsewhere_is_fetched_with_the_render(
    server: WebServer, new_service: Callable[..., Service], tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "said.vtt").write_text(VTT)
    service = new_service(
        private_hosts=f'["{server.host}"]', connections=connections(disk=folder_connection(tmp_path / "media"))
    )
    url = server.serve("/said.vtt", VTT.encode(), '"1"')
    with service.client() as client:
        template_id = client.ready_template(template_zip(frames=60))
        expected = video(client, client.start_render(template_id, captions={"text": VTT, "style": "pop"}))
        for source in ({"url": url}, {"connection": "disk", "path": "said.vtt"}):
            dry = client.post(
                "/render?dryRun=true", json=render_request(template_id, captions={**source, "layer": "Nobody"})
            )
            assert "there is no layer 'Nobody'" in errors(dry)["captions.layer"][0]
            render_id = client.start_render(template_id, captions={**source, "style": "pop"})
            assert video(client, render_id) == expected, source
            assert "Hello <00:00:01.000>you" in client.get(f"/render/{render_id}/captions").text
            assert client.get(f"/render/renders/{render_id}").json()["captions"]["style"] == "pop"
            shown, told = (
                client.post(f"/template/{template_id}/preview", json={"captions": {**one, "style": "pop"}, "frame": 5})
                for one in (source, {"text": VTT})
            )
            assert (shown.status_code, shown.content) == (200, told.content), shown.text
        broken = client.start_render(template_id, captions={"url": server.serve("/b.srt", b"nothing", '"1"')})
        status = client.settle(f"/render/{broken}/status")
        assert status["status"] == "failed" and "of no kind that is known" in status["reason"]
        imported = client.post("/asset/import", json={"url": url}).json()["assetId"]
        assert client.settle(f"/asset/{imported}/status")["status"] == "completed"
        assert client.get(f"/asset/{imported}").json()["kind"] == "captions"
        assert (
            video(client, client.start_render(template_id, captions={"assetId": imported, "style": "pop"})) == expected
        )


def test_each_row_of_a_batch_says_its_own(client: Client, template_id: str) -> None:
    asset_id = uploaded(client, VTT).json()["assetId"]
    how = {"style": "outline", "size": 0.2}
    sources: list[dict[str, Any]] = [
        {"text": SRT},
        {"assetId": asset_id},
        {"cues": [{"start": 0, "end": 1, "text": "x"}]},
    ]
    rows = [{"name": f"row {number}", "captions": source} for number, source in enumerate(sources)]
    body = {**render_request(template_id, captions=how), "rows": [*rows, {"name": "silent"}]}
    found = client.settle(f"/render/batch/{client.post('/render/batch', json=body).json()['batchId']}")
    made = [video(client, row["renderId"]) for row in found["rows"]]
    for source, one in zip(sources, made, strict=False):
        assert video(client, client.start_render(template_id, captions={**source, **how})) == one
    assert len(set(made)) == 4
    assert client.get(f"/render/{found['rows'][3]['renderId']}/captions").status_code == 404


def test_a_column_of_a_csv_says_it(client: Client, template_id: str) -> None:
    asset_id = uploaded(client, VTT).json()["assetId"]
    table = f'name,captions\nfirst,"{SRT}"\nsecond,{asset_id}\n'
    body = {**render_request(template_id, captions={"style": "outline"}), "csv": table}
    found = client.settle(f"/render/batch/{client.post('/render/batch', json=body).json()['batchId']}")
    said = [client.get(f"/render/{row['renderId']}/captions").text for row in found["rows"]]
    assert "And you" in said[0] and "Hello <00:00:01.000>you" in said[1]


def test_the_query_of_a_csv_says_how_its_captions_look(client: Client, template_id: str) -> None:
    """As the captions of a batch in JSON do."""
    table = f'name,captions\nfirst,"{SRT}"\n'
    query = {"templateId": template_id, "bitrate": "100000", "preset": "5"}
    head = {"Content-Type": "text/csv"}

    def shown(**more: str) -> dict[str, str]:
        answer = client.post("/render/batch", params={**query, **more}, content=table, headers=head)
        assert answer.status_code == 200, answer.text
        [row] = client.settle(f"/render/batch/{answer.json()['batchId']}")["rows"]
        found: dict[str, str] = client.get(f"/render/renders/{row['renderId']}").json()["captions"]
        return found

    assert (shown()["style"], shown(captionStyle="outline")["style"]) == ("box", "outline")
    assert shown(captionStyle="pop", captionPosition="top")["position"] == "top"
    for parameter, value, words in (
        ("captionStyle", "nice", "box"),
        ("captionPosition", "left", "bottom"),
        ("captionLayer", "Nobody", "there is no layer 'Nobody'"),
    ):
        wrong = client.post("/render/batch", params={**query, parameter: value}, content=table, headers=head)
        assert wrong.status_code == 400 and words in errors(wrong)[parameter][0], wrong.text


def test_a_dry_run_tells_rows_whose_captions_are_wrong(client: Client, template_id: str) -> None:
    rows = [
        {"captions": {"text": SRT}},
        {"captions": {"text": "nothing"}},
        {"captions": {"assetId": str(uuid.uuid4())}},
        {"captions": {"text": LATE}},
        {},
    ]
    body = {**render_request(template_id, captions={"text": VTT}), "rows": rows}
    told = client.post("/render/batch?dryRun=true", json=body).json()
    assert (told["rowsValid"], told["rowsRejected"]) == (3, 2)
    assert "of no kind that is known" in told["errors"]["rows[1].captions.text"][0]
    assert "there is no asset" in told["errors"]["rows[2].captions.assetId"][0]
    assert [one["feature"] for one in told["warnings"]] == ["captions.late"]
    wrong = client.post("/render/batch?dryRun=true", json={**body, "captions": {"layer": "Nobody"}})
    assert "there is no layer 'Nobody'" in errors(wrong)["captions.layer"][0]
    nothing = client.post("/render/batch?dryRun=true", json={**body, "captions": {"style": "pop"}, "rows": [{}]})
    assert "give one of text" in errors(nothing)["captions"][0]
