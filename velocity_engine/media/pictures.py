"""Pictures: PNG, JPEG, GIF, WebP, BMP and TGA files to premultiplied pixels. Decoding is Pillow's."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import Picture, picture
from velocity_engine.errors import MediaError, Place

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TGA")  # TGA last: it has no mark at its beginning
ANIMATED = ("PNG", "GIF", "WEBP")
PHONES = "MPO"  # a JPEG with further pictures behind it, as phones take them: the first is the one that is meant
MAX_PIXELS = 178_000_000
MAX_ANIMATION_PIXELS = 268_435_456
MAX_FRAMES = 10_000
BAND = 256  # rows premultiplied at a time
MIN_DELAY, USUAL_DELAY = 0.011, 0.1  # seconds; shorter delays of GIF mean the usual one, as in browsers


def decode_picture(data: bytes, name: str) -> tuple[tuple[float, Picture], ...]:
    """The frames of a picture, each with the second at which it starts: one entry for a still picture.

    Turned upright by its EXIF orientation, 8 bits a channel, sRGB assumed, premultiplied. A pause in an animation is
    one entry. Raises MediaError, which names the file ``name``, for what is not a picture, is damaged or too large.
    """
    with _opened(data, name) as image:
        frames: list[tuple[float, Picture]] = []
        start = 0.0
        for pixels, delay in _frames(image, name):
            shown = picture(pixels)
            if not frames or frames[-1][1].digest != shown.digest:
                frames.append((start, shown))
            start += delay
        return tuple(frames)


def _opened(data: bytes, name: str) -> Image.Image:
    from PIL import Image

    hint = "Pictures are PNG, JPG, GIF, WebP, BMP or TGA"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except Exception as error:
        message = "the picture is empty" if not data else "this is not a picture that can be decoded"
        raise MediaError(message, place=Place(file=name), hint=hint) from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name)
    return image


def _too_large(name: str) -> MediaError:
    return MediaError(
        "the picture is too large", place=Place(file=name), hint=f"It may have {MAX_PIXELS:,} pixels at most"
    )


def _frames(image: Image.Image, name: str) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """The pixels and the delay in seconds of each frame."""
    total = 0
    index = 0
    while True:
        try:
            if index:
                image.seek(index)
            image.load()
            pixels = _rgba(image)
            moves = image.format in ANIMATED and getattr(image, "is_animated", False)  # reads on in the file
        except EOFError:
            return
        except Exception as error:
            hint = "Export or upload the file again"
            raise MediaError("the picture is damaged or cut short", place=Place(file=name), hint=hint) from error
        total += image.width * image.height
        if index and (total > MAX_ANIMATION_PIXELS or index >= MAX_FRAMES):
            hint = f"All frames may have {MAX_ANIMATION_PIXELS:,} pixels at most; use a video clip"
            raise MediaError("the animated picture is too long", place=Place(file=name), hint=hint)
        delay = float(image.info.get("duration") or 0) / 1000
        yield premultiplied(pixels), delay if delay >= MIN_DELAY else USUAL_DELAY
        if not moves:
            return
        index += 1


def _rgba(image: Image.Image) -> NDArray[np.uint8]:
    """(h, w, 4) uint8, straight alpha, upright."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16-bit grey
        grey = np.asarray(upright).astype(np.int64)
        shade = np.clip((grey * 255 + 32767) // 65535, 0, 255).astype(np.uint8)
        opaque = np.full_like(shade, 255)
        return np.dstack((shade, shade, shade, opaque))
    return np.array(upright.convert("RGBA"))


def premultiplied(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``pixels``: (h, w, 4) uint8, straight; written to and returned. Each colour becomes round(colour * alpha /
    255)."""
    if bool((pixels[..., 3] == 255).all()):
        return pixels
    for top in range(0, len(pixels), BAND):
        band = pixels[top : top + BAND]
        product = band[..., :3].astype(np.uint16) * band[..., 3:] + 128
        band[..., :3] = (product + (product >> 8)) >> 8
    return pixels


def format_of(data: bytes) -> str:
    """Pillow's name of the format of a picture that ``decode_picture`` takes."""
    with _opened(data, "") as image:
        return "JPEG" if image.format == PHONES else image.format or ""
