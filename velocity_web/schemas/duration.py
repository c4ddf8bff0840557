"""How long a video is to be, as a request says it; the engine has the same numbers (``Duration``)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictStr
from pydantic_core import PydanticCustomError

from velocity_web.schemas.base import RequestModel

LONGEST = 86_400
DURATION = "how long the video is: so many seconds, or as long as what it shows or sounds"


def _source(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"audio|layer:.{1,1000}", value):
        return value
    raise PydanticCustomError("duration_source_type", "what a length follows")


Follows = Annotated[StrictStr, Field(pattern=r"^(audio|layer:.{1,1000})$"), BeforeValidator(_source)]


class DurationRequest(RequestModel):
    """How long the video is: ``seconds``, or ``from``. What the template's markers make elastic becomes longer or
    shorter."""

    seconds: Annotated[float, Field(ge=0.001, le=LONGEST, allow_inf_nan=False)] | None = Field(
        None, description="so many seconds", examples=[17.4]
    )
    follows: Follows | None = Field(
        None,
        alias="from",
        description='"audio": as long as the audio is heard; "layer:Clip": as long as the clip of that layer',
        examples=["layer:Clip"],
    )
