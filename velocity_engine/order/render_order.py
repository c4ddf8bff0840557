"""A render order: a render request as one value. It holds what to draw, how to encode it, and where the video goes.

``velocity_engine.render`` makes one of its arguments, and the service stores one with each job. It can be sent to
another machine and rendered there. Nothing that can change a byte of the video is read from anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from velocity_engine.captions.captions import Captions
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import CustomizationError, OrderError, Place
from velocity_engine.given.arguments import bounds, named_file, require
from velocity_engine.order.duration import Duration
from velocity_engine.order.file_reference import FileReference
from velocity_engine.order.motion_blur import RIGHT as BLUR
from velocity_engine.order.motion_blur import MotionBlur
from velocity_engine.order.poster import Poster
from velocity_engine.order.sound_mix import SoundMix

VERSION = 1
CAPTIONS = 'Give Captions, such as read_captions("promo.srt")'
FILE = "Give a FileReference, such as FileReference.of(path)"


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
        frames: (start, end) in frames of the composition, half-open, with a duration on the video's timeline. None for
            all.
        soundtrack: A sound file that is mixed with the template's own sound, or None.
        poster: A picture of one frame beside the video, or None.
        mix: How the sound is mixed, or None for as it is.
        captions: What is said in it, and how that is shown, or None.
        sidecar: Where the captions go as a file beside the video, a path or a URL, or None.
        duration: How long the video is to be. None for as long as its template.
        fonts: Files and folders of fonts for the texts, beside those in the package, the first first.
        system_fonts: Folders of fonts that are looked through after all others.
        strict_fonts: Whether letters that no font has are refused, in place of boxes with a finding.
        motion_blur: How layers that have the motion blur switch are blurred. None for not at all.

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
    poster: Poster | None = None
    mix: SoundMix | None = None
    captions: Captions | None = None
    sidecar: str | None = None
    duration: Duration | None = None
    fonts: Sequence[FileReference] = ()
    system_fonts: Sequence[FileReference] = ()
    strict_fonts: bool = False
    motion_blur: MotionBlur | None = None

    def __post_init__(self) -> None:
        require("template", self.template, FileReference, FILE)
        named_file("output", self.output, "Give a path or a URL")
        require("encoder", self.encoder, EncoderConfig, 'Give an EncoderConfig, such as EncoderConfig(bitrate="5M")')
        require("animation", self.animation, str | None, "Give the name of a document of the package as a text")
        require("customizations", self.customizations, list | tuple, "Give a list of entries")
        require("assets", self.assets, Mapping, f"Give files by their ids. {FILE}")
        for key, file in self.assets.items():
            require(f"assets[{key!r}]", file, FileReference, FILE)
        if self.frames is not None:
            bounds(self.frames)
        require("soundtrack", self.soundtrack, FileReference | None, FILE)
        require("poster", self.poster, Poster | None, 'Give a Poster, such as Poster("promo.jpg", frame=75)')
        require("mix", self.mix, SoundMix | None, "Give a SoundMix, such as SoundMix(volume=0.5)")
        require("captions", self.captions, Captions | None, CAPTIONS)
        require("sidecar", self.sidecar, str | None, "Give a path or a URL")
        require("duration", self.duration, Duration | None, "Give a Duration, such as Duration(seconds=17.4)")
        require("fonts", self.fonts, list | tuple, f"Give a list of files. {FILE}")
        require("system_fonts", self.system_fonts, list | tuple, f"Give a list of folders. {FILE}")
        for font in (*self.fonts, *self.system_fonts):
            require("fonts", font, FileReference, FILE)
        require("strict_fonts", self.strict_fonts, bool, "Give True or False")
        require("motion_blur", self.motion_blur, MotionBlur | None, BLUR)
        if self.mix == SoundMix():
            object.__setattr__(self, "mix", None)

    def to_json(self, customizations: str | None = None, captions: str | None = None) -> str:
        """Returns the order as JSON. Equal orders return the same text.

        Args:
            customizations: A customization map as JSON that stands in the place of the order's own. It is not parsed,
                so a server can store what a stranger wrote without reading it.
            captions: What ``Captions.to_values`` returned, as JSON, in the place of the order's own.

        Raises:
            CustomizationError: An entry of ``customizations`` holds a value that JSON cannot express.
        """
        texts = {name: _text(value) for name, value in self._values().items()}
        if customizations is not None:
            texts["customizations"] = customizations
        if captions is not None:
            texts["captions"] = captions
        return "{" + ",".join(f'"{name}":{texts[name]}' for name in sorted(texts)) + "}"

    @classmethod
    def from_json(cls, text: str | bytes) -> RenderOrder:
        """Returns the order that ``to_json`` wrote.

        Args:
            text: The JSON.

        Raises:
            OrderError: The text is not an order, or it has a version that this engine does not know.
            WrongTypeError: It is neither a text nor bytes.
        """
        require("text", text, str | bytes, "Give the JSON that RenderOrder.to_json wrote, as a text or bytes")
        try:
            return cls.from_values(json.loads(text))
        except ValueError as error:
            raise _no_order() from error

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> RenderOrder:
        """Returns the order of which ``to_json`` wrote the text that these values were read from.

        Args:
            values: The JSON object.

        Raises:
            OrderError: They are not an order, or it has a version that this engine does not know.
        """
        try:
            values = dict(values)
            version = values.pop("version")
            if version != VERSION:
                raise OrderError(
                    f"the order has version {version}",
                    hint=f"This engine reads version {VERSION}; update the older one",
                )
            return cls(
                template=FileReference(**values.pop("template")),
                encoder=EncoderConfig.from_values(values.pop("encoder")),
                assets={key: FileReference(**value) for key, value in values.pop("assets").items()},
                frames=tuple(frames) if (frames := values.pop("frames")) is not None else None,
                soundtrack=FileReference(**sound) if (sound := values.pop("soundtrack")) is not None else None,
                customizations=tuple(values.pop("customizations")),
                poster=Poster(**poster) if (poster := values.pop("poster", None)) is not None else None,
                captions=Captions.from_values(told) if (told := values.pop("captions", None)) is not None else None,
                mix=SoundMix.from_values(mix) if (mix := values.pop("mix", None)) is not None else None,
                duration=Duration.from_values(lasting) if (lasting := values.pop("duration", None)) else None,
                fonts=tuple(FileReference(**one) for one in values.pop("fonts", ())),
                system_fonts=tuple(FileReference(**one) for one in values.pop("system_fonts", ())),
                motion_blur=MotionBlur.from_values(blur) if (blur := values.pop("motion_blur", None)) else None,
                **values,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_order() from error

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of everything that decides the bytes of the video.

        The contents of files are part of it. Their locations, the output, the poster and the
        sidecar are not.
        """
        values = self._values()
        del values["output"]
        values.pop("poster", None)
        values.pop("sidecar", None)
        fonts = (*values.get("fonts", ()), *values.get("system_fonts", ()))
        for reference in (values["template"], values["soundtrack"], *values["assets"].values(), *fonts):
            if reference is not None:
                del reference["location"]
        return hashlib.sha256(_text(values).encode()).hexdigest()

    @property
    def files(self) -> tuple[FileReference, ...]:
        """The template, the assets, the soundtrack and the fonts."""
        sound = () if self.soundtrack is None else (self.soundtrack,)
        return (self.template, *self.assets.values(), *sound, *self.fonts, *self.system_fonts)

    def to(self, output: str | os.PathLike[str]) -> RenderOrder:
        """Returns the same order with another output.

        Args:
            output: The path of the video.
        """
        return replace(self, output=named_file("output", output, "Give a path or a URL"))

    def relocated(self, locate: Callable[[str], str | os.PathLike[str]]) -> RenderOrder:
        """Returns the same order with its files elsewhere.

        Args:
            locate: Returns the new location of a file, given the one that the order has.
        """

        require("locate", locate, Callable, "Give a function that takes a location and returns another one")

        def moved(reference: FileReference) -> FileReference:
            return replace(reference, location=os.fspath(locate(reference.location)))

        return replace(
            self,
            template=moved(self.template),
            assets={key: moved(value) for key, value in self.assets.items()},
            soundtrack=None if self.soundtrack is None else moved(self.soundtrack),
            fonts=tuple(map(moved, self.fonts)),
            system_fonts=tuple(map(moved, self.system_fonts)),
        )

    def _values(self) -> dict[str, Any]:
        values = {
            "version": VERSION,
            "template": _plain(self.template),
            "output": self.output,
            "encoder": self.encoder.to_values(),
            "animation": self.animation,
            "customizations": list(self.customizations),
            "assets": {key: _plain(value) for key, value in self.assets.items()},
            "frames": None if self.frames is None else list(self.frames),
            "soundtrack": None if self.soundtrack is None else _plain(self.soundtrack),
        }
        if self.poster is not None:  # so that an order without one is as it was before there were posters
            values["poster"] = {"output": self.poster.output, "frame": self.poster.frame}
        if self.mix is not None:
            values["mix"] = self.mix.to_values()
        if self.captions is not None:
            values["captions"] = self.captions.to_values()
        if self.sidecar is not None:
            values["sidecar"] = self.sidecar
        if self.duration is not None:
            values["duration"] = self.duration.to_values()
        if self.fonts:
            values["fonts"] = [_plain(font) for font in self.fonts]
        if self.system_fonts:
            values["system_fonts"] = [_plain(folder) for folder in self.system_fonts]
        if self.strict_fonts:
            values["strict_fonts"] = True
        if self.motion_blur is not None:
            values["motion_blur"] = self.motion_blur.to_values()
        return values

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


def _no_order() -> OrderError:
    return OrderError("this is not a render order", hint="RenderOrder.to_json writes one")
