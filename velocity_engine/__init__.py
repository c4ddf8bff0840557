"""Velocity: a render engine for video templates. What is named here is the public API; all else is private by
convention.

Names load when they are first used, so that ``import velocity_engine`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from velocity_engine.model.version import __version__ as __version__

_HOMES = {
    "open_template": "template",
    "Template": "template",
    "LayerInfo": "customize.layer_infos",
    "render": "api",
    "render_order": "api",
    "render_segment": "pipeline.render_segment",
    "order_for": "api",
    "RenderOrder": "order",
    "FileReference": "order",
    "OrderError": "errors",
    "render_still": "api",
    "RenderResult": "api",
    "Progress": "pipeline.progress",
    "EncoderConfig": "encoder_config",
    "RateControl": "encoder_config",
    "PackageLimits": "package.stores",
    "probe_audio": "media.probe",
    "probe_asset": "media.probe",
    "probe_clip": "media.probe",
    "probe_video": "media.probe",
    "probe_picture": "media.probe",
    "AudioInfo": "media.probe",
    "VideoInfo": "media.probe",
    "PictureInfo": "media.probe",
    "hookimpl": "hookspecs",
    "try_out": "forecasting.trying",
    "Trial": "forecasting.trial",
    "forecast": "forecasting.forecasts",
    "Forecast": "forecasting.forecasts",
    "warm_up": "plugins.warm_up",
    "VelocityError": "errors",
    "PackageError": "errors",
    "DocumentError": "errors",
    "CustomizationError": "errors",
    "EncoderConfigError": "errors",
    "FrameRangeError": "errors",
    "MediaError": "errors",
    "StorageError": "errors",
    "TemporaryStorageError": "errors",
    "PluginError": "errors",
    "RenderCancelled": "errors",
    "RenderFailed": "errors",
    "Finding": "errors",
    "Place": "errors",
}

if TYPE_CHECKING:
    from velocity_engine import plugins as plugins
    from velocity_engine.api import RenderResult, order_for, render, render_order, render_still
    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.encoder_config import EncoderConfig, RateControl
    from velocity_engine.errors import (
        CustomizationError,
        DocumentError,
        EncoderConfigError,
        Finding,
        FrameRangeError,
        MediaError,
        OrderError,
        PackageError,
        Place,
        PluginError,
        RenderCancelled,
        RenderFailed,
        StorageError,
        TemporaryStorageError,
        VelocityError,
    )
    from velocity_engine.forecasting.forecasts import Forecast, forecast
    from velocity_engine.forecasting.trial import Trial
    from velocity_engine.forecasting.trying import try_out
    from velocity_engine.hookspecs import hookimpl
    from velocity_engine.media.probe import (
        AudioInfo,
        PictureInfo,
        VideoInfo,
        probe_asset,
        probe_audio,
        probe_clip,
        probe_picture,
        probe_video,
    )
    from velocity_engine.order import FileReference, RenderOrder
    from velocity_engine.package.stores import PackageLimits
    from velocity_engine.pipeline.progress import Progress
    from velocity_engine.pipeline.render_segment import render_segment
    from velocity_engine.plugins.warm_up import warm_up
    from velocity_engine.template import Template, open_template

__all__ = [  # written out, since type checkers read it
    "AudioInfo",
    "CustomizationError",
    "DocumentError",
    "EncoderConfig",
    "EncoderConfigError",
    "FileReference",
    "Finding",
    "Forecast",
    "FrameRangeError",
    "LayerInfo",
    "MediaError",
    "OrderError",
    "PackageError",
    "PackageLimits",
    "PictureInfo",
    "Place",
    "PluginError",
    "Progress",
    "RateControl",
    "RenderCancelled",
    "RenderFailed",
    "RenderOrder",
    "RenderResult",
    "StorageError",
    "Template",
    "TemporaryStorageError",
    "Trial",
    "VelocityError",
    "VideoInfo",
    "forecast",
    "hookimpl",
    "open_template",
    "order_for",
    "plugins",
    "probe_asset",
    "probe_audio",
    "probe_clip",
    "probe_picture",
    "probe_video",
    "render",
    "render_order",
    "render_segment",
    "render_still",
    "try_out",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name == "plugins":
        return import_module("velocity_engine.plugins")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'velocity_engine' has no attribute {name!r}")
    value = getattr(import_module(f"velocity_engine.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
