"""What all codecs of pictures have in common: what they refuse, and how fine their pictures are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from PIL import Image

from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting
from velocity_engine.errors import EncoderConfigError, MediaError, Place
from velocity_engine.plugin_types import EncoderSettings

USUAL_QUALITY, BEST, WORST = 85, 95, 20
SEGMENT_FRAMES = 30  # animations have key frames where segments begin, which may be wherever it suits


def picture_problems(title: str, config: EncoderConfig, *, lossy: bool = False) -> list[EncoderConfigError]:
    """What of a configuration only videos have."""
    found = []
    for field, value in (("profile", config.profile), ("level", config.level), ("idr", config.idr)):
        if value is not None:
            found.append(bad_setting(field, f"{title} has no {field}", f"Leave {field} out"))
    if config.rate_control == RateControl.CBR:
        found.append(bad_setting("rate_control", f"{title} has no constant bitrate", "Leave the rate control out"))
    if config.qp is not None and not lossy:
        found.append(
            bad_setting(
                "qp", f"{title} changes no colour, and has no quantiser", "Leave the quantiser and the rate control out"
            )
        )
    return found


def pixel_problems(title: str, width: int, height: int) -> list[EncoderConfigError]:
    """Of GIF and WebP, which Pillow reads back within its limit only, wherever they come from."""
    most = 2 * (Image.MAX_IMAGE_PIXELS or width * height)
    if width * height <= most:
        return []
    hint = f"{title} is read back up to {most} pixels: choose a smaller resolution, or PNG"
    return [bad_setting("resolution", f"the resolution is {width}x{height}", hint)]


def quality_of(config: EncoderConfig) -> int:
    """From 0 to 100: by ``qp``, whose 0 is the best and 63 the worst."""
    if config.qp is None:
        return USUAL_QUALITY
    return round(BEST - (BEST - WORST) * config.qp / 63)


def settings_for(pixel_format: str, options: dict[str, str], *, gop: int = SEGMENT_FRAMES) -> EncoderSettings:
    return EncoderSettings(encoder="", pixel_format=pixel_format, options=options, gop_size=gop)


def ticks(frame: int, rate: Fraction, per_second: int) -> int:
    """When a frame is shown, in ticks: the sum of all delays is exact however they round."""
    return round(frame / rate * per_second)


@contextmanager
def opened(path: str, formats: tuple[str, ...]) -> Iterator[Any]:
    """Opens a picture that was written here. Pillow's limit of pixels, which is for strangers' files, does not hold for
    PNG and JPEG."""
    Image.init()
    with open(path, "rb") as file:
        begin = file.read(16)
        for name in formats:
            factory, accepts = Image.OPEN[name]
            if accepts is None or accepts(begin) is True:
                file.seek(0)
                with factory(file, path) as picture:
                    yield picture
                return
    raise damaged(path)


def damaged(path: str) -> MediaError:
    return MediaError("the picture cannot be read back", place=Place(file=path.rsplit("/", 1)[-1]))
