"""Input made to do harm: refused or failed with its reason, soon, and the next honest request works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from media_support import make_clip, make_sound, tone
from strangers import naming
from web.support_hostile import HOSTILE
from web.support_sentences import UUID, check
from web.support_service import Client, Service
from web.support_templates import layer, png, solid, template_zip

from velocity_engine import probe_video


def test_there_are_at_least_sixty() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates(client: Client, name: str) -> None:
    make, refused = HOSTILE[name]
    answer = client.post("/template/upload", files={"file": ("hostile.zip", make())})
    if answer.status_code != 200:
        assert answer.status_code == 400, answer.text
        assert check(answer.json())
        return
    status = client.settle(f"/template/{answer.json()['templateId']}/status")
    check(status, "/tmp/velocity-pwned.png")
    for warning in status["warnings"]:
        assert not UUID.search(json.dumps(warning)), warning
    if status["status"] == "failed":
        assert status["reason"]
        assert "Traceback" not in status["reason"]
        assert "attempts" not in status["reason"], "its process must not die of it"
        assert client.get("/template/storage-status").json()["usedBytes"] == 0
    else:
        assert not refused, status


def test_afterwards_an_honest_request_works_and_nothing_leaked(client: Client, service: Service) -> None:
    assert client.ready_template(template_zip())
    assert not Path("/tmp/velocity-pwned.png").exists()
    assert not list((service.data / "tmp").glob("upload-*"))


NAMES = {
    "path": "../../../etc/passwd.zip",
    "windows path": "C:\\temp\\evil.zip",
    "html": "<script>alert(1)</script>.zip",
    "header": "a\r\nX-Evil: 1.zip",
    "direction": "\u202egpj.zip",
    "emoji": "😀" * 100 + ".zip",
    "long": "n" * 5000 + ".zip",
    "dots": "...",
    "only spaces": "   ",
    "sql": "'; DROP TABLE account; --.zip",
    "format": "%s%n{0}$id.zip",
}


@pytest.mark.parametrize("name", NAMES)
def test_hostile_file_names_are_only_names(client: Client, name: str) -> None:
    content = template_zip()
    template_id = client.ready_template(content, NAMES[name])
    [entry] = client.get("/template/all").json()
    assert 1 <= len(entry["name"]) <= 255
    assert not set(entry["name"]) & set("/\\\r\n\0")
    download = client.get(f"/template/{template_id}/download")
    assert download.content == content
    assert "x-evil" not in download.headers


@pytest.mark.parametrize(
    "text", ["<b>&amp;</b>", "'; DROP TABLE render; --", "\u202eabc", "😀" * 200, "$id {0} %s", "日本語" * 80]
)
def test_hostile_names_of_renders_are_only_names(client: Client, template_id: str, text: str) -> None:
    render_id = client.ready_render(template_id, name=text)
    assert client.get(f"/render/{render_id}/status").json()["name"] == text
    assert client.get(f"/render/{render_id}/download").headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("name", naming(""))
def test_a_sound_that_names_files_or_the_network_stays_silent(client: Client, tmp_path: Path, name: str) -> None:
    """The renders end soon, and nothing of the file that is named is in the video."""
    secret = make_sound(tmp_path / "secret.wav", tone(1.0))
    asset = {"id": "s", "p": "s.mp3", "u": "sounds/", "t": 6}
    layers = [layer("Sound", 6, 1, 30, refId="s"), solid("Ground", "#ff0000", 30, 2)]
    files: dict[str, bytes | str] = {"sounds/s.mp3": naming(str(secret))[name]}
    template_id = client.ready_template(template_zip(files, assets=[asset], layers=layers, frames=30))
    render_id = client.start_render(template_id)
    assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
    video = tmp_path / "video.mp4"
    video.write_bytes(client.get(f"/render/{render_id}/download").content)
    assert not probe_video(video).has_audio


@pytest.mark.parametrize("codec", ["libvpx-vp9", "mpeg4"])
def test_clips_of_other_codecs_are_refused_in_the_same_words_everywhere(
    client: Client, tmp_path: Path, codec: str
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 5, codec=codec).read_bytes()
    refused = client.post("/asset", files={"file": ("clip.mp4", clip)})
    assert refused.status_code == 400
    sentence = f"the clip is {'vp9' if codec == 'libvpx-vp9' else 'mpeg4'}"
    assert sentence in refused.text and "Clips are MP4 with H.264 or H.265" in refused.text
    asset = {"id": "v", "p": "clip.mp4", "u": "videos/", "w": 96, "h": 64, "t": 9}
    content = template_zip({"videos/clip.mp4": clip}, assets=[asset], layers=[layer("Clip", 9, 1, 5, refId="v")])
    status = client.settle(f"/template/{client.upload_template(content)}/status")
    assert status["status"] == "failed"
    assert sentence in status["reason"] and "Clips are MP4 with H.264 or H.265" in status["reason"]


ASSETS = {
    "empty": b"",
    "text": b"hello",
    "cut off": png(300, 300)[:100],
    "zip": template_zip(),
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "clip head": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "gif head": b"GIF89a\xff\xff\xff\xff\x80\0\0",
    "jpeg noise": b"\xff\xd8\xff\xe0" + b"\x11" * 500,
    "tga of 65535 x 65535": b"\0\0\2" + b"\0" * 9 + b"\xff\xff\xff\xff\x20\0",
}


@pytest.mark.parametrize("name", ASSETS)
def test_hostile_assets_are_400(client: Client, name: str) -> None:
    answer = client.post("/asset", files={"file": ("a.png", ASSETS[name])})
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]["file"][0]
    assert client.get("/template/storage-status").json()["usedBytes"] == 0
