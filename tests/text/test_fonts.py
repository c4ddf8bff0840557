from __future__ import annotations

from typing import Any

import pytest
from text_support import Context, bundled

from velocity_engine.model.text import Font, Glyph
from velocity_engine.text.faces import CharsFace
from velocity_engine.text.font_files import open_font
from velocity_engine.text.fonts import FontCatalogue, FontChoice, match_font, plain, slanted, style_weight


def choose(font: Font, context: Context | None = None) -> FontChoice:
    context = context or Context(fonts=(font,))
    return FontCatalogue(context).choose(font.name)


def font(name: str, family: str = "", style: str = "", **more: Any) -> Font:
    return Font(name=name, family=family, style=style, **more)


@pytest.mark.parametrize(
    ("style", "weight"),
    [
        ("Bold", 700),
        ("SemiBold Italic", 600),
        ("Extra Light", 200),
        ("Black", 900),
        ("Regular", 400),
        ("W500", 500),
        ("Fancy", None),
    ],
)
def test_weights_of_styles(style: str, weight: int | None) -> None:
    assert style_weight(style) == weight


def test_names_are_compared_without_spaces_and_case() -> None:
    assert plain("Source Sans-Pro_Bold") == "sourcesansprobold"
    assert slanted("Bold Oblique")
    assert not slanted("Bold")


def test_a_package_font_matches_by_postscript_name_then_family_then_stem() -> None:
    files = {"fonts/a.otf": bundled("Inter-Bold.otf"), "fonts/Weird.ttf": bundled("DejaVuSans.ttf")}
    records = [r for name, data in files.items() for r in open_font(data, name)]
    by_name = {r.file: r for r in records}
    bold = next(r for r in records if r.names.postscript == "Inter-Bold")
    dejavu = next(r for r in records if r.names.postscript == "DejaVuSans")
    assert match_font(font("Inter-Bold", "x", "y"), records) is bold
    assert match_font(font("Whatever", "Inter", "Bold"), records) is bold
    assert match_font(font("Whatever", "DejaVu Sans", "Regular"), records) is dejavu
    assert match_font(font("Gotham", "Gotham", "Bold"), records) is None
    assert match_font(font("weird"), records) is by_name.get("fonts/Weird.ttf")


def test_the_nearest_style_of_a_family_is_taken_and_told() -> None:
    context = Context({"fonts/Inter.otf": bundled("Inter-Bold.otf")}, [font("Inter-Black", "Inter", "Black")])
    choice = choose(context.document.fonts[0], context)
    assert choice.faces[0].label == "Inter Bold"
    assert [f.feature for f in choice.findings] == ["font.style"]


def test_a_missing_font_is_replaced_and_told() -> None:
    choice = choose(font("Gotham-Bold", "Gotham", "Bold"))
    assert choice.faces[0].label == "Inter Bold"
    (finding,) = choice.findings
    assert finding.feature == "font.missing"
    assert "Gotham-Bold" in finding.message
    assert "Inter Bold" in finding.instead


def test_bundled_fonts_match_by_name_without_a_finding() -> None:
    choice = choose(font("DejaVuSans", "DejaVu Sans", "Book"))
    assert choice.faces[0].label == "DejaVu Sans"
    assert choice.findings == ()


def test_a_font_that_is_not_in_the_list_is_guessed_from_its_name() -> None:
    assert FontCatalogue(Context(fonts=())).choose("Inter-Bold").faces[0].label == "Inter Bold"


def test_embedded_fonts_are_used() -> None:
    choice = choose(font("Own", "Own", "Regular", data=bundled("DejaVuSans-Bold.ttf")))
    assert choice.faces[0].label == "DejaVu Sans Bold"
    assert choice.findings == ()


def test_a_broken_embedded_font_is_told_and_replaced() -> None:
    choice = choose(font("Own", "Own", "Regular", data=b"rubbish"))
    assert [f.feature for f in choice.findings] == ["font.broken", "font.missing"]


def test_a_broken_file_of_the_package_is_reported_once() -> None:
    context = Context({"fonts/bad.ttf": b"rubbish"})
    catalogue = FontCatalogue(context)
    catalogue.choose("Inter-Regular")
    assert [(f.feature, f.place.file) for f in context.findings] == [("font.broken", "fonts/bad.ttf")]


def test_package_font_before_chars_before_bundled() -> None:
    glyph = Glyph(character="A", family="Inter", style="Regular", size=1.0, width=50.0)
    asked = font("Inter-Regular", "Inter", "Regular")
    with_chars = choose(asked, Context(fonts=[asked], glyphs=[glyph]))
    assert isinstance(with_chars.faces[0], CharsFace)
    files = {"fonts/Inter-Regular.otf": bundled("Inter-Regular.otf")}
    with_file = choose(asked, Context(files, [asked], [glyph]))
    assert with_file.faces[0].label == "Inter Regular"
    assert not isinstance(with_file.faces[0], CharsFace)


def test_the_documents_ascent_wins() -> None:
    assert choose(font("Inter-Regular", "Inter", "Regular", ascent=80.0)).ascent == 0.8
    assert choose(font("Inter-Regular", "Inter", "Regular")).ascent == 0.96875


def test_bold_texts_fall_back_to_bold_faces() -> None:
    choice = choose(font("Inter-Bold", "Inter", "Bold"))
    assert [f.label for f in choice.faces] == ["Inter Bold", "DejaVu Sans Bold", "Noto Emoji Regular"]
