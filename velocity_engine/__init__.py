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
    "render": "api.renders",
    "render_order": "api.renders",
    "render_segment": "pipeline.render_segment",
    "order_for": "api.renders",
    "RenderOrder": "order",
    "Duration": "order",
    "FileReference": "order",
    "MotionBlur": "order",
    "Poster": "order",
    "SoundMix": "order",
    "Ducking": "order",
    "Captions": "captions",
    "Cue": "captions",
    "Word": "captions",
    "read_captions": "api.captions",
    "probe_captions": "api.captions",
    "CaptionsInfo": "api.captions",
    "OrderError": "errors",
    "CaptionsError": "errors",
    "render_still": "api.stills",
    "still": "api.stills",
    "Still": "stills.still",
    "PreparedStill": "stills.still",
    "frames": "api.stills",
    "Frames": "pipeline.frame_stream",
    "Frame": "pipeline.frame_stream",
    "frame_differences": "pipeline.frame_differences",
    "FrameDifference": "pipeline.frame_differences",
    "LayerDifference": "pipeline.frame_differences",
    "SlotInfo": "customize.slot_infos",
    "FontInfo": "plan.font_infos",
    "Lengths": "plan.lengths",
    "TimedRegion": "plan.timeline",
    "Timeline": "plan.timeline",
    "Region": "model.regions",
    "RenderResult": "api.renders",
    "RenderCache": "cache.render_cache",
    "cached_frames": "api.cached_frames",
    "BatchFrames": "pipeline.batch_frames",
    "build_parts": "cache.builds",
    "Manifest": "api.manifests",
    "Verification": "api.manifests",
    "verify": "api.manifests",
    "SegmentPrint": "pipeline.segment_prints",
    "Progress": "pipeline.progress",
    "EncoderConfig": "encoder_config",
    "BitsPerSecond": "encoder_config",
    "BytesPerSecond": "encoder_config",
    "RateControl": "encoder_config",
    "resolve_encoder": "plugins.outputs",
    "container_of": "plugins.outputs",
    "check_written": "pipeline.written",
    "PackageLimits": "package.stores",
    "probe_font": "text.probe",
    "FontFileInfo": "text.probe",
    "FontFaceInfo": "text.probe",
    "system_font_folders": "given.fonts",
    "probe_audio": "media.probe",
    "probe_asset": "media.probe",
    "probe_clip": "media.probe",
    "probe_video": "media.probe",
    "probe_picture": "media.probe",
    "AudioInfo": "media.probe",
    "VideoInfo": "media.probe",
    "PictureInfo": "media.probe",
    "hookimpl": "hookspecs",
    "plugins": "plugins",
    "network": "network",
    "connected_storage": "storage.connected",
    "try_out": "forecasting.trying",
    "held_ranges": "forecasting.holding",
    "Trial": "forecasting.trial",
    "forecast": "forecasting.forecasts",
    "Forecast": "forecasting.forecasts",
    "plan_sample": "forecasting.forecasts",
    "take_sample": "forecasting.sampling",
    "Sample": "forecasting.sample",
    "SamplePlan": "forecasting.sample",
    "take_poster_sample": "forecasting.posters",
    "forecast_poster": "forecasting.posters",
    "PosterSample": "forecasting.posters",
    "PosterForecast": "forecasting.posters",
    "layer_costs": "profiling.layer_costs",
    "LayerCosts": "profiling.layer_costs",
    "LayerCost": "profiling.layer_costs",
    "frame_layers": "profiling.frame_layers",
    "FrameLayers": "profiling.frame_layers",
    "FrameLayer": "profiling.frame_layers",
    "warm_up": "plugins.warm_up",
    "VelocityError": "errors",
    "PackageError": "errors",
    "DocumentError": "errors",
    "CustomizationError": "errors",
    "EncoderConfigError": "errors",
    "NoSoundError": "errors",
    "FrameCostError": "errors",
    "FrameRangeError": "errors",
    "MediaError": "errors",
    "SoundMixError": "errors",
    "DurationError": "errors",
    "MotionBlurError": "errors",
    "StorageError": "errors",
    "TemporaryStorageError": "errors",
    "PluginError": "errors",
    "RenderCancelled": "errors",
    "RenderFailed": "errors",
    "WrongTypeError": "errors",
    "FindingWarning": "errors",
    "Finding": "errors",
    "Place": "errors",
}

if TYPE_CHECKING:
    from velocity_engine import network as network
    from velocity_engine import plugins as plugins
    from velocity_engine.api.cached_frames import cached_frames
    from velocity_engine.api.captions import CaptionsInfo, probe_captions, read_captions
    from velocity_engine.api.manifests import Manifest, Verification, verify
    from velocity_engine.api.renders import RenderResult, order_for, render, render_order
    from velocity_engine.api.stills import frames, render_still, still
    from velocity_engine.cache.builds import build_parts
    from velocity_engine.cache.render_cache import RenderCache
    from velocity_engine.captions import Captions, Cue, Word
    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.customize.slot_infos import SlotInfo
    from velocity_engine.encoder_config import BitsPerSecond, BytesPerSecond, EncoderConfig, RateControl
    from velocity_engine.errors import (
        CaptionsError,
        CustomizationError,
        DocumentError,
        DurationError,
        EncoderConfigError,
        Finding,
        FindingWarning,
        FrameCostError,
        FrameRangeError,
        MediaError,
        MotionBlurError,
        NoSoundError,
        OrderError,
        PackageError,
        Place,
        PluginError,
        RenderCancelled,
        RenderFailed,
        SoundMixError,
        StorageError,
        TemporaryStorageError,
        VelocityError,
        WrongTypeError,
    )
    from velocity_engine.forecasting.forecasts import Forecast, forecast, plan_sample
    from velocity_engine.forecasting.holding import held_ranges
    from velocity_engine.forecasting.posters import PosterForecast, PosterSample, forecast_poster, take_poster_sample
    from velocity_engine.forecasting.sample import Sample, SamplePlan
    from velocity_engine.forecasting.sampling import take_sample
    from velocity_engine.forecasting.trial import Trial
    from velocity_engine.forecasting.trying import try_out
    from velocity_engine.given.fonts import system_font_folders
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
    from velocity_engine.model.regions import Region
    from velocity_engine.order import Ducking, Duration, FileReference, MotionBlur, Poster, RenderOrder, SoundMix
    from velocity_engine.package.stores import PackageLimits
    from velocity_engine.pipeline.batch_frames import BatchFrames
    from velocity_engine.pipeline.frame_differences import FrameDifference, LayerDifference, frame_differences
    from velocity_engine.pipeline.frame_stream import Frame, Frames
    from velocity_engine.pipeline.progress import Progress
    from velocity_engine.pipeline.render_segment import render_segment
    from velocity_engine.pipeline.segment_prints import SegmentPrint
    from velocity_engine.pipeline.written import check_written
    from velocity_engine.plan.font_infos import FontInfo
    from velocity_engine.plan.lengths import Lengths
    from velocity_engine.plan.timeline import TimedRegion, Timeline
    from velocity_engine.plugins.outputs import container_of, resolve_encoder
    from velocity_engine.plugins.warm_up import warm_up
    from velocity_engine.profiling.frame_layers import FrameLayer, FrameLayers, frame_layers
    from velocity_engine.profiling.layer_costs import LayerCost, LayerCosts, layer_costs
    from velocity_engine.stills.still import PreparedStill, Still
    from velocity_engine.storage.connected import connected_storage
    from velocity_engine.template import Template, open_template
    from velocity_engine.text.probe import FontFaceInfo, FontFileInfo, probe_font

__all__ = [
    "AudioInfo",
    "BatchFrames",
    "BitsPerSecond",
    "BytesPerSecond",
    "Captions",
    "CaptionsError",
    "CaptionsInfo",
    "Cue",
    "CustomizationError",
    "DocumentError",
    "Ducking",
    "Duration",
    "DurationError",
    "EncoderConfig",
    "EncoderConfigError",
    "FileReference",
    "Finding",
    "FindingWarning",
    "FontFaceInfo",
    "FontFileInfo",
    "FontInfo",
    "Forecast",
    "Frame",
    "FrameCostError",
    "FrameDifference",
    "FrameLayer",
    "FrameLayers",
    "FrameRangeError",
    "Frames",
    "LayerCost",
    "LayerCosts",
    "LayerDifference",
    "LayerInfo",
    "Lengths",
    "Manifest",
    "MediaError",
    "MotionBlur",
    "MotionBlurError",
    "NoSoundError",
    "OrderError",
    "PackageError",
    "PackageLimits",
    "PictureInfo",
    "Place",
    "PluginError",
    "Poster",
    "PosterForecast",
    "PosterSample",
    "PreparedStill",
    "Progress",
    "RateControl",
    "Region",
    "RenderCache",
    "RenderCancelled",
    "RenderFailed",
    "RenderOrder",
    "RenderResult",
    "Sample",
    "SamplePlan",
    "SegmentPrint",
    "SlotInfo",
    "SoundMix",
    "SoundMixError",
    "Still",
    "StorageError",
    "Template",
    "TemporaryStorageError",
    "TimedRegion",
    "Timeline",
    "Trial",
    "VelocityError",
    "Verification",
    "VideoInfo",
    "Word",
    "WrongTypeError",
    "build_parts",
    "cached_frames",
    "check_written",
    "connected_storage",
    "container_of",
    "forecast",
    "forecast_poster",
    "frame_differences",
    "frame_layers",
    "frames",
    "held_ranges",
    "hookimpl",
    "layer_costs",
    "network",
    "open_template",
    "order_for",
    "plan_sample",
    "plugins",
    "probe_asset",
    "probe_audio",
    "probe_captions",
    "probe_clip",
    "probe_font",
    "probe_picture",
    "probe_video",
    "read_captions",
    "render",
    "render_order",
    "render_segment",
    "render_still",
    "resolve_encoder",
    "still",
    "system_font_folders",
    "take_poster_sample",
    "take_sample",
    "try_out",
    "verify",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name == "plugins":
        return import_module("velocity_engine.plugins")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'velocity_engine' has no attribute {name!r}")
    module = import_module(f"velocity_engine.{home}")
    value = module if home == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
