"""Pictures and clips for replacements: which formats are taken, as the documents say."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from media_support import make_clip
from PIL import Image
from web.support_service import Client
from web.support_templates import layer, png, template_zip

from velocity_web.processes.analyse_process import ASSETS
from velocity_web.schemas.asset import CONTENT_TYPES

CAPTIONS = {
    "srt": b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
    "vtt": b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
    "ass": (
        b"[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
        b"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        b"Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,Hello\n"
    ),
}
SERVICE = Path(__file__).resolve().parents[2] / "docs" / "service.md"


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 12), (200, 30, 30)).save(out, kind)
    return out.getvalue()


def test_each_format_is_downloaded_as_what_it_is_and_as_the_documents_say(client: Client, tmp_path: Path) -> None:
    files = {kind.lower(): picture(kind) for kind in ("PNG", "JPEG", "GIF", "TGA", "WEBP")}
    files["mp4"] = make_clip(tmp_path / "clip.mp4", 5).read_bytes()
    files |= CAPTIONS
    document = client.get("/openapi.json").json()
    download = document["paths"]["/asset/{assetId}/download"]["get"]["responses"]["200"]["content"]
    kinds = set()
    for kind, content in files.items():
        asset = client.post("/asset", files={"file": ("any.name", content)}).json()
        assert asset["format"] == kind
        kinds.add(client.get(f"/asset/{asset['assetId']}/download").headers["content-type"])
    assert kinds == set(download) == set(CONTENT_TYPES.values())
    assert set(document["components"]["schemas"]["AssetDto"]["properties"]["format"]["enum"]) == set(files)
    ((pictures, captions),) = re.findall(
        r"`/asset` takes pictures \((.+?)\) and clips \(MP4[^)]*\), and caption files \((.+?)\)", SERVICE.read_text()
    )
    assert {name.lower() for name in f"{pictures}, {captions}".split(", ")} | {"mp4"} == set(files)


def test_other_formats_are_refused_by_name(client: Client, tmp_path: Path) -> None:
    for content, sentence in (
        (b"hello", f"this is not a picture that can be decoded (file my file). {ASSETS}"),
        (picture("BMP"), f"the file is a BMP picture. {ASSETS}"),
        (
            make_clip(tmp_path / "clip.mov", 5).read_bytes(),
            f"the file is a QuickTime movie (MOV), not a clip (file my file). {ASSETS}",
        ),
    ):
        answer = client.post("/asset", files={"file": ("my file", content)})
        assert (answer.status_code, answer.json()["errors"]) == (400, {"file": [sentence]})


@pytest.mark.parametrize(("ending", "status"), [(".mp4", "completed"), (".mov", "failed")])
def test_a_clip_of_a_template_is_mp4(client: Client, tmp_path: Path, ending: str, status: str) -> None:
    clip = make_clip(tmp_path / f"clip{ending}", 10).read_bytes()
    assets = [{"id": "clip", "p": "clip.mp4", "u": "images/", "w": 96, "h": 64}]
    layers = [layer("Clip", 9, 1, 10, refId="clip")]
    content = template_zip({"images/clip.mp4": clip, "images/a.png": png()}, assets=assets, layers=layers)
    found = client.settle(f"/template/{client.upload_template(content)}/status")
    assert found["status"] == status
    if status == "failed":
        assert "the file is a QuickTime movie (MOV), not a clip" in found["reason"]
