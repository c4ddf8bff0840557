"""How a picture is fitted into the box of its layer."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.model.geometry import IDENTITY, Matrix, translation

Window = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A rectangle ``width`` x ``height`` placed by ``matrix`` in the layer, showing ``window`` of the picture (None:
    all of it)."""

    width: float
    height: float
    matrix: Matrix
    window: Window | None


def fitted(box: tuple[float, float], picture: tuple[int, int], fit: str) -> Fitted:
    """``fit``: "fill" stretches, "cover" crops, "contain" leaves room, "none" keeps the picture's pixels, centred."""
    width, height = box
    if width <= 0 or height <= 0:
        return Fitted(float(picture[0]), float(picture[1]), IDENTITY, None)
    scale_x, scale_y = width / picture[0], height / picture[1]
    if fit == "fill" or (abs(scale_x - scale_y) < 1e-9 and fit != "none"):
        return Fitted(width, height, IDENTITY, None)
    scale = {"cover": max(scale_x, scale_y), "contain": min(scale_x, scale_y)}.get(fit, 1.0)
    shown_w, shown_h = min(width, picture[0] * scale), min(height, picture[1] * scale)
    matrix = translation((width - shown_w) / 2, (height - shown_h) / 2)
    part_w, part_h = shown_w / scale, shown_h / scale
    left, top = (picture[0] - part_w) / 2, (picture[1] - part_h) / 2
    whole = part_w >= picture[0] - 1e-9 and part_h >= picture[1] - 1e-9
    return Fitted(shown_w, shown_h, matrix, None if whole else (left, top, left + part_w, top + part_h))
