"""The data of layer plugins against their schemas: where it is wrong, and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from velocity_engine.customize.data_schemas import MAX_ERRORS, DataFault, data_faults
from velocity_engine.errors import PluginError

BARS = {
    "type": "object",
    "properties": {
        "bars": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "label": {"type": "string", "minLength": 1, "maxLength": 4, "description": "What stands below."},
                    "value": {"type": "number", "minimum": 0, "exclusiveMaximum": 1000000},
                },
                "required": ["label", "value"],
                "additionalProperties": False,
            },
        },
        "style": {"enum": ["flat", "round"]},
        "ink": {"type": "string", "pattern": "^#[0-9a-f]{6}$", "examples": ["#ff8800"]},
        "scale": {"oneOf": [{"type": "number"}, {"type": "object", "required": ["top"]}]},
        "even": {"multipleOf": 2},
    },
    "patternProperties": {"^x-": {}},
    "required": ["bars"],
    "additionalProperties": False,
}
BAR = {"label": "a", "value": 1}


@pytest.mark.parametrize(
    ("data", "path", "message", "hint"),
    [
        ([], "", "data is an array of 0", "It must be an object"),
        ({}, ".bars", "data lacks 'bars'", None),
        ({"bars": []}, ".bars", "bars has 0 entries", "It must have at least 1"),
        ({"bars": [BAR] * 4}, ".bars", "bars has 4 entries", "It must have at most 3"),
        ({"bars": [BAR, {"label": "b"}]}, ".bars[1].value", "bars[1] lacks 'value'", None),
        ({"bars": [{"value": 1}]}, ".bars[0].label", "bars[0] lacks 'label'", "It is what stands below"),
        ({"bars": [{**BAR, "value": "3"}]}, ".bars[0].value", 'value is "3"', "It must be a number"),
        ({"bars": [{**BAR, "value": -1}]}, ".bars[0].value", "value is -1", "It must be at least 0"),
        ({"bars": [{**BAR, "value": 1e6}]}, ".bars[0].value", "value is 1e+06", "It must be below 1000000"),
        ({"bars": [{**BAR, "label": ""}]}, ".bars[0].label", "label is empty", None),
        ({"bars": [{**BAR, "label": "abcde"}]}, ".bars[0].label", "label has 5 characters", "It must have at most 4"),
        ({"bars": [{**BAR, "lable": "b"}]}, ".bars[0].lable", 'the key "lable" is unknown', "Did you mean label?"),
        ({"bars": [BAR], "style": "flt"}, ".style", 'style is "flt"', 'It must be one of "flat", "round"'),
        ({"bars": [BAR], "ink": "red"}, ".ink", 'ink is "red"', 'It must be like "#ff8800"'),
        ({"bars": [BAR], "scale": "x"}, ".scale", 'scale is "x"', "It must be a number or an object"),
        ({"bars": [BAR], "scale": {}}, ".scale.top", "scale lacks 'top'", None),
        ({"bars": [BAR], "even": 3}, ".even", "3 is not a multiple of 2", None),
    ],
)
def test_a_fault_is_told_with_its_place(data: Any, path: str, message: str, hint: str | None) -> None:
    (fault,) = data_faults("bars", BARS, data)
    assert (fault.path, fault.message) == (path, message)
    assert (fault.hint or "").startswith(hint or "") and (hint is None) == (fault.hint is None)


def test_data_that_fits_has_no_faults_and_all_faults_are_told() -> None:
    assert data_faults("bars", BARS, {"bars": [BAR], "style": "round", "scale": {"top": 3}, "x-note": 1}) == []
    wrong = data_faults("bars", BARS, {"bars": [{"label": 3, "value": "x"}], "style": 1})
    assert [fault.path for fault in wrong] == [".bars[0].label", ".bars[0].value", ".style"]


def test_data_that_is_wrong_everywhere_is_told_by_its_first_faults_in_the_order_of_reading() -> None:
    """Each error that is looked at costs, and a request may hold 200,000 values."""
    wrong = data_faults("bars", BARS, {"bars": [{"label": "a", "value": "x"}] * 50_000})
    too_many, *values = [fault.path for fault in wrong]
    assert too_many == ".bars"
    assert values == [f".bars[{number}].value" for number in range(MAX_ERRORS - 1)]


def test_a_schema_that_is_none_is_the_plugins_mistake() -> None:
    with pytest.raises(PluginError, match="layer plugin 'odd' is no JSON schema"):
        data_faults("odd", {"type": "text"}, 1)


def test_what_a_schema_refers_to_is_never_fetched() -> None:
    with pytest.raises(PluginError, match=r"refers to .*nowhere\.invalid"):
        data_faults("odd", {"$ref": "http://nowhere.invalid/schema.json"}, 1)


def test_two_schemas_of_one_name_are_two() -> None:
    assert data_faults("same", {"type": "string"}, 1) == [DataFault("", "data is 1", "It must be a text")]
    assert data_faults("same", {"type": "number"}, 1) == []
