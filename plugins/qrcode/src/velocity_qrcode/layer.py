"""The layer type: reads the customization's data, and draws the code into the box of the layer that it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.display import COLOR_SCHEMA, RGBA, DrawCommand, FillSource, SolidPaint, command, rgba
from velocity_engine.errors import Place
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_qrcode.symbol import QUIET_ZONE, dark_path, encode

ERROR_LEVELS = "lmqh"


@dataclass(frozen=True, slots=True)
class QrCode:
    """What is asked for. ``error`` is the level of error correction; ``light`` None leaves the ground clear."""

    text: str
    error: str = "m"
    dark: RGBA = (0.0, 0.0, 0.0, 1.0)
    light: RGBA | None = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class PreparedQrCode:
    """The same commands at every frame."""

    commands: tuple[DrawCommand, ...]
    moves: bool = False

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return self.commands


class QrCodeLayerType:
    key = "qrcode"
    lottie_types: tuple[int, ...] = ()

    @property
    def data_schema(self) -> Mapping[str, Any]:
        return DATA_SCHEMA

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        content = layer.content
        assert isinstance(content, PluginContent)
        place = Place(layer=layer.name, field="data")
        return PreparedQrCode(_commands(_request(content.data), content, place))


def _commands(code: QrCode, box: PluginContent, place: Place) -> tuple[DrawCommand, ...]:
    """The ground and the dark modules, centred in the box, each module a whole number of units wide where it can be."""
    modules = encode(code.text, code.error, place)
    count = len(modules) + 2 * QUIET_ZONE
    module = min(box.width, box.height) / count
    module = float(int(module)) if module >= 2.0 else module
    side = module * count
    left = box.left + _aligned((box.width - side) / 2)
    top = box.top + _aligned((box.height - side) / 2)
    margin = QUIET_ZONE * module
    dark = command(FillSource(dark_path(modules, left + margin, top + margin, module), SolidPaint(code.dark)))
    if code.light is None:
        return (dark,)
    ground = rectangle_path(left, top, left + side, top + side)
    return (command(FillSource(ground, SolidPaint(code.light))), dark)


def _aligned(offset: float) -> float:
    return float(round(offset))


# --- the data ---------------------------------------------------------------------------------------------------------

DATA_SCHEMA = {
    "title": "QR code",
    "description": "A QR code: of a text, or of an object that also says how it looks.",
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "properties": {
                "text": {"type": "string", "minLength": 1, "description": "What the code says"},
                "error": {"enum": [*ERROR_LEVELS, *ERROR_LEVELS.upper()], "description": "The error correction"},
                "dark": {**COLOR_SCHEMA, "description": "The colour of the modules"},
                "light": {
                    **COLOR_SCHEMA,
                    "type": ["string", "null"],
                    "description": "The ground; null leaves it clear",
                },
            },
            "required": ["text"],
            "additionalProperties": False,
        },
    ],
    "examples": ["https://example.com", {"text": "https://example.com", "error": "m", "dark": "#102030"}],
}


def _request(data: Any) -> QrCode:
    """``data`` fits the schema: the engine has seen to it."""
    if isinstance(data, str):
        return QrCode(data)
    light = data.get("light", "#ffffff")
    return QrCode(
        data["text"],
        data.get("error", "m").lower(),
        rgba(data.get("dark", "#000000")),
        None if light is None else rgba(light),
    )
