"""The document: compositions, assets, fonts, markers, slots. Lottie specification, section "Animation"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.errors import Finding
from velocity_engine.model.layers import Layer
from velocity_engine.model.text import Font, Glyph


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Where the bytes of a picture, clip or sound are: exactly one of the three.

    ``name``: a file of the package; ``data``: the bytes themselves (of a ``data:`` URI); ``path``: a file of this
    machine that the caller named (a customization's asset), never one that the document names.
    """

    name: str | None = None
    data: bytes | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAsset:
    """A picture, clip or sound. ``media`` is None where the package lacks it (``missing`` then says what was looked
    for).

    ``width`` and ``height`` as the document says (the box it draws into), 0 where it says nothing.
    """

    id: str
    media: Media | None = None
    missing: str = ""
    width: float = 0.0
    height: float = 0.0
    name: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The main composition (id ``""``) or a precomp; ``layers`` in the document's order: the first is on top.

    ``in_space`` (``ddd``) says that 3D layers are seen in perspective even where there is no camera.
    """

    id: str
    layers: tuple[Layer, ...] = ()
    name: str = ""
    frame_rate: float | None = None
    pointer: str = ""
    in_space: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A named moment, or a part of the composition: ``time`` and ``duration`` in frames. ``region`` is the word behind
    ``velocity:`` in its comment, which says what becomes of it in a longer or shorter video; empty where none is."""

    name: str
    time: float
    duration: float = 0.0
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``width`` and ``height`` in pixels, ``in_point`` and ``out_point`` in frames, ``frame_rate`` in frames a second.

    ``background`` is straight RGBA of a document that names one, else None. ``findings`` is what the parser could not
    take. ``slots`` maps a slot id to the JSON value it holds (``parse`` applied them already; ``customize`` may apply
    others). ``uploads`` maps the ids of the request's files that the data of plugin layers names to these files.
    """

    width: int
    height: int
    frame_rate: float
    in_point: float
    out_point: float
    main: Composition
    name: str = ""
    version: str = ""
    compositions: Mapping[str, Composition] = field(default_factory=dict)
    assets: Mapping[str, MediaAsset] = field(default_factory=dict)
    fonts: tuple[Font, ...] = ()
    glyphs: tuple[Glyph, ...] = ()
    markers: tuple[Marker, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    background: tuple[float, float, float, float] | None = None
    findings: tuple[Finding, ...] = ()
    file: str = ""
    uploads: Mapping[str, Media] = field(default_factory=dict)
