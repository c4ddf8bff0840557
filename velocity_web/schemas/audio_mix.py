"""How the sound of a render is mixed, as a request says it; the engine has the same numbers (``SoundMix``)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from velocity_web.schemas.base import Name, RequestModel
from velocity_web.schemas.source import SourceRequest

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Ramp = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


def _part(value: Any) -> Any:
    numbers = isinstance(value, list) and len(value) == 2 and all(type(one) in (int, float) for one in value)
    if numbers and 0 <= value[0] < value[1]:
        return value
    raise PydanticCustomError("trim_type", "a part of a file")


class DuckingRequest(RequestModel):
    """The file makes room while the template's sound is heard."""

    layer: Name | None = Field(
        None, description="the layer that is listened to, or Composition/Layer; all of the template's sound if left out"
    )
    depth: float = Field(12.0, ge=0, le=60, allow_inf_nan=False, description="by how many decibels the file goes down")
    attack: Ramp = Field(0.2, description="seconds that it takes to go down")
    release: Ramp = Field(0.6, description="seconds that it takes to come up again")


class AudioMixRequest(SourceRequest):
    """How the audio file and the template's own sound go together. The file is ``audioId``, or lies at the ``url``, or
    ``path`` of a ``connection``, that is given here."""

    volume: float = Field(1.0, ge=0, le=10, allow_inf_nan=False, description="factor of the file; 0.5 is 6 dB less")
    fade_in: Seconds = Field(0.0, description="seconds within which the file comes up from silence")
    fade_out: Seconds = Field(0.0, description="seconds within which it goes down, at its end or that of the video")
    start: Seconds = Field(0.0, description="the second of the video at which the file begins")
    trim: Annotated[list[Seconds], Field(min_length=2, max_length=2), BeforeValidator(_part)] | None = Field(
        None, description="the seconds of the file from which and up to which it is heard"
    )
    loop: StrictBool = Field(False, description="the file begins anew at its end")
    mute_template: StrictBool = Field(False, description="the template's own sound is left out")
    ducking: DuckingRequest | None = None
    loudness: Annotated[float, Field(ge=-70, le=-5, allow_inf_nan=False)] | None = Field(
        None, description="integrated loudness of the whole in LUFS, such as -14; true peaks are -1 dBTP at most"
    )
