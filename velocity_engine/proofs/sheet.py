"""A contact sheet: all proofs in one picture, a row for each layer, with their names and what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from velocity_engine.proofs.proof import Proof

FONTS = Path(__file__).resolve().parent.parent / "fonts"
GROUND, CARD, INK, DIM = (24, 25, 30), (36, 38, 46), (240, 241, 245), (160, 165, 178)
AMBER, RED = (255, 190, 90), (255, 110, 110)
CELL = 300  # pixels: the width of a still, and the most of its height
GAP, EDGE, LINE, HEAD = 16, 28, 20, 44
MOST_COLUMNS = 6
CODE_POINT = re.compile(r"\S+ \((U\+[0-9A-F]+)\)")  # of a character that the fonts of the sheet may lack
LIGHT, DARK, SQUARE = 92, 72, 10  # the pattern that shows where a still is clear
MOST_SIDE = 30_000  # pixels; what viewers of pictures still open


def contact_sheet(title: str, proofs: Sequence[Proof]) -> Image.Image:
    """Returns a picture of all proofs.

    Args:
        title: One line above all.
        proofs: The proofs, those of one layer after each other. What does not fit into 30,000 pixels is left out, and
            the last line says so.
    """
    cell = _cell_size(proofs)
    rows = [
        (name, part)
        for name, group in groupby(proofs, key=lambda one: one.case.layer or one.case.kind)
        for part in _parts(list(group))
    ]
    fitting = max(1, (MOST_SIDE - 2 * EDGE - 2 * HEAD) // _row_height(cell))
    shown, left_out = rows[:fitting], sum(len(part) for _, part in rows[fitting:])
    columns = max((len(part) for _, part in shown), default=1)
    width = max(720, 2 * EDGE + columns * (cell[0] + GAP) - GAP)
    height = 2 * EDGE + HEAD + len(shown) * _row_height(cell) + (HEAD if left_out else 0)
    sheet = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((EDGE, EDGE - 6), _fitted(title, _font(24, bold=True), width - 2 * EDGE), INK, _font(24, bold=True))
    top = EDGE + HEAD
    for name, part in shown:
        _draw_row(sheet, (EDGE, top), cell, name, part)
        top += _row_height(cell)
    if left_out:
        draw.text((EDGE, top), f"{left_out} more stills do not fit into one picture", AMBER, _font(16))
    return sheet


def _parts(proofs: Sequence[Proof]) -> list[Sequence[Proof]]:
    return [proofs[start : start + MOST_COLUMNS] for start in range(0, len(proofs), MOST_COLUMNS)]


def _cell_size(proofs: Sequence[Proof]) -> tuple[int, int]:
    """The size of the first proof that could be drawn, fitted into a square."""
    size = next(((one.pixels.shape[1], one.pixels.shape[0]) for one in proofs if one.pixels is not None), (16, 9))
    scale = min(CELL / size[0], CELL / size[1])
    return max(96, round(size[0] * scale)), max(54, round(size[1] * scale))


def _row_height(cell: tuple[int, int]) -> int:
    return 30 + cell[1] + 2 * LINE + 3 * GAP


def _draw_row(
    sheet: Image.Image, corner: tuple[int, int], cell: tuple[int, int], name: str, proofs: Sequence[Proof]
) -> None:
    draw = ImageDraw.Draw(sheet)
    left, top = corner
    draw.text((left, top), _fitted(name, _font(17, bold=True), sheet.width - 2 * EDGE), INK, _font(17, bold=True))
    top += 30
    for number, proof in enumerate(proofs):
        _draw_cell(sheet, (left + number * (cell[0] + GAP), top), cell, proof)


def _draw_cell(sheet: Image.Image, corner: tuple[int, int], cell: tuple[int, int], proof: Proof) -> None:
    draw = ImageDraw.Draw(sheet)
    (left, top), (width, height) = corner, cell
    draw.rectangle((left, top, left + width - 1, top + height + 2 * LINE + GAP), fill=CARD)
    if proof.pixels is None:
        for number, line in enumerate(_lines(proof.error, _font(13), width - 16)[: height // 18]):
            draw.text((left + 8, top + 8 + 18 * number), line, RED, _font(13))
    else:
        sheet.paste(_on_squares(proof.pixels, cell), corner)
    caption = f"{proof.case.kind}  ·  frame {proof.frame:g}"
    draw.text((left + 8, top + height + 6), _fitted(caption, _font(14), width - 16), INK, _font(14))
    told, color = _told(proof)
    draw.text((left + 8, top + height + 6 + LINE), _fitted(told, _font(13), width - 16), color, _font(13))


def _told(proof: Proof) -> tuple[str, tuple[int, int, int]]:
    if proof.pixels is None:
        return "cannot be drawn", RED
    told = [*proof.remarks, *(CODE_POINT.sub(r"\1", finding.message) for finding in proof.findings)]
    if not told:
        return "no findings", DIM
    count = f"{len(told)} findings: " if len(told) > 1 else ""
    severe = any(finding.severity == "error" for finding in proof.findings)
    return count + told[0], RED if severe else AMBER


def _on_squares(pixels: NDArray[np.uint8], cell: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(pixels).resize(cell, Image.Resampling.LANCZOS)
    y, x = np.mgrid[0 : cell[1], 0 : cell[0]]
    shade = np.where((x // SQUARE + y // SQUARE) % 2, LIGHT, DARK).astype(np.uint8)
    ground = Image.fromarray(shade).convert("RGBA")
    return Image.alpha_composite(ground, picture).convert("RGB")


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"Inter-{'Bold' if bold else 'Regular'}.otf", size)


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """One line, cut where it is too long."""
    line = " ".join(text.split())
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line}…"


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(_fitted(word, font, width))
    return lines
