"""The built-in effects, registered through the hook that third parties use.

They follow Skottie where it has the effect. Kernels are compiled (or loaded) when an effect is first applied.
"""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import EffectType


@hookimpl
def velocity_effects() -> list[EffectType]:
    from velocity_engine.builtin.effects import (
        adjust,
        blur,
        channels,
        choker,
        distort,
        drop_shadow,
        fill,
        four_colors,
        glow,
        hue,
        keys,
        layer_maps,
        noise,
        perspective,
        radial_blur,
        ramp,
        reflect,
        sharpen,
        sphere,
        stroke,
        tables,
        tile,
        tint,
        transform,
        wipes,
    )

    return [
        fill.FillEffect(),
        tint.TintEffect(),
        tint.TritoneEffect(),
        tint.ThresholdEffect(),
        drop_shadow.DropShadowEffect(),
        blur.GaussianBlurEffect(),
        blur.DirectionalBlurEffect(),
        transform.TransformEffect(),
        transform.CornerPinEffect(),
        tables.LevelsEffect(),
        tables.ProLevelsEffect(),
        tables.BrightnessContrastEffect(),
        hue.HueSaturationEffect(),
        hue.BlackAndWhiteEffect(),
        channels.InvertEffect(),
        channels.ShiftChannelsEffect(),
        wipes.LinearWipeEffect(),
        wipes.RadialWipeEffect(),
        wipes.VenetianBlindsEffect(),
        choker.SimpleChokerEffect(),
        sharpen.SharpenEffect(),
        ramp.RampEffect(),
        four_colors.FourColorEffect(),
        stroke.StrokeEffect(),
        layer_maps.DisplacementMapEffect(),
        layer_maps.SetMatteEffect(),
        distort.BulgeEffect(),
        distort.SpherizeEffect(),
        distort.TwirlEffect(),
        distort.WaveWarpEffect(),
        sphere.SphereEffect(),
        tile.MotionTileEffect(),
        tile.OffsetEffect(),
        tile.MosaicEffect(),
        choker.MatteChokerEffect(),
        glow.GlowEffect(),
        adjust.PosterizeEffect(),
        adjust.ExposureEffect(),
        adjust.GammaPedestalGainEffect(),
        adjust.ChannelMixerEffect(),
        adjust.ColorBalanceEffect(),
        adjust.HueBalanceEffect(),
        adjust.TonerEffect(),
        keys.LumaKeyEffect(),
        keys.ColorKeyEffect(),
        blur.BoxBlurEffect(),
        noise.FractalNoiseEffect(),
        radial_blur.RadialBlurEffect(),
        reflect.MirrorEffect(),
        reflect.PolarEffect(),
        perspective.Resampling(),
    ]
