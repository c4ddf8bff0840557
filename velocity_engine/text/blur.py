"""The blur of an animator as a call of the built-in Gaussian blur, on the clusters it reaches."""

from __future__ import annotations

from velocity_engine.display import EffectCall

_SIGMA = 0.3  # of what After Effects calls a blur's size
_LARGEST = 3000.0


def blur_effect(x: float, y: float) -> EffectCall:
    """``x``, ``y``: After Effects' blur in layer pixels. Edges are not repeated: glyphs stand on clear ground."""
    sigma_x, sigma_y = min(x * _SIGMA, _LARGEST), min(y * _SIGMA, _LARGEST)
    across, down = (3.0 * sigma + 8.0 if sigma > 0.0 else 0.0 for sigma in (sigma_x, sigma_y))
    return EffectCall("gaussian-blur", (sigma_x, sigma_y, False, (0.0, 0.0)), margin=(across, down, across, down))
