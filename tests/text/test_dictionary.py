"""Thai, Lao, Khmer and Burmese texts break between words."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from text_support import Context, prepared, saying

from velocity_engine.cache.builds import build_parts
from velocity_engine.text.dictionary import has_dictionaries, needs_dictionaries, word_ends
from velocity_engine.text.fit import fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.segments import break_offsets

THAI = "ภาษาไทย|เป็น|ภาษา|ที่|มี|ระดับ|เสียง"
LAO = "ພາສາ|ລາວ|ເປັນ|ພາສາ|ທາງການ|ຂອງ|ປະເທດ|ລາວ"
KHMER = "ភាសាខ្មែរ|ជា|ភាសាផ្លូវការ|របស់|ប្រទេស|កម្ពុជា"
BURMESE = "မြန်မာဘာသာ|စကား|သည်|တရားဝင်|ဘာသာစကား"


@pytest.fixture
def without_icu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "icu", None)
    for kept in (has_dictionaries, break_offsets):
        kept.cache_clear()
    yield
    monkeypatch.undo()
    for kept in (has_dictionaries, break_offsets):
        kept.cache_clear()


def parts(text: str) -> list[str]:
    ends = sorted(break_offsets(text))
    return [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


@pytest.mark.parametrize("words", [THAI.replace("ภาษาไทย", "ภาษา|ไทย"), LAO, KHMER, BURMESE])
def test_a_new_line_may_begin_at_each_word(words: str) -> None:
    assert parts(words.replace("|", "")) == words.split("|")


def test_what_stands_around_the_words_breaks_as_it_does_elsewhere() -> None:
    assert parts("ไทย! (ลาว) abc") == ["ไทย! ", "(ลาว) ", "abc"]
    assert parts("«ภาษาไทย» 5ปี") == ["«ภาษา", "ไทย» ", "5ปี"]
    assert list(word_ends("no such letters")) == [] and not needs_dictionaries("עברית")


def test_a_box_holds_whole_words() -> None:
    document = saying(LAO.replace("|", ""), font="DejaVuSans", size=40.0, box=(0.0, 0.0, 260.0, 900.0))
    layout = fit_text(document, FontCatalogue(Context()).choose).layout
    lines = ["".join(t for t, n in zip(layout.texts, layout.line, strict=True) if n == line) for line in range(9)]
    lines = [line for line in lines if line]
    assert len(lines) > 2
    ends = {0, *(sum(map(len, LAO.split("|")[:number])) for number in range(9))}
    assert {sum(map(len, lines[:number])) for number in range(len(lines) + 1)} <= ends


def test_a_build_knows_whose_dictionaries_it_has() -> None:
    import icu

    assert build_parts()["ICU"] == icu.ICU_VERSION


def test_without_dictionaries_a_box_tells_it_and_breaks_where_it_must(without_icu: None) -> None:
    context = Context()
    text = LAO.replace("|", "")
    assert parts(text) == [text]
    prepared(saying(text, font="DejaVuSans", size=40.0, box=(0.0, 0.0, 260.0, 900.0)), context)
    assert context.features == ["text.words"]
    assert "velocity-render[icu]" in context.findings[0].instead
    alone = Context()
    prepared(saying(text, font="DejaVuSans"), alone)
    assert alone.features == [], "a text that does not wrap needs none"
    assert build_parts()["ICU"] == ""
