"""A poster: a picture of one frame, beside a video."""

from __future__ import annotations

import os
from dataclasses import dataclass

from velocity_engine.given.arguments import moment, named_file

POSTER_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""How the names of posters end, and Pillow's names of what they are then."""
MAX_SIDES = {"PNG": 65_535, "JPEG": 65_500, "WEBP": 16_383}
"""Pixels of a side, by format."""


@dataclass(frozen=True, slots=True)
class Poster:
    """A picture of one frame that is written beside a video, with the video's size and ground.

    Attributes:
        output: Where it goes: a path or a URL that ends with .png, .jpg, .jpeg or .webp. In PNG and WebP what is clear
            stays clear where the codec of the video keeps alpha.
        frame: The moment that it shows, in frames of the composition. None for the middle of what is rendered.

    Raises:
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.render(template, "promo.mp4", poster=ve.Poster("promo.jpg", frame=75))
    """

    output: str
    frame: float | None = None

    def __post_init__(self) -> None:
        right = "A poster is a file: give a path or a URL that ends with .png, .jpg, .jpeg or .webp"
        object.__setattr__(self, "output", named_file("output", self.output, right))
        if self.frame is not None:
            moment(self.frame)

    def fault(self, width: int, height: int) -> str | None:
        """Returns what is wrong with a poster of a video of that size; None where nothing is.

        Args:
            width: The width of the video in pixels.
            height: Its height in pixels.
        """
        most = MAX_SIDES.get(self.format)
        if most is None or max(width, height) <= most:
            return None
        return f"the poster has the video's size, {width}x{height}, and {self.format} takes sides up to {most}"

    @property
    def format(self) -> str:
        """Pillow's name of the format; empty where the name has another ending."""
        return POSTER_FORMATS.get(os.path.splitext(self.output)[1].lower(), "")
