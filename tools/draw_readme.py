#!/usr/bin/env python3
"""Draws the pictures of the README anew: the film of the demo, and the gallery's six templates side by side.

Usage: draw_readme.py
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

import velocity_engine as ve

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
GALLERY = ROOT / "examples" / "gallery"
# Each template with the frame to show, in rows that become equally wide.
ROWS = (
    (("lower-third", 90), ("product-card", 90), ("quote", 170)),
    (("countdown", 12), ("end-card", 140), ("chart", 120)),
)
WIDTH, GAP = 1280, 10


def film() -> None:
    changes: list[dict[str, object]] = [
        {"layer": "Headline", "text": "Made by Velocity"},
        {"layer": "Photo", "image": ROOT / "examples" / "replacement.jpg"},
    ]
    encoder = ve.EncoderConfig(resolution=(480, 270), fps_num=15, fps_den=1, rate_control=ve.RateControl.CQP, qp=28)
    with ve.open_template(ROOT / "examples" / "demo.zip") as template:
        ve.render(template, IMAGES / "demo.webp", encoder=encoder, customizations=changes)


def overview() -> None:
    rows = [_row([_poster(name, frame) for name, frame in row]) for row in ROWS]
    height = sum(row.height for row in rows) + GAP * (len(rows) - 1)
    picture = Image.new("RGBA", (WIDTH, height))
    top = 0
    for row in rows:
        picture.paste(row, (0, top))
        top += row.height + GAP
    picture.save(IMAGES / "gallery.webp", "WEBP", quality=84, method=6)


def _poster(name: str, frame: int) -> Image.Image:
    order = json.loads((GALLERY / f"{name}.json").read_text())
    with ve.open_template(GALLERY / f"{name}.zip") as template:
        return ve.still(template, frame, customizations=order).image().convert("RGBA")


def _row(pictures: list[Image.Image]) -> Image.Image:
    """All equally high, and together as wide as the picture."""
    share = sum(one.width / one.height for one in pictures)
    height = round((WIDTH - GAP * (len(pictures) - 1)) / share)
    row = Image.new("RGBA", (WIDTH, height))
    left = 0
    for number, one in enumerate(pictures):
        last = number == len(pictures) - 1
        width = WIDTH - left if last else round(height * one.width / one.height)
        row.paste(one.resize((width, height), Image.Resampling.LANCZOS), (left, 0))
        left += width + GAP
    return row


if __name__ == "__main__":
    film()
    overview()
