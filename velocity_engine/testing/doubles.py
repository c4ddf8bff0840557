"""Stand-ins for what the engine hands to plugins, and samples of what they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from velocity_engine.display import (
    FrameReader,
    Picture,
)
from velocity_engine.errors import Finding
from velocity_engine.model.document import Composition, Document, Media
from velocity_engine.model.layers import Effect, EffectParameter, PluginContent
from velocity_engine.model.properties import still
from velocity_engine.plugin_types import (
    Segment,
)
from velocity_engine.text.still import StillSampler as SettledSampler

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class StillSampler(SettledSampler):
    """A ``Sampler`` for tests: every property has its first value at every moment.

    Attributes:
        frame: The moment, in frames of a composition of 25 frames per second.
        size: The width and height of the layer's box in pixels.
    """

    frame: float = 0.0
    size: tuple[float, float] = (640.0, 360.0)

    @property
    def seconds(self) -> float:  # type: ignore[override]
        return self.frame / 25.0


@dataclass(slots=True)
class BareContext:
    """A ``LayerContext`` for tests, of a package without files.

    Attributes:
        document: By default a document of 640x360 pixels and 50 frames at 25 frames per second, without layers.
        pictures: What ``picture`` returns, by the id of the asset.
        findings: Everything that was reported.
    """

    document: Document = field(
        default_factory=lambda: Document(
            width=640, height=360, frame_rate=25.0, in_point=0.0, out_point=50.0, main=Composition(id="")
        )
    )
    pictures: dict[str, Picture] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def read(self, media: Media) -> bytes:
        return media.data or b""

    def picture(self, asset_id: str) -> Sequence[tuple[float, Picture]]:
        return [(0.0, self.pictures[asset_id])]

    def clip(self, asset_id: str) -> FrameReader | None:
        return None

    def font_files(self) -> Sequence[str]:
        return ()

    def report(self, finding: Finding) -> None:
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
        return self.stopped

    def encoded(self, segment: Segment, frames: int) -> None:
        self.frames[segment.number] = frames
