"""How long a video is to be: so many seconds, or as long as what it shows or sounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from velocity_engine.errors import DurationError, Place, wrong_type
from velocity_engine.given.arguments import number

MAX_SECONDS = 86_400.0
AUDIO, LAYER = "audio", "layer:"
RIGHT = 'Give seconds, such as 17.4, or "audio", or "layer:" and the name of a layer that shows a clip'


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long a video is to be. The regions of the template that its markers make elastic become longer or shorter for
    it. Exactly one of the two is given.

    Attributes:
        seconds: So many seconds.
        follows: What the length is taken from: "audio" is the caller's sound file, as the mix plays it; "layer:Clip" is
            the clip of the layer Clip, or "layer:Composition/Clip", which plays at its own pace.

    Raises:
        WrongTypeError: An argument has a wrong type.
        DurationError: The length is out of its range, or it follows nothing that is known.

    Example:
        >>> ve.render(template, "promo.mp4", audio="voice.mp3", duration=ve.Duration(follows="audio"))
    """

    seconds: float | None = None
    follows: str | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.follows is None):
            raise _wrong("a duration is given by seconds, or by what it follows", RIGHT)
        if self.seconds is not None:
            seconds = number("seconds", self.seconds, "Give a number of seconds, such as 17.4")
            if not 0 < seconds <= MAX_SECONDS:
                raise _wrong(f"the duration is {seconds:g} seconds", f"Give more than 0 and at most {MAX_SECONDS:g}")
            object.__setattr__(self, "seconds", seconds)
        elif not isinstance(self.follows, str):
            raise wrong_type("follows", self.follows, RIGHT)
        elif self.follows != AUDIO and not self.layer:
            raise _wrong(f"a duration cannot follow {self.follows[:200]!r}", RIGHT)

    @property
    def layer(self) -> str:
        """The name of the layer that it follows; empty where it follows none."""
        text = self.follows or ""
        return text[len(LAYER) :] if text.startswith(LAYER) else ""

    @property
    def follows_sound(self) -> bool:
        """Whether it follows the caller's sound."""
        return self.follows == AUDIO

    def to_values(self) -> dict[str, Any]:
        """Returns the duration as values that ``json.dumps`` takes: ``{"seconds": 17.4}`` or ``{"from": "audio"}``."""
        return {"seconds": self.seconds} if self.follows is None else {"from": self.follows}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Duration:
        """Returns the duration that ``to_values`` wrote.

        Args:
            values: What ``to_values`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_values`` did not write this.
        """
        return cls(seconds=values["seconds"]) if "seconds" in values else cls(follows=values["from"])


Length: TypeAlias = "Duration | float | str"
"""A duration: seconds, "audio", "layer:Clip", or a ``Duration``."""


def duration_of(given: object) -> Duration | None:
    """Returns the duration that a caller gave.

    Args:
        given: A ``Duration``, seconds, "audio", "layer:Clip", or None.

    Raises:
        WrongTypeError: It is none of these.
        DurationError: The length is out of its range, or it follows nothing that is known.
    """
    if given is None or isinstance(given, Duration):
        return given
    if isinstance(given, str):
        return Duration(follows=given)
    return Duration(seconds=number("duration", given, RIGHT))


def _wrong(what: str, hint: str) -> DurationError:
    return DurationError(what, place=Place(field="duration"), hint=hint)
