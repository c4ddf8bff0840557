"""What an effect is, and what it may tell of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

EchoOperator: TypeAlias = Literal["add", "maximum", "minimum", "screen", "behind", "before", "mean"]
"""How the moments of a layer become one picture: ``behind`` lays each under those before it, ``before`` over them."""


@runtime_checkable
class EffectType(Protocol):
    """An effect, returned by the hook ``velocity_effects``.

    The engine calls ``evaluate`` for each frame and each layer with the effect, while it makes the display list. It
    calls ``apply`` later, while it draws, and only where pixels change. Both may be called by several threads at the
    same time, so neither may change the object. All that ``apply`` needs must be in the call that ``evaluate``
    returned: calls with equal values must draw equal pixels.
    """

    @property
    def key(self) -> str:
        """The name of the effect. ``EffectCall.effect`` holds it."""
        ...

    @property
    def match_names(self) -> tuple[str, ...]:
        """The match names of After Effects that it serves, such as "ADBE Tint"."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The ``ty`` numbers that it serves. They are used where no effect has the match name."""
        ...

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        """Returns the values of the effect at one moment.

        Args:
            effect: The effect as it was parsed. It must not be changed.
            sampler: Returns the values of the effect's properties at this moment. It must not be kept after the call.
            matrix: The map from the layer's coordinates to device pixels.

        Returns:
            The call that ``apply`` gets, or None where the effect does nothing at this moment.
        """
        ...

    def apply(self, pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
        """Draws the effect.

        Args:
            pixels: The layer's picture: (h, w, 4) uint8, premultiplied RGBA. The margin of ``call`` is around the
                layer's picture already. The array may be written to, but it must not be kept after the call.
            call: What ``evaluate`` returned.
            origin: The (x, y) of the top left pixel of ``pixels``, in device pixels.

        Returns:
            ``pixels`` itself, or another uint8 array of the same shape. Its colours are premultiplied too.
        """
        ...


@runtime_checkable
class ReadsLayers(Protocol):
    """Optional: implemented by effects that read the pictures of other layers. Those are prepared even when hidden."""

    def layers(self, effect: Effect) -> tuple[int, ...]:
        """Returns the numbers (``ind``) of all layers for which ``evaluate`` may ask ``Sampler.layer_picture``.

        It is called while a plan is made.

        Args:
            effect: The effect as it was parsed.
        """
        ...


@runtime_checkable
class TellsLimits(Protocol):
    """Optional: implemented by effects that draw only a part of what a document can ask of them."""

    def limits(self, effect: Effect) -> tuple[str, ...]:
        """Returns what of this effect is not drawn. Each entry becomes a finding.

        It is called while a plan is made.

        Args:
            effect: The effect as it was parsed.

        Returns:
            One noun for each value that is not drawn, as it is used in a sentence, such as "its taper radius".
        """
        ...


@dataclass(frozen=True, slots=True)
class Echo:
    """A layer at several moments, which become one picture.

    Attributes:
        seconds: The moments, in seconds from that of the frame, at most 64. Those at which the layer is not there are
            left out.
        intensities: How strongly each of them shows, 0 to 1.
        operator: How they become one picture.
    """

    seconds: tuple[float, ...]
    intensities: tuple[float, ...]
    operator: EchoOperator


@runtime_checkable
class ShowsEchoes(Protocol):
    """Optional: implemented by effects that draw their layer at several moments. Effects before such a one count for
    nothing, as in After Effects; those after it act on the whole. Its own ``evaluate`` is not called."""

    def echo(self, effect: Effect, sampler: Sampler) -> Echo | None:
        """Returns the moments that are shown, or None for the layer as it is.

        Args:
            effect: The effect as it was parsed.
            sampler: Returns its values.
        """
        ...
