"""What several tests need: a sampler of values that stand still."""

from __future__ import annotations

from typing import Any

from velocity_engine.animate import Curves
from velocity_engine.layer_sampler import LayerSampler


def still_sampler(frame: float = 0.0, frame_rate: float = 30.0) -> LayerSampler:
    """The engine's own sampler, of no layer, without expressions."""
    from types import SimpleNamespace

    plan: Any = SimpleNamespace(curves=Curves(), document=SimpleNamespace(frame_rate=frame_rate), expressions=None)
    return LayerSampler(plan, None, frame)
