"""A template: an opened package with its parsed document, and all that is known of it without rendering."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any

from velocity_engine.errors import Finding, FrameRangeError, Place, VelocityError, nearest
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.model.document import Document, Marker, MediaAsset
from velocity_engine.model.gc_threshold import raised_gc_threshold
from velocity_engine.model.text import Font
from velocity_engine.package.package import Package, PackageLimits, open_package
from velocity_engine.parse.document import parse_document
from velocity_engine.storage.fetched import local_path

if TYPE_CHECKING:
    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.encoder_config import EncoderConfig
    from velocity_engine.plan.plan import Plan
    from velocity_engine.plan.preflight import Preflight
    from velocity_engine.plugins.layer_plugins import LayerPlugin

Customizations = Sequence[Mapping[str, Any]]
Assets = Mapping[str, "str | os.PathLike[str]"]
FrameRange = tuple[float, float] | str


class Template:
    """An opened template. ``open_template`` returns one.

    It keeps its package open, so call ``close`` at the end or use it in a ``with`` statement. Several threads may use
    it for different renders. What it remembers (the last plan of ``render_still``) is used by one caller at a time.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     for layer in template.layers:
        ...         print(layer.path, layer.kind, layer.value)
    """

    def __init__(self, package: Package, document: Document, location: str, animation: str | None = None) -> None:
        self.package = package
        self.document = document
        self.location = location
        self.animation = animation
        self._findings: tuple[Finding, ...] | None = None
        self._pictures = DecodedPictures()
        self._closing: list[Callable[[], None]] = []
        self._preflight: Preflight | None = None
        self._preflight_lock = threading.Lock()

    # --- what it is ---

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
    def layers(self) -> tuple[LayerInfo, ...]:
        """All layers, with their kinds, their present values, and what can be replaced of each."""
        from velocity_engine.customize.layer_infos import layer_infos

        return layer_infos(self.document)

    @property
    def layer_plugins(self) -> tuple[LayerPlugin, ...]:
        """The installed layer plugins, with the data that they take: ``{"plugin": name, "data": ...}`` lets one draw in
        the place of any layer that has "plugin" among its ``customizable`` keys."""
        from velocity_engine.plugins.layer_plugins import available

        return available()

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

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not drawn as the designer meant. A render fails where a finding has the severity "error".

        It is found out once, at the first access, by making a plan of the template.
        """
        if self._findings is None:
            plan = self.plan()
            try:
                if plan.expressions is not None:
                    plan.expressions.check()
                self._findings = all_findings(self.document, plan)
            finally:
                plan.close()
        return self._findings

    # --- what can be done with it ---

    def customized(self, customizations: Customizations | None = None, assets: Assets | None = None) -> Document:
        """Returns the document with customizations applied.

        Args:
            customizations: The entries of a ``customizationMap``.
            assets: The files that ``{"assetId": ...}`` names, by id.

        Raises:
            CustomizationError: An entry is wrong. The error names it.
        """
        if not customizations:
            return self.document
        from velocity_engine.customize import customize

        return customize(self.document, self.package, customizations, assets=_local(assets))

    def plan(self, customizations: Customizations | None = None, assets: Assets | None = None) -> Plan:
        """Returns a plan of the document with customizations applied. The caller closes the plan.

        Args:
            customizations: The entries of a ``customizationMap``.
            assets: The files that ``{"assetId": ...}`` names, by id.

        Raises:
            CustomizationError: An entry is wrong. The error names it.
        """
        from velocity_engine.evaluate.expressions import expression_engine
        from velocity_engine.plan.plan import make_plan

        plan = make_plan(self.customized(customizations, assets), self.package, self._pictures, expression_engine)
        if customizations and any(finding.severity == "error" for finding in plan.findings):
            try:
                self._raise_brought(customizations, assets)
            except BaseException:
                plan.close()
                raise
        return plan

    def _raise_brought(self, customizations: Customizations, assets: Assets | None) -> None:
        """Raises the first error that a customization brings, with the others as its notes."""
        brought = self._preflighted(customizations, assets)
        if brought:
            for other in brought[1:]:
                brought[0].add_note(str(other))
            raise brought[0]

    def _preflighted(self, customizations: Customizations, assets: Assets | None) -> list[VelocityError]:
        """What is wrong with the customizations, and with the template only because of them."""
        with self._preflight_lock:
            found = self.preflight().problems(customizations, _local(assets))
        return [one for one in found if one.place.field]

    def frame_range(self, frames: FrameRange | None) -> tuple[float, float]:
        """Checks a range of frames and returns its start and end.

        Args:
            frames: (start, end) in frames of the composition, half-open; or the name of a marker; or None for all.

        Returns:
            (start, end) in frames of the composition. The end is not part of the range.

        Raises:
            FrameRangeError: The range is empty or leaves the composition, or there is no such marker.
        """
        document = self.document
        if frames is None:
            return (document.in_point, document.out_point)
        if isinstance(frames, str):
            return self._marker_range(frames)
        start, end = float(frames[0]), float(frames[1])
        field = Place(field="fStart" if not document.in_point <= start < document.out_point else "fEnd")
        hint = f"The composition has frames {document.in_point:g} to {document.out_point:g} (the end is not included)"
        if start >= end:
            raise FrameRangeError(f"the frame range {start:g} to {end:g} is empty", place=field, hint=hint)
        if start < document.in_point or end > document.out_point:
            raise FrameRangeError(
                f"the frame range {start:g} to {end:g} leaves the composition", place=field, hint=hint
            )
        return (start, end)

    def _marker_range(self, name: str) -> tuple[float, float]:
        document = self.document
        for marker in document.markers:
            if marker.name == name:
                start = max(marker.time, document.in_point)
                end = marker.time + marker.duration if marker.duration > 0 else document.out_point
                return self.frame_range((start, min(end, document.out_point)))
        names = [marker.name for marker in document.markers]
        near = nearest(name, names)
        hint = f"Did you mean {near!r}?" if near else f"Markers: {', '.join(names) or 'none'}"
        raise FrameRangeError(f"there is no marker {name!r}", place=Place(field="frames"), hint=hint)

    def check(
        self,
        encoder: EncoderConfig | None = None,
        customizations: Customizations | None = None,
        frames: FrameRange | None = None,
        assets: Assets | None = None,
    ) -> list[VelocityError]:
        """Returns all that is wrong with a render request, without rendering it.

        Args:
            encoder: How the video would be encoded.
            customizations: The entries of a ``customizationMap``.
            frames: (start, end) in frames of the composition, half-open; or the name of a marker; or None for all.
            assets: The files that ``{"assetId": ...}`` names, by id.

        Returns:
            One error for each problem. None of them is raised.
        """
        found: list[VelocityError] = []
        if encoder is not None:
            found += encoder_problems(self, encoder)
        if customizations:
            found += self._preflighted(customizations, assets)
        try:
            self.frame_range(frames)
        except VelocityError as error:
            found.append(error)
        return found

    def preflight(self) -> Preflight:
        """What looks at customizations as a render would; closed with the template."""
        if self._preflight is None:
            from velocity_engine.plan.preflight import Preflight

            self._preflight = Preflight(self.document, self.package, self._pictures)
            self.on_close(self._preflight.close)
        return self._preflight

    def on_close(self, release: Callable[[], None]) -> None:
        """Registers a function that is called when the template is closed.

        Args:
            release: The function. The one that was registered last is called first.
        """
        self._closing.append(release)

    def close(self) -> None:
        """Closes the package and releases what is kept for the next render."""
        while self._closing:
            self._closing.pop()()
        self._preflight = None
        self.package.close()

    def __enter__(self) -> Template:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_template(
    path: str | os.PathLike[str], *, animation: str | None = None, limits: PackageLimits | None = None
) -> Template:
    """Opens a template: a ZIP, a folder, a ``.lottie`` file or a single ``.json``.

    Args:
        path: The file or folder, or a URL of a file ("s3://bucket/promo.zip"), which is fetched once into the user's
            cache.
        animation: Which document to open, where the package holds several: an id of the ``.lottie`` file's manifest, or
            the name of a JSON file. None for the one that the manifest starts with, or else for ``data.json``.
        limits: The largest sizes that are accepted; by default those of ``PackageLimits()``.

    Returns:
        The template. The caller closes it.

    Raises:
        PackageError: The package cannot be read, is unsafe or is too large, or it is not clear which document is meant.
        DocumentError: Its document is not a Lottie document.
        StorageError: What is at the URL cannot be fetched.
    """
    package = open_package(local_path(path), animation=animation, limits=limits or PackageLimits())
    try:
        with raised_gc_threshold():
            document = parse_document(package.document_bytes, file=package.document_name, package=package)
        return Template(package, document, os.fspath(path), animation)
    except BaseException:
        package.close()
        raise


def _local(assets: Assets | None) -> dict[str, str]:
    """The assets with those at URLs fetched."""
    return {key: local_path(location) for key, location in (assets or {}).items()}


def all_findings(document: Document, plan: Plan) -> tuple[Finding, ...]:
    """Returns the findings of the parser and of a plan.

    A missing asset is among them only where a visible layer needs it.

    Args:
        document: The document of the plan.
        plan: The plan.
    """
    own = [finding for finding in document.findings if finding.feature != "asset.missing"]
    return (*own, *plan.findings)


def output_size(template: Template, encoder: EncoderConfig) -> tuple[int, int]:
    """Returns the (width, height) of the video in pixels.

    Args:
        template: The template.
        encoder: The configuration. Without a ``resolution`` the video has the composition's size, rounded up to even
            numbers, because 4:2:0 needs them.
    """
    if encoder.resolution is not None:
        return encoder.resolution
    return (template.width + template.width % 2, template.height + template.height % 2)


def output_rate(template: Template, encoder: EncoderConfig) -> Fraction:
    """Returns the frames per second of the video.

    Args:
        template: The template.
        encoder: The configuration. Without a frame rate the video has the composition's, as an exact fraction (29.97 is
            30000/1001).
    """
    if encoder.frame_rate is not None:
        return encoder.frame_rate
    return exact_rate(template.frame_rate)


def exact_rate(rate: float) -> Fraction:
    """Returns the exact fraction of a rounded frame rate.

    Args:
        rate: Frames per second. 23.98, 29.97, 47.95, 59.94 and 119.88 stand for multiples of 1000/1001.
    """
    for base in (24, 30, 48, 60, 120):
        if abs(rate - base * 1000 / 1001) < 0.005:
            return Fraction(base * 1000, 1001)
    return Fraction(rate).limit_denominator(1000)


def encoder_problems(template: Template, encoder: EncoderConfig) -> list[VelocityError]:
    """Returns all that is wrong with an encoder configuration for a template.

    Args:
        template: The template.
        encoder: The configuration.

    Returns:
        One error for each problem. The codec's own check runs only where the check for all codecs finds nothing.
    """
    from velocity_engine import plugins
    from velocity_engine.encoder_config import config_problems

    codecs = plugins.codecs()
    found: list[VelocityError] = list(config_problems(encoder, tuple(codecs)))
    if not found:
        width, height = output_size(template, encoder)
        found += codecs[encoder.codec_name].problems(encoder, width, height, output_rate(template, encoder))
    return found
