"""What third parties' layer types, effects and styles do, told with their names where it goes wrong.

Built-in ones are called directly: what goes wrong there is the engine's own mistake, and costs nothing to watch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from velocity_engine import plugins
from velocity_engine.display import DrawCommand, EffectCall
from velocity_engine.errors import Place, PluginError, VelocityError
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect, Layer, LayerStyle
from velocity_engine.plugin_types import (
    DrawsPlaced,
    EffectType,
    LayerContext,
    LayerType,
    PreparedLayer,
    StyleCall,
    StyledLayer,
    StyleType,
)
from velocity_engine.plugins.drawn import drawing_fault
from velocity_engine.plugins.failures import failure
from velocity_engine.sampler import Sampler

Evaluate = Callable[[Effect, Sampler, Matrix], EffectCall | None]
EvaluateStyle = Callable[[LayerStyle, StyledLayer], StyleCall | None]


@contextmanager
def guarded(noun: str, thing: Any, path: str) -> Iterator[None]:
    """While a plan is made: what a third party's object raises becomes a PluginError that names it and the layer."""
    try:
        yield
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        provider = plugins.provider_of(thing)
        if provider is None:
            raise
        who = f"{noun} {thing.key!r} of {provider}"
        raise failure(who, error, Place(layer=path), "while it was prepared") from error


def prepared_by(kind: LayerType, layer: Layer, context: LayerContext, path: str) -> PreparedLayer:
    """What ``prepare`` returns; that of a third party with its failures told."""
    provider = plugins.provider_of(kind)
    if provider is None:
        return kind.prepare(layer, context)
    with guarded("the layer plugin", kind, path):
        prepared = kind.prepare(layer, context)
        if not callable(getattr(prepared, "draw", None)) and not isinstance(prepared, DrawsPlaced):
            raise TypeError(f"prepare returned {type(prepared).__name__}, which has no method draw")
        who = f"the layer plugin {kind.key!r} of {provider}"
        return (GuardedPlaced if isinstance(prepared, DrawsPlaced) else GuardedLayer)(prepared, who, path)


class GuardedLayer:
    """A third party's ``PreparedLayer``: it names itself, the layer and the frame where drawing fails, or where what
    it draws cannot be drawn.
    """

    def __init__(self, prepared: Any, who: str, path: str) -> None:
        self.prepared = prepared
        self.moves = bool(prepared.moves)
        self._who, self._path = who, path

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return self._checked(lambda: self.prepared.draw(sampler), sampler)

    def _checked(self, draw: Callable[[], Any], sampler: Sampler) -> Sequence[DrawCommand]:
        place, when = Place(layer=self._path), at_frame(sampler.frame)
        try:
            commands = draw()
        except VelocityError:
            raise
        except (Exception, SystemExit) as error:
            raise failure(self._who, error, place, when) from error
        fault = drawing_fault(commands)
        if fault is not None:
            raise PluginError(f"{self._who} failed {when}: {fault}", place=place)
        drawn: Sequence[DrawCommand] = commands
        return drawn


class GuardedPlaced(GuardedLayer):
    """The same for one that ``DrawsPlaced``."""

    def draw_placed(self, sampler: Sampler, matrix: Matrix) -> Sequence[DrawCommand]:
        return self._checked(lambda: self.prepared.draw_placed(sampler, matrix), sampler)


def evaluated_by(kind: EffectType, path: str) -> Evaluate:
    """``evaluate`` of an effect; that of a third party with its failures told, those of ``apply`` as well."""
    provider = plugins.provider_of(kind)
    if provider is None:
        return kind.evaluate
    who = f"the effect {kind.key!r} of {provider}"

    def evaluate(effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        when = at_frame(sampler.frame)
        try:
            call = kind.evaluate(effect, sampler, matrix)
            return None if call is None else replace(call, label=(who, path, when))
        except VelocityError:
            raise
        except (Exception, SystemExit) as error:
            raise failure(who, error, Place(layer=path), when) from error

    return evaluate


def styled_by(kind: StyleType, path: str) -> EvaluateStyle:
    """``evaluate`` of a layer style; that of a third party with its failures told."""
    provider = plugins.provider_of(kind)
    if provider is None:
        return kind.evaluate
    who = f"the layer style {kind.key!r} of {provider}"

    def evaluate(style: LayerStyle, layer: StyledLayer) -> StyleCall | None:
        when = at_frame(layer.sampler.frame)
        try:
            found = kind.evaluate(style, layer)
            return found and replace(found, call=replace(found.call, label=(who, path, when)))
        except VelocityError:
            raise
        except (Exception, SystemExit) as error:
            raise failure(who, error, Place(layer=path), when) from error

    return evaluate


def at_frame(frame: float) -> str:
    return f"at frame {frame:g}"
