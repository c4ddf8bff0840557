from __future__ import annotations

import numpy as np
import pytest
from text_support import bundled

from velocity_engine.errors import MediaError
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.model.shapes import Group, PathShape
from velocity_engine.model.text import Glyph
from velocity_engine.text.faces import CharsFace, FontFace

INTER = FontFace(bundled("Inter-Regular.otf"))


def test_outlines_are_closed_cubics_in_em_with_y_down() -> None:
    (placed,) = INTER.shape("i", 0, 1, rtl=False, script="Latn", ligatures=True)
    assert placed.glyph is not None
    path = INTER.outline(placed.glyph)
    assert path.contours == 2
    assert path.closed.all()
    bounds = path.bounds()
    assert bounds is not None and np.allclose(bounds, (168 / 2816, -2112 / 2816, 504 / 2816, 0.0))
    for number in range(path.contours):
        contour = path.contour(number)
        assert len(contour) % 3 == 1
        assert (contour[0] == contour[-1]).all()


def test_quadratic_outlines_become_cubic() -> None:
    face = FontFace(bundled("DejaVuSans.ttf"))
    (placed,) = face.shape("o", 0, 1, rtl=False, script="Latn", ligatures=True)
    assert placed.glyph is not None
    assert all(len(face.outline(placed.glyph).contour(i)) % 3 == 1 for i in range(2))


def test_coverage_looks_through_marks_and_joiners() -> None:
    assert INTER.covers("e\u0301")
    assert INTER.covers("a\u200d")
    assert not INTER.covers("ש")


@pytest.mark.parametrize("data", [b"", b"not a font at all", bytes(2000)])
def test_what_is_no_font_is_an_error(data: bytes) -> None:
    with pytest.raises(MediaError):
        FontFace(data)


def test_a_font_cut_short_never_breaks_the_caller() -> None:
    whole = bundled("Inter-Regular.otf")
    opened = []
    for size in (100, 2_000, 50_000, 200_000, len(whole) - 1):
        try:
            face = FontFace(whole[:size])
        except MediaError:
            continue
        opened.append(size)
        for placed in face.shape("Abc", 0, 3, rtl=False, script="Latn", ligatures=True):
            if placed.glyph is not None:
                assert np.isfinite(face.outline(placed.glyph).points).all()
    assert opened and 100 not in opened


def square(side: float) -> Bezier:
    corners = np.array([[0, 0], [side, 0], [side, -side], [0, -side]], np.float64)
    return Bezier(corners, np.zeros((4, 2)), np.zeros((4, 2)), True)


def chars() -> CharsFace:
    shape = Group(items=(PathShape(path=Property(square(50.0))),))
    glyphs = [
        Glyph(character="A", family="F", style="S", size=20.0, width=60.0, shapes=(shape,)),
        Glyph(character=" ", family="F", style="S", size=20.0, width=30.0),
        Glyph(character="👩\u200d🚀", family="F", style="S", size=20.0, width=100.0, shapes=(shape,)),
    ]
    return CharsFace("F S", glyphs, 0.7)


def test_chars_advance_by_hundredths_of_the_size() -> None:
    placed = chars().shape("A A", 0, 3, rtl=False, script="Latn", ligatures=True)
    assert [(p.glyph, p.cluster, p.advance) for p in placed] == [(0, 0, 0.6), (1, 1, 0.3), (0, 2, 0.6)]


def test_chars_outlines_are_scaled_to_em() -> None:
    bounds = chars().outline(0).bounds()
    assert bounds is not None and np.allclose(bounds, (0.0, -0.5, 0.5, 0.0))
    assert chars().outline(1).contours == 0


def test_chars_of_several_code_points_are_one_glyph() -> None:
    face = chars()
    assert face.covers("👩\u200d🚀")
    assert [p.glyph for p in face.shape("A👩\u200d🚀", 0, 4, rtl=False, script="Latn", ligatures=True)] == [0, 2]
    assert not face.covers("B")
