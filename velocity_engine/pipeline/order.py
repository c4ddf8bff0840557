"""A render order: a render request as one value. It holds what to draw, how to encode it, and where the video goes.

``velocity_engine.render`` makes one of its arguments, and the service stores one with each job. It can be sent to
another machine and rendered there. Nothing that can change a byte of the video is read from anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from velocity_engine.encoder_config import EncoderConfig, RateControl
from velocity_engine.errors import CustomizationError, OrderError, Place, StorageError
from velocity_engine.files.regular import open_regular

VERSION = 1
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file, by its location and by its content.

    Attributes:
        location: A path or a URL.
        sha256: The SHA-256 of its bytes in hexadecimal. For a folder it is that of the names and contents of its files.
    """

    location: str
    sha256: str

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileReference:
        """Reads a file and returns a reference to it.

        Args:
            path: The file or folder.

        Raises:
            StorageError: It cannot be read.
        """
        return cls(os.fspath(path), content_sha256(path))

    @classmethod
    def unread(cls, path: str | os.PathLike[str]) -> FileReference:
        """The file at ``path`` without its digest: for an order that is rendered at once and goes nowhere else."""
        return cls(os.fspath(path), "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RenderOrder:
    """A render request. Two orders with the same content are equal and have the same ``digest``.

    Attributes:
        template: The package.
        output: Where the video goes: a path or a URL.
        encoder: How the video is encoded.
        animation: Which document of the package, where it holds several: as in ``open_template``.
        customizations: The entries of the ``customizationMap``. They hold JSON values.
        assets: The files that ``{"assetId": ...}`` names, by id.
        frames: (start, end) in frames of the composition, half-open. None for all.
        soundtrack: A sound file that is mixed with the template's own sound, or None.

    Example:
        >>> order = RenderOrder(template=FileReference.of("promo.zip"), output="promo.mp4")
        >>> RenderOrder.from_json(order.to_json()) == order
        True
    """

    template: FileReference
    output: str
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    animation: str | None = None
    customizations: Sequence[Mapping[str, Any]] = ()
    assets: Mapping[str, FileReference] = field(default_factory=dict)
    frames: tuple[float, float] | None = None
    soundtrack: FileReference | None = None

    def to_json(self) -> str:
        """Returns the order as JSON. Equal orders return the same text.

        Raises:
            CustomizationError: An entry of ``customizations`` holds a value that JSON cannot express.
        """
        return _text(self._values())

    @classmethod
    def from_json(cls, text: str | bytes) -> RenderOrder:
        """Returns the order that ``to_json`` wrote.

        Args:
            text: The JSON.

        Raises:
            OrderError: The text is not an order, or it has a version that this engine does not know.
        """
        try:
            values = json.loads(text)
            version = values.pop("version")
            if version != VERSION:
                raise OrderError(
                    f"the order has version {version}",
                    hint=f"This engine reads version {VERSION}; update the older one",
                )
            return cls(
                template=FileReference(**values.pop("template")),
                encoder=encoder_from(values.pop("encoder")),
                assets={key: FileReference(**value) for key, value in values.pop("assets").items()},
                frames=tuple(frames) if (frames := values.pop("frames")) is not None else None,
                soundtrack=FileReference(**sound) if (sound := values.pop("soundtrack")) is not None else None,
                customizations=tuple(values.pop("customizations")),
                **values,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OrderError("this is not a render order", hint="RenderOrder.to_json writes one") from error

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of everything that decides the bytes of the video.

        The contents of files are part of it. Their locations and the output are not.
        """
        values = self._values()
        del values["output"]
        for reference in (values["template"], values["soundtrack"], *values["assets"].values()):
            if reference is not None:
                del reference["location"]
        return hashlib.sha256(_text(values).encode()).hexdigest()

    def to(self, output: str | os.PathLike[str]) -> RenderOrder:
        """Returns the same order with another output.

        Args:
            output: The path of the video.
        """
        return replace(self, output=os.fspath(output))

    def _values(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "template": _plain(self.template),
            "output": self.output,
            "encoder": encoder_values(self.encoder),
            "animation": self.animation,
            "customizations": list(self.customizations),
            "assets": {key: _plain(value) for key, value in self.assets.items()},
            "frames": None if self.frames is None else list(self.frames),
            "soundtrack": None if self.soundtrack is None else _plain(self.soundtrack),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RenderOrder) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())


def _text(values: Mapping[str, Any]) -> str:
    try:
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        what = "the customizations hold what JSON cannot"
        hint = "Give texts, finite numbers, true, false, null, lists and objects"
        raise CustomizationError(what, place=Place(field="customizationMap"), hint=hint) from error


def _plain(reference: FileReference) -> dict[str, str]:
    return {"location": reference.location, "sha256": reference.sha256}


def encoder_values(encoder: EncoderConfig) -> dict[str, Any]:
    """Returns the fields of a configuration as JSON values, by name.

    Args:
        encoder: The configuration.
    """
    values = {one.name: getattr(encoder, one.name) for one in fields(encoder)}
    values["rate_control"] = int(encoder.rate_control)
    values["resolution"] = None if encoder.resolution is None else list(encoder.resolution)
    return values


def encoder_from(values: Mapping[str, Any]) -> EncoderConfig:
    """Returns the configuration from which ``encoder_values`` made these values.

    Args:
        values: The fields, by name.
    """
    size = values["resolution"]
    special = {
        "rate_control": RateControl(values["rate_control"]),
        "resolution": None if size is None else (int(size[0]), int(size[1])),
    }
    return EncoderConfig(**{**values, **special})


def content_sha256(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file's bytes, or of the names and contents of a folder's files, in hexadecimal.

    Args:
        path: The file or folder.

    Raises:
        StorageError: It cannot be read.
    """
    whole = Path(path)
    try:
        if not whole.is_dir():
            return _file_sha256(whole)
        digest = hashlib.sha256()
        for file in sorted(one for one in whole.rglob("*") if one.is_file()):
            digest.update(
                f"{file.relative_to(whole).as_posix()}\0{_file_sha256(file)}\n".encode("utf-8", "surrogateescape")
            )
        return digest.hexdigest()
    except OSError as error:
        raise StorageError(f"{whole.name} cannot be read: {error.strerror}", place=Place(file=whole.name)) from None


def _file_sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
