"""JSON to ``model.transform``. Lottie specification, section "Transform"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from velocity_engine.model.transform import Transform
from velocity_engine.parse.context import Context
from velocity_engine.parse.properties import optional_vector, position, scalar, vector


def transform(context: Context, raw: Mapping[str, Any], pointer: str) -> Transform:
    """``raw``: a layer's ``ks``, a group's ``tr`` item or a repeater's ``tr``. 3D layers have ``rz`` for ``r``."""
    turn = "r" if raw.get("r") is not None or "rz" not in raw else "rz"
    return Transform(
        anchor=vector(context, raw, "a", (0.0, 0.0, 0.0), pointer, "anchorPoint"),
        position=position(context, raw, "p", (0.0, 0.0, 0.0), pointer),
        scale=vector(context, raw, "s", (100.0, 100.0, 100.0), pointer, "scale"),
        rotation=scalar(context, raw, turn, 0.0, pointer, "rotation"),
        opacity=scalar(context, raw, "o", 100.0, pointer, "opacity"),
        skew=scalar(context, raw, "sk", 0.0, pointer, "skew"),
        skew_axis=scalar(context, raw, "sa", 0.0, pointer, "skewAxis"),
        rotation_x=optional_vector(context, raw, "rx", pointer, "xRotation"),
        rotation_y=optional_vector(context, raw, "ry", pointer, "yRotation"),
        orientation=optional_vector(context, raw, "or", pointer, "orientation"),
        start_opacity=optional_vector(context, raw, "so", pointer, "startOpacity"),
        end_opacity=optional_vector(context, raw, "eo", pointer, "endOpacity"),
    )
