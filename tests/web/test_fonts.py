"""Fonts of an account: what is taken, who uses them, and letters that no font has."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from text_support import named_font, variable_font
from web.support_service import Client, Service, render_request
from web.support_templates import layer, solid, still, template_zip

CUNEIFORM = "\U00012345"
TTF = named_font("DejaVuSans-Bold.ttf", "abcABC", "Corporate")


def worded(text: str, font: str = "Corporate-Regular", name: str = "Title") -> dict[str, Any]:
    words = {"s": 20, "f": font, "t": text, "j": 0, "fc": [0, 0, 0]}
    data = {"d": {"k": [{"s": words, "t": 0}]}, "p": {}, "m": {"g": 1, "a": still([0, 0])}, "a": []}
    return layer(name, 5, 1, 10, t=data) | {"ks": {"p": still([4, 40, 0])}}


def template(*texts: str, font: str = "Corporate-Regular") -> bytes:
    layers = [worded(text, font, f"Title {n}" if n else "Title") for n, text in enumerate(texts)]
    return template_zip(layers=[*layers, solid("Ground", "#ff0000", 10, 2)])


def upload(client: Client, content: bytes = TTF, file: str = "Corporate.ttf", **fields: str) -> dict[str, Any]:
    answer = client.post("/font", files={"file": (file, content)}, data=fields)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def features(warnings: list[dict[str, Any]]) -> list[str]:
    return [warning["feature"] for warning in warnings]


def pixels(client: Client, template_id: str) -> np.ndarray[Any, Any]:
    answer = client.get(f"/template/{template_id}/preview?frame=0")
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


# --- what is taken --------------------------------------------------------------------------------------------------


def test_a_font_is_uploaded_listed_downloaded_and_deleted(client: Client) -> None:
    before = client.get("/template/storage-status").json()["usedBytes"]
    made = upload(client, file="brand.otf")
    (face,) = made["faces"]
    assert made["format"] == "ttf" and made["name"] == "brand.otf" and made["sizeBytes"] == len(TTF)
    assert face == {
        "postscript": "Corporate-Regular", "family": "Corporate", "style": "Regular", "weight": 700, "italic": False,
        "variable": False,
    }  # fmt: skip
    assert client.get("/font").json() == [made]
    assert client.get(f"/font/{made['fontId']}").json() == made
    download = client.get(f"/font/{made['fontId']}/download")
    assert (download.content, download.headers["content-type"]) == (TTF, "font/ttf")
    assert client.get("/template/storage-status").json()["usedBytes"] == before + len(TTF)
    assert client.delete(f"/font/{made['fontId']}").json() == {"message": "Font deleted successfully"}
    assert client.get("/template/storage-status").json()["usedBytes"] == before
    assert client.get(f"/font/{made['fontId']}").status_code == 404


def test_web_fonts_are_kept_unpacked(client: Client) -> None:
    packed = named_font("DejaVuSans-Bold.ttf", "abcABC", "Corporate", flavor="woff2")
    made = upload(client, packed, "c.woff2", name="Corporate")
    content = client.get(f"/font/{made['fontId']}/download").content
    assert made["format"] == "ttf" and made["name"] == "Corporate"
    assert content[:4] == b"\0\1\0\0" and len(content) == made["sizeBytes"] > len(packed)


def test_a_variable_font_is_told_as_one(client: Client) -> None:
    (face,) = upload(client, variable_font("Stretchy"), "v.ttf")["faces"]
    assert (face["family"], face["variable"]) == ("Stretchy", True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"rubbish", "this is not a font that can be read (file f.ttf)"),
        (TTF[:40], "this is not a font that can be read (file f.ttf)"),
        (b"wOF2" + bytes(100), "the web font cannot be unpacked (file f.ttf)"),
    ],
)
def test_what_is_no_font_is_refused_and_nothing_stays(client: Client, content: bytes, sentence: str) -> None:
    answer = client.post("/font", files={"file": ("f.ttf", content)})
    assert answer.status_code == 400
    [told] = answer.json()["errors"]["file"]
    assert told.startswith(sentence)
    assert client.get("/font").json() == []


def test_other_accounts_see_nothing_of_it(client: Client, service: Service) -> None:
    made = upload(client)
    other = service.client()
    assert other.get("/font").json() == []
    for path in (f"/font/{made['fontId']}", f"/font/{made['fontId']}/download"):
        assert other.get(path).status_code == 404
    assert other.delete(f"/font/{made['fontId']}").status_code == 404
    template_id = other.ready_template(template("ABC"))
    assert features(other.get(f"/template/{template_id}/status").json()["warnings"]) == ["font.missing"]


# --- who uses it ----------------------------------------------------------------------------------------------------


def test_renders_previews_checks_and_analyses_draw_with_it(client: Client) -> None:
    template_id = client.ready_template(template("ABC"))
    assert features(client.get(f"/template/{template_id}/status").json()["warnings"]) == ["font.missing"]
    request = render_request(template_id)
    before = pixels(client, template_id)
    assert features(client.post("/render?dryRun=true", json=request).json()["warnings"]) == ["font.missing"]
    made = upload(client)
    assert not np.array_equal(before, pixels(client, template_id))
    assert client.post("/render?dryRun=true", json=request).json()["warnings"] == []
    preview = client.post(f"/template/{template_id}/preview", json={"frame": 0})
    assert "font.missing" not in preview.headers.get("velocity-findings", "")
    render_id = client.ready_render(template_id)
    assert client.get(f"/render/{render_id}/status").json()["warnings"] == []
    again = client.ready_template(template("ABC"))
    assert client.get(f"/template/{again}/status").json()["warnings"] == []
    client.delete(f"/font/{made['fontId']}")
    assert np.array_equal(before, pixels(client, template_id))
    assert features(client.post("/render?dryRun=true", json=request).json()["warnings"]) == ["font.missing"]


def test_of_two_with_the_same_names_the_newer_one_is_meant(client: Client) -> None:
    template_id = client.ready_template(template("ABC"))
    upload(client)
    bold = pixels(client, template_id)
    upload(client, named_font("DejaVuSans.ttf", "abcABC", "Corporate"))
    assert not np.array_equal(bold, pixels(client, template_id))


def test_a_font_stays_while_a_render_that_was_ordered_with_it_is_active(client: Client, service: Service) -> None:
    made = upload(client)
    render_id = client.ready_render(client.ready_template(template("ABC")))
    service.query(
        "UPDATE job SET status = 'processing', lease_owner = 'x', lease_until = ? WHERE id = ?", 1 << 50, render_id
    )
    answer = client.delete(f"/font/{made['fontId']}")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "active render jobs were ordered with the font; cancel them first"
    service.query("UPDATE job SET status = 'completed', lease_owner = NULL WHERE id = ?", render_id)
    assert client.delete(f"/font/{made['fontId']}").status_code == 200


# --- letters that no font has ---------------------------------------------------------------------------------------


def test_strict_fonts_refuse_renders_with_the_characters_by_field(client: Client) -> None:
    template_id = client.ready_template(template("fine", f"a{CUNEIFORM}", font="Inter-Regular"))
    request = render_request(template_id, customizationMap=[{"layer": "Title", "text": "\u1b05"}])
    told = client.post("/render?dryRun=true", json=request).json()["warnings"]
    assert features(told) == ["text.glyph_missing"] * 2
    for query in ("", "?dryRun=true"):
        answer = client.post(f"/render{query}", json={**request, "fonts": "strict"})
        assert answer.status_code == 400
        errors = answer.json()["errors"]
        assert set(errors) == {"customizationMap[0].text", "templateId"}
        assert "U+1B05" in errors["customizationMap[0].text"][0] and "'Title'" in errors["customizationMap[0].text"][0]
        assert "U+12345" in errors["templateId"][0] and "'Title 1'" in errors["templateId"][0]
    assert client.post("/render?dryRun=true", json={**request, "fonts": "boxes"}).status_code == 200
    [sentence] = client.post("/render", json={**request, "fonts": "loose"}).json()["errors"]["fonts"]
    assert sentence == "it must be boxes or strict"


def test_strict_fonts_reject_rows_of_a_batch(client: Client) -> None:
    template_id = client.ready_template(template("fine", font="Inter-Regular"))
    rows = [{"customizationMap": [{"layer": "Title", "text": text}]} for text in ("good", CUNEIFORM)]
    body = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000}, "rows": rows, "fonts": "strict"}
    told = client.post("/render/batch?dryRun=true", json=body).json()
    assert (told["rowsValid"], told["rowsRejected"]) == (1, 1)
    assert "U+12345" in json.dumps(told["errors"])
    told = client.post("/render/batch?dryRun=true", json={**body, "fonts": "boxes"}).json()
    assert (told["rowsValid"], told["rowsRejected"]) == (2, 0)
    [warning] = told["warnings"]
    assert warning["feature"] == "text.glyph_missing" and "U+12345" in warning["message"]


# --- fonts of the service -------------------------------------------------------------------------------------------


def test_a_folder_of_the_service_is_for_all_accounts(new_service: Callable[..., Service], tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    folder.mkdir()
    (folder / "c.ttf").write_bytes(TTF)
    running = new_service(font_folder=str(folder), fonts_per_account="1")
    client = running.client()
    template_id = client.ready_template(template("ABC"))
    assert client.get(f"/template/{template_id}/status").json()["warnings"] == []
    assert client.post("/render?dryRun=true", json=render_request(template_id)).json()["warnings"] == []
    render_id = client.ready_render(template_id)
    assert client.get(f"/render/{render_id}/status").json()["warnings"] == []
    upload(client)
    [sentence] = client.post("/font", files={"file": ("f.ttf", TTF)}).json()["errors"]["file"]
    assert sentence == "the account has 1 fonts, and may have 1; delete one first"
