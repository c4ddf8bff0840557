"""Audio endpoints and audio asset groups."""

from __future__ import annotations

from uuid import uuid4

import pytest
from web.support_service import Client, render_request
from web.support_templates import slow_template, wav


def test_an_upload_is_processed_and_comes_back_byte_for_byte(client: Client) -> None:
    content = wav(1.5)
    answer = client.post("/audio/upload", files={"file": ("Voice Über.wav", content)})
    assert answer.status_code == 200
    audio_id = answer.json()["audioId"]
    status = client.settle(f"/audio/{audio_id}/status")
    assert (status["status"], status["audioName"], status["reason"]) == ("completed", "Voice Über.wav", None)
    detail = client.get(f"/audio/{audio_id}").json()
    assert detail["sizeBytes"] == len(content)
    assert detail["originalFormat"] == "wav"
    assert detail["duration"] == pytest.approx(1.5, abs=0.05)
    assert detail["audioGroupId"] == detail["audioAssetGroupId"]
    download = client.get(f"/audio/{audio_id}/download")
    assert download.content == content
    assert download.headers["content-type"] == "audio/wav"
    assert client.get("/template/storage-status").json()["usedBytes"] == len(content)


def test_deleting_gives_the_storage_back(client: Client) -> None:
    audio_id = client.ready_audio(wav())
    answer = client.delete(f"/audio/{audio_id}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Audio deleted successfully"})
    for path in ("", "/status", "/download"):
        assert client.get(f"/audio/{audio_id}{path}").status_code == 404
    assert client.get("/template/storage-status").json()["usedBytes"] == 0
    assert client.get("/audio/history").json() == []


@pytest.mark.parametrize(
    "content",
    [b"OggS\0\2", b"hello", b"\x89PNG\r\n\x1a\n", b"PK\3\4", b"fLaC\0\0\0\x22"],
    ids=["ogg", "text", "png", "zip", "flac"],
)
def test_other_formats_are_400(client: Client, content: bytes) -> None:
    answer = client.post("/audio/upload", files={"file": ("sound.mp3", content)})
    assert answer.status_code == 400
    assert "MP3, WAV, AAC" in answer.json()["errors"]["file"][0]


@pytest.mark.parametrize(
    "content",
    [
        wav()[:30],
        b"RIFF\xff\xff\xff\xffWAVEjunk" + b"\0" * 100,
        b"ID3" + b"\xff" * 50,
        b"\xff\xfb" + b"\0" * 400,
        wav(0),
    ],
    ids=["cut head", "lying size", "broken tag", "empty frames", "no samples"],
)
def test_broken_audio_fails_with_a_reason_and_costs_no_storage(client: Client, content: bytes) -> None:
    answer = client.post("/audio/upload", files={"file": ("broken.wav", content)})
    assert answer.status_code == 200
    status = client.settle(f"/audio/{answer.json()['audioId']}/status")
    assert status["status"] == "failed"
    assert status["reason"]
    assert client.get(f"/audio/{status['audioId']}").status_code == 404
    assert client.get("/template/storage-status").json()["usedBytes"] == 0
    assert client.delete(f"/audio/{status['audioId']}").status_code == 200


def test_the_list_goes_group_by_group_and_is_searched(client: Client) -> None:
    group = client.post("/audio-asset-group", json={"name": "Jingles"}).json()
    first = client.ready_audio(wav(), "alpha_1.wav", audioAssetGroupId=group["id"])
    second = client.ready_audio(wav(), "beta.wav")
    listed = client.get("/audio/list").json()
    assert [entry["id"] for entry in listed] == [first, second]
    assert (listed[0]["groupId"], listed[0]["groupName"]) == (group["id"], "Jingles")
    assert [entry["id"] for entry in client.get("/audio/list", params={"search": "ALPHA_"}).json()] == [first]
    assert [entry["id"] for entry in client.get("/audio/list", params={"search": "jing"}).json()] == [first]
    assert client.get("/audio/list", params={"search": "%"}).json() == []
    assert client.get("/audio/list", params={"search": "x' OR 1=1 --"}).json() == []
    assert [entry["id"] for entry in client.get("/audio/list?skip=1&take=1").json()] == [second]


def test_groups_hold_audio_and_go_with_it(client: Client) -> None:
    group_id = client.post("/audio-asset-group", json={"name": "Group"}).json()["id"]
    answer = client.post(f"/audio-asset-group/{group_id}/audio", files={"file": ("a.wav", wav())})
    assert answer.json()["audioGroupId"] == group_id
    audio_id = answer.json()["audioId"]
    client.settle(f"/audio/{audio_id}/status")
    detail = client.get(f"/audio-asset-group/{group_id}").json()
    assert [entry["id"] for entry in detail["audio"]] == [audio_id]
    assert client.get("/audio-asset-group").json()[0]["audioCount"] == 1
    refused = client.delete(f"/audio-asset-group/{group_id}")
    assert refused.status_code == 400
    assert "holds 1 audio file;" in refused.json()["detail"]
    assert list(refused.json()["errors"]) == ["withAudio"]
    assert client.delete(f"/audio-asset-group/{group_id}?withAudio=false").status_code == 400
    assert client.get(f"/audio-asset-group/{group_id}").json()["audioCount"] == 1
    assert client.delete(f"/audio-asset-group/{group_id}?withAudio=true").status_code == 200
    assert client.get(f"/audio/{audio_id}").status_code == 404
    assert client.get("/template/storage-status").json()["usedBytes"] == 0


def test_an_unknown_group_keeps_nothing(client: Client) -> None:
    answer = client.post("/audio/upload", files={"file": ("a.wav", wav())}, data={"audioGroupId": str(uuid4())})
    assert answer.status_code == 404
    assert client.post("/audio/upload", files={"file": ("a.wav", wav())}, data={"audioGroupId": "x"}).status_code == 400
    assert client.get("/template/storage-status").json()["usedBytes"] == 0


def test_audio_of_an_active_render_cannot_be_deleted(client: Client) -> None:
    template_id = client.ready_template(slow_template())
    audio_id = client.ready_audio(wav())
    render_id = client.post("/render", json=render_request(template_id, audioId=audio_id)).json()["renderId"]
    assert client.delete(f"/audio/{audio_id}").status_code == 400
    assert client.post(f"/render/{render_id}/cancel").status_code == 200
    assert client.delete(f"/audio/{audio_id}").status_code == 200
