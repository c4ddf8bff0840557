"""Input made to do harm: refused or failed with its reason, soon, and the next honest request works."""

from __future__ import annotations

from pathlib import Path

import pytest
from web.support_hostile import HOSTILE
from web.support_service import Client, Service
from web.support_templates import png, template_zip

SOON = 10.0


def test_there_are_at_least_sixty() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates(client: Client, name: str) -> None:
    make, refused = HOSTILE[name]
    answer = client.post("/template/upload", files={"file": ("hostile.zip", make())})
    if answer.status_code != 200:
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"]
        return
    status = client.settle(f"/template/{answer.json()['templateId']}/status", seconds=SOON)
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
