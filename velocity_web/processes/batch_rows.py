"""The rows of a batch, out of JSON or CSV one by one: counted while they are read, before anything is made of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from velocity_web.failures import Invalid
from velocity_web.schemas.reading import no_constant

NAME_COLUMN = "name"
CAPTIONS_COLUMN = "captions"
MAX_COLUMNS = 500
MAX_CELLS = 1_000_000
MAX_CELL = 100_000  # characters
MAX_VALUES = 4_000_000
"""Of a JSON body: objects, arrays and what they hold, counted by the characters that separate them."""
YES = ("true", "yes", "1")
NO = ("false", "no", "0")
URL_STARTS = ("http://", "https://")
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` from 0; ``value`` as in the JSON of a batch request."""

    number: int
    value: Any


def require_few_values(raw: bytes, most: int) -> None:
    """Raises Invalid for JSON that would become more objects than memory should hold."""
    count = raw.count(b",") + raw.count(b"{") + raw.count(b"[")
    if count > most:
        sentence = f"the body has about {count} values; send at most {most} in one request"
        raise Invalid("the body has too many values", {"": [sentence]})


def require_few_rows(count: int, most: int) -> None:
    if count > most:
        sentence = f"there are more than {most} rows; send at most {most} in one batch"
        raise Invalid("the batch has too many rows", {"rows": [sentence]})


def require_few_cells(count: int, where: str) -> None:
    if count > MAX_CELLS:
        sentence = f"the rows have more than {MAX_CELLS} cells in all; send them in several batches"
        raise Invalid("the batch has too many cells", {where: [sentence]})


# --- JSON -----------------------------------------------------------------------------------------------------------


_DECODER = json.JSONDecoder(parse_constant=no_constant)


@dataclass(frozen=True, slots=True)
class Skimmed:
    """A JSON body: all of it but the array ``rows``, and where that begins, if there is one."""

    rest: Any
    rows_at: int | None


def skim(text: str, most_rows: int) -> Skimmed:
    """Read a body once, counting its rows without keeping them.

    Raises ValueError for what is no JSON, and Invalid for too many rows or cells.
    """
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        return Skimmed(_DECODER.decode(text), None)
    rest: dict[str, Any] = {}
    rows_at: int | None = None
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return _ended(text, at, rest, rows_at)
    while True:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        key, at = scanstring(text, at + 1, True)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        at = _skip(text, at + 1)
        if key == "rows" and text[at : at + 1] == "[":
            rest.pop("rows", None)
            rows_at, at = at, _counted(text, at, most_rows)
        else:
            rows_at = None if key == "rows" else rows_at
            rest[key], at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return _ended(text, at, rest, rows_at)
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        at = _skip(text, at + 1)


def json_rows(text: str, rows_at: int) -> Iterator[Row]:
    """The rows of a body that was skimmed."""
    for number, (value, _end) in enumerate(_elements(text, rows_at)):
        yield Row(number, value)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _ended(text: str, at: int, rest: dict[str, Any], rows_at: int | None) -> Skimmed:
    if (end := _skip(text, at + 1)) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return Skimmed(rest, rows_at)


def _counted(text: str, at: int, most_rows: int) -> int:
    """Where the array of rows ends."""
    cells = 0
    end = at + 1
    for count, (value, after) in enumerate(_elements(text, at), 1):
        require_few_rows(count, most_rows)
        entries = value.get("customizationMap") if isinstance(value, dict) else None
        cells += len(entries) if isinstance(entries, list) else 0
        require_few_cells(cells, "rows")
        end = after
    end = _skip(text, end)
    return end + 1


def _elements(text: str, at: int) -> Iterator[tuple[Any, int]]:
    """The values of the array at ``at``, each with where it ends."""
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return
    while True:
        value, at = _DECODER.raw_decode(text, at)
        yield value, at
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        at = _skip(text, at + 1)


# --- CSV ------------------------------------------------------------------------------------------------------------


def csv_rows(text: str, most_rows: int) -> Iterator[Row]:
    """Rows of a CSV whose first line names a ``name`` column and layers; ``Layer.image`` and such name another kind.

    A column ``Headline`` sets that layer's text, ``Product.image`` takes an asset's id or a URL, ``Backdrop.color`` a
    colour, ``Badge.visible`` true or false. The column ``captions`` has what is said: the text of a caption file, its
    URL, or the id of an asset. Empty cells change nothing. Raises Invalid.
    """
    csv.field_size_limit(MAX_CELL)
    lines = _lines(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    header = next(lines, None)
    if header is None:
        raise Invalid("the CSV is empty", {"csv": ["the CSV has no line; its first names the columns"]})
    columns = _columns(header)
    count = cells = 0
    for line in lines:
        count += 1
        require_few_rows(count, most_rows)
        if len(line) > len(columns):
            sentence = f"row {count} below the header has {len(line)} cells, the header {len(columns)}"
            raise Invalid("the CSV is uneven", {"csv": [sentence]})
        cells += len(line)
        require_few_cells(cells, "csv")
        yield Row(count - 1, _row(columns, line, count))
    if not count:
        raise Invalid("the CSV has no rows", {"csv": ["the CSV has a header, but no row"]})


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The lines that hold something."""
    try:
        for line in reader:
            if any(cell.strip() for cell in line):
                yield line
    except csv.Error as error:
        raise Invalid("the CSV cannot be read", {"csv": [_sentence(str(error))]}) from None


def _sentence(fault: str) -> str:
    if "field larger" in fault:
        return f"a cell has more than {MAX_CELL} characters"
    if "unexpected end" in fault:
        return 'a quoted cell is not closed; write " within one as ""'
    if "expected after" in fault:
        return 'a quoted cell is followed by more than a comma; write " within one as ""'
    return "it is no CSV of comma-separated cells"


def _columns(header: list[str]) -> list[str]:
    if len(header) > MAX_COLUMNS:
        sentence = f"the CSV has {len(header)} columns; at most {MAX_COLUMNS} are possible"
        raise Invalid("the CSV has too many columns", {"csv": [sentence]})
    columns = [name.strip() for name in header]
    seen: set[str] = set()
    for number, column in enumerate(columns, 1):
        same = NAME_COLUMN if column.lower() == NAME_COLUMN else column.removesuffix(".text")
        if not column:
            raise Invalid("a column has no name", {"csv": [f"column {number} has no name in the first line"]})
        if same in seen:
            raise Invalid("two columns are the same", {"csv": [f"there are two columns {column[:200]!r}"]})
        seen.add(same)
    return columns


def _row(columns: list[str], line: list[str], number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"name": None}
    entries = []
    for column, value in zip(columns, line, strict=False):
        if not value:
            continue
        if column.lower() == NAME_COLUMN:
            row["name"] = value
        elif column == CAPTIONS_COLUMN:
            row["captions"] = _captions(value)
        else:
            entries.append(_entry(column, value, number))
    return {**row, "customizationMap": entries}


def _captions(value: str) -> dict[str, str]:
    if value.strip().lower().startswith(URL_STARTS):
        return {"url": value.strip()}
    return {"assetId": value.strip()} if _ID.fullmatch(value.strip()) else {"text": value}


def _entry(column: str, value: str, number: int) -> dict[str, Any]:
    layer, _, kind = column.rpartition(".")
    if layer and kind in ("image", "video"):
        source = "url" if value.strip().lower().startswith(URL_STARTS) else "assetId"
        return {"layer": layer, kind: {source: value.strip()}}
    if layer and kind == "color":
        return {"layer": layer, "color": value.strip()}
    if layer and kind == "visible":
        return {"layer": layer, "visible": _yes_or_no(column, value, number)}
    return {"layer": layer if layer and kind == "text" else column, "text": value}


def _yes_or_no(column: str, value: str, number: int) -> bool:
    word = value.strip().lower()
    if word not in YES + NO:
        sentence = (
            f"row {number} below the header, column {column[:200]!r}: "
            f"{value[:60]!r} must be true or false (or yes, no, 1, 0)"
        )
        raise Invalid("the CSV has an invalid cell", {"csv": [sentence]})
    return word in YES
