"""What a layer type is, what it is asked, and what it may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from velocity_engine.display import DrawCommand, FrameReader, Picture
from velocity_engine.errors import Finding
from velocity_engine.model.document import Document, Media
from velocity_engine.model.geometry import Bounds, Matrix
from velocity_engine.model.layers import Layer
from velocity_engine.sampler import Sampler
from velocity_engine.typesetting import Typesetter

if TYPE_CHECKING:
    pass

MediaSource = str | Mapping[str, Any] | Media
"""A picture or a clip that a layer type asks for.

The id of an asset of the document; or what the data of a customization has: ``{"assetId": id}`` for a file of the
request, ``{"file": name}`` for one of the template's package, ``{"data": "data:..."}``; or ``Media``: the bytes or the
path of a file of the plugin's own package.
"""


class LayerContext(Protocol):
    """What a layer type may ask for in ``prepare``, while a plan is made.

    The engine implements it and passes it to ``LayerType.prepare``. Use it only during that call. The pictures and
    readers that it returns may be kept for as long as the prepared layer lives.

    Attributes:
        document: The whole document, with the customizations applied. It must not be changed.
    """

    document: Document

    def read(self, media: Media) -> bytes:
        """Returns the bytes of a picture, sound or font.

        Args:
            media: The file: its name in the package, its path on this machine, or its bytes.

        Raises:
            MediaError, PackageError: The file cannot be read. The error names it.
        """
        ...

    def picture(self, source: MediaSource) -> Sequence[tuple[float, Picture]]:
        """Returns the decoded frames of a picture.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            Pairs of the second at which a frame starts and the frame. A still picture has one pair.

        Raises:
            MediaError, CustomizationError: There is no such picture, or it cannot be decoded.
        """
        ...

    def clip(self, source: MediaSource) -> FrameReader | None:
        """Returns the reader of a clip. Each clip is opened once for a plan.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            The reader, or None where the clip cannot be opened. The engine has then reported a finding already.

        Raises:
            MediaError, CustomizationError: There is no such clip.
        """
        ...

    def typesetter(self, layer: Layer) -> Typesetter:
        """Returns what sets texts with the engine's fonts and shaping. It may be kept, and used in ``draw`` as well.

        Args:
            layer: The layer that ``prepare`` was given. What of its texts cannot be shown is reported for it.
        """
        ...

    def box(self, layer: Layer) -> Bounds:
        """Returns (left, top, right, bottom) of what the layer fills, in its own coordinates.

        Args:
            layer: The layer that ``prepare`` was given. One that a customization replaced has the box of the layer
                before. One without a size of its own has the box of the document.
        """
        ...

    def span(self, layer: Layer) -> tuple[float, float]:
        """Returns the seconds of its composition from which on the layer is shown, and from which on no more.

        Args:
            layer: The layer that ``prepare`` was given.
        """
        ...

    def font_files(self) -> Sequence[str]:
        """Returns the names of the font files in the package. ``read(Media(name=...))`` reads one of them."""
        ...

    def report(self, finding: Finding) -> None:
        """Adds a finding to those that ``inspect`` and the result of a render show.

        Args:
            finding: What is not drawn as the designer meant.
        """
        ...


class PreparedLayer(Protocol):
    """A layer that is ready to be drawn at any frame, by any thread.

    It belongs to one plan. The engine calls ``draw`` for the frames of a render in any order, on several threads. A
    call must not change the object, except for caches. The same frame must always return commands with the same
    digests.
    """

    @property
    def moves(self) -> bool:
        """Whether ``draw`` can return different commands at different frames. False saves the engine work."""
        ...

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        """Returns the layer's own picture at one moment.

        Args:
            sampler: The values of the layer's properties at this moment. It must not be kept after the call.

        Returns:
            The commands in painter's order (the lowest first), in the layer's own coordinates. The layer's transform,
            opacity, masks, matte and effects are not part of them: the evaluator adds these.
        """
        ...


@runtime_checkable
class DrawsCompositions(Protocol):
    """Optional: implemented by prepared layers that draw compositions of the document.

    The plan reads ``compositions`` once, after ``prepare``, and prepares the compositions that it names.
    """

    @property
    def compositions(self) -> Sequence[str]:
        """The ids of all compositions that ``draw`` may ask the sampler for."""
        ...


@runtime_checkable
class DrawsPlaced(Protocol):
    """Optional: implemented by prepared layers whose commands depend on the layer's matrix, as those of precomps do.

    The engine then calls ``draw_placed`` instead of ``draw``, under the same rules.
    """

    def draw_placed(self, sampler: Sampler, matrix: Matrix) -> Sequence[DrawCommand]:
        """Returns the layer's own picture in device pixels, in painter's order.

        Args:
            sampler: The values of the layer's properties at this moment. It must not be kept after the call.
            matrix: The map from the layer's coordinates to device pixels.
        """
        ...


@runtime_checkable
class LayerType(Protocol):
    """A kind of layer, returned by the hook ``velocity_layers``.

    The engine calls ``prepare`` once for each layer of this kind when it makes a plan, on the thread that makes the
    plan. Several plans may be made at the same time, so ``prepare`` must not change the object. What belongs to one
    layer is kept in the ``PreparedLayer`` that it returns.
    """

    @property
    def key(self) -> str:
        """The name of the kind: "shape", "image", ... for a Lottie type, or the name that ``{"plugin": key}`` of a
        customization uses. ``inspect`` shows it as the layer's kind."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The ``ty`` numbers of the layers that it draws. It is empty where only customizations name the kind."""
        ...

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        """Makes a layer ready to be drawn at any frame. Slow work (reading, decoding, layout) is done here.

        Args:
            layer: The layer as it was parsed, after customizations. It must not be changed, but it may be kept.
            context: The document, the files of the package, and a method to report findings.

        Returns:
            An object that draws the layer at any frame, from any thread.

        Raises:
            VelocityError: The layer cannot be drawn. The error becomes a finding with the severity "error", and a
                render of the template fails with it. ``CustomizationError`` is right where the data of a customization
                is wrong.

        Example:
            >>> class Square:
            ...     key, lottie_types = "square", ()
            ...     def prepare(self, layer, context):
            ...         return PreparedSquare(layer.content.width)
        """
        ...


@runtime_checkable
class TakesData(Protocol):
    """Optional: implemented by layer types that say what data they take.

    The data of a customization is checked against the schema before anything is drawn or queued, and the schema is
    shown to who writes customizations. ``prepare`` is called with data that fits only.
    """

    @property
    def data_schema(self) -> Mapping[str, Any]:
        """The JSON schema (draft 2020-12) of the data. It is the same object at each call. Where it has ``title``,
        ``description`` and ``examples``, people read them."""
        ...
