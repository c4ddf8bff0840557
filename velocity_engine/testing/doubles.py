"""Stand-ins for what the engine hands to plugins, and samples of what they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_engine.customize.box import content_box
from velocity_engine.display import FrameReader, Picture
from velocity_engine.errors import Finding, Place
from velocity_engine.media.clip import open_clip
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.model.document import Composition, Document, Media
from velocity_engine.model.geometry import Bounds
from velocity_engine.model.layers import Effect, EffectParameter, Layer, PluginContent
from velocity_engine.model.properties import still
from velocity_engine.plan.sources import named_media
from velocity_engine.plugin_types import MediaSource, Segment
from velocity_engine.sampler import LayerTime
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.still import FirstValueSampler
from velocity_engine.text.typesetter import LayerTypesetter
from velocity_engine.typesetting import Typesetter

RATE, FRAMES = 25.0, 50.0  # of the composition of these stand-ins


@dataclass(frozen=True, slots=True)
class StillSampler(FirstValueSampler):
    """A ``Sampler`` for tests: every property has its first value at every moment.

    Attributes:
        frame: The moment, in frames of a composition of 25 frames per second. The layer is shown from frame 0 to 50.
        size: The width and height of the layer's box in pixels. The box begins at (0, 0).
    """

    frame: float = 0.0
    size: tuple[float, float] = (640.0, 360.0)

    @property
    def seconds(self) -> float:  # type: ignore[override]
        """The moment in seconds, at 25 frames per second."""
        return self.frame / RATE

    @property
    def box(self) -> Bounds:  # type: ignore[override]
        """(left, top, right, bottom) of the layer's box in pixels."""
        return (0.0, 0.0, *self.size)

    @property
    def time(self) -> LayerTime:  # type: ignore[override]
        """How long the layer has been shown and will be, in seconds."""
        return LayerTime(self.seconds, FRAMES / RATE - self.seconds, self.seconds)


@dataclass(slots=True)
class BareContext:
    """A ``LayerContext`` for tests, of a package without files.

    Attributes:
        document: By default a document of 640x360 pixels and 50 frames at 25 frames per second, without layers.
        pictures: What ``picture`` returns, by the id of the asset, as the document or the data of a customization has
            it. Files of the plugin's own package are decoded.
        findings: Everything that was reported.
    """

    document: Document = field(
        default_factory=lambda: Document(
            width=640, height=360, frame_rate=RATE, in_point=0.0, out_point=FRAMES, main=Composition(id="")
        )
    )
    pictures: dict[str, Picture] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def read(self, media: Media) -> bytes:
        """Returns the bytes of a file: those at its path, or those that it holds. A name alone has none.

        Args:
            media: The file.

        Raises:
            OSError: There is no such path, or it cannot be read.
        """
        return Path(media.path).read_bytes() if media.path is not None else media.data or b""

    def picture(self, source: MediaSource) -> Sequence[tuple[float, Picture]]:
        """Returns the frames of a picture: that of ``pictures`` where its id stands there, else the decoded file.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            Pairs of the second at which a frame starts and the frame. A still picture has one pair.

        Raises:
            MediaError, CustomizationError: There is no such picture, or it cannot be decoded.
        """
        known = source.get("assetId", "") if isinstance(source, Mapping) else source
        if isinstance(known, str) and known in self.pictures:
            return [(0.0, self.pictures[known])]
        named = named_media(source, self.document, None)
        return DecodedPictures().decode(self.read(named.media), named.name)

    def clip(self, source: MediaSource) -> FrameReader | None:
        """Returns the reader of a clip.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            The reader, or None for a clip that is no file on this machine.

        Raises:
            MediaError, CustomizationError: There is no such clip, or it cannot be decoded.
        """
        named = named_media(source, self.document, None)
        return open_clip(Path(named.media.path), named.name) if named.media.path is not None else None

    def typesetter(self, layer: Layer) -> Typesetter:
        """Returns what sets texts with the engine's own fonts, as that of a render does.

        Args:
            layer: The layer that ``prepare`` is given. What of its texts cannot be shown is added to ``findings``.
        """
        return LayerTypesetter(FontCatalogue(self), Place(layer=layer.name or None), self.report)

    def box(self, layer: Layer) -> Bounds:
        """Returns (left, top, right, bottom) of what the layer fills, in its own coordinates, in pixels.

        Args:
            layer: The layer that ``prepare`` is given. One without a size of its own fills 640x360 pixels.
        """
        return content_box(self.document, layer.content) or (0.0, 0.0, 640.0, 360.0)

    def span(self, layer: Layer) -> tuple[float, float]:
        """Returns the seconds from which on the layer is shown, and from which on no more, at 25 frames per second.

        Args:
            layer: The layer that ``prepare`` is given.
        """
        return (layer.in_point / RATE, layer.out_point / RATE)

    def font_files(self) -> Sequence[str]:
        """Returns no names: there is no package."""
        return ()

    def report(self, finding: Finding) -> None:
        """Adds a finding to ``findings``.

        Args:
            finding: What is not drawn as the designer meant.
        """
        self.findings.append(finding)


def plugin_content(plugin: str, data: Any, *, width: float = 200.0, height: float = 200.0) -> PluginContent:
    """Returns the content of a layer that a customization ``{"plugin": plugin, "data": data}`` replaced.

    Args:
        plugin: The ``key`` of the layer type.
        data: What the customization passes to it.
        width: The width of the layer's box in pixels.
        height: The height of the layer's box in pixels.
    """
    return PluginContent(plugin=plugin, data=data, left=0.0, top=0.0, width=width, height=height)


def sample_effect(match_name: str, lottie_type: int = 0, parameters: Sequence[tuple[str, float]] = ()) -> Effect:
    """Returns an effect as the parser makes one.

    Args:
        match_name: The match name of After Effects.
        lottie_type: The ``ty`` number.
        parameters: The names and values of its sliders, in order.
    """
    sliders = tuple(
        EffectParameter(name=name, match_name=f"{match_name}-{at:04}", type=0, value=still(value, name=name))
        for at, (name, value) in enumerate(parameters, 1)
    )
    return Effect(type=lottie_type, name=match_name, match_name=match_name, parameters=sliders)


@dataclass(slots=True)
class Watch:
    """A ``RenderWatch`` for tests.

    Attributes:
        stopped: What ``cancelled`` returns.
        frames: How many frames of each segment were reported, by its number.
    """

    stopped: bool = False
    frames: dict[int, int] = field(default_factory=dict)

    def cancelled(self) -> bool:
        """Returns ``stopped``."""
        return self.stopped

    def encoded(self, segment: Segment, frames: int) -> None:
        """Takes note of progress in ``frames``.

        Args:
            segment: A segment that is being rendered.
            frames: How many of its frames have been drawn and encoded so far.
        """
        self.frames[segment.number] = frames
