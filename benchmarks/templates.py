"""The four templates of the benchmarks, each of 10 s at 1920x1080, made from painted pictures where they are missing.

promo: a still photograph, texts that slide and fade, long holds. motion: the whole frame moves, under turning pictures
and a growing matte. vector: stroked stars, a trimmed ring, a gradient. video: a full-frame clip under a lower third.
``VELOCITY_BENCH_TEMPLATES=FOLDER`` names other ones of these names.
"""

from __future__ import annotations

import io
import math
import os
from functools import cache
from pathlib import Path

import numpy as np

from examples.authoring import (
    Json,
    asset,
    document,
    ellipse,
    fill,
    gradient,
    group,
    layer,
    moving,
    picture,
    rectangle,
    shape,
    star,
    stroke,
    text,
    transform,
    trim,
    write_package,
)
from examples.pictures import MORNING, NIGHT, Mood, disc, encoded, landscape

NAMES = ("promo", "motion", "vector", "video")
SIZE, FRAMES, RATE = (1920, 1080), 300, 30
FOLDER_VARIABLE = "VELOCITY_BENCH_TEMPLATES"
_MADE = Path(__file__).resolve().parent.parent / "out" / "benchmarks"
_BROWN, _INK = (0.12, 0.07, 0.04), (0.05, 0.05, 0.1)


def template_path(name: str) -> Path:
    """The ZIP of that name: the user's, else one made once in ``out/benchmarks``."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Path(folder) / f"{name}.zip"
    path = _MADE / f"{name}.zip"
    if not path.exists():
        _MADE.mkdir(parents=True, exist_ok=True)
        content, files = {"promo": promo, "motion": motion, "vector": vector, "video": video}[name]()
        write_package(path, content, files, fonts=name != "vector")
    return path


def long_package(path: Path, frames: int) -> Path:
    """A template of that many frames, in each of which a text and a picture move: for what grows with their number."""
    slide, turn = moving((0, (0, 200)), (frames, (1900, 900)), ease=0), moving((0, 0), (frames, frames), ease=0)
    layers = [
        text("Title", "On and on", transform(slide), 120),
        picture("Card", transform((960, 540), anchor=(256, 256), rotation=turn), "card"),
        shape("Ring", transform((960, 540)), group(ellipse((700, 700)), stroke((1, 0.8, 0.3), 20))),
    ]
    content = document("long", SIZE, frames, layers, assets=[asset("card", "card.png", 512, 512)])
    write_package(path, content, {"images/card.png": _portrait()})
    return path


@cache
def _photo(mood: Mood, width: int, height: int) -> bytes:
    return encoded(landscape(width, height, mood), quality=92)


@cache
def _portrait() -> bytes:
    return encoded(disc(512, 512, NIGHT), "PNG")


def promo() -> tuple[Json, dict[str, bytes]]:
    layers = [
        text("Headline", "Fresh from the mountain, every day", transform(
            moving((0, (-1700, 460)), (30, (140, 460)), (260, (140, 460)), (290, (-1800, 460)))), 84),
        text("Subtitle", "From our valley to your door", transform(
            (144, 560), opacity=moving((30, 0), (60, 100), (250, 100), (270, 0))), 54, font="Inter-Regular"),
        text("Price", "$12.90", transform(
            (1500, 905), scale=moving((60, (0, 0)), (80, (110, 110)), (90, (100, 100)))), 64, color=_INK, justify=2),
        shape("Button", transform((1500, 885), scale=moving((50, (0, 0)), (75, (100, 100)))),
              group(rectangle(420, 120, 60), fill((1, 0.82, 0.25)))),
        picture("Portrait", transform(
            moving((40, (1500, -400)), (80, (1500, 480))), anchor=(256, 256), rotation=moving((40, -25), (90, 0)),
            scale=(110, 110)), "portrait"),
        shape("Scrim", transform((480, 540), opacity=72),
              group(rectangle(960, 1080), gradient([(0, _INK), (1, _BROWN)], (-480, 0), (480, 0)))),
        picture("Background", transform((960, 540), anchor=(960, 640)), "background"),
    ]  # fmt: skip
    assets = [asset("portrait", "portrait.png", 512, 512), asset("background", "background.jpg", 1920, 1280)]
    files = {"images/portrait.png": _portrait(), "images/background.jpg": _photo(MORNING, 1920, 1280)}
    return document("promo", SIZE, FRAMES, layers, assets=assets), files


def motion() -> tuple[Json, dict[str, bytes]]:
    layers = [text("Title", "TO THE STARS", transform((960, 600), scale=moving((0, (80, 80)), (300, (120, 120)))), 200,
                   justify=2)]  # fmt: skip
    for number in range(6):
        x = 200 + number * 300
        way = moving((0, (x, 1300)), (60 + number * 10, (x, 820)), (240, (x, 760)), (300, (x, 1400)))
        turn = moving((0, -20), (150, 20), (300, -20))
        place = transform(way, anchor=(225, 150), rotation=turn, scale=(60, 60), opacity=90)
        layers.append(picture(f"Card {number}", place, "card"))
    grow = moving((0, (10, 10)), (90, (520, 520)), (300, (560, 560)))
    layers.append(shape("Matte", transform((960, 360)), group(ellipse(grow), fill((1, 1, 1))), td=1))
    turn = moving((0, 0), (300, 45))
    place = transform((960, 360), anchor=(256, 256), rotation=turn, scale=(115, 115))
    layers.append(picture("Portrait", place, "portrait", tt=1))
    zoom, turn = moving((0, (101, 101)), (300, (130, 130))), moving((0, 0), (300, 4))
    layers.append(
        picture("Background", transform((960, 540), anchor=(960, 640), scale=zoom, rotation=turn), "background")
    )
    assets = [
        asset("card", "card.png", 450, 300),
        asset("portrait", "portrait.png", 512, 512),
        asset("background", "background.jpg", 1920, 1280),
    ]
    files = {
        "images/card.png": encoded(landscape(450, 300, MORNING), "PNG"),
        "images/portrait.png": _portrait(),
        "images/background.jpg": _photo(NIGHT, 1920, 1280),
    }
    return document("motion", SIZE, FRAMES, layers, assets=assets), files


def vector() -> tuple[Json, dict[str, bytes]]:
    rng = np.random.default_rng(7)
    layers = []
    for number in range(24):
        color = [float(part) for part in rng.uniform(0.2, 1, 3)]
        x, y = (float(rng.uniform(100, side - 100)) for side in SIZE)
        place = transform(
            moving((0, (x, y)), (150, (1920 - x, 1080 - y)), (300, (x, y))),
            rotation=moving((0, 0), (300, 360)),
            opacity=85,
        )
        points = star(5 + number % 4, moving((0, 120), (150, 190), (300, 120)), 60)
        layers.append(shape(f"Star {number}", place, group(points, stroke((1, 1, 1), 8), fill(color))))
    drawn = trim(moving((0, 0), (200, 100), (300, 100)), moving((0, 0), (300, 360)))
    ring = group(ellipse((860, 860)), stroke((1, 0.85, 0.3), 40), drawn)
    layers.append(shape("Ring", transform((960, 540)), ring))
    stops = [(0, (0.06, 0.09, 0.25)), (0.5, (0.2, 0.08, 0.35)), (1, (0.02, 0.02, 0.08))]
    ground = group(rectangle(*SIZE), gradient(stops, (-960, -540), (960, 540)))
    layers.append(shape("Backdrop", transform((960, 540)), ground))
    return document("vector", SIZE, FRAMES, layers), {}


def video() -> tuple[Json, dict[str, bytes]]:
    def slide(first: int, y: float, x: float) -> Json:
        return moving((first, (-900, y)), (first + 30, (x, y)), (255, (x, y)), (285, (-900, y)))

    layers = [
        text("Name", "Ada Lovelace", transform(slide(15, 900, 180)), 72),
        text("Role", "Chief of everything", transform(slide(20, 970, 180)), 40, font="Inter-Regular"),
        shape("Lower third", transform(slide(10, 920, 520)), group(rectangle(900, 220, 24), fill(_INK, 80))),
        picture("Logo", transform((1740, 160), anchor=(256, 256), scale=(40, 40), opacity=90), "logo"),
        layer(9, "Clip", transform(), refId="clip"),
    ]
    assets = [asset("logo", "portrait.png", 512, 512), {**asset("clip", "clip.mp4", *SIZE), "t": 2}]
    return document("video", SIZE, FRAMES, layers, assets=assets), {
        "images/portrait.png": _portrait(),
        "images/clip.mp4": _clip(),
    }


def _clip() -> bytes:
    """A slow pan over a landscape as H.264."""
    import av

    width, height = SIZE
    source = landscape(2880, 1920, MORNING)
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as file:
        track = file.add_stream("libx264", rate=RATE, options={"preset": "fast"})
        track.width, track.height, track.pix_fmt, track.bit_rate = width, height, "yuv420p", 6_000_000
        for index in range(FRAMES):
            x = int((source.shape[1] - width) * (0.5 + 0.5 * math.sin(index / 60)))
            y = int((source.shape[0] - height) * (0.5 + 0.5 * math.cos(index / 80)))
            window = np.ascontiguousarray(source[y : y + height, x : x + width])
            file.mux(track.encode(av.VideoFrame.from_ndarray(window, format="rgb24")))
        file.mux(track.encode(None))
    return stream.getvalue()
