"""The blur of an animator, on the clusters it reaches."""

from __future__ import annotations

from velocity_engine.display import EffectCall, blur_call

_SIGMA = 0.3  # of what After Effects calls a blur's size
_LARGEST = 3000.0


def blur_effect(x: float, y: float) -> EffectCall:
    """``x``, ``y``: After Effects' blur in layer pixels. Edges are not repeated: glyphs stand on clear ground."""
    return blur_call(min(x * _SIGMA, _LARGEST), min(y * _SIGMA, _LARGEST))
