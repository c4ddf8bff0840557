"""How long the expressions of a document may take: one by itself, all of a frame, all of a render.

An expression that runs out of time is switched off; when several have, those that were never tried are left off too, so
that a document full of them is answered soon. Expressions that end, but take too long together, end the frame with an
error: whether a picture shows their values must not depend on how fast the machine is.
"""

from __future__ import annotations

from velocity_engine.errors import RenderFailed

SECONDS_A_CALL = 0.5
SHORTEST_CALL = 0.05  # each expression that runs out of time halves what the others get, down to this
MAX_OUT_OF_TIME = 3
SECONDS_LOST = 1.5  # one call can overrun its time in a function of the interpreter: then no other is tried
SECONDS_A_FRAME = 2.0
SECONDS_AN_EXPRESSION = 0.0002  # what a frame may take longer for each expression that the document has
SECONDS_IN_ALL = 60.0
SECONDS_EACH_FRAME = 0.1  # what a render may take longer for each of its frames


class Budget:
    """Seconds of processor time that the expressions of one plan took, in all and in the present frame."""

    def __init__(self, expressions: int) -> None:
        self.a_call = SECONDS_A_CALL
        self._frame_limit = SECONDS_A_FRAME + SECONDS_AN_EXPRESSION * expressions
        self._limit = SECONDS_IN_ALL
        self._of_frame = self._in_all = 0.0
        self._out_of_time = 0
        self._lost = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether so many expressions ran out of time that no other is tried."""
        return self._out_of_time >= MAX_OUT_OF_TIME or self._lost > SECONDS_LOST

    def begin_frame(self) -> None:
        self._of_frame = 0.0
        self._limit += SECONDS_EACH_FRAME

    def ran_out(self, seconds: float) -> bool:
        """Whether a call that took ``seconds`` used up all it had."""
        return seconds >= self.a_call

    def lose(self, seconds: float) -> None:
        """Counts a call that did not end in time; the next ones get less."""
        self._out_of_time += 1
        self._lost += seconds
        self.a_call = max(self.a_call / 2, SHORTEST_CALL)

    def charge(self, seconds: float) -> None:
        """Counts a call that ended in time. RenderFailed where the frame or the render has used up what it may."""
        self._of_frame += seconds
        self._in_all += seconds
        hint = "Simplify the expressions, or convert them to keyframes in After Effects"
        if self._of_frame > self._frame_limit:
            limit = f"{self._frame_limit:.2g} s"
            raise RenderFailed(f"the expressions of one frame take more than {limit} of processor time", hint=hint)
        if self._in_all > self._limit:
            limit = f"{self._limit:.0f} s"
            raise RenderFailed(f"the expressions take more than {limit} of processor time in all", hint=hint)
