"""The built-in layer styles: their types, and the effects that paint them, through the hooks that third parties use."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import EffectType, StyleType


@hookimpl
def velocity_styles() -> list[StyleType]:
    from velocity_engine.builtin.styles import styles

    return [
        styles.LayerStyleType("stroke", styles.STROKE),
        styles.LayerStyleType("drop-shadow", styles.DROP_SHADOW),
        styles.LayerStyleType("inner-shadow", styles.INNER_SHADOW),
        styles.LayerStyleType("outer-glow", styles.OUTER_GLOW),
        styles.LayerStyleType("inner-glow", styles.INNER_GLOW),
        styles.LayerStyleType("bevel", styles.BEVEL),
        styles.LayerStyleType("satin", styles.SATIN),
        styles.LayerStyleType("color-overlay", styles.COLOR_OVERLAY),
        styles.LayerStyleType("gradient-overlay", styles.GRADIENT_OVERLAY),
    ]


@hookimpl
def velocity_effects() -> list[EffectType]:
    from velocity_engine.builtin.styles import styles, surface

    return [
        styles.DropShadowStyle(),
        styles.ShadowAloneStyle(),
        styles.InnerShadowStyle(),
        styles.CentreGlowStyle(),
        styles.ColorOverlayStyle(),
        styles.StrokeStyle(),
        surface.BevelStyle(),
        surface.SatinStyle(),
        surface.GradientOverlayStyle(),
    ]
