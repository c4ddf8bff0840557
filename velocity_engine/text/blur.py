"""The blur of an animator as a Gaussian-blur effect on the clusters it reaches."""

from __future__ import annotations

from velocity_engine.display import EffectCall


def blur_effect(x: float, y: float) -> EffectCall:
    """``x``, ``y``: After Effects' blur in layer pixels."""
    return EffectCall("gaussian_blur", (x * 0.3, y * 0.3))
