"""The free ways beside it, with x264's preset veryfast at 5 Mbit/s.

rlottie or thorvg draws each frame, and PyAV converts and encodes it; they draw no texts and no clips here, so they have
less to do than Velocity. MoviePy builds what video.zip shows: a clip under a lower third, a logo and two texts.
"""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.measures import Taken, taken
from benchmarks.templates import template_path
from benchmarks.test_encode_path import FRAMES, ROUNDS, SIZES

SIZE = SIZES["1080p"]
START = -30  # from where texts slide in: MoviePy 2.2 fails on layers that lie wholly outside


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_rlottie(benchmark: Any, record: Any, name: str, tmp_path: Path) -> None:
    rlottie = pytest.importorskip("rlottie_python")
    animation = rlottie.LottieAnimation.from_data(document_with_pictures(template_path(name)))
    count = min(FRAMES, animation.lottie_animation_get_totalframe())

    def draw(index: int) -> NDArray[np.uint8]:
        pixels = animation.lottie_animation_render(index, width=SIZE[0], height=SIZE[1])
        return np.frombuffer(pixels, np.uint8).reshape(SIZE[1], SIZE[0], 4)

    found = _measured(benchmark, lambda: _render(draw, count, tmp_path / "out.mp4"))
    record(name, "1080p", None, "rlottie + PyAV", fps=count / found.wall, cpu_ms=1000 * found.cpu / count)


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_thorvg(benchmark: Any, record: Any, name: str, tmp_path: Path) -> None:
    pytest.importorskip("thorvg_python")
    from benchmarks.thorvg_player import ThorvgPlayer

    processors = os.cpu_count() or 1
    player = ThorvgPlayer(document_with_pictures(template_path(name)), SIZE, threads=processors - 1)
    count = min(FRAMES, player.frame_count)
    found = _measured(benchmark, lambda: _render(player.draw, count, tmp_path / "out.mp4"))
    record(name, "1080p", None, "thorvg + PyAV", fps=count / found.wall, cpu_ms=1000 * found.cpu / count)


def _measured(benchmark: Any, work: Any) -> Taken:
    found: list[Taken] = []
    benchmark.pedantic(lambda: found.append(taken(work)), rounds=ROUNDS)
    return min(found, key=lambda one: one.wall)


def document_with_pictures(path: Path) -> str:
    """The document with its pictures as ``data:`` URIs, as rlottie reads them from memory."""
    with zipfile.ZipFile(path) as package:
        document: dict[str, Any] = json.loads(package.read("data.json"))
        for asset in document["assets"]:
            kind = "png" if asset["p"].endswith("png") else "jpeg"
            data = base64.b64encode(package.read(f"images/{asset['p']}")).decode()
            asset.update(u="", e=1, p=f"data:image/{kind};base64,{data}")
    return json.dumps(document)


def _render(draw: Callable[[int], NDArray[np.uint8]], count: int, output: Path) -> None:
    """``draw`` returns a frame by its number: (h, w, 4) uint8 BGRA."""
    with av.open(str(output), "w") as file:
        track = file.add_stream("libx264", rate=Fraction(30), options={"preset": "veryfast"})
        track.width, track.height, track.pix_fmt, track.bit_rate = *SIZE, "yuv420p", 5_000_000
        for index in range(count):
            file.mux(track.encode(av.VideoFrame.from_ndarray(draw(index), format="bgra")))
        file.mux(track.encode(None))


def test_moviepy(benchmark: Any, record: Any, tmp_path: Path) -> None:
    moviepy = pytest.importorskip("moviepy")
    psutil = pytest.importorskip("psutil")
    from PIL import Image

    with zipfile.ZipFile(template_path("video")) as package:
        names = package.namelist()
        clip_name = next(name for name in names if name.endswith(".mp4"))
        logo_name = next(name for name in names if name.endswith(".png"))
        (tmp_path / "clip.mp4").write_bytes(package.read(clip_name))
        logo = np.asarray(Image.open(io.BytesIO(package.read(logo_name))).convert("RGBA"))
    clip = moviepy.VideoFileClip(str(tmp_path / "clip.mp4"), audio=False)
    seconds = min(clip.duration, FRAMES / 30)

    def slide(x: float, y: float) -> Any:
        return lambda t: (min(x, START + (x - START) * t), y)

    def text(content: str, size: int, x: float, y: float) -> Any:
        clip = moviepy.TextClip(text=content, font_size=size, color="white", duration=seconds)
        return clip.with_position(slide(x, y))

    third = moviepy.ColorClip((900, 220), color=(13, 13, 26), duration=seconds).with_opacity(0.8)
    mark = moviepy.ImageClip(logo, duration=seconds).resized(0.4).with_opacity(0.9).with_position((1637, 57))
    layers = [clip.subclipped(0, seconds), third.with_position(slide(70, 810)), mark]
    layers += [text("Ada Lovelace", 72, 180, 840), text("Chief of everything", 40, 180, 935)]
    whole = moviepy.CompositeVideoClip(layers, size=SIZE)
    count = round(seconds * 30)
    spent: list[float] = []

    def render() -> None:
        before = psutil.Process().cpu_times()
        whole.write_videofile(
            str(tmp_path / "out.mp4"),
            fps=30,
            codec="libx264",
            preset="veryfast",
            bitrate="5000k",
            audio=False,
            logger=None,
        )
        after = psutil.Process().cpu_times()  # with those of the ffmpeg processes it started and waited for
        spent.append(sum(getattr(after, kind) - getattr(before, kind) for kind in KINDS))

    found = _measured(benchmark, render)
    clip.close()
    record("video", "1080p", None, "MoviePy", fps=count / found.wall, cpu_ms=1000 * min(spent) / count)


KINDS = ("user", "system", "children_user", "children_system")
