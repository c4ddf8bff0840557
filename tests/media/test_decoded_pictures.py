"""Pictures are decoded once for all plans of a template, within bounded memory."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from velocity_engine.errors import MediaError
from velocity_engine.media.decoded_pictures import DecodedPictures

SIDE = 10


def png(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (SIDE, SIDE), (shade, 0, 0, 255)).save(file, "PNG")
    return file.getvalue()


def test_the_same_content_is_the_same_picture_whatever_its_name() -> None:
    pictures = DecodedPictures()
    assert pictures.decode(png(1), "a.png") is pictures.decode(png(1), "b.png")
    assert pictures.decode(png(2), "a.png") is not pictures.decode(png(1), "a.png")


def test_what_was_not_used_for_longest_is_let_go() -> None:
    pictures = DecodedPictures(limit=2 * 4 * SIDE * SIDE)
    one, two = pictures.decode(png(1), "1"), pictures.decode(png(2), "2")
    assert pictures.decode(png(1), "1") is one
    pictures.decode(png(3), "3")
    assert pictures.decode(png(1), "1") is one
    assert pictures.decode(png(2), "2") is not two


def test_a_picture_beyond_the_limit_is_decoded_each_time_and_drives_out_nothing() -> None:
    pictures = DecodedPictures(limit=4 * SIDE * SIDE)
    small = pictures.decode(png(1), "1")
    file = io.BytesIO()
    Image.new("RGBA", (2 * SIDE, SIDE)).save(file, "PNG")
    assert pictures.decode(file.getvalue(), "wide") is not pictures.decode(file.getvalue(), "wide")
    assert pictures.decode(png(1), "1") is small


def test_a_damaged_picture_is_refused_each_time() -> None:
    pictures = DecodedPictures()
    for _ in range(2):
        with pytest.raises(MediaError, match=r"broken\.png"):
            pictures.decode(png(1)[:30], "broken.png")
