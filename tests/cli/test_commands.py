"""The command, on the bundled template: what it writes, prints and returns."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clear_template import clear_template

from velocity_engine.cli.app import run
from velocity_engine.cli.report import DEBUG

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "examples" / "demo.zip")
REPLACEMENT = str(ROOT / "examples" / "replacement.jpg")
SMALL = ["--size", "320x180", "--preset", "5"]

Captured = pytest.CaptureFixture[str]


def picture(path: Path) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(path))


def video_frames(path: Path) -> list[np.ndarray]:
    import av

    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def render_json(capsys: Captured, *arguments: str) -> dict[str, Any]:
    assert run(["render", DEMO, *arguments, *SMALL, "--json"]) == 0
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


def test_render_writes_a_video_and_one_json_object(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    value = render_json(capsys, "-o", str(out), "--frames", "60:70", "--profile")
    assert value["frames"] == 10
    assert value["sizeBytes"] == out.stat().st_size
    assert {"output", "seconds", "fps", "heldFrames", "findings", "secondsByStage"} <= set(value)
    assert value["tiles"] == 10 * 5 * 3
    assert 0 <= value["heldTiles"] < value["tiles"]
    frames = video_frames(out)
    assert len(frames) == 10
    assert frames[0].shape == (180, 320, 3)


def test_render_without_json_says_where_and_how_fast(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    assert run(["render", DEMO, "-o", str(out), "--frames", "60:64", *SMALL, "--profile"]) == 0
    printed = capsys.readouterr()
    assert re.match(rf"{re.escape(str(out))}: 4 frames in [\d.]+ s, [\d.]+ frames/s", printed.out)
    assert "ms a frame" in printed.out
    assert "\x1b" not in printed.err and "━" not in printed.err, "a progress bar in a pipe"


def test_a_marker_and_another_frame_rate(capsys: Captured, tmp_path: Path) -> None:
    value = render_json(capsys, "-o", str(tmp_path / "out.mp4"), "--frames", "outro", "--fps", "15")
    assert value["frames"] == 15


def test_quiet_says_nothing(capsys: Captured, tmp_path: Path) -> None:
    assert run(["render", DEMO, "-o", str(tmp_path / "o.mp4"), "--frames", ":2", *SMALL, "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_still_draws_replaced_text_and_picture(capsys: Captured, tmp_path: Path) -> None:
    plain, changed = tmp_path / "plain.png", tmp_path / "changed.png"
    common = ["--frame", "80", "--size", "640x360"]
    assert run(["still", DEMO, "-o", str(plain), *common]) == 0
    assert "frame 80, 640x360" in capsys.readouterr().out
    replaced = ["--set", "Headline=Hi", "--set", f"Photo={REPLACEMENT}"]
    assert run(["still", DEMO, "-o", str(changed), *common, *replaced]) == 0
    before, after = picture(plain).astype(int), picture(changed).astype(int)
    assert before.shape == (360, 640, 4)
    difference = abs(before - after).max(axis=2) > 24
    assert difference[135:170, 40:320].any(), "the headline is the same"
    assert difference[120:230, 400:530].mean() > 0.5, "the picture is the same"
    assert not difference[:60, :300].any(), "something else changed"


def test_customizations_from_a_file_with_an_asset(tmp_path: Path) -> None:
    entries = tmp_path / "map.json"
    entries.write_text(json.dumps({"customizationMap": [{"layer": "Photo", "image": {"assetId": "hills"}}]}))
    plain, changed = tmp_path / "plain.jpg", tmp_path / "changed.jpg"
    common = ["--frame", "80", "--size", "320x180", "-q"]
    assert run(["still", DEMO, "-o", str(plain), *common]) == 0
    asset = ["--customize", str(entries), "--asset", f"hills={REPLACEMENT}"]
    assert run(["still", DEMO, "-o", str(changed), *common, *asset]) == 0
    assert abs(picture(plain).astype(int) - picture(changed)).max() > 60


def test_inspect_names_layers_assets_fonts_and_markers(capsys: Captured) -> None:
    assert run(["inspect", DEMO, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["width"], value["height"], value["frameCount"]) == (1280, 720, 150)
    kinds = {layer["layer"]: layer["kind"] for layer in value["layers"]}
    assert kinds["Headline"] == "text"
    assert kinds["Photo"] == "image"
    assert [marker["name"] for marker in value["markers"]] == ["intro", "hold", "outro"]
    assert value["findings"] == []
    assert run(["inspect", DEMO]) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("Headline", "Your words here", "images/photo.jpg", "Inter-Bold", "outro"))


def test_inspect_shows_what_data_layer_plugins_take(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["inspect", DEMO, "--json"]) == 0
    told = {one["plugin"]: one for one in json.loads(capsys.readouterr().out)["plugins"]}
    assert told["bar-chart"]["package"] == "velocity-charts"
    assert told["bar-chart"]["dataSchema"]["properties"]["bars"]["maxItems"] == 60
    assert told["qrcode"]["dataSchema"]["examples"][0] == "https://example.com"
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["inspect", DEMO]) == 0
    printed = capsys.readouterr().out
    assert "bar-chart" in printed and "bars, " in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_plugins_lists_the_engines_own_and_the_installed(capsys: Captured) -> None:
    assert run(["plugins", "--json"]) == 0
    reports = {report["name"]: report for report in json.loads(capsys.readouterr().out)}
    assert reports["codecs"]["built_in"] is True
    assert reports["qrcode"]["distribution"] == "velocity-qrcode"
    assert run(["plugins"]) == 0
    assert "velocity-qrcode" in capsys.readouterr().out


def test_warmup_loads_every_kernel_module(capsys: Captured) -> None:
    kernels = [path for path in (ROOT / "velocity_engine" / "kernels").rglob("*.py") if path.stem != "__init__"]
    assert run(["warmup"]) == 0
    assert capsys.readouterr().out.startswith(f"{len(kernels)} kernel modules are ready")
    assert run(["warmup", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["render", DEMO], "Missing option"),
        (["render", "no-such-file.zip", "-o", "x.mp4"], "does not exist"),
        (["render", DEMO, "-o", "no/such/folder/x.mp4"], "does not exist"),
        (["render", DEMO, "-o", "x.mkv"], "no installed codec writes .mkv"),
        (["render", DEMO, "-o", "x.mp4", "--codec", "gif"], "codec gif does not write .mp4"),
        (["render", DEMO, "-o", "x.png", "--container", "png-files"], "Write a name such as frame-%05d.png"),
        (["render", DEMO, "-o", "x.mp4", "--poster", "x.gif"], "must end with .png or .jpg"),
        (["render", DEMO, "-o", "x.mp4", "--poster", "x.png@999"], "there is no frame 999"),
        (["render", DEMO, "-o", "x.png", "--poster", "./x.png"], "have the same name"),
        (["render", DEMO, "-o", "x.mp4", "--poster", "no/such/x.png"], "--poster: the folder no/such does not exist"),
        (["render", DEMO, "-o", "x.mp4", "--size", "wide"], "WIDTHxHEIGHT"),
        (["render", DEMO, "-o", "x.mp4", "--size", "321x180"], "odd"),
        (["render", DEMO, "-o", "x.mp4", "--fps", "0"], "not a frame rate"),
        (["render", DEMO, "-o", "x.mp4", "--codec", "h266"], "h26"),
        (["render", DEMO, "-o", "x.mp4", "--codec", "9"], "codec 9 is unknown"),
        (["render", DEMO, "-o", "x.mp4", "--preset", "7"], "preset is 7"),
        (["render", DEMO, "-o", "x.mp4", "--rc", "cbr"], "no bitrate"),
        (["render", DEMO, "-o", "x.mp4", "--frames", "50:20"], "is empty"),
        (["render", DEMO, "-o", "x.mp4", "--frames", "0:999"], "leaves the composition"),
        (["render", DEMO, "-o", "x.mp4", "--frames", "outtro"], "Did you mean 'outro'"),
        (["render", DEMO, "-o", "x.mp4", "--set", "Headlin=Hi"], "Headline"),
        (["render", DEMO, "-o", "x.mp4", "--set", "Hi"], "LAYER=VALUE"),
        (["render", DEMO, "-o", "x.mp4", "--audio", "none.mp3"], "does not exist"),
        (["render", DEMO, "-o", "x.mp4", "--audio-trim", "5:2"], "ends before it begins"),
        (["render", DEMO, "-o", "x.mp4", "--audio-fade", "1"], "IN:OUT"),
        (["render", DEMO, "-o", "x.mp4", "--audio-volume", "11"], "volume is 11"),
        (["render", DEMO, "-o", "x.mp4", "--duck", "loud"], "not decibels"),
        (["render", DEMO, "-o", "x.mp4", "--duck", "90"], "ducking.depth is 90"),
        (["render", DEMO, "-o", "x.mp4", "--duck", "9@Voice"], "Voice"),
        (["render", DEMO, "-o", "x.mp4", "--loudness", "0"], "loudness is 0"),
        (["still", DEMO, "-o", "x.tiff"], "must end in"),
        (["still", DEMO, "-o", "x.png", "--size", "99999x99999"], "cannot be drawn"),
        (["frobnicate"], "No such command"),
    ],
)
def test_a_mistake_is_told_and_returns_2(
    arguments: list[str], message: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    printed = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert message in printed
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


def test_a_poster_beside_the_video(capsys: Captured, tmp_path: Path) -> None:
    video, poster = tmp_path / "o.mp4", tmp_path / "o.png"
    value = render_json(capsys, "-o", str(video), "--frames", "60:64", "--poster", f"{poster}@61.5")
    assert (value["output"], value["poster"], value["frames"]) == (str(video), str(poster), 4)
    assert run(["still", DEMO, "-o", str(tmp_path / "still.png"), "--frame", "61.5", "--size", "320x180"]) == 0
    np.testing.assert_array_equal(picture(poster), picture(tmp_path / "still.png"))
    assert run(["render", DEMO, "-o", str(video), "--frames", "60:64", *SMALL, "--poster", str(poster)]) == 0
    assert f"{poster}: the poster" in capsys.readouterr().out


def alphas(path: Path, decoder: str = "") -> list[np.ndarray]:
    """The alpha of each frame; FFmpeg's own decoder of VP9 leaves it out."""
    import av

    with av.open(str(path)) as file:
        made: Any = av.CodecContext.create(decoder, "r") if decoder else file.streams.video[0].codec_context
        packets = list(file.demux(video=0))
        frames = [frame for packet in packets for frame in made.decode(packet if packet.size else None)]
    return [frame.to_ndarray(format="rgba")[..., 3] for frame in frames]


@pytest.mark.parametrize(
    ("name", "more", "decoder", "tolerance"),
    [
        ("a.webm", [], "libvpx-vp9", 0),
        ("a.mov", ["--codec", "prores"], "", 1),
        ("a.apng", [], "", 0),
        ("%d.png", [], "", 0),
    ],
)
def test_a_template_on_no_ground_stays_clear_to_the_file(
    tmp_path: Path, name: str, more: list[str], decoder: str, tolerance: int
) -> None:
    import velocity_engine as ve

    with clear_template(tmp_path, 4) as template:
        wanted = [ve.render_still(template, number)[..., 3] for number in range(4)]
    assert run(["render", str(tmp_path / "template"), "-o", str(tmp_path / name), *more, "-q"]) == 0
    if name == "%d.png":
        found = [picture(tmp_path / f"{number}.png")[..., 3] for number in range(4)]
    else:
        found = alphas(tmp_path / name, decoder)
    assert len(found) == 4
    for alpha, still in zip(found, wanted, strict=True):
        assert np.abs(alpha.astype(int) - still).max() <= tolerance


@pytest.mark.parametrize(
    ("arguments", "package"),
    [(["-o", "x.gif"], "velocity-pictures"), (["-o", "x.mp4", "--codec", "vp9"], "velocity-webm")],
)
def test_a_codec_that_is_not_installed(
    arguments: list[str], package: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from velocity_engine import plugins
    from velocity_engine.plugins import outputs

    built_in = {key: plugins.codec(key) for key in ("h264", "h265", "av1")}
    monkeypatch.setattr(outputs, "codecs", lambda: built_in)
    monkeypatch.setattr(outputs, "codecs_by_precedence", lambda: list(built_in.values()))
    monkeypatch.chdir(tmp_path)
    assert run(["render", DEMO, *arguments]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert f"{package} " in printed and f"pip install ./plugins/{package.removeprefix('velocity-')}" in printed
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_template_is_a_failure(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "broken.zip"
    file.write_bytes(b"PK\x03\x04 not a ZIP at all")
    for command in (["inspect", str(file)], ["render", str(file), "-o", str(tmp_path / "o.mp4")]):
        assert run(command) == 1
        printed = capsys.readouterr().err
        assert printed.startswith("velocity: ") and "Traceback" not in printed
    assert [path.name for path in tmp_path.iterdir()] == ["broken.zip"]


def test_a_failure_with_json_is_an_object_too(capsys: Captured, tmp_path: Path) -> None:
    assert run(["render", DEMO, "-o", str(tmp_path / "o.mp4"), "--set", "Nobody=x", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "Nobody" in error["message"]


def test_debug_shows_the_traceback(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEBUG, "")
    assert run(["render", DEMO, "-o", str(tmp_path / "o.mp4"), "--set", "Nobody=x", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_render_and_leaves_no_file(number: int, status: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    template = tmp_path / "long"
    shutil.unpack_archive(DEMO, template)
    document = json.loads((template / "data.json").read_text())
    document["op"] = 30_000
    (template / "data.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "velocity_engine", "render", str(template), "-o", str(out / "o.mp4"), *SMALL]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_for_file(out)
        process.send_signal(number)
        _, errors = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == status
    assert "Traceback" not in errors
    assert list(out.iterdir()) == []


def wait_for_file(folder: Path) -> None:
    """Until the render has begun to write."""
    for _ in range(600):
        if any(folder.iterdir()):
            return
        time.sleep(0.1)
    pytest.fail("the render did not begin")
