"""Packages: what opens, what is found, and what is refused."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from velocity_engine.errors import PackageError
from velocity_engine.package.package import PackageLimits, open_package

LOTTIE = {"v": "5.9.0", "fr": 30, "ip": 0, "op": 60, "w": 100, "h": 80, "layers": []}
TEXT = json.dumps(LOTTIE).encode()


def packed(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def document_of(path: Path, **options: Any) -> str:
    with open_package(path, **options) as package:
        return package.document_name


# --- what opens -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "document"),
    [
        ({"data.json": TEXT}, "data.json"),
        ({"Airbnb.json": TEXT, "__MACOSX/._Airbnb.json": b"\0\5"}, "Airbnb.json"),
        ({"map/data.json": TEXT, "map/demo.html": b"<html>", "map/lottie.js": b"x"}, "map/data.json"),
        ({"sky.aep": b"RIFX", "sky.json": TEXT, "AME/tmp.aep": b""}, "sky.json"),
        ({"data.json": TEXT, "other.json": TEXT}, "data.json"),
        ({"promo.json": TEXT, "settings.json": b'{"a": 1}'}, "promo.json"),
        ({"one/data.json": TEXT, "one/extra.json": TEXT}, "one/data.json"),
        ({"a.json": "\ufeff".encode() + TEXT}, "a.json"),
        ({"a.json": TEXT.decode().encode("utf-16")}, "a.json"),
    ],
)
def test_the_document_of_a_zip(tmp_path: Path, files: dict[str, bytes], document: str) -> None:
    assert document_of(packed(tmp_path / "t.zip", files)) == document


def test_several_documents_are_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"one.json": TEXT, "two.json": TEXT})
    with pytest.raises(PackageError, match=r"several Lottie documents: one\.json, two\.json"):
        open_package(path)
    assert document_of(path, animation="two") == "two.json"
    with pytest.raises(PackageError, match=r"no animation 'three'.*It has one\.json, two\.json"):
        open_package(path, animation="three")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.txt": b"hello"}, "holds no Lottie document"),
        ({"settings.json": b'{"layers": 3}'}, r"no JSON file of the package is a Lottie document \(settings\.json\)"),
        ({"inner.zip": b"PK"}, "another package inside"),
    ],
)
def test_no_document(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(PackageError, match=message):
        open_package(packed(tmp_path / "t.zip", files))


@pytest.mark.parametrize("folder", ["animations", "a"])
def test_dotlottie(tmp_path: Path, folder: str) -> None:
    manifest = json.dumps({"version": "2", "animations": [{"id": "first"}, {"id": "second"}]}).encode()
    files = {"manifest.json": manifest, f"{folder}/first.json": TEXT, f"{folder}/second.json": TEXT, "i/pic.png": b"1"}
    path = packed(tmp_path / "t.lottie", files)
    assert document_of(path) == f"{folder}/first.json"
    assert document_of(path, animation="second") == f"{folder}/second.json"
    with pytest.raises(PackageError, match="It has first, second"):
        open_package(path, animation="third")
    with open_package(path) as package:
        assert package.find(["/i/pic.png"]) == "i/pic.png"
        assert package.find(["images/pic.png"]) == "i/pic.png"


def test_dotlottie_initial_and_missing_animation(tmp_path: Path) -> None:
    manifest = {"version": "2", "animations": [{"id": "x"}, {"id": "y"}], "initial": {"animation": "y"}}
    files = {"manifest.json": json.dumps(manifest).encode(), "a/y.json": TEXT}
    path = packed(tmp_path / "t.lottie", files)
    assert document_of(path) == "a/y.json"
    with pytest.raises(PackageError, match="lacks its file"):
        open_package(path, animation="x")


def test_folder_and_bare_json(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "data.json").write_bytes(TEXT)
    (tmp_path / "images" / "Picture.PNG").write_bytes(b"png")
    with open_package(tmp_path) as package:
        assert package.document_name == "data.json"
        assert package.read("images/Picture.PNG") == b"png"
        assert package.find(["images/picture.png"]) == "images/Picture.PNG"
        assert package.extract("images/Picture.PNG", tmp_path / "out") == str(tmp_path / "images" / "Picture.PNG")
    with open_package(tmp_path / "data.json") as package:
        assert package.document_bytes == TEXT
        assert package.find(["picture.png"]) == "images/Picture.PNG"


def test_find_prefers_exact_names_and_never_leaves(tmp_path: Path) -> None:
    files = {"x/data.json": TEXT, "x/images/a.png": b"1", "images/a.png": b"2", "x/deep/My Pic.png": b"3"}
    files["images/Gr\u00fcn.png"] = b"4"
    with open_package(packed(tmp_path / "t.zip", files)) as package:
        assert package.find(["images/a.png"]) == "x/images/a.png"
        assert package.find(["images/b.png", "A.PNG"]) is not None
        assert package.find(["images/My%20Pic.png"]) == "x/deep/My Pic.png"
        assert package.find(["none.png"]) is None
        assert package.find(["images/Gru\u0308n.png"]) == "images/Gr\u00fcn.png"
        for outside in ("../../etc/passwd", "..", ".", "C:/x", "a\0b"):
            assert package.find([outside]) is None
        with pytest.raises(PackageError, match="has no file"):
            package.read("../x/data.json")


def test_extract_streams_a_copy(tmp_path: Path) -> None:
    clip = os.urandom(700_000)
    with open_package(packed(tmp_path / "t.zip", {"data.json": TEXT, "images/clip.mp4": clip})) as package:
        path = package.extract("images/clip.mp4", tmp_path)
        assert path.endswith(".mp4")
        assert Path(path).read_bytes() == clip
        assert package.extract("images/clip.mp4", tmp_path) == path
        assert package.size("images/clip.mp4") == len(clip)


def test_names_in_utf8_without_the_flag(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "images/Bild-grün.png": b"1"})
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = raw.find(signature)
        while at >= 0:
            flags = struct.unpack_from("<H", raw, at + offset)[0]
            struct.pack_into("<H", raw, at + offset, flags & ~0x800)
            at = raw.find(signature, at + 4)
    path.write_bytes(raw)
    with open_package(path) as package:
        assert package.find(["images/Bild-grün.png"]) == "images/Bild-grün.png"
        assert package.read("images/Bild-grün.png") == b"1"


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x89PNG\r\n", b"PK\x03\x04" + b"\0" * 50, b"PK\x05\x06" + b"\0" * 18]
)
def test_no_package(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(data)
    with pytest.raises(PackageError):
        open_package(path)


@pytest.mark.parametrize("path", ["/nowhere/at/all.zip", "a\0b"])
def test_no_such_file(path: str) -> None:
    with pytest.raises(PackageError, match="there is no such template"):
        open_package(path)


def test_truncated(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "a.bin": os.urandom(5000)})
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 397):
        path.write_bytes(whole[:length])
        with pytest.raises(PackageError):
            open_package(path)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "absolute path"),
        ("C:/windows/x", "absolute path"),
        ("../up.png", "leads out"),
        ("images/../../up.png", "leads out"),
        ("images\\pic.png", "backslash"),
        ("a\x01b", "control characters"),
        ("x" * 2000, "too long"),
    ],
)
def test_unsafe_names(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(PackageError, match=why):
        open_package(packed(tmp_path / "t.zip", {"data.json": TEXT, name: b"x"}))


def test_nul_in_a_name(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "imagesXpic.png": b"x"})
    path.write_bytes(path.read_bytes().replace(b"imagesXpic", b"images\0pic"))
    with pytest.raises(PackageError, match="control characters"):
        open_package(path)


@pytest.mark.parametrize(("kind", "why"), [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "special file")])
def test_links_and_special_files(tmp_path: Path, kind: int, why: str) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("images/link.png")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(PackageError, match=why):
        open_package(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_names(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data.json", b"{}")
    with pytest.raises(PackageError, match="twice"):
        open_package(path)


def test_encrypted(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT})
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(PackageError, match="encrypted"):
        open_package(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(tmp_path: Path, method: int) -> None:
    with pytest.raises(PackageError, match="compression method"):
        open_package(packed(tmp_path / "t.zip", {"data.json": TEXT}, method))


def test_a_bomb_by_ratio(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "images/a.png": bytes(20 << 20)})
    with pytest.raises(PackageError, match=r"images/a\.png.*inflates to 20971520"):
        open_package(path)


def test_a_bomb_by_overlap(tmp_path: Path) -> None:
    """Two directory entries that share one member's bytes."""
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "a.png": b"x" * 100, "b.png": b"x" * 100})
    raw = bytearray(path.read_bytes())
    second = raw.find(b"PK\x01\x02", raw.find(b"PK\x01\x02") + 4)
    third = raw.find(b"PK\x01\x02", second + 4)
    raw[third + 42 : third + 46] = raw[second + 42 : second + 46]
    path.write_bytes(raw)
    with pytest.raises(PackageError, match=r"overlap|damaged"):
        open_package(path).read("b.png")


@pytest.mark.parametrize("stated", [10, 5000])
def test_sizes_that_lie(tmp_path: Path, stated: int) -> None:
    """The directory states another size than the member inflates to."""
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "a.bin": os.urandom(500) * 4})
    raw = bytearray(path.read_bytes())
    second = raw.find(b"PK\x01\x02", raw.find(b"PK\x01\x02") + 4)
    struct.pack_into("<I", raw, second + 24, stated)
    path.write_bytes(raw)
    with open_package(path) as package, pytest.raises(PackageError):
        package.read("a.bin")


def test_a_checksum_that_lies(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "a.bin": b"hello world"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"hello world", b"hellO world"))
    with open_package(path) as package, pytest.raises(PackageError, match=r"t\.zip/a\.bin"):
        package.read("a.bin")


def test_limits(tmp_path: Path) -> None:
    files = {"data.json": TEXT, **{f"images/{n}.png": os.urandom(1000) for n in range(20)}}
    path = packed(tmp_path / "t.zip", files)
    with pytest.raises(PackageError, match="21 members, more than 10"):
        open_package(path, limits=PackageLimits(members=10))
    with pytest.raises(PackageError, match="larger than 10000 bytes in all"):
        open_package(path, limits=PackageLimits(total_bytes=10_000))
    with open_package(path, limits=PackageLimits(file_bytes=999)) as package, pytest.raises(PackageError):
        package.read("images/0.png")
    with open_package(path, limits=PackageLimits(document_bytes=20)) as package, pytest.raises(PackageError):
        assert package.document_bytes


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, 500 << 20, 0, 0)
    path.write_bytes(b"PK\x03\x04" + bytes(1000) + end)
    with pytest.raises(PackageError, match="directory is larger"):
        open_package(path)


def test_links_out_of_a_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "data.json").write_bytes(TEXT)
    (folder / "link.png").symlink_to(secret)
    with pytest.raises(PackageError, match=r"link\.png.*leads out"):
        open_package(folder)
    with open_package(folder / "data.json") as package:
        assert package.find(["link.png", "../secret.png"]) is None
    (folder / "link.png").unlink()
    (folder / "here.png").symlink_to(folder / "data.json")
    with open_package(folder) as package:
        assert package.read("here.png") == TEXT
        (folder / "here.png").unlink()
        (folder / "here.png").symlink_to(secret)
        with pytest.raises(PackageError, match="leads out"):
            package.read("here.png")


def test_a_document_beside_links_in_a_circle_opens(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_bytes(TEXT)
    (tmp_path / "photo.png").write_bytes(b"photo")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with open_package(tmp_path / "data.json") as package:
        assert package.read("photo.png") == b"photo"
        assert package.find(["a"]) is None


def test_folder_limits(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_bytes(TEXT)
    for number in range(12):
        (tmp_path / f"{number}.bin").write_bytes(bytes(100))
    with pytest.raises(PackageError, match="more than 5 files"):
        open_package(tmp_path, limits=PackageLimits(members=5))
    with pytest.raises(PackageError, match="in all"):
        open_package(tmp_path, limits=PackageLimits(total_bytes=500))


def test_random_damage_is_always_a_package_error(tmp_path: Path) -> None:
    """Single bytes changed all over a small ZIP: it opens and reads, or says PackageError."""
    path = packed(tmp_path / "t.zip", {"data.json": TEXT, "images/a.png": b"0123456789" * 20, "b/": b""})
    whole = path.read_bytes()
    seed = zlib.crc32(b"velocity")
    read = 0
    for at in range(len(whole)):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        path.write_bytes(whole[:at] + bytes([(seed >> 16) & 0xFF]) + whole[at + 1 :])
        try:
            with open_package(path) as package:
                for name in package.names:
                    package.read(name)
            read += 1
        except PackageError:
            continue
    assert 0 < read < len(whole)
