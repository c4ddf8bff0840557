"""What an entry says of a text: spans, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from velocity_engine.customize.problems import Problems
from velocity_engine.customize.texts import MAX_SPANS, MAX_TEXT, TextReplacement, read_text
from velocity_engine.model.text import TextSpan


def read(value: Any) -> TextReplacement:
    problems = Problems(0)
    found = read_text(value, problems)
    assert found is not None, [str(problem) for problem in problems.found]
    return found


def wrong(value: Any) -> list[tuple[str, str, str]]:
    problems = Problems(2)
    problems.layer = "Headline"
    assert read_text(value, problems) is None
    assert all(problem.place.layer == "Headline" for problem in problems.found)
    return [(problem.place.field or "", problem.message, problem.hint or "") for problem in problems.found]


def test_spans_make_one_text() -> None:
    found = read([{"value": "Only "}, {"value": "50 %", "color": "#ff0000", "size": 90, "font": "Inter-Bold"}])
    assert found.value == "Only 50 %"
    assert found.spans == (TextSpan(start=5, end=9, font="Inter-Bold", size=90.0, fill=(1.0, 0.0, 0.0)),)


def test_spans_go_with_a_style_and_a_fit_of_the_whole() -> None:
    found = read({"value": [{"value": "a"}, {"value": "b", "size": 20}], "fit": "shrink", "color": [0, 0, 1]})
    assert (found.value, found.fit, found.color) == ("ab", "shrink", (0.0, 0.0, 1.0))
    assert found.spans == (TextSpan(start=1, end=2, size=20.0),)


def test_a_span_without_letters_is_none() -> None:
    assert read([{"value": "", "size": 20}, {"value": "x"}]) == TextReplacement(value="x")


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        ([], "text", "the list of spans is empty"),
        ([{"value": "a"}, "b"], "text[1]", 'span 1 is "b"'),
        ([{"size": 3}], "text[0].value", "span 0 has no value"),
        ([{"value": 5}], "text[0].value", "span 0 has the value 5"),
        ([{"value": "a", "size": 0}], "text[0].size", "size is 0"),
        ([{"value": "a", "color": "red"}], "text[0].color", 'text[0].color is "red"'),
        ([{"value": "a", "font": ""}], "text[0].font", 'font is ""'),
        ([{"value": "a", "colour": "#ff0000"}], "text[0].colour", 'key "colour" is unknown'),
        ([{"value": "a", "fit": "shrink"}], "text[0].fit", 'key "fit" is unknown'),
        ({"value": [{"value": "a", "size": "big"}]}, "text.value[0].size", 'size is "big"'),
        ([{"value": "a" * MAX_TEXT}, {"value": "b"}], "text", f"the text has {MAX_TEXT + 1} characters"),
        ([{"value": "a"}] * (MAX_SPANS + 1), "text", f"the text has {MAX_SPANS + 1} spans"),
    ],
)
def test_what_is_wrong_is_told_by_layer_and_index(value: Any, field: str, message: str) -> None:
    ((where, what, hint),) = wrong(value)
    assert (where, what) == (f"customizationMap[2].{field}", message)
    assert hint


def test_all_wrong_spans_are_told_at_once() -> None:
    assert [where for where, _, _ in wrong([{"value": "a", "size": -1}, {}, {"value": "c", "color": 7}])] == [
        "customizationMap[2].text[0].size",
        "customizationMap[2].text[1].value",
        "customizationMap[2].text[2].color",
    ]
