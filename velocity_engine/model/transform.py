"""Transforms of layers, groups and repeaters. Lottie specification, section "Transform"."""

from __future__ import annotations

from dataclasses import dataclass, field

from velocity_engine.model.properties import Property, Scalar, SplitPosition, Vector, still


@dataclass(frozen=True, slots=True)
class Transform:
    """Numbers as the document has them: degrees, per cent (100 = full), pixels.

    ``rotation`` is the turn about z. ``rotation_x``, ``rotation_y`` and ``orientation`` stand for 3D layers only.
    """

    anchor: Property[Vector] = field(default_factory=lambda: still(0, 0, 0))
    position: Property[Vector] | SplitPosition = field(default_factory=lambda: still(0, 0, 0))
    scale: Property[Vector] = field(default_factory=lambda: still(100, 100, 100))
    rotation: Scalar = field(default_factory=lambda: still(0))
    opacity: Scalar = field(default_factory=lambda: still(100))
    skew: Scalar = field(default_factory=lambda: still(0))
    skew_axis: Scalar = field(default_factory=lambda: still(0))
    rotation_x: Scalar | None = None
    rotation_y: Scalar | None = None
    orientation: Property[Vector] | None = None
    start_opacity: Scalar | None = None  # repeaters only
    end_opacity: Scalar | None = None  # repeaters only
