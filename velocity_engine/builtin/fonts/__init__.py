"""The fonts that ship with the engine, as a plugin; the files lie in ``velocity_engine/fonts``.

Inter draws texts whose font nobody has, DejaVu Sans helps out with more scripts, Noto Emoji with emoji. Arimo, Tinos
and Cousine have the widths of Arial, Times and Courier. Roboto is used by its name.
"""

from __future__ import annotations

from pathlib import Path

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import ANY_SCRIPT, EMOJI, FontFile, ProvidedFont

FOLDER = Path(__file__).resolve().parents[2] / "fonts"
FOUR = (("Regular", 400, False), ("Bold", 700, False), ("Italic", 400, True), ("BoldItalic", 700, True))
SAME_WIDTHS = {
    "Arimo": ("Arial", "Arial MT", "Helvetica", "Liberation Sans"),
    "Tinos": ("Times", "Times New Roman", "Times New Roman PS", "Times New Roman PSMT", "Liberation Serif"),
    "Cousine": ("Courier", "Courier New", "Courier New PS", "Courier New PSMT", "Liberation Mono"),
}
"""How documents call the families that these stand for, spaces aside."""
ROBOTO = (
    *(("Light", 300, False), ("Regular", 400, False), ("Medium", 500, False), ("Bold", 700, False)),
    *(("Black", 900, False), ("Italic", 400, True), ("BoldItalic", 700, True)),
)


@hookimpl
def velocity_fonts() -> list[ProvidedFont]:
    general = [
        _font("Inter-Regular.otf", "Inter", 400, scripts=(ANY_SCRIPT,)),
        _font("Inter-Bold.otf", "Inter", 700, scripts=(ANY_SCRIPT,)),
        _font("DejaVuSans.ttf", "DejaVu Sans", 400, scripts=(ANY_SCRIPT,)),
        _font("DejaVuSans-Bold.ttf", "DejaVu Sans", 700, scripts=(ANY_SCRIPT,)),
        _font("NotoEmoji-Regular.ttf", "Noto Emoji", 400, scripts=(EMOJI,)),
    ]
    alike = [
        _font(f"{family}-{style}.ttf", family, weight, italic=italic, same_widths_as=others)
        for family, others in SAME_WIDTHS.items()
        for style, weight, italic in FOUR
    ]
    roboto = [_font(f"Roboto-{style}.ttf", "Roboto", weight, italic=italic) for style, weight, italic in ROBOTO]
    return [*general, *alike, *roboto]


def _font(
    file: str,
    family: str,
    weight: int,
    *,
    italic: bool = False,
    scripts: tuple[str, ...] = (),
    same_widths_as: tuple[str, ...] = (),
) -> FontFile:
    return FontFile(
        key=file.rpartition(".")[0],
        path=FOLDER / file,
        families=(family,),
        weight=weight,
        italic=italic,
        scripts=scripts,
        same_widths_as=same_widths_as,
    )
