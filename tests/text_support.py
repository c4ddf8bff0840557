"""What text tests share: a context with fonts in memory, documents in the bundled Inter, samplers that stand still."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from velocity_engine.builtin.layers.text import PreparedText, TextLayerType
from velocity_engine.errors import Finding, MediaError, Place
from velocity_engine.given.fonts import USUAL_FONTS, FontOptions
from velocity_engine.model.document import Composition, Document, Media
from velocity_engine.model.geometry import Bounds
from velocity_engine.model.layers import Layer, Mask, TextContent
from velocity_engine.model.properties import Property, still
from velocity_engine.model.text import Animator, Font, Glyph, TextData, TextDocument, TextSpan, TextStyle
from velocity_engine.text.still import FirstValueSampler
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of

INTER = Font(name="Inter-Regular", family="Inter", style="Regular", ascent=75.0)
DEJAVU = Font(name="DejaVuSans", family="DejaVu Sans", style="Book", ascent=75.0)


def bundled(file: str) -> bytes:
    return (resources.files("velocity_engine") / "fonts" / file).read_bytes()


class Context:
    """A ``LayerContext`` over files in memory."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        fonts: Sequence[Font] = (INTER, DEJAVU),
        glyphs: Sequence[Glyph] = (),
        options: FontOptions = USUAL_FONTS,
    ) -> None:
        self.font_options = options
        self.document = Document(
            width=100,
            height=100,
            frame_rate=25.0,
            in_point=0.0,
            out_point=10.0,
            main=Composition(id=""),
            fonts=tuple(fonts),
            glyphs=tuple(glyphs),
        )
        self.files = dict(files or {})
        self.findings: list[Finding] = []

    def font_files(self) -> Sequence[str]:
        return list(self.files)

    def read(self, media: Media) -> bytes:
        if media.name not in self.files:
            raise MediaError("is not there")
        return self.files[media.name]

    def picture(self, source: Any) -> Any:
        raise MediaError("no pictures here")

    def clip(self, source: Any) -> None:
        return None

    def typesetter(self, layer: Layer) -> LayerTypesetter:
        return LayerTypesetter(catalogue_of(self), Place(layer=layer.name), self.report)

    def box(self, layer: Layer) -> Bounds:
        return (0.0, 0.0, 100.0, 100.0)

    def span(self, layer: Layer) -> tuple[float, float]:
        return (0.0, 0.4)

    def report(self, finding: Finding) -> None:
        self.findings.append(finding)

    @property
    def features(self) -> list[str]:
        return [finding.feature for finding in self.findings]


class AtSeconds(FirstValueSampler):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.frame = seconds * 25.0


def saying(text: str, **style: Any) -> TextDocument:
    return replace(TextDocument(text=text, font="Inter-Regular", size=100.0), **style)


def spanned(*parts: tuple[str, dict[str, Any]], **style: Any) -> TextDocument:
    """A document of parts, each with what is its own."""
    text, spans = "", []
    for said, own in parts:
        if own:
            spans.append(TextSpan(start=len(text), end=len(text) + len(said), **own))
        text += said
    return saying(text, spans=tuple(spans), **style)


def text_layer(document: TextDocument | Property[TextDocument], masks: tuple[Mask, ...] = (), **data: Any) -> Layer:
    prop = document if isinstance(document, Property) else Property(document, pointer="/layers/0/t/d")
    return Layer(content=TextContent(text=TextData(document=prop, **data)), name="Title", masks=masks)


def prepared(
    document: TextDocument | Property[TextDocument], context: Context | None = None, **layer: Any
) -> PreparedText:
    made = TextLayerType().prepare(text_layer(document, **layer), context or Context())
    assert isinstance(made, PreparedText)
    return made


def animator(*selectors: Any, **style: Any) -> Animator:
    values = {key: value if isinstance(value, Property) else still(*value) for key, value in style.items()}
    return Animator(selectors=selectors, style=TextStyle(**values))


def small(file: str, characters: str, flavor: str | None = None) -> bytes:
    """One of the engine's fonts with some of its characters, as it is or as a web font."""
    font = TTFont(io.BytesIO(bundled(file)))
    options = Options(layout_features=["*"], name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = flavor
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def named_font(file: str, characters: str, family: str, style: str = "Regular", flavor: str | None = None) -> bytes:
    """Some characters of one of the engine's fonts, under other names."""
    font = TTFont(io.BytesIO(small(file, characters)))
    for number in (16, 17, 21, 22):
        font["name"].removeNames(nameID=number)
    plain = f"{family.replace(' ', '')}-{style.replace(' ', '')}"
    for number, text in ((1, family), (2, style), (4, f"{family} {style}"), (6, plain)):
        font["name"].removeNames(nameID=number)
        font["name"].setName(text, number, 3, 1, 0x409)
    font.flavor = flavor
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def variable_font(family: str) -> bytes:
    """A font of one box, ``A``, with the weights 100 to 900: 0.5 em wide at the least, 0.9 at the greatest."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({ord("A"): "A"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (400, 700), (400, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "A": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=100)
    builder.setupPost()
    builder.setupFvar([("wght", 100, 100, 900, "Weight")], [])
    wider = [(0, 0), (0, 0), (400, 0), (400, 0), (0, 0), (400, 0), (0, 0), (0, 0)]
    builder.setupGvar({"A": [TupleVariation({"wght": (0.0, 1.0, 1.0)}, wider)]})
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
