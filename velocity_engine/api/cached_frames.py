"""How much of a render is in a cache already, without drawing a pixel."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from velocity_engine.api.arguments import check_named, check_template, checked_cache, checked_encoder
from velocity_engine.captions.captions import Captions
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import wrong_type
from velocity_engine.given.arguments import FrameRange
from velocity_engine.order.duration import Length, duration_of
from velocity_engine.template import Assets, Customizations, Template

if TYPE_CHECKING:
    from velocity_engine.cache.render_cache import RenderCache
    from velocity_engine.order import MotionBlur, SoundMix


def cached_frames(
    template: Template,
    cache: RenderCache | str | os.PathLike[str],
    *,
    encoder: EncoderConfig | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    frames: FrameRange | None = None,
    captions: Captions | None = None,
    duration: Length | None = None,
    audio: str | os.PathLike[str] | None = None,
    mix: SoundMix | None = None,
    motion_blur: MotionBlur | bool | None = None,
) -> int:
    """Returns how many frames of a render would be taken from a cache. Frames are evaluated for that, not drawn.

    Args:
        template: What ``open_template`` returned.
        cache: A ``RenderCache``, or the folder or URL of one.
        encoder: How the video would be encoded.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id.
        frames: (start, end) in frames of the composition, half-open; or the name of a marker; or None for all.
        captions: What would be said in it.
        duration: How long the video would be, as ``render`` takes it.
        audio: The path or URL of the sound that the duration follows.
        mix: How that sound would be mixed.
        motion_blur: How layers that have the motion blur switch would be blurred.

    Returns:
        The number of output frames whose segments an earlier render has encoded.

    Raises:
        CustomizationError, CaptionsError, EncoderConfigError, FrameRangeError, PluginError: The request is wrong.
        RenderFailed: The template cannot be rendered.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.cached_frames(template, "/var/cache/velocity", customizations=[{"layer": "Headline", "text": "Hello"}])
        150
    """
    from velocity_engine.cache.render_cache import CacheUse
    from velocity_engine.order import FileReference, RenderOrder
    from velocity_engine.pipeline.prepared import prepare
    from velocity_engine.pipeline.reuse import kept_frames

    check_template(template)
    shelf = checked_cache(cache)
    if shelf is None:
        raise wrong_type("cache", cache, "Give a RenderCache, or the folder or URL of one")
    if audio is not None:
        check_named("audio", audio)
    with template.customized(customizations, assets, captions, motion_blur) as changed:
        order = RenderOrder(
            template=FileReference.unread(template.location),
            animation=template.animation,
            output="video",
            encoder=checked_encoder(encoder),
            captions=captions,
            duration=duration_of(duration),
            soundtrack=None if audio is None else FileReference.unread(audio),
            mix=mix,
        )
        if duration is None:
            order = replace(order, frames=template.frame_range(frames))
        elif frames is not None:
            timeline = changed.timeline(duration, encoder=checked_encoder(encoder), audio=audio, mix=mix)
            order = replace(order, frames=changed.frame_range(frames, timeline))
        render = prepare(order, changed)
        try:
            video = render.video
            keys = video.keys()
            return 0 if keys is None else kept_frames(CacheUse(shelf), keys, video.scene, video.segments)
        finally:
            render.close()
