"""Echo (ADBE Echo): the layer at earlier or later moments, together with what it is at the frame.

As After Effects' manual describes it: the frame's own picture has the starting intensity, and each echo the decay times
that of the one before it.
"""

from __future__ import annotations

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import choice, clamped, scalar, values_of
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.plugin_types import Echo, EchoOperator
from velocity_engine.sampler import Sampler

MAX_ECHOES = 50
USUAL_SECONDS = -1.0 / 30.0
OPERATORS: tuple[EchoOperator, ...] = ("add", "maximum", "minimum", "screen", "behind", "before", "mean")


class EchoEffect:
    """Shapes and texts leave echoes as they move in their composition, other layers as what they show changes: they are
    given to effects before their transform."""

    key = "echo"
    match_names: tuple[str, ...] = ("ADBE Echo",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        most = max(values_of(effect, 1, 2), default=1.0)
        return (f"more than {MAX_ECHOES} echoes",) if most > MAX_ECHOES else ()

    def echo(self, effect: Effect, sampler: Sampler) -> Echo | None:
        apart = clamped(scalar(effect, 0, sampler, USUAL_SECONDS, number=1), -3600.0, 3600.0)
        count = int(clamped(scalar(effect, 1, sampler, 1.0, number=2), 0.0, MAX_ECHOES))
        first = clamped(scalar(effect, 2, sampler, 1.0, number=3))
        decay = clamped(scalar(effect, 3, sampler, 1.0, number=4))
        operator = OPERATORS[min(max(choice(effect, 4, sampler, 1, number=5), 1), len(OPERATORS)) - 1]
        if count == 0 and first >= 1.0:
            return None
        numbers = range(count + 1)
        return Echo(tuple(n * apart for n in numbers), tuple(first * decay**n for n in numbers), operator)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return None

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return pixels
