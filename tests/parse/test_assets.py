"""Assets: in the package, embedded, missing, and never from elsewhere."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from velocity_engine.model.document import Document, Media
from velocity_engine.package.package import open_package
from velocity_engine.parse import parse_document
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.values import Malformed


def parsed(tmp_path: Path, asset: dict[str, Any], files: dict[str, bytes]) -> Document:
    layer = {"ty": 2, "nm": "Photo", "refId": asset.get("id", "?")}
    raw = {"v": "5.9.0", "fr": 30, "ip": 0, "op": 9, "w": 10, "h": 10, "assets": [asset], "layers": [layer]}
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for name, data in {"data.json": json.dumps(raw).encode(), **files}.items():
            archive.writestr(name, data)
    with open_package(tmp_path / "t.zip") as package:
        return parse_document(package.document_bytes, file=package.document_name, package=package)


@pytest.mark.parametrize(
    ("u", "p", "file"),
    [
        ("images/", "a.png", "images/a.png"),
        ("images", "a.png", "images/a.png"),
        ("", "a.png", "images/a.png"),
        ("/images/", "a.png", "images/a.png"),
        ("", "a.png", "a.png"),
        ("media/", "a.png", "other/A.PNG"),
        ("../../", "a.png", "images/a.png"),
        ("https://cdn.example.com/", "a.png", "images/a.png"),
    ],
)
def test_files_of_the_package(tmp_path: Path, u: str, p: str, file: str) -> None:
    document = parsed(tmp_path, {"id": "image_0", "u": u, "p": p, "w": 30, "h": "20"}, {file: b"x"})
    asset = document.assets["image_0"]
    assert asset.media == Media(name=file)
    assert (asset.width, asset.height, asset.pointer) == (30.0, 20.0, "/assets/0")
    assert not document.findings


@pytest.mark.parametrize(
    ("u", "p", "why"),
    [
        ("images/", "gone.png", "images/gone.png is not in the package"),
        ("", "https://example.com/a.png", "is a URL"),
        ("", "//example.com/a.png", "is a URL"),
        ("", "file:///etc/passwd", "is a URL"),
        ("", "../../../etc/passwd", "is not in the package"),
        ("", "", "names no file"),
        ("", "data:image/png;base64,????", "no valid base64"),
    ],
)
def test_missing_assets_are_errors_that_name_the_layer(tmp_path: Path, u: str, p: str, why: str) -> None:
    document = parsed(tmp_path, {"id": "image_0", "u": u, "p": p}, {"images/a.png": b"x"})
    assert document.assets["image_0"].media is None
    assert why in document.assets["image_0"].missing
    (finding,) = document.findings
    assert (finding.feature, finding.severity) == ("asset.missing", "error")
    assert why in finding.message and "Photo" in finding.message
    assert (finding.place.layer, finding.place.pointer, finding.place.file) == ("Photo", "/assets/0", "data.json")


def test_an_asset_that_the_document_lacks(tmp_path: Path) -> None:
    document = parsed(tmp_path, {}, {})
    assert document.assets["?"].media is None
    assert 'has no asset "?"' in document.findings[0].message


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("data:image/png;base64,aGVsbG8=", b"hello"),
        ("data:image/png;base64,aGVsbG8", b"hello"),
        ("data:image/png;base64,aGVs\n bG8=", b"hello"),
        ("data:;BASE64,aGVsbG8%3D", b"hello"),
        ("data:image/png;base64,_-8=", b"\xff\xef"),
        ("data:image/svg+xml;utf8,%3Csvg%3E", b"<svg>"),
        ("data:,a,b", b"a,b"),
        ("data:image/png;charset=utf-8;base64,", b""),
    ],
)
def test_data_uris(uri: str, data: bytes) -> None:
    assert data_uri(uri) == data


@pytest.mark.parametrize("uri", ["data:image/png;base64", "data:image/png;base64,a", "data:;base64,ä"])
def test_broken_data_uris(uri: str) -> None:
    with pytest.raises(Malformed):
        data_uri(uri)


def test_a_percent_encoded_uri_of_a_size_that_would_take_gigabytes_is_refused() -> None:
    with pytest.raises(Malformed, match="must be base64"):
        data_uri("data:image/png," + "%00" * (8 << 20))
