"""Request bodies that a tenant can make large, read and judged by their form inside a child process.

The child is sent the body's bytes. It answers with a ``head``, small and typed, and with customization maps as lines of
JSON that nobody between it and the next child needs to read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, TypeAlias

from pydantic import BaseModel, ValidationError

from velocity_web.failures import Invalid
from velocity_web.processes import batch_rows
from velocity_web.processes.assignments import FormAssignment
from velocity_web.processes.batch_rows import Row
from velocity_web.processes.caption_form import FIELD, NONE, ReadCaptions, read_captions
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.captions import CaptionsRequest
from velocity_web.schemas.preview import ClipRequest, PreviewLinkRequest, PreviewRequest
from velocity_web.schemas.reading import (
    body_hash,
    field_errors,
    json_fault,
    mended,
    parse_json,
    require_some,
    unknown_fields,
)
from velocity_web.schemas.render import BatchRequest, BatchRow, RenderRequest

MAX_SENTENCES = 100
MAX_WARNINGS = 10
ENCODER = {"encoderConfig": {"bitrate": 625_000}, "encoderConfig.bitrate": 625_000}
MappedRequest: TypeAlias = RenderRequest | PreviewRequest | ClipRequest
MODELS: Mapping[str, type[MappedRequest]] = {
    "render": RenderRequest,
    "preview": PreviewRequest,
    "link": PreviewLinkRequest,
    "clip": ClipRequest,
}
"""The bodies that hold one customization map."""
RENDER_PLACEHOLDERS = {"name": "-", **ENCODER}
BATCH_PLACEHOLDERS = {"csv": "name\n-", "rows": [{}], **ENCODER}
"""What is judged in the place of fields of a wrong form, so that the rest is judged too."""
RENDER_VALUES = 200_000

Errors = dict[str, list[str]]
Send = Callable[[dict[str, Any]], None]


def read_form(told: FormAssignment, reader: BinaryIO, send: Send) -> None:
    """Read the body that follows: of a render, a preview, a clip or a batch."""
    raw = reader.read(told.length)
    try:
        if told.kind in MODELS:
            head, customizations = mapped_form(raw, told.kind)
            send({"head": head, "map": customizations})
        else:
            _send_batch(told, raw, send)
    except Invalid as invalid:
        send({"invalid": {"detail": invalid.detail, "errors": shortened(invalid.errors)}})


def shortened(errors: Mapping[str, list[str]]) -> Errors:
    return dict(list(errors.items())[:MAX_SENTENCES])


def map_text(customizations: list[dict[str, Any]]) -> str:
    return json.dumps(customizations, separators=(",", ":"))


def _plain(model: BaseModel, *without: str) -> dict[str, Any]:
    """The fields that the model knows, as JSON values."""
    known = {name for name in type(model).model_fields if name not in without}
    found: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_none=True, include=known)
    return found


def _drop_unknown(model: BaseModel) -> None:
    if model.__pydantic_extra__:
        model.__pydantic_extra__.clear()
    for value in vars(model).values():
        if isinstance(value, RequestModel):
            _drop_unknown(value)


def open_form(raw: bytes, kind: str) -> tuple[dict[str, Any], str] | None:
    """As ``mapped_form``, outside of a confined child; None for a body that must be read within one."""
    batch_rows.require_few_values(raw, RENDER_VALUES)
    data = parse_json(raw)
    captions = data.get("captions") if isinstance(data, dict) else None
    return None if isinstance(captions, dict) and "text" in captions else mapped_form(raw, kind)


def mapped_form(raw: bytes, kind: str) -> tuple[dict[str, Any], str]:
    """A body of a kind that holds one customization map: its head and that map. Raises Invalid for what is no JSON.

    The head has the ``errors`` of the form, ``warnings`` of unknown fields, a ``digest`` that is equal for bodies that
    mean the same, and the ``request`` without its map and captions; where there are errors, mended so that the rest can
    be judged. Its ``captions`` are JSON as the engine writes it, ``captions_source`` names the file that has their
    cues.
    """
    batch_rows.require_few_values(raw, RENDER_VALUES)
    data = parse_json(raw)
    errors: Errors = {}
    model = MODELS[kind]
    request: MappedRequest | None
    try:
        request = model.model_validate(data)
    except ValidationError as error:
        errors = field_errors(error, model, data)
        request = mended(model, data, error, RENDER_PLACEHOLDERS)
    except RecursionError:
        raise Invalid("the request is nested too deeply", {"": ["nest less deeply"]}) from None
    said = NONE
    if request is not None and request.captions is not None:
        said = _captions(request.captions, errors)
    warnings = unknown_fields(model, data)[:MAX_WARNINGS]
    head = {"errors": shortened(errors), "warnings": warnings, **_told(said)}
    if request is None:
        return {**head, "digest": "", "request": None}, "[]"
    digest = body_hash(request.model_dump(mode="json"))
    _drop_unknown(request)
    head |= {"digest": digest, "request": _plain(request, "customization_map", FIELD)}
    return head, map_text(request.customization_map or [])


def _captions(request: CaptionsRequest, errors: Errors) -> ReadCaptions:
    """Not where their form is wrong already: what is left of them says nothing."""
    return NONE if any(name.startswith(FIELD) for name in errors) else read_captions(request, errors)


def _told(said: ReadCaptions) -> dict[str, Any]:
    return {"captions": said.text, "captions_source": said.source or None}


# --- batches --------------------------------------------------------------------------------------------------------


class _Body:
    """A batch's body: what its rows share, and the rows as often as they are asked for."""

    def __init__(self, told: FormAssignment, raw: bytes) -> None:
        self._most = told.most_rows
        self.rest: Any
        self.rows: Callable[[], Iterator[Row]] | None = None
        if told.kind == "csv":
            self.rest = {**told.query, "csv": ""}
            self._take_csv(_text(raw, "CSV"))
        else:
            self._take_json(raw)

    def _take_csv(self, text: str) -> None:
        self.rows = lambda: batch_rows.csv_rows(text, self._most)

    def _take_json(self, raw: bytes) -> None:
        batch_rows.require_few_values(raw, batch_rows.MAX_VALUES)
        require_some(raw)
        text = _text(raw, "JSON")
        try:
            skimmed = batch_rows.skim(text, self._most)
            if b"\\ud" in raw.lower():
                self._require_whole(text, skimmed)
        except RecursionError:
            raise Invalid("the body is nested too deeply", {"": ["nest less deeply"]}) from None
        except ValueError as error:
            raise Invalid("the body is not valid JSON", {"": [json_fault(error)]}) from None
        self.rest, rows_at = skimmed.rest, skimmed.rows_at
        if rows_at is not None:
            if self.rest.get("csv") is not None:
                _refuse_both()
            self.rest["rows"] = []
            self.rows = lambda: batch_rows.json_rows(text, rows_at)
        elif isinstance(self.rest, dict) and isinstance(self.rest.get("csv"), str):
            self._take_csv(self.rest["csv"])
            self.rest["csv"] = ""
        elif isinstance(self.rest, dict) and self.rest.get("rows") is self.rest.get("csv") is None:
            _refuse_both()

    def _require_whole(self, text: str, skimmed: batch_rows.Skimmed) -> None:
        try:
            json.dumps(skimmed.rest, ensure_ascii=False).encode()
            if skimmed.rows_at is not None:
                for row in batch_rows.json_rows(text, skimmed.rows_at):
                    json.dumps(row.value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Invalid("the body holds half of a surrogate pair", {"": ["send whole characters"]}) from None


def _refuse_both() -> None:
    sentence = "give rows or csv, one of them"
    raise Invalid(sentence, {"rows": [sentence], "csv": [sentence]})


def _text(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        where = "csv" if what == "CSV" else ""
        raise Invalid(f"the {'CSV' if where else 'body'} is not UTF-8", {where: [f"send {what} as UTF-8"]}) from None


def _send_batch(told: FormAssignment, raw: bytes, send: Send) -> None:
    """The head of a batch, which knows of every row's form; then, when all is as it should be or a judgement of the
    rest is wanted, for each row a line with its name and audio, and its map.
    """
    body = _Body(told, raw)
    errors: Errors = {}
    request = _batch_request(body.rest, errors)
    count = 0
    warnings = unknown_fields(BatchRequest, body.rest)
    rows_say = False
    for row, checked in _rows(body, errors):
        count = row.number + 1
        rows_say = rows_say or checked.captions is not None
        if len(warnings) < MAX_WARNINGS:
            warnings += unknown_fields(BatchRow, row.value, f"rows[{row.number}].")
    if body.rows is not None and not count:
        sentence = f"it must have from 1 to {told.most_rows} rows, not 0"
        raise Invalid("the batch has no rows", {"rows": [sentence]})
    plain, said, how = None, NONE, CaptionsRequest()
    if request is not None:
        if request.captions is not None:
            how = request.captions
            if how.given() or not rows_say:  # else it says how those of the rows look
                said = _captions(how, errors)
        _drop_unknown(request)
        plain = _plain(request, "rows", FIELD)
    head = {"errors": shortened(errors), "warnings": warnings[:MAX_WARNINGS], "request": plain, "rows": count}
    send({"head": {**head, **_told(said)}})
    if request is None:
        return
    for row, checked in _rows(body, {}):
        send(_row_line(row, checked, how))
    send({"end": count})


def _row_line(row: Row, checked: BatchRow, how: CaptionsRequest) -> dict[str, Any]:
    """What is told of a row: ``how`` its captions look is the same for all rows."""
    audio = str(checked.audio_id) if checked.audio_id else None
    errors: Errors = {}
    said = NONE if checked.captions is None else read_captions(how, errors, checked.captions)
    return {
        "number": row.number,
        "name": checked.name,
        "audio": audio,
        "map": map_text(checked.customization_map),
        "metadata": checked.metadata,
        "audio_source": {} if checked.audio is None else checked.audio.named(),
        "errors": shortened(errors),
        **_told(said),
    }


def _batch_request(rest: Any, errors: Errors) -> BatchRequest | None:
    try:
        return BatchRequest.model_validate(rest)
    except ValidationError as error:
        errors |= field_errors(error, BatchRequest, rest)
        return mended(BatchRequest, rest, error, BATCH_PLACEHOLDERS)


def _rows(body: _Body, errors: Errors) -> Iterator[tuple[Row, BatchRow]]:
    """Each row, mended where its form is wrong; what is wrong goes to ``errors`` by ``rows[3].field``."""
    if body.rows is None:
        yield Row(0, {}), BatchRow()
        return
    for row in body.rows():
        try:
            checked = BatchRow.model_validate(row.value)
            if checked.audio is not None and not checked.audio.named() and len(errors) < MAX_SENTENCES:
                errors[f"rows[{row.number}].audio"] = ["give url, or connection and path"]
            yield row, checked
        except ValidationError as error:
            if len(errors) < MAX_SENTENCES:
                for field, sentences in field_errors(error, BatchRow, row.value).items():
                    errors[f"rows[{row.number}].{field}".rstrip(".")] = sentences
            yield row, mended(BatchRow, row.value, error, {}) or BatchRow()
