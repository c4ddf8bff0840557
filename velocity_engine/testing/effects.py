"""The conformance suite of effects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from velocity_engine.display import (
    EffectCall,
    digest_of,
)
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.plugin_types import (
    EffectType,
)
from velocity_engine.plugins import checks

if TYPE_CHECKING:
    from numpy.typing import NDArray
from velocity_engine.testing.doubles import StillSampler
from velocity_engine.testing.sentences import require, require_protocol


def check_effect(effect_type: EffectType, *effects: Effect, matrix: Matrix = IDENTITY) -> None:
    """Checks that an effect type follows its protocol.

    It evaluates each effect and applies it to a clear, an opaque and a soft picture. The shape and the dtype must stay
    as they are, and the pixels must stay premultiplied. The same call must return the same pixels, and it must be
    possible to make a digest of the values.

    Args:
        effect_type: The effect type.
        effects: Effects that it serves, at least one, such as ``sample_effect`` returns.
        matrix: The map from the layer's coordinates to device pixels.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    require_protocol(checks.EFFECT, effect_type)
    require(bool(effects), "give check_effect at least one effect that the effect type serves")
    for effect in effects:
        call = effect_type.evaluate(effect, StillSampler(), matrix)
        if call is None:
            continue
        require(isinstance(call, EffectCall), f"evaluate gave {type(call).__name__}, not an EffectCall")
        require(call.effect == effect_type.key, f"the call names {call.effect!r}, the effect type {effect_type.key!r}")
        margin: Sequence[float] = call.margin
        require(
            len(margin) == 4 and all(math.isfinite(m) and m >= 0 for m in margin),
            f"the margin is {margin}: it must be four numbers of 0 or more",
        )
        again = effect_type.evaluate(effect, StillSampler(), matrix)
        require(
            again is not None and digest_of(again.values) == digest_of(call.values),
            "evaluating the same moment twice gave different values",
        )
        for pixels in sample_pictures():
            check_pixels(effect_type, call, pixels)


def sample_pictures() -> Iterator[NDArray[np.uint8]]:
    """Yields the pictures that effects are tried on: a clear one, a white one, and one with soft edges.

    Each is (24, 32, 4) uint8, premultiplied RGBA.
    """
    yield np.zeros((24, 32, 4), np.uint8)
    yield np.full((24, 32, 4), 255, np.uint8)
    soft = np.zeros((24, 32, 4), np.uint8)
    soft[6:18, 8:24, 3] = np.linspace(0, 255, 16).astype(np.uint8)
    soft[..., 0] = soft[..., 3]
    soft[..., 1] = soft[..., 3] // 2
    yield soft


def check_pixels(effect_type: EffectType, call: EffectCall, pixels: NDArray[np.uint8]) -> None:
    """Checks what a call of an effect makes of a picture: its shape and dtype, that it is premultiplied, and that the
    same call makes the same of it again.

    Args:
        effect_type: The effect type.
        call: What its ``evaluate`` returned.
        pixels: (h, w, 4) uint8, premultiplied RGBA. It stays as it is.

    Raises:
        AssertionError: The effect type does not follow its protocol. The sentence says in what.
    """
    result = effect_type.apply(pixels.copy(), call, (3, 5))
    require(result.shape == pixels.shape, f"apply gave the shape {result.shape} for {pixels.shape}")
    require(result.dtype == np.uint8, f"apply gave {result.dtype}: it must give uint8")
    require(bool((result[..., :3] <= result[..., 3:]).all()), "apply gave a colour above its alpha: not premultiplied")
    again = effect_type.apply(pixels.copy(), call, (3, 5))
    require(bool(np.array_equal(result, again)), "the same call on the same pixels gave different pixels")
