"""Codecs of plugins in requests: named, refused, estimated, checked, downloaded by their type."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
import soundfile
from PIL import Image
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import sliding, solid, template_zip, wav

FRAMES = 10
CLEAR = [sliding(solid("Box", "#0000ff", FRAMES, 1, (16, 16)), FRAMES)]


@pytest.fixture
def clear_id(client: Client) -> str:
    """A template on no ground: a box of 16x16 pixels that moves to the right by 40, on 64x64."""
    return client.ready_template(template_zip(frames=FRAMES, layers=CLEAR))


def downloaded(client: Client, template_id: str, encoder: dict[str, Any], **more: Any) -> httpx.Response:
    config = {"bitrate": 100_000, **encoder}
    render_id = client.ready_render(template_id, name="Spot", encoderConfig=config, **more)
    assert client.get(f"/render/renders/{render_id}").json()["encoderConfig"] == config
    return client.get(f"/render/{render_id}/download")


def animation(content: bytes) -> list[np.ndarray]:
    found = []
    with Image.open(io.BytesIO(content)) as picture:
        opened: Any = picture
        for number in range(opened.n_frames):
            opened.seek(number)
            found.append(np.asarray(opened.convert("RGBA")).copy())
    return found


def zipped(content: bytes) -> list[np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return [animation(file.read(name))[0] for name in file.namelist()]


def with_libvpx(content: bytes) -> list[np.ndarray]:
    """With alpha, which FFmpeg's own decoder leaves out."""
    decoder: Any = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(io.BytesIO(content), "r") as file:
        packets = list(file.demux(video=0))
        return [
            frame.to_ndarray(format="rgba")
            for packet in packets
            for frame in decoder.decode(packet if packet.size else None)
        ]


def with_alpha(content: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(content), "r") as file:
        return [frame.to_ndarray(format="rgba") for frame in file.decode(video=0)]


@pytest.mark.parametrize(
    ("encoder", "kind", "ending", "read", "count"),
    [
        ({"codec": "gif"}, "image/gif", "gif", animation, FRAMES),
        ({"codec": "webp"}, "image/webp", "webp", animation, FRAMES),
        ({"container": "apng"}, "image/apng", "apng", animation, FRAMES),
        ({"codec": "png"}, "image/png", "png", animation, 1),
        ({"codec": "png", "container": "png-zip"}, "application/zip", "zip", zipped, FRAMES),
        ({"container": "webm"}, "video/webm", "webm", with_libvpx, FRAMES),
        ({"codec": "prores", "container": "mov"}, "video/quicktime", "mov", with_alpha, FRAMES),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_clear_stays_clear_to_the_file(
    client: Client,
    clear_id: str,
    encoder: dict[str, Any],
    kind: str,
    ending: str,
    read: Callable[[bytes], list[np.ndarray]],
    count: int,
) -> None:
    download = downloaded(client, clear_id, encoder)
    assert download.headers["content-type"] == kind
    assert download.headers["content-disposition"] == f'attachment; filename="Spot.{ending}"'
    frames = read(download.content)
    assert len(frames) == count
    for frame in frames:
        assert frame.shape == (64, 64, 4)
        assert (frame[40:, :, 3] == 0).all(), "nothing is drawn below"
        assert 16 * 15 < (frame[..., 3] > 128).sum() < 16 * 18, "the box is opaque"
    assert frames[0][8, 8, 2] > 200 and frames[0][8, 8, 0] < 60, "it is blue"


@pytest.mark.parametrize(
    ("codec", "kind"), [("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg"), ("aac", "audio/mp4")]
)
def test_the_soundtrack_alone(client: Client, clear_id: str, codec: str, kind: str) -> None:
    audio_id = client.ready_audio(wav(1))
    download = downloaded(client, clear_id, {"codec": codec}, audioId=audio_id)
    assert download.headers["content-type"] == kind
    if codec in ("wav", "flac"):
        samples, rate = soundfile.read(io.BytesIO(download.content))
        assert len(samples) == rate * FRAMES // 30 and abs(samples).max() > 0.01
    else:
        with av.open(io.BytesIO(download.content)) as file:
            assert [stream.type for stream in file.streams] == ["audio"]


def refused(client: Client, template_id: str, **encoder: Any) -> dict[str, list[str]]:
    """What is wrong with a render, which is the same in a dry run and in a batch."""
    request = render_request(template_id, encoderConfig={"bitrate": 100_000, **encoder})
    found = []
    for path, more in (("/render", {}), ("/render?dryRun=true", {}), ("/render/batch", {"rows": [{"name": "One"}]})):
        answer = client.post(path, json={**request, **more})
        assert answer.status_code == 400, answer.text
        found.append(answer.json()["errors"])
    assert found[0] == found[1] == found[2]
    errors: dict[str, list[str]] = found[0]
    return errors


def test_what_cannot_be_is_refused_with_what_can(client: Client, template_id: str) -> None:
    [sentence] = refused(client, template_id, codec="theora")["encoderConfig.codec"]
    assert sentence.startswith('there is no codec "theora" here. The codecs are 0 (h264), 1 (h265), 2 (av1), ')
    assert " vp9" in sentence and " gif" in sentence
    [sentence] = refused(client, template_id, container="matroska")["encoderConfig.container"]
    assert sentence.startswith('there is no container "matroska" here. The containers are "mp4", "mov", "avi", ')
    assert "webm" in sentence and "png-files" not in sentence, "a render is one file"
    assert refused(client, template_id, codec="png", container="png-files").keys() == {"encoderConfig.container"}
    assert refused(client, template_id, codec="vp9", container="mp4") == {
        "encoderConfig.container": ['VP9 does not go into "mp4"; choose "webm", or another codec']
    }
    assert refused(client, template_id, codec="gif", profile=100) == {
        "encoderConfig.profile": ["GIF has no profile. Leave profile out"]
    }
    junks: tuple[Any, ...] = (True, 1.5, [], "", "x" * 200, "a\nb")
    for junk in junks:
        assert refused(client, template_id, codec=junk) == {
            "encoderConfig.codec": ["it must be a codec's number, such as 0, or its name, such as vp9"]
        }
    for junk in (*junks, "a\x00b"):
        assert refused(client, template_id, container=junk) == {
            "encoderConfig.container": ["it must be a container's name, such as mp4"]
        }


@pytest.mark.parametrize(
    ("field", "name", "meant"),
    [("codec", "VP9", "vp9"), ("codec", "h.264", "h264"), ("codec", "giff", "gif"), ("container", "MP4", "mp4")],
)
def test_a_name_that_was_mistyped_is_told(client: Client, template_id: str, field: str, name: str, meant: str) -> None:
    [sentence] = refused(client, template_id, **{field: name})[f"encoderConfig.{field}"]
    assert sentence.startswith(f'there is no {field} "{name}" here; did you mean {meant}? The {field}s are ')


@pytest.mark.parametrize("codec", ["wav", "flac", "mp3", "aac"])
def test_a_soundtrack_of_silence_is_refused(client: Client, clear_id: str, codec: str) -> None:
    errors = refused(client, clear_id, codec=codec)
    assert errors.keys() == {"encoderConfig.codec"}
    [sentence] = errors["encoderConfig.codec"]
    assert "takes sound alone, and there is none" in sentence and "output" not in sentence
    assert client.get("/render/history").json() == client.get("/render/active").json() == []


def test_each_row_of_a_batch_needs_a_sound(client: Client, clear_id: str) -> None:
    audio_id = client.ready_audio(wav(1))
    rows = [{"name": "Silent"}, {"name": "Loud", "audioId": audio_id}]
    request = render_request(clear_id, encoderConfig={"bitrate": 100_000, "codec": "wav"}, rows=rows)
    told = client.post("/render/batch?dryRun=true", json=request).json()
    assert (told["rowsValid"], told["rowsRejected"]) == (1, 1)
    assert told["errors"].keys() == {"encoderConfig.codec"}
    assert client.post("/render/batch?dryRun=true", json={**request, "audioId": audio_id}).json()["rowsRejected"] == 0


def test_what_a_customization_hides_is_not_heard(client: Client) -> None:
    voice = {"ty": 6, "nm": "Voice", "refId": "voice", "ip": 0, "op": FRAMES, "st": 0, "ks": {}, "ind": 2}
    asset = {"id": "voice", "u": "", "p": "voice.wav", "e": 0}
    content = template_zip({"voice.wav": wav(1)}, frames=FRAMES, layers=[*CLEAR, voice], assets=[asset])
    template_id = client.ready_template(content)
    assert downloaded(client, template_id, {"codec": "wav"}).headers["content-type"] == "audio/wav"
    hidden = {"customizationMap": [{"layer": "Voice", "visible": False}]}
    request = render_request(template_id, encoderConfig={"bitrate": 100_000, "codec": "wav"}, **hidden)
    answer = client.post("/render?dryRun=true", json=request)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["encoderConfig.codec"])


@pytest.mark.parametrize("encoder", [{"codec": "gif"}, {"codec": "wav"}, {"codec": "png"}, {"container": "webm"}])
def test_a_dry_run_says_how_little_is_known(client: Client, template_id: str, encoder: dict[str, Any]) -> None:
    config = {"bitrate": 100_000, **encoder}
    request = render_request(template_id, encoderConfig=config, audioId=client.ready_audio(wav(1)))
    answer = client.post("/render?dryRun=true", json=request)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["frames"] == {"wav": 0, "png": 1}.get(encoder.get("codec", ""), FRAMES)
    assert told["mostMilliseconds"] >= 15 * told["expectedMilliseconds"] > 0
    assert told["mostBytes"] >= 15 * told["expectedBytes"] > 0


def test_the_codecs_are_listed(client: Client) -> None:
    listed = {one["name"]: one for one in client.get("/render/codecs").json()}
    assert list(listed)[:3] == ["h264", "h265", "av1"]
    assert listed["h265"] == {
        "name": "h265", "number": 1, "title": "H.265", "keepsAlpha": False, "oddSizes": False,
        "containers": [
            {"name": "mp4", "ending": ".mp4", "mimeType": "video/mp4", "frames": "all"},
            {"name": "mov", "ending": ".mov", "mimeType": "video/quicktime", "frames": "all"},
        ],
    }  # fmt: skip
    assert listed["vp9"]["keepsAlpha"] and listed["vp9"]["number"] is None
    assert [one["name"] for one in listed["png"]["containers"]] == ["png", "png-zip"]


def test_the_service_says_which_codecs_may_be_named(new_service: Callable[..., Service]) -> None:
    client = new_service(codecs_allowed='["h264", "gif"]').client()
    template_id = client.ready_template(template_zip())
    assert [one["name"] for one in client.get("/render/codecs").json()] == ["h264", "gif"]
    assert refused(client, template_id, codec=1) == {
        "encoderConfig.codec": ['there is no codec "h265" here; did you mean h264? The codecs are 0 (h264), gif']
    }
    assert refused(client, template_id, codec="vp9").keys() == {"encoderConfig.codec"}
    assert refused(client, template_id, container="webm") == {
        "encoderConfig.container": ['there is no container "webm" here. The containers are "mp4", "mov", "avi", "gif"']
    }
    assert downloaded(client, template_id, {"codec": "gif"}).headers["content-type"] == "image/gif"


def test_a_service_does_not_start_with_a_codec_that_is_not_installed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "velocity_engine", "serve", "--port", "0", "--data", str(tmp_path)]
    environment = {**os.environ, "VELOCITY_CODECS_ALLOWED": '["h264", "vp10"]'}
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("velocity: VELOCITY_CODECS_ALLOWED names vp10, which is not installed; there are ")
