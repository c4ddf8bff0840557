"""GIF as FFmpeg makes it with palettegen and paletteuse, and how alike two pictures are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WINDOW = 8
LUMA = np.array([0.2126, 0.7152, 0.0722])


def reference_gif(path: Path, frames: Sequence[NDArray[np.uint8]], rate: Fraction, dither: str = "sierra2_4a") -> None:
    """``frames``: (h, w, 3 or 4) uint8. A palette of all of them, as in FFmpeg's documentation."""
    height, width, channels = frames[0].shape
    kind = "rgb24" if channels == 3 else "rgba"
    graph = av.filter.Graph()
    source: Any = graph.add_buffer(width=width, height=height, format=av.VideoFormat(kind), time_base=1 / rate)
    split, sink = graph.add("split"), graph.add("buffersink")
    palettes, use = graph.add("palettegen"), graph.add("paletteuse", f"dither={dither}")
    source.link_to(split)
    split.link_to(palettes, 0, 0)
    split.link_to(use, 1, 0)
    palettes.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    with av.open(str(path), "w", format="gif") as file:
        stream: Any = file.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format=kind)
            frame.pts, frame.time_base = number, 1 / rate
            source.push(frame)
        source.push(None)
        for _ in frames:
            shown: Any = graph.pull()
            shown.pict_type = 0
            file.mux(stream.encode(shown))
        file.mux(stream.encode(None))


def shown_at(path: Path, times: Sequence[float], mode: str = "RGB") -> list[NDArray[np.uint8]]:
    """What a GIF shows at each of ``times`` (in seconds, rising). ``mode``: of Pillow."""
    found: list[NDArray[np.uint8]] = []
    with Image.open(path) as picture:
        opened: Any = picture
        number, until = 0, opened.info["duration"] / 1000
        for time in times:
            while time >= until - 1e-6 and number + 1 < opened.n_frames:
                number += 1
                opened.seek(number)
                until += opened.info["duration"] / 1000
            opened.seek(number)
            found.append(np.asarray(opened.convert(mode)))
    return found


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The mean structural similarity of their luma, in windows of 8 x 8 (Wang et al., 2004)."""
    x, y = one @ LUMA, other @ LUMA
    mean_x, mean_y = _means(x), _means(y)
    var_x, var_y = _means(x * x) - mean_x**2, _means(y * y) - mean_y**2
    both = _means(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float((top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    windows = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW] + sums[:-WINDOW, :-WINDOW]
    found: NDArray[np.float64] = windows / WINDOW**2
    return found
