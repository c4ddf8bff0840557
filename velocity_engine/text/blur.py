"""The blur of an animator, on the clusters it reaches."""

from __future__ import annotations

from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall, blur_call

_MAX_SIGMA = 3000.0  # pixels of the layer, which may be drawn small


def blur_effect(x: float, y: float) -> EffectCall:
    """``x``, ``y``: After Effects' blur in layer pixels. Edges are not repeated: glyphs stand on clear ground."""
    return blur_call(min(x * BLUR_SIZE_TO_SIGMA, _MAX_SIGMA), min(y * BLUR_SIZE_TO_SIGMA, _MAX_SIGMA))
