from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.text.segments import bidi_levels, break_offsets, grapheme_spans, paragraphs, scripts, visual_order


def test_every_kind_of_break_parts_lines() -> None:
    assert paragraphs("a\rb\nc\r\nd\x03e\u2028f") == ["a", "b", "c", "d", "e", "f"]
    assert paragraphs("") == [""]
    assert paragraphs("a\r\rb") == ["a", "", "b"]


def test_control_characters_go_and_lone_surrogates_are_replaced() -> None:
    assert paragraphs("a\x07b\ud83dc") == ["ab\ufffdc"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("abc", ["a", "b", "c"]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("👩\u200d🚀!", ["👩\u200d🚀", "!"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("한국", ["한", "국"]),
    ],
)
def test_graphemes(text: str, parts: list[str]) -> None:
    assert [text[a:b] for a, b in grapheme_spans(text)] == parts


def test_lines_break_after_spaces_and_hyphens_but_not_at_no_break_spaces() -> None:
    assert break_offsets("one two-way no\u00a0break") == {4, 8, 12, 20}
    assert {1, 2} <= break_offsets("日本語")


def test_levels_of_mixed_directions() -> None:
    assert bidi_levels("abc") == (0, [0, 0, 0])
    base, levels = bidi_levels("אב ab 12")
    assert base == 1
    assert levels == [1, 1, 1, 2, 2, 2, 2, 2]
    assert bidi_levels("ab אב") == (0, [0, 0, 0, 1, 1])


def test_order_from_left_to_right() -> None:
    assert visual_order([0, 0, 0]) == [0, 1, 2]
    assert visual_order([1, 1, 1]) == [2, 1, 0]
    assert visual_order([1, 1, 2, 2, 1]) == [4, 2, 3, 1, 0]
    assert visual_order([0, 1, 1, 0]) == [0, 2, 1, 3]
    assert visual_order([]) == []


def test_common_characters_take_the_script_beside_them() -> None:
    assert scripts("ab") == ["Latn", "Latn"]
    assert scripts("(א) б") == ["Hebr"] * 4 + ["Cyrl"]


@given(st.text(max_size=40))
def test_any_text_is_cut_without_loss(text: str) -> None:
    assert "".join(text[a:b] for a, b in grapheme_spans(text)) == text
    _, levels = bidi_levels(text)
    assert len(levels) == len(text) == len(scripts(text))
    assert sorted(visual_order(levels)) == list(range(len(text)))
