"""What a document says of itself, for those who ask a template."""

from __future__ import annotations

from velocity_engine.model.document import Document, Marker, MediaAsset
from velocity_engine.model.text import Font


class DocumentFacts:
    """Properties of whatever has a ``document``."""

    document: Document

    @property
    def name(self) -> str:
        """The name of the document, or of its file where the document has none."""
        return self.document.name or self.document.file.rsplit("/", 1)[-1].removesuffix(".json")

    @property
    def width(self) -> int:
        """The width of the composition in pixels."""
        return self.document.width

    @property
    def height(self) -> int:
        """The height of the composition in pixels."""
        return self.document.height

    @property
    def frame_rate(self) -> float:
        """The composition's frames per second."""
        return self.document.frame_rate

    @property
    def first_frame(self) -> float:
        """The frame at which the composition starts (``ip``)."""
        return self.document.in_point

    @property
    def frame_count(self) -> int:
        """The number of frames of the composition at its own rate, at least 1."""
        return max(round(self.document.out_point - self.document.in_point), 1)

    @property
    def duration(self) -> float:
        """The length of the composition in seconds."""
        return (self.document.out_point - self.document.in_point) / self.document.frame_rate

    @property
    def assets(self) -> tuple[MediaAsset, ...]:
        """The pictures, clips and sounds of the document."""
        return tuple(self.document.assets.values())

    @property
    def fonts(self) -> tuple[Font, ...]:
        """The fonts that the document's texts name."""
        return self.document.fonts

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the composition: named moments and frame ranges."""
        return self.document.markers
