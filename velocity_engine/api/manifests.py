"""Manifests: what a video was made of and with, so that anybody can render it again and compare it byte by byte."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from velocity_engine import plugins
from velocity_engine.api.renders import RenderResult, render_order
from velocity_engine.cache.builds import engine_build, processor
from velocity_engine.errors import OrderError
from velocity_engine.given.arguments import named_file, require
from velocity_engine.model.version import __version__
from velocity_engine.order import FileReference, RenderOrder
from velocity_engine.pipeline.segment_prints import SegmentPrint
from velocity_engine.plan.font_infos import FontInfo
from velocity_engine.plugins.outputs import container_of
from velocity_engine.storage.fetched import has_changed
from velocity_engine.template import OPENED, Template

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a video was made of and with.

    Attributes:
        order: The order, with the SHA-256 of each file.
        engine: The version of the engine.
        build: A name of the engine, its libraries and the processor. It changes with any of them.
        processor: The processor, as LLVM calls it.
        plugins: The version of each installed package that provides plugins, by its name.
        fonts: The fonts that the template names, and what drew them.
        segments: The fingerprint of each segment.
        sha256: The SHA-256 of the video, in hexadecimal.
    """

    order: RenderOrder
    engine: str
    build: str
    processor: str
    plugins: Mapping[str, str]
    fonts: tuple[FontInfo, ...]
    segments: tuple[SegmentPrint, ...]
    sha256: str

    @classmethod
    def of(cls, template: Template, order: RenderOrder, result: RenderResult) -> Manifest:
        """Returns the manifest of a video that lies where its order says.

        Args:
            template: The template of the order.
            order: What ``order_for`` returned.
            result: What ``render_order`` returned for it, or ``render`` for the same arguments.

        Raises:
            OrderError: The order does not tell what its files hold, or its output is a file for each frame.
            WrongTypeError: An argument has a wrong type.

        Example:
            >>> order = ve.order_for(template, "promo.mp4")
            >>> text = ve.Manifest.of(template, order, ve.render_order(order)).to_json()
        """
        require("template", template, Template, OPENED)
        require("order", order, RenderOrder, "Give the RenderOrder that order_for returned")
        require("result", result, RenderResult, "Give what render_order returned")
        if not all(file.sha256 for file in order.files):
            raise OrderError("the order does not tell what its files hold", hint="Make it with order_for")
        if container_of(order.encoder).numbered:
            raise OrderError("a video of a file for each frame has no manifest", hint="Choose a container of one file")
        return cls(
            order=order,
            engine=__version__,
            build=engine_build(),
            processor=processor(),
            plugins={one.distribution: one.version for one in plugins.installed() if one.distribution and one.version},
            fonts=template.font_sources,
            segments=result.segments,
            sha256=_sha256(order.output),
        )

    def to_json(self) -> str:
        """Returns the manifest as JSON, which people can read."""
        values = {
            "version": VERSION,
            "order": json.loads(self.order.to_json()),
            "engine": self.engine,
            "build": self.build,
            "processor": self.processor,
            "plugins": dict(self.plugins),
            "fonts": [asdict(font) for font in self.fonts],
            "segments": [asdict(segment) for segment in self.segments],
            "sha256": self.sha256,
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Returns the manifest that ``to_json`` wrote.

        Args:
            text: The JSON.

        Raises:
            OrderError: The text is no manifest, or it has a version that this engine does not know.
            WrongTypeError: It is no text.
        """
        require("text", text, str | bytes, "Give the text of a manifest")
        try:
            values: dict[str, Any] = json.loads(text)
            if values.pop("version") != VERSION:
                raise OrderError("the manifest has another version", hint=f"This engine reads version {VERSION}")
            return cls(
                order=RenderOrder.from_values(values.pop("order")),
                fonts=tuple(FontInfo(**one) for one in values.pop("fonts")),
                segments=tuple(SegmentPrint(**one) for one in values.pop("segments")),
                **values,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OrderError("this is not a manifest", hint="velocity render --manifest writes one") from error


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out when a video was rendered again.

    Attributes:
        same: Whether the video has the bytes of its manifest, and the new one has them too.
        reasons: What differs, in whole sentences. Empty where nothing does.
        frames: (first, last) of the first segment that became another one, half-open; None where each is the same.
    """

    same: bool
    reasons: tuple[str, ...]
    frames: tuple[int, int] | None


def verify(video: str | os.PathLike[str], manifest: Manifest) -> Verification:
    """Renders a video again by its manifest, without a cache, and compares the bytes.

    Args:
        video: The path of the video.
        manifest: Its manifest. The files of its order are read from where they lay.

    Raises:
        StorageError: The video, or a file of the order, cannot be read.
        RenderFailed, MediaError: It cannot be rendered again.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> told = ve.verify("promo.mp4", ve.Manifest.from_json(Path("promo.json").read_text()))
        >>> print(told.same, *told.reasons)
    """
    path = named_file("video", video, "Give the path of the video")
    require("manifest", manifest, Manifest, "Give a Manifest; Manifest.from_json reads one")
    reasons = _of_the_video(path, manifest)
    changed = [file.location for file in manifest.order.files if has_changed(file)]
    if changed:
        return Verification(False, (*reasons, *(f"{one} is not the file that was rendered" for one in changed)), None)
    with tempfile.TemporaryDirectory(prefix="velocity-") as folder:
        output = Path(folder, f"video{container_of(manifest.order.encoder).endings[0]}")
        result = render_order(replace(manifest.order, poster=None, sidecar=None).to(output))
        if _sha256(output) == manifest.sha256:
            return Verification(not reasons, tuple(reasons), None)
    frames = _first_other(manifest.segments, result.segments)
    where = (
        "the container or the sound is another" if frames is None else f"frames {frames[0]} to {frames[1] - 1} differ"
    )
    reasons.append(f"rendered again, the video has other bytes: {where}")
    return Verification(False, (*reasons, *_of_the_build(manifest)), frames)


def _of_the_video(path: str, manifest: Manifest) -> list[str]:
    return [] if _sha256(path) == manifest.sha256 else [f"{path} is not the video of the manifest"]


def _first_other(one: tuple[SegmentPrint, ...], other: tuple[SegmentPrint, ...]) -> tuple[int, int] | None:
    return next(((a.first, a.last) for a, b in zip(one, other, strict=False) if a.sha256 != b.sha256), None)


def _of_the_build(manifest: Manifest) -> list[str]:
    found = []
    if manifest.engine != __version__:
        found.append(f"the engine was {manifest.engine}, and is {__version__}")
    elif manifest.build != engine_build():
        found.append("the engine, one of its libraries or the processor is another")
    if manifest.processor != processor():
        found.append(f"the processor was {manifest.processor}, and is {processor()}")
    here = {one.distribution: one.version for one in plugins.installed()}
    for name, version in manifest.plugins.items():
        if here.get(name, "") != version:
            found.append(f"the plugin package {name} was {version}, and is {here.get(name) or 'not installed'}")
    return found


def _sha256(path: str | os.PathLike[str]) -> str:
    return FileReference.of(path).sha256
