"""How long a video is to be, as a request says it; the engine has the same numbers (``Duration``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr

from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.sentences import FOLLOWED

LONGEST = 86_400
DURATION = "how long the video is: so many seconds, or as long as what it shows or sounds"


Follows = Annotated[StrictStr, Field(pattern=FOLLOWED)]


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
