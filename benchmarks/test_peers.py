"""Today's free way beside it: rlottie draws each frame, PyAV converts and encodes it with x264's preset veryfast.

rlottie draws no texts and no clips, so it has less to do than Velocity.
"""

from __future__ import annotations

import base64
import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from benchmarks.templates import template_path
from benchmarks.test_encode_path import ROUNDS, SIZE

rlottie = pytest.importorskip("rlottie_python", reason="benchmarks/requirements.txt is not installed")


@pytest.mark.benchmark(group="rlottie + PyAV")
@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_rlottie(benchmark: Any, record_fps: Any, name: str, tmp_path: Path) -> None:
    document = _with_pictures_inside(template_path(name))
    frames = benchmark.pedantic(_render, (document, tmp_path / "out.mp4"), rounds=ROUNDS)
    record_fps(name, "rlottie + PyAV", frames)


def _with_pictures_inside(path: Path) -> str:
    """The document with its pictures as ``data:`` URIs, as rlottie reads them from memory."""
    with zipfile.ZipFile(path) as package:
        document: dict[str, Any] = json.loads(package.read("data.json"))
        for asset in document["assets"]:
            kind = "png" if asset["p"].endswith("png") else "jpeg"
            data = base64.b64encode(package.read(f"images/{asset['p']}")).decode()
            asset.update(u="", e=1, p=f"data:image/{kind};base64,{data}")
    return json.dumps(document)


def _render(document: str, output: Path) -> int:
    animation = rlottie.LottieAnimation.from_data(document)
    count: int = animation.lottie_animation_get_totalframe()
    with av.open(str(output), "w") as file:
        track = file.add_stream("libx264", rate=Fraction(30), options={"preset": "veryfast"})
        track.width, track.height, track.pix_fmt, track.bit_rate = *SIZE, "yuv420p", 5_000_000
        for index in range(count):
            pixels = animation.lottie_animation_render(index, width=SIZE[0], height=SIZE[1])
            bgra = np.frombuffer(pixels, np.uint8).reshape(SIZE[1], SIZE[0], 4)
            file.mux(track.encode(av.VideoFrame.from_ndarray(bgra, format="bgra")))
        file.mux(track.encode(None))
    return count
