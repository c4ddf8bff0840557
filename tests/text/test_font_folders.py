from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection, TTFont
from text_support import bundled, named_font, small, variable_font

from velocity_engine.errors import MediaError
from velocity_engine.text import font_folders
from velocity_engine.text.font_files import open_font
from velocity_engine.text.font_folders import FolderFont, fonts_at
from velocity_engine.text.font_heads import font_heads

FILES = {
    "otf": bundled("Inter-Bold.otf"),
    "ttf": bundled("DejaVuSans.ttf"),
    "woff": small("DejaVuSans.ttf", "abc", "woff"),
    "woff2": small("Inter-Regular.otf", "abc", "woff2"),
    "variable": variable_font("Stretchy"),
}


def never(file: str, error: MediaError) -> None:
    raise AssertionError(f"{file}: {error}")


def read(tmp_path: Path, data: bytes, name: str = "font.ttf") -> tuple[FolderFont, ...]:
    (tmp_path / name).write_bytes(data)
    return fonts_at(str(tmp_path), never)


@pytest.mark.parametrize("kind", FILES)
def test_what_is_told_of_a_file_is_what_reading_all_of_it_tells(tmp_path: Path, kind: str) -> None:
    (found,) = read(tmp_path, FILES[kind])
    (whole,) = open_font(FILES[kind], "font.ttf")
    assert (found.record.names, found.record.axes, found.record.index) == (whole.names, whole.axes, whole.index)
    characters = TTFont(io.BytesIO(FILES[kind])).getBestCmap()
    assert set(found.characters) == set(characters)
    letter = chr(next(iter(characters)))
    glyphs = [
        record.face().shape(letter, 0, 1, rtl=False, script="Latn", ligatures=True) for record in (found.record, whole)
    ]
    assert glyphs[0] == glyphs[1]


def test_each_face_of_a_collection_is_found(tmp_path: Path) -> None:
    collection = TTCollection()
    collection.fonts = [TTFont(io.BytesIO(named_font("DejaVuSans.ttf", "abc", name))) for name in ("One", "Two")]
    out = io.BytesIO()
    collection.save(out)
    one, two = read(tmp_path, out.getvalue(), "both.ttc")
    assert [font.record.names.postscript for font in (one, two)] == ["One-Regular", "Two-Regular"]
    assert two.record.face().label == "Two Regular"


def test_only_what_tells_is_read_of_a_file() -> None:
    ((index, head),) = font_heads(io.BytesIO(FILES["ttf"]))
    assert index == 0 and len(head) < len(FILES["ttf"]) / 8
    assert set(TTFont(io.BytesIO(head)).keys()) - {"GlyphOrder"} == {"OS/2", "cmap", "head", "hhea", "maxp", "name"}


@pytest.mark.parametrize("length", [0, 4, 11, 12, 40, 200, 700])
def test_a_file_that_was_cut_short_is_told_or_read_and_nothing_else_happens(tmp_path: Path, length: int) -> None:
    (tmp_path / "cut.ttf").write_bytes(FILES["ttf"][:length])
    told: list[str] = []
    found = fonts_at(str(tmp_path), lambda file, error: told.append(f"{file}: {error.message}"))
    assert len(found) + len(told) == 1
    assert not told or told == ["cut.ttf: this is not a font that can be read"]


def test_a_folder_of_too_many_fonts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_folders, "MAX_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.ttf").write_bytes(b"")
    with pytest.raises(MediaError, match="holds more than 2 font files"):
        fonts_at(str(tmp_path), never)
    with pytest.raises(MediaError, match=r"there are no fonts at .*gone"):
        fonts_at(str(tmp_path / "gone"), never)
