"""Pictures of every kind to premultiplied pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from velocity_engine.errors import MediaError
from velocity_engine.media import pictures
from velocity_engine.media.pictures import decode_picture, format_of, premultiplied


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def gradient(mode: str = "RGBA", size: tuple[int, int] = (23, 17)) -> Image.Image:
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    pixels = np.stack([x * 10, y * 14, 255 - x * 10, 40 + y * 12], axis=-1).astype(np.uint8)
    return Image.fromarray(pixels, "RGBA").convert(mode)


def test_premultiplying_rounds_to_the_nearest() -> None:
    color, alpha = np.mgrid[0:256, 0:256]
    pixels = np.stack([color, color, color, alpha], axis=-1).astype(np.uint8)
    expected = np.floor(color * alpha / 255 + 0.5)
    assert np.array_equal(premultiplied(pixels)[..., 0], expected)


@pytest.mark.parametrize("kind", ["PNG", "TGA", "WEBP"])
def test_alpha_is_kept_without_loss(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    ((start, shown),) = decode_picture(saved(gradient(), kind, **options), "a.tga")
    assert start == 0 and not shown.opaque
    assert np.array_equal(shown.pixels, premultiplied(np.array(gradient())))
    assert shown.pixels.flags.c_contiguous and shown.pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "PNG"),
        ("RGB", "JPEG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGB", "BMP"),
        ("L", "PNG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
    ],
)
def test_modes_without_alpha(mode: str, kind: str) -> None:
    image = gradient("RGB").convert(mode)
    ((_, shown),) = decode_picture(saved(image, kind), "picture")
    assert shown.opaque
    expected = np.array(image.convert("RGB")).astype(int)
    assert np.abs(shown.pixels[..., :3] - expected).mean() < 12


def test_palette_with_a_clear_colour() -> None:
    image = gradient("RGB").quantize(8)
    ((_, shown),) = decode_picture(saved(image, "PNG", transparency=0), "p.png")
    clear = np.array(image) == 0
    assert np.array_equal(shown.pixels[..., 3] == 0, clear)
    assert not shown.pixels[clear].any()


def test_sixteen_bit_grey() -> None:
    values = np.array([[0, 128, 257, 32_896, 65_535]], np.uint16)
    ((_, shown),) = decode_picture(saved(Image.fromarray(values), "PNG"), "deep.png")
    assert shown.pixels[0, :, 0].tolist() == [0, 0, 1, 128, 255]


def test_exif_orientation_turns_it_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    ((_, shown),) = decode_picture(saved(gradient("RGB"), "JPEG", exif=exif, quality=95), "phone.jpg")
    assert shown.pixels.shape == (23, 17, 4)
    upright = np.rot90(np.array(gradient("RGB")), -1).astype(int)
    assert np.abs(shown.pixels[..., :3] - upright).mean() < 10


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_has_times_and_joins_pauses(kind: str) -> None:
    colours = ["red", "lime", "lime", "blue"]
    images = [Image.new("RGB", (8, 8), colour) for colour in colours]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(images[0], kind, save_all=True, append_images=images[1:], duration=[100, 200, 300, 400], **options)
    frames = decode_picture(data, "a.gif")
    assert [start for start, _ in frames] == pytest.approx([0, 0.1, 0.6])
    assert [tuple(shown.pixels[0, 0]) for _, shown in frames] == [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_cut_short_names_the_file(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    data = saved(noise, kind)
    for length in (len(data) // 2, 20):
        with pytest.raises(MediaError) as caught:
            decode_picture(data[:length], "images/broken.bin")
        assert caught.value.place.file == "images/broken.bin"
        assert caught.value.hint


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", bytes(1000)])
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(MediaError, match="picture"):
        decode_picture(data, "x")


def test_bombs_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = saved(Image.new("1", (20_000, 20_000)), "PNG")
    with pytest.raises(MediaError, match="too large"):
        decode_picture(huge, "bomb.png")
    monkeypatch.setattr(pictures, "MAX_ANIMATION_PIXELS", 200)
    images = [Image.new("RGB", (8, 8), (at, 0, 0)) for at in range(10)]
    with pytest.raises(MediaError, match="too long"):
        decode_picture(saved(images[0], "GIF", save_all=True, append_images=images[1:]), "long.gif")


def test_of_a_jpeg_with_further_pictures_behind_it_the_first_is_shown() -> None:
    images = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    data = saved(images[0], "MPO", save_all=True, append_images=images[1:])
    ((_, shown),) = decode_picture(data, "phone.jpg")
    assert shown.pixels[4, 4, 0] > 200
    assert format_of(data) == "JPEG"


def test_format_is_told() -> None:
    assert format_of(saved(gradient("RGB"), "JPEG")) == "JPEG"
