"""Characters that are compositions: entries of ``chars`` with a precomp in place of an outline."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand, command, group_source
from velocity_engine.model.document import Document
from velocity_engine.model.geometry import multiply
from velocity_engine.model.text import TextData
from velocity_engine.motion.transforms import transform_matrix
from velocity_engine.sampler import Sampler
from velocity_engine.text.blur import blur_effect
from velocity_engine.text.drawing import PlacedText
from velocity_engine.text.layout import GlyphComposition
from velocity_engine.text.looks import fill_of


def glyph_compositions(document: Document, text: TextData) -> list[str]:
    """The ids of the compositions that can stand for characters of a text: those of its fonts' families."""
    documents = (text.document.value, *(key.value for key in text.document.keyframes))
    names = {name for given in documents for name in (given.font, *(span.font for span in given.spans))}
    families = {font.family for font in document.fonts if font.name in names}
    return [glyph.precomp for glyph in document.glyphs if glyph.precomp is not None and glyph.family in families]


def composition_commands(
    compositions: Sequence[GlyphComposition], text: PlacedText, sampler: Sampler, start: float
) -> list[DrawCommand]:
    """``start``: the start time of the text's layer, in frames."""
    changes, clips = text.changes, text.clips
    result: list[DrawCommand] = []
    for one in compositions:
        glyph, time = one.glyph, sampler.frame - start
        if glyph.precomp is None or not glyph.in_point <= time < glyph.out_point:
            continue
        opacity = sampler.scalar(glyph.transform.opacity) / 100.0 * _faded(text, one)
        opacity = min(max(opacity, 0.0), 1.0)
        if opacity <= 0.0:
            continue
        a, b, c, d, e, f = (float(number) for number in text.matrices[one.cluster])
        placed = multiply((a, b, c, d, e, f), multiply(one.matrix, transform_matrix(glyph.transform, sampler)))
        shown = sampler.composition(glyph.precomp, (time - glyph.start_time) / glyph.stretch, placed)
        blur = (0.0, 0.0) if changes is None else tuple(changes.blur[one.cluster].tolist())
        effects = (blur_effect(*blur),) if blur != (0.0, 0.0) else ()
        if shown and (effects or clips or opacity < 1.0):
            shown = [command(group_source(shown), opacity=opacity, clips=clips, effects=effects)]
        result += shown
    return result


def _faded(text: PlacedText, one: GlyphComposition) -> float:
    """What animators leave of a character's opacity: the fill's, compared with that of the document."""
    fill = fill_of(text.document, one.span)
    if text.changes is None or text.changes.fill is None or fill is None:
        return 1.0
    own = fill[3] if len(fill) > 3 else 1.0
    return float(text.changes.fill[one.cluster, 3]) / own if own > 0.0 else 0.0
