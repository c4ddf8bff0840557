"""Bytes to JSON: encodings, depth, constants."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.errors import DocumentError
from velocity_engine.parse.json_text import MAX_DEPTH, json_value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert json_value('{"nm": "Grüße 😀"}'.encode(encoding), "x.json") == {"nm": "Grüße 😀"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"{", "not valid JSON: the mistake is at line 1, column 2"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b"\xff\xfe{", "UTF-16"),
        (b'{"a": "\xff"}', "not valid UTF-8"),
        (b"1" * 5000, "too many digits"),
        (b"[" * 100_000, f"deeper than {MAX_DEPTH}"),
        (b'{"a":' * 100_000, f"deeper than {MAX_DEPTH}"),
        (b"[" + b"0," * 6_000_001, "more than 6000000 values"),
        (b"[" * 513 + b"]" * 513, f"deeper than {MAX_DEPTH}"),
    ],
)
def test_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        json_value(data, "x.json")
    assert caught.value.place.file == "x.json"


def test_brackets_in_strings_do_not_nest() -> None:
    text = "[" * 2000 + '\\"' + "{" * 2000
    assert json_value(json.dumps([text, '"', "\\"]).encode(), "") == [text, '"', "\\"]


def test_depth_counts_over_blocks() -> None:
    wide = [[0] * 200_000, [[[]]], [0] * 800_000]
    assert json_value(json.dumps(wide).encode(), "") == wide


def test_quotes_without_end_take_linear_time() -> None:
    with pytest.raises(DocumentError):
        json_value(b'{"' + b'\\"' * 2_000_000, "")


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    try:
        value = json_value(data, "")
    except DocumentError:
        return
    assert value == json.loads(data)
