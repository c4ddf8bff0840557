"""What several tests need: a sampler of values that stand still."""

from __future__ import annotations

from typing import Any

from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.motion.keyframes import Curves


def still_sampler(frame: float = 0.0, frame_rate: float = 30.0) -> LayerSampler:
    """The engine's own sampler, of no layer, without expressions."""
    from types import SimpleNamespace

    plan: Any = SimpleNamespace(curves=Curves(), document=SimpleNamespace(frame_rate=frame_rate), expressions=None)
    return LayerSampler(plan, None, frame)
