"""QR codes as a layer of Velocity: ``{"layer": "Code", "plugin": "qrcode", "data": "https://example.com"}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from velocity_engine import hookimpl

if TYPE_CHECKING:
    from velocity_engine.plugin_types import LayerType


@hookimpl
def velocity_layers() -> list[LayerType]:
    from velocity_qrcode.layer import QrCodeLayerType

    return [QrCodeLayerType()]
