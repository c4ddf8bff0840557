#!/usr/bin/env python3
"""A contact sheet to look at: for each document the reference, our frame and their difference, side by side.

Usage: contact_sheet.py DOCUMENT_OR_FOLDER... -o SHEET.png [--only TEXT] [--frames 3] [--ground 200] [--size 256]

A document is a .json, .lottie, .zip or folder package. References are NAME.fFRAME.png files beside a document
(straight-alpha RGBA); a document without references shows as many of our own frames as --frames says. The difference is
doubled, black where equal.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import velocity_engine as ve

LABEL = 14
GAP = 6


def documents(paths: list[Path], only: str) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        yield from (p for p in found if only in str(p))


def references(document: Path) -> list[tuple[int, Path]]:
    pattern = re.compile(re.escape(document.stem) + r"\.f(-?\d+)\.png$")
    matches = ((pattern.match(p.name), p) for p in document.parent.glob("*.png"))
    return sorted((int(match[1]), path) for match, path in matches if match)


def over(rgba: NDArray[np.uint8], ground: int) -> NDArray[np.uint8]:
    """(h, w, 4) straight alpha over a grey ground, (h, w, 3)."""
    alpha = rgba[..., 3:].astype(np.float64) / 255
    return np.rint(rgba[..., :3] * alpha + ground * (1 - alpha)).astype(np.uint8)


def cells(document: Path, ground: int, frames: int, side: int) -> Iterator[tuple[str, list[NDArray[np.uint8]]]]:
    wanted = references(document)
    with ve.open_template(document) as template:
        for frame, path in wanted:
            reference = over(np.asarray(Image.open(path).convert("RGBA")), ground)
            ours = over(ve.render_still(template, frame=frame, size=(reference.shape[1], reference.shape[0])), ground)
            difference = np.minimum(np.abs(ours.astype(int) - reference) * 2, 255).astype(np.uint8)
            yield f"{document.stem} f{frame}", [reference, ours, difference]
        if not wanted:
            scale = side / max(template.width, template.height)
            size = (max(round(template.width * scale), 1), max(round(template.height * scale), 1))
            for number in range(frames):
                at = template.first_frame + template.frame_count * (number + 0.5) / frames
                yield f"{document.stem} f{at:g}", [over(ve.render_still(template, frame=at, size=size), ground)]


def sheet(rows: list[tuple[str, list[NDArray[np.uint8]]]], width: int) -> Image.Image:
    placed, x, y, height = [], 0, 0, 0
    for label, pictures in rows:
        strip = np.hstack(pictures)
        if x and x + strip.shape[1] > width:
            x, y, height = 0, y + height + GAP, 0
        placed.append((label, strip, x, y))
        x, height = x + strip.shape[1] + GAP, max(height, strip.shape[0] + LABEL)
    picture = Image.new("RGB", (width, max(y + height, 1)), "white")
    draw = ImageDraw.Draw(picture)
    for label, strip, left, top in placed:
        draw.text((left + 2, top + 1), label, fill="black")
        picture.paste(Image.fromarray(strip), (left, top + LABEL))
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--frames", type=int, default=3)
    parser.add_argument("--ground", type=int, default=200)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--width", type=int, default=1600)
    options = parser.parse_args()
    rows = []
    for document in documents(options.paths, options.only):
        try:
            rows += list(cells(document, options.ground, options.frames, options.size))
        except ve.VelocityError as error:
            print(f"{document}: {error}")
    sheet(rows, options.width).save(options.output)
    print(f"{len(rows)} frames in {options.output}")


if __name__ == "__main__":
    main()
