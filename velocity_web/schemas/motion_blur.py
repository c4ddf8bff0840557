"""How layers are blurred that have the motion blur switch; the engine has the same numbers (``MotionBlur``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from velocity_web.schemas.base import RequestModel, whole

MOTION_BLUR = "how layers that have the motion blur switch are blurred; all is sharp if left out"
Samples = Annotated[int, Field(strict=True, ge=2, le=64), BeforeValidator(whole)]


class MotionBlurRequest(RequestModel):
    """Layers that have the motion blur switch are drawn as a camera sees them while its shutter is open; the other
    layers stay sharp. What is left out is as in After Effects."""

    samples: Samples = Field(16, description="at how many moments of a frame such a layer is drawn")
    shutter_angle: float = Field(
        180.0,
        gt=0,
        le=720,
        allow_inf_nan=False,
        description="for how long the shutter is open, in degrees; 360 is a whole frame of the composition",
    )
    shutter_phase: float = Field(
        -90.0,
        ge=-360,
        le=360,
        allow_inf_nan=False,
        description="when it opens, in degrees from the moment of the frame; minus half of the angle is even",
    )
