"""What a layer style is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from velocity_engine.display import DrawCommand, EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode, LayerStyle
from velocity_engine.sampler import Sampler

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StyledLayer:
    """What a layer style sees of the layer that has it, at one moment. It must not be kept after the call.

    Attributes:
        sampler: Returns the values of the style's properties at this moment.
        matrix: The map from the coordinates of the layer's composition to device pixels: styles act after the layer's
            own transform, so a shadow falls the same way however the layer turns.
        styles: All styles of the layer, in the document's order.
        content: The commands of the layer in device pixels, without its effects and masks.
        ground: The width and height of the layer's composition. (0, 0) where it is not known.
    """

    sampler: Sampler
    matrix: Matrix
    styles: tuple[LayerStyle, ...]
    content: Sequence[DrawCommand] = ()
    ground: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class StyleCall:
    """What a layer style does at one moment.

    Attributes:
        call: The call of the effect that paints the style.
        under: None where the effect changes the layer's picture. Otherwise the effect draws a picture of its own. It
            lies under the layer's picture and is blended in this mode onto what is below.
    """

    call: EffectCall
    under: BlendMode | None = None


@runtime_checkable
class StyleType(Protocol):
    """A layer style (an entry of a layer's ``sy``), returned by the hook ``velocity_styles``.

    A style paints with an effect: its ``StyleCall`` names an ``EffectType``, which the same plugin provides. The engine
    calls ``problems`` once for each style when it makes a plan, and ``evaluate`` for each frame while it makes the
    display list. Both may be called by several threads at the same time, so neither may change the object.
    """

    @property
    def key(self) -> str:
        """The style's name."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The numbers (``ty``) that documents have for the style."""
        ...

    @property
    def order(self) -> int:
        """The styles of a layer act in this order, the lowest first, whatever the order in the document. Those of
        After Effects have 0 to 8."""
        ...

    def problems(self, style: LayerStyle) -> Sequence[tuple[str, str]]:
        """Returns what of this style is not drawn. Each entry becomes a finding.

        Args:
            style: The style as it was parsed. It must not be changed.

        Returns:
            Pairs of a short stable name of the feature ("style.blend") and a sentence for the user.
        """
        ...

    def evaluate(self, style: LayerStyle, layer: StyledLayer) -> StyleCall | None:
        """Returns what the style does at one moment.

        Args:
            style: The style as it was parsed. It must not be changed.
            layer: The layer that has the style, at this moment.

        Returns:
            The call that paints the style, or None where it does nothing at this moment.
        """
        ...
