"""Devices, pipes, sockets and folders are never read as files, nor replaced by one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from media_support import make_clip
from PIL import Image
from web.support_templates import document, layer

import velocity_engine as engine
from velocity_engine.builtin.storage.folder import FolderStorage
from velocity_engine.errors import MediaError, PackageError, StorageError
from velocity_engine.files.regular import open_regular, output_file
from velocity_engine.media.clip import open_clip
from velocity_engine.media.probe import probe_asset, probe_audio, probe_picture, probe_video
from velocity_engine.sound.decoding import check_sound

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such files")


def pipe(path: Path) -> str:
    os.mkfifo(path)
    return "a named pipe"


def listening(path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    return "a socket"


def folder(path: Path) -> str:
    path.mkdir()
    return "a folder"


def device(path: Path) -> str:
    path.symlink_to("/dev/null")
    return "a device"


MAKERS = (pipe, listening, folder, device)
makers = pytest.mark.parametrize("make", MAKERS)


@makers
def test_nothing_is_read_of_what_is_no_file(tmp_path: Path, make: Callable[[Path], str]) -> None:
    path = tmp_path / "x"
    what = make(path)
    with pytest.raises(OSError, match=f"it is {what}, not a file"):
        open_regular(path)
    for use in (open_clip, probe_asset, probe_picture, probe_video, lambda path: check_sound(str(path), "x")):
        with pytest.raises(MediaError, match=f"it is {what}, not a file"):
            use(path)
    with pytest.raises(MediaError, match="Unsupported audio codec"):
        probe_audio(path)


def test_a_template_that_is_a_pipe_or_a_device(tmp_path: Path) -> None:
    pipe(tmp_path / "t.zip")
    for path in (tmp_path / "t.zip", "/dev/null", "/dev/zero"):
        with pytest.raises(PackageError, match="not a file"):
            engine.open_template(path)


# --- folders ----------------------------------------------------------------------------------------------------------


def pictured(root: Path) -> Path:
    """A folder template with a picture layer that lacks its picture."""
    (root / "images").mkdir(parents=True)
    asset = {"id": "i", "p": "i.png", "u": "images/", "w": 8, "h": 8}
    text = json.dumps(document(assets=[asset], layers=[layer("Photo", 2, 1, 10, refId="i")]))
    (root / "data.json").write_text(text)
    return root / "images" / "i.png"


@pytest.mark.parametrize("make", [pipe, listening])
def test_a_folder_with_special_files_is_refused(tmp_path: Path, make: Callable[[Path], str]) -> None:
    what = make(pictured(tmp_path / "t"))
    with pytest.raises(PackageError, match=rf"'images/i.png' in the folder is {what}, not a file"):
        engine.open_template(tmp_path / "t")


def test_a_special_file_beside_a_bare_document_is_passed_over(tmp_path: Path) -> None:
    pipe(pictured(tmp_path))
    with engine.open_template(tmp_path / "data.json") as template:
        assert "asset.missing" in {finding.feature for finding in template.findings}


def test_a_file_that_turns_into_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = pictured(tmp_path / "t")
    Image.new("RGB", (8, 8)).save(path)
    with engine.open_template(tmp_path / "t") as template:
        path.unlink()
        pipe(path)
        assert any("not a file" in finding.message for finding in template.findings)


def test_links_within_a_folder_are_followed_and_none_beyond_it(tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(outside)
    path = pictured(tmp_path / "t")
    Image.new("RGB", (8, 8)).save(path.with_name("other.png"))
    path.symlink_to("other.png")
    with engine.open_template(tmp_path / "t") as template:
        assert not template.findings
    path.unlink()
    for target in (outside, "../../secret.png", "/etc/passwd"):
        path.symlink_to(target)
        with pytest.raises(PackageError, match="a link that leads out of the folder"):
            engine.open_template(tmp_path / "t")
        with engine.open_template(tmp_path / "t" / "data.json") as template:
            assert "asset.missing" in {finding.feature for finding in template.findings}
        path.unlink()


@pytest.mark.parametrize("name", ["/{}", "../secret.png", "..\\secret.png", "file://{}", "http://127.0.0.1:9/i.png"])
def test_a_document_names_nothing_beyond_its_package(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(secret)
    given = name.format(secret)
    for asset in ({"u": "", "p": given}, {"u": given.removesuffix("secret.png"), "p": "secret.png"}):
        root = tmp_path / "t"
        root.mkdir(exist_ok=True)
        text = document(assets=[{"id": "i", "w": 8, "h": 8, **asset}], layers=[layer("Photo", 2, 1, 10, refId="i")])
        (root / "data.json").write_text(json.dumps(text))
        with engine.open_template(root) as template:
            errors = [finding for finding in template.findings if finding.severity == "error"]
            assert [finding.feature for finding in errors] == ["asset.missing"]


def test_a_clip_of_a_zip_gets_a_name_of_the_engines_own(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 3).read_bytes()
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("data.json", json.dumps(document()))
        archive.writestr("videos/clip.m3u8", clip)
    with engine.open_template(tmp_path / "t.zip") as template:
        assert template.package is not None
        path = Path(template.package.extract("videos/clip.m3u8", tmp_path))
    assert path.suffix == ".mp4" and path.read_bytes() == clip


# --- outputs ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document(frames=3)))
    return path


@makers
def test_what_is_no_file_is_not_replaced(tmp_path: Path, template: Path, make: Callable[[Path], str]) -> None:
    output = tmp_path / "out.mp4"
    what = make(output)
    before = output.lstat()
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    with engine.open_template(template) as opened, pytest.raises(StorageError, match=f"be written to {what}"):
        engine.render(opened, output, progress=count)
    with pytest.raises(StorageError):
        FolderStorage().put(str(template), str(output), count)
    assert calls == 0
    assert (output.lstat().st_ino, output.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert {path.name for path in tmp_path.iterdir()} == {"t.json", "out.mp4"}


def test_a_still_does_not_replace_a_pipe(tmp_path: Path, template: Path) -> None:
    output = tmp_path / "out.png"
    pipe(output)
    command = [sys.executable, "-m", "velocity_engine", "still", str(template), "-o", str(output)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert told.returncode != 0 and "written to a named pipe" in " ".join(told.stderr.split())
    assert output.is_fifo()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes devices")
def test_a_device_stays_a_device(tmp_path: Path, template: Path) -> None:
    output = tmp_path / "out.mp4"
    try:
        os.mknod(output, 0o600 | 0o020000, os.makedev(1, 3))
    except OSError:
        pytest.skip("devices cannot be made here")
    with engine.open_template(template) as opened, pytest.raises(StorageError, match="a device"):
        engine.render(opened, output)
    assert output.is_char_device()


def test_a_link_stays_and_its_target_is_written(tmp_path: Path, template: Path) -> None:
    (tmp_path / "far").mkdir()
    output = tmp_path / "out.mp4"
    output.symlink_to("far/video.mp4")
    with engine.open_template(template) as opened:
        for _ in range(2):
            engine.render(opened, output)
    assert output.is_symlink()
    assert probe_video(tmp_path / "far" / "video.mp4").frames == 3
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["video.mp4"]


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(StorageError):
        output_file(tmp_path / "a")
