"""PNG and JPEG: one picture, a file for each frame, or all of them in a ZIP."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncodedPacket, EncoderSettings, FileRequest, FileWriter
from velocity_pictures.traits import damaged, opened, picture_problems, quality_of, settings_for

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of files in a ZIP, so that the same pictures are the same bytes
NAME_DIGITS = 5


def _containers(name: str, endings: tuple[str, ...], mime_type: str) -> tuple[Container, ...]:
    return (
        Container(key=name, endings=endings, mime_type=mime_type, frames="first"),
        Container(key=f"{name}-files", endings=endings, mime_type=mime_type, numbered=True),
        Container(key=f"{name}-zip", endings=(".zip",), mime_type="application/zip"),
    )


class Png:
    key = "png"
    number: int | None = None
    title = "PNG"
    pixel_formats = ("rgba",)
    containers = _containers("png", (".png",), "image/png")
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        return picture_problems(self.title, config)

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        fast = config.preset is not None and config.preset >= 4
        return settings_for("rgba", {"compress_level": "1" if fast else "6"}, gop=1)

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> StillEncoder:
        return StillEncoder("PNG", {"compress_level": int(settings.options["compress_level"])})

    def writer(self, request: FileRequest) -> FileWriter:
        return _writer(request)

    def length(self, path: str, container: Container) -> float:
        return _length(path, container)


class Jpeg:
    key = "jpeg"
    number: int | None = None
    title = "JPEG"
    pixel_formats = ("rgb24",)
    containers = _containers("jpeg", (".jpg", ".jpeg"), "image/jpeg")
    keeps_alpha = False
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        return picture_problems(self.title, config, lossy=True)

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return settings_for("rgb24", {"quality": str(quality_of(config))}, gop=1)

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> StillEncoder:
        return StillEncoder("JPEG", {"quality": int(settings.options["quality"]), "subsampling": 0, "optimize": True})

    def writer(self, request: FileRequest) -> FileWriter:
        return _writer(request)

    def length(self, path: str, container: Container) -> float:
        return _length(path, container)


class StillEncoder:
    """Each packet is a picture file."""

    extradata = b""

    def __init__(self, kind: str, options: dict[str, int | bool]) -> None:
        self._kind, self._options = kind, options
        self._count = 0
        self._shown = self._data = b""

    def encode(self, frame: av.VideoFrame) -> list[EncodedPacket]:
        shown = bytes(frame.planes[0])
        if self._shown != shown:
            target = io.BytesIO()
            Image.fromarray(frame.to_ndarray()).save(target, self._kind, **self._options)
            self._shown, self._data = shown, target.getvalue()
        number, self._count = self._count, self._count + 1
        return [EncodedPacket(data=self._data, pts=number, dts=number, duration=1, key=True)]

    def finish(self) -> list[EncodedPacket]:
        return []


def _writer(request: FileRequest) -> FileWriter:
    return ZipWriter(request) if request.container.key.endswith("-zip") else PictureWriter(request)


class PictureWriter:
    """A file for each picture, or for the only one."""

    def __init__(self, request: FileRequest) -> None:
        self._path = request.path

    def write(self, packet: EncodedPacket, first: int) -> None:
        Path(self._path(first + packet.pts)).write_bytes(packet.data)

    def close(self) -> None:
        return

    def abandon(self) -> None:
        return


class ZipWriter:
    """All pictures in a ZIP, by their numbers."""

    def __init__(self, request: FileRequest) -> None:
        self._ending = ".png" if request.container.key.startswith("png") else ".jpg"
        self._file = zipfile.ZipFile(request.path(0), "w", zipfile.ZIP_STORED)

    def write(self, packet: EncodedPacket, first: int) -> None:
        name = f"{first + packet.pts:0{NAME_DIGITS}d}{self._ending}"
        self._file.writestr(zipfile.ZipInfo(name, LONG_AGO), packet.data)

    def close(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


FORMATS = ("PNG", "JPEG")


def _length(path: str, container: Container) -> float:
    try:
        if container.key.endswith("-zip"):
            with zipfile.ZipFile(path) as file:
                if file.testzip() is not None:
                    raise damaged(path)
        else:
            with opened(path, FORMATS) as picture:
                picture.load()
    except (OSError, SyntaxError, zipfile.BadZipFile) as error:
        raise damaged(path) from error
    return 0.0
