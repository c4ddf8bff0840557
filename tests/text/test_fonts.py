from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from text_support import Context, bundled, named_font, variable_font

from velocity_engine.given.fonts import FontOptions
from velocity_engine.model.text import Font, Glyph
from velocity_engine.text.faces import CharsFace
from velocity_engine.text.font_files import open_font
from velocity_engine.text.font_names import match_font, plain, slanted, style_weight
from velocity_engine.text.fonts import FontCatalogue, FontChoice


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
    engines = [face.label for face in choice.faces if face.label.startswith(("Inter", "DejaVu", "Noto Emoji"))]
    assert engines == ["Inter Bold", "DejaVu Sans Bold", "Noto Emoji Regular"]


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        (font("ArialMT", "Arial", "Regular"), "Arimo Regular"),
        (font("Arial-BoldItalicMT", "Arial", "Bold Italic"), "Arimo Bold Italic"),
        (font("Helvetica-BoldOblique", "Helvetica", "Bold Oblique"), "Arimo Bold Italic"),
        (font("TimesNewRomanPSMT", "Times New Roman", "Regular"), "Tinos Regular"),
        (font("Times-Italic", "Times", "Italic"), "Tinos Italic"),
        (font("CourierNewPS-BoldMT", "Courier New", "Bold"), "Cousine Bold"),
        (font("Courier"), "Cousine Regular"),
        (font("Arial-BoldMT"), "Arimo Bold"),
    ],
)
def test_fonts_of_the_same_widths_stand_for_common_ones_and_it_is_told(asked: Font, label: str) -> None:
    choice = choose(asked)
    assert choice.faces[0].label == label
    (finding,) = choice.findings
    assert finding.feature == "font.substitute"
    assert asked.name in finding.message and f"{label}, whose letters are as wide" in finding.instead


@pytest.mark.parametrize(("name", "text"), [("Arimo-Regular", "Quick"), ("Cousine-Regular", "Quick")])
def test_they_have_the_widths_of_arial_and_courier(name: str, text: str) -> None:
    """Of Arial: Q 1593, u 1139, i 455, c 1024, k 1024 of 2048; of Courier New: 1229 each."""
    face = choose(font(name)).faces[0]
    widths = [round(g.advance * 2048) for g in face.shape(text, 0, 5, rtl=False, script="Latn", ligatures=True)]
    assert widths == ([1593, 1139, 455, 1024, 1024] if name.startswith("Arimo") else [1229] * 5)


def test_roboto_ships_under_its_own_name() -> None:
    for asked, label in ((font("Roboto-Medium", "Roboto", "Medium"), "Roboto Medium"), (font("Roboto"), "Roboto")):
        choice = choose(asked)
        assert choice.faces[0].label == label
        assert choice.findings == ()


# --- fonts beside the template --------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "fonts" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.ttf").write_bytes(named_font("DejaVuSans.ttf", "abcABC", "Corporate", "Regular"))
    (inner / "b.woff2").write_bytes(named_font("DejaVuSans-Bold.ttf", "abcABC", "Corporate", "Bold", "woff2"))
    (inner / "notes.txt").write_text("no font")
    return tmp_path / "fonts"


def beside(*files: Path, fonts: tuple[Font, ...] = (), glyphs: tuple[Glyph, ...] = ()) -> Context:
    return Context(fonts=fonts, glyphs=glyphs, options=FontOptions(tuple(map(str, files))))


def test_a_folder_is_searched_by_postscript_name_then_family_and_style(folder: Path) -> None:
    context = beside(folder)
    catalogue = FontCatalogue(context)
    assert catalogue.choose("Corporate-Bold").faces[0].label == "Corporate Bold"
    for asked, label in (
        (font("x", "Corporate", "Regular"), "Corporate Regular"),
        (font("y", "corporate", "Bold"), "Corporate Bold"),
    ):
        choice = choose(asked, beside(folder, fonts=(asked,)))
        assert (choice.faces[0].label, choice.findings) == (label, ())
    assert context.findings == []


def test_a_file_of_the_package_goes_before_a_folder_and_that_before_chars(folder: Path) -> None:
    asked = font("Corporate-Regular", "Corporate", "Regular")
    glyph = Glyph(character="A", family="Corporate", style="Regular", size=1.0, width=50.0)
    assert not isinstance(choose(asked, beside(folder, fonts=(asked,), glyphs=(glyph,))).faces[0], CharsFace)
    light = font("Corporate-Light", "Corporate", "Light")
    outlines = Glyph(character="A", family="Corporate", style="Light", size=1.0, width=50.0)
    assert isinstance(choose(light, beside(folder, fonts=(light,), glyphs=(outlines,))).faces[0], CharsFace)
    own = named_font("DejaVuSans.ttf", "abc", "Corporate", "Regular")
    packed = Context({"fonts/own.ttf": own}, [asked], options=FontOptions((str(folder),)))
    face = choose(asked, packed).faces[0]
    assert face.covers("a") and not face.covers("A")


def test_a_folder_helps_out_with_characters(folder: Path, tmp_path: Path) -> None:
    runes = tmp_path / "runes"
    runes.mkdir()
    (runes / "r.ttf").write_bytes(named_font("DejaVuSans.ttf", "\u2654\u10d0", "Runes"))
    choice = choose(font("Inter-Regular"), beside(folder, runes))
    helper = next(face for face in choice.faces if face.covers("\u10d0"))
    assert helper.label == "Runes Regular"


def test_what_cannot_be_read_in_a_folder_is_told_once_and_passed_over(folder: Path) -> None:
    (folder / "bad.otf").write_bytes(b"rubbish")
    context = beside(folder)
    FontCatalogue(context)
    FontCatalogue(context).choose("Corporate-Bold")
    assert {(f.feature, f.place.file) for f in context.findings} == {("font.broken", "bad.otf")}


def test_a_file_that_changed_is_read_again(folder: Path) -> None:
    assert FontCatalogue(beside(folder)).choose("Corporate-Regular").findings == ()
    (folder / "inner" / "a.ttf").write_bytes(named_font("DejaVuSans.ttf", "abc", "Other"))
    choice = FontCatalogue(beside(folder)).choose("Other-Regular")
    assert (choice.faces[0].label, choice.findings) == ("Other Regular", ())


def test_the_systems_fonts_are_the_last_resort(folder: Path) -> None:
    system = FontOptions((), (str(folder),))
    assert FontCatalogue(Context(options=system)).choose("Corporate-Bold").faces[0].label == "Corporate Bold"
    (folder / "inter.ttf").write_bytes(named_font("DejaVuSans.ttf", "abc", "Inter"))
    assert FontCatalogue(Context(options=system)).choose("Inter-Regular").faces[0].covers("z")
    (folder / "arial.ttf").write_bytes(named_font("DejaVuSans.ttf", "abc", "Arial"))
    choice = FontCatalogue(Context(options=system)).choose("Arial-Regular")
    assert (choice.faces[0].label, choice.findings) == ("Arial Regular", ())


def test_a_variable_font_is_found_by_its_family_in_any_weight(tmp_path: Path) -> None:
    built = variable_font("Corporate Variable")
    (tmp_path / "v.ttf").write_bytes(built)
    thin, bold = font("C-Thin", "Corporate", "Thin"), font("C-Bold", "Corporate", "Bold")
    catalogue = FontCatalogue(beside(tmp_path, fonts=(thin, bold)))
    widths = []
    for asked in (thin, bold):
        choice = catalogue.choose(asked.name)
        assert choice.findings == ()
        (glyph,) = choice.faces[0].shape("A", 0, 1, rtl=False, script="Latn", ligatures=True)
        widths.append(glyph.advance)
    assert widths == [0.5, 0.8]
