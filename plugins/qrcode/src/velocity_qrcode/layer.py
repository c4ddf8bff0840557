"""The layer type: reads the customization's data, and draws the code into the box of the layer that it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.display import RGBA, DrawCommand, FillSource, SolidPaint, command
from velocity_engine.errors import CustomizationError, Place
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_qrcode.symbol import QUIET_ZONE, dark_path, encode

FIELDS = ("text", "error", "dark", "light")
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

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        content = layer.content
        assert isinstance(content, PluginContent)
        place = Place(layer=layer.name, field="data")
        return PreparedQrCode(_commands(_request(content.data, place), content, place))


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


# --- reading the data -----------------------------------------------------------------------------------------------


def _request(data: object, place: Place) -> QrCode:
    """``data`` is the text, or {"text": ..., "error": "l|m|q|h", "dark": "#rrggbb", "light": "#rrggbb" or null}."""
    if isinstance(data, str):
        data = {"text": data}
    if not isinstance(data, dict):
        raise CustomizationError(
            "the data of a qrcode layer is neither a text nor an object", place=place, hint=_EXAMPLE
        )
    unknown = sorted(set(data) - set(FIELDS))
    if unknown:
        raise CustomizationError(
            f"qrcode does not know {unknown[0]!r}", place=place, hint=f"It knows {', '.join(FIELDS)}"
        )
    text, error = data.get("text"), data.get("error", "m")
    if not isinstance(text, str) or not text:
        raise CustomizationError("a qrcode layer has no text", place=place, hint=_EXAMPLE)
    if not isinstance(error, str) or len(error) != 1 or error.lower() not in ERROR_LEVELS:
        raise CustomizationError(
            f"error is {error!r}", place=place, hint=f"It must be one of {', '.join(ERROR_LEVELS)}"
        )
    return QrCode(
        text,
        error.lower(),
        _color(data.get("dark", "#000000"), "dark", place),
        None if data.get("light", "") is None else _color(data.get("light", "#ffffff"), "light", place),
    )


_EXAMPLE = 'Write "https://example.com" or {"text": "https://example.com", "error": "m", "dark": "#000000"}'


def _color(value: object, name: str, place: Place) -> RGBA:
    digits = value.removeprefix("#") if isinstance(value, str) else ""
    try:
        parts = [part / 255 for part in bytes.fromhex(digits)]
    except ValueError:
        parts = []
    if len(parts) not in (3, 4):
        raise CustomizationError(f"{name} is {value!r}", place=place, hint="It must be #rrggbb or #rrggbbaa")
    return (parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0)
