"""One endpoint: what it takes, what it gives, and the checks between HTTP and the handler.

A handler is a method ``on_get(self, call)`` under ``@operation(...)``. It gets ids, query and body already checked and
returns models. The same declaration makes its entry of the OpenAPI document, so the two cannot disagree.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin
from uuid import UUID

import falcon
from falcon.typing import ReadableIO
from pydantic import BaseModel, TypeAdapter, ValidationError

from velocity_web.auth import Caller
from velocity_web.examples import Examples
from velocity_web.failures import Invalid, NotFound
from velocity_web.schemas.base import Question
from velocity_web.sentences import sentence_for

Form = Mapping[str, str]
JSON = "application/json"
Asked = TypeVar("Asked", bound=Question)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose parts were checked. ``ids`` are the path's UUIDs by name, in their canonical form; ``warnings``
    go out with the answer.
    """

    req: falcon.Request
    resp: falcon.Response
    caller: Caller
    ids: dict[str, str]
    query: Any
    body: Any
    warnings: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``id`` is the name of the operation for generated clients. ``returns`` is the answer's type, and ``answers`` says
    which of several types comes when; ``binary`` are the content types of an answer that is a file, ``form`` the fields
    of an upload beside ``file``, ``codes`` the statuses beside 200 with their meaning. ``examples`` are bodies by
    content type and name.

    An ``unread`` body is not read here: the handler gets it as a ``Body``, and ``body`` only documents its form.
    """

    id: str
    summary: str
    tag: str
    description: str = ""
    query: type[Question] | None = None
    body: type[Question] | None = None
    other_body: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    returns: Any = None
    answers: str = "Success"
    examples: Mapping[str, Examples] = field(default_factory=dict)
    binary: Sequence[str] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    keyed: bool = True
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body that was not read yet: ``length`` bytes of the media type ``kind``."""

    stream: ReadableIO
    length: int
    kind: str


Handler = Callable[[Any, Call], Any]
NOBODY = Caller("", "")


def operation(**declared: Any) -> Callable[[Handler], Callable[..., None]]:
    """Turn ``handler(self, call) -> model`` into a Falcon responder that carries its declaration as ``.operation``."""

    def wrap(handler: Handler) -> Callable[..., None]:
        spec = Operation(description=_docstring(handler), **declared)
        adapter: TypeAdapter[Any] | None = TypeAdapter(spec.returns) if spec.returns is not None else None

        @functools.wraps(handler)
        def responder(self: object, req: falcon.Request, resp: falcon.Response, **ids: str) -> None:
            known = {name: canonical_id(value) for name, value in ids.items()}
            warnings: list[str] = []
            query = read_query(req, spec.query, warnings)
            caller = req.context.get("caller") or NOBODY
            body = read_body(req, spec, warnings)
            answer = handler(self, Call(req, resp, caller, known, query, body, warnings))
            if adapter is not None and answer is not None:
                resp.data = adapter.dump_json(answer, by_alias=True)
                resp.content_type = falcon.MEDIA_JSON
            for warning in warnings[:10]:
                resp.append_header("Warning", f'299 - "{_header_text(warning)}"')

        responder.operation = spec  # type: ignore[attr-defined]
        return responder

    return wrap


def _docstring(handler: Handler) -> str:
    return " ".join((handler.__doc__ or "").split())


def _header_text(text: str) -> str:
    plain = text.encode("ascii", "replace").decode().replace("\\", "/").replace('"', "'")
    return "".join(char if char.isprintable() else "?" for char in plain)[:300]


def canonical_id(value: str) -> str:
    """A path's UUID in lower case with hyphens. Raises NotFound: what is no UUID names nothing."""
    try:
        return str(UUID(value))
    except ValueError:
        raise NotFound(f"there is nothing with the id {value[:50]!r}") from None


def read_query(req: falcon.Request, model: type[Question] | None, warnings: list[str]) -> Any:
    """The query parameters, whose names match without regard to case. Raises Invalid."""
    if model is None:
        return None
    names = {(info.alias or name).lower(): info.alias or name for name, info in model.model_fields.items()}
    values: dict[str, Any] = {}
    for name, value in req.params.items():
        known = names.get(name.lower())
        if known is None:
            warnings.append(_unknown_sentence(name, list(names.values())))
        else:
            values[known] = value
    return validated(model, values)


def read_body(req: falcon.Request, spec: Operation, warnings: list[str]) -> Any:
    """The JSON body; a ``Body`` where the operation leaves it unread. Raises Invalid."""
    if spec.body is None:
        return None
    kind = (req.content_type or JSON).split(";")[0].strip().lower()
    if kind not in spec.other_body and kind != JSON and not kind.endswith("+json"):
        raise Invalid(
            f"the body is {kind[:60]!r}; send application/json", {"": ["Content-Type must be application/json"]}
        )
    if spec.unread:
        return Body(req.bounded_stream, req.content_length or 0, kind)
    data = parse_json(req.bounded_stream.read())
    body = validated(spec.body, data)
    warnings.extend(unknown_fields(spec.body, data))
    return body


def parse_json(raw: bytes) -> Any:
    """Strict JSON: no NaN, no lone surrogates, no depth that exhausts the parser. Raises Invalid."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        if b"\\ud" in raw.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise Invalid("the body is not UTF-8", {"": ["send JSON as UTF-8"]}) from None
    except UnicodeEncodeError:
        raise Invalid("the body holds half of a surrogate pair", {"": ["send whole characters"]}) from None
    except RecursionError:
        raise Invalid("the body is nested too deeply", {"": ["nest less deeply"]}) from None
    except json.JSONDecodeError as error:
        where = f"it is no longer JSON at line {error.lineno}, column {error.colno}"
        raise Invalid("the body is not valid JSON", {"": [where]}) from None
    except ValueError as error:
        raise Invalid("the body is not valid JSON", {"": [_number_fault(error)]}) from None
    return value


class _NotJson(ValueError):
    """A word that Python takes for a number and JSON does not."""


def _no_constant(name: str) -> None:
    raise _NotJson(f"{name} is no number of JSON")


def _number_fault(error: ValueError) -> str:
    return str(error) if isinstance(error, _NotJson) else "it holds a number with too many digits"


def body_hash(raw: Any) -> str:
    """Equal for requests that mean the same, whatever their spacing and order of keys."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()


def validated(model: type[Question], data: Any) -> Any:
    """The model of ``data``. Raises Invalid with the sentences of all fields at once."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid("the request has invalid fields", field_errors(error, model, data)) from error
    except RecursionError:
        raise Invalid("the request is nested too deeply", {"": ["nest less deeply"]}) from None


def mended(model: type[Asked], data: Any, error: ValidationError, stand_ins: Mapping[str, Any]) -> Asked | None:
    """The model of ``data`` without the fields that ``error`` names, so that the rest can be judged too; with
    ``stand_ins`` in the place of those that are required, by path: ``encoderConfig.bitrate``, ``rows[]``.
    None when that is not enough.
    """
    try:
        mended_data = copy.deepcopy(data)
        for problem in error.errors(include_url=False, include_input=False):
            _mend(mended_data, problem["loc"], stand_ins)
        return model.model_validate(mended_data)
    except (ValidationError, RecursionError):
        return None


def _mend(data: Any, location: Sequence[int | str], stand_ins: Mapping[str, Any]) -> None:
    """Puts its stand-in in the place of the value at ``location``, or takes it away; the list that holds it, where it
    is an entry without a stand-in."""
    steps: list[tuple[Any, int | str, str]] = []
    at, path = data, ""
    for part in location:
        if isinstance(at, list) and isinstance(part, int) and part < len(at):
            path += "[]"
        elif isinstance(at, dict) and isinstance(part, str):
            path += f".{part}" if path else part
        else:
            break
        steps.append((at, part, path))
        at = at.get(part) if isinstance(at, dict) else at[part]
    for holder, part, where in reversed(steps):
        if where in stand_ins:
            holder[part] = copy.deepcopy(stand_ins[where])
            return
        if isinstance(holder, dict):
            holder.pop(part, None)
            return


def field_errors(error: ValidationError, model: type[Question], data: Any) -> dict[str, list[str]]:
    """Sentences by field path (``encoderConfig.bitrate``, ``rows[3].name``); a missing one names a likely slip."""
    errors: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        path = ""
        for part in problem["loc"]:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
        sentence = sentence_for(problem)
        if problem["type"] == "missing":
            near = get_close_matches(str(problem["loc"][-1]), _keys_at(data, problem["loc"][:-1]), n=1, cutoff=0.6)
            if near:
                sentence += f"; the request has {near[0][:60]!r} in its place"
        errors.setdefault(path, []).append(sentence)
    return errors


def _keys_at(data: Any, location: Sequence[int | str]) -> list[str]:
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return []
    return [str(key) for key in data] if isinstance(data, dict) else []


def unknown_fields(model: type[BaseModel], data: Any, path: str = "") -> list[str]:
    """A sentence for each field of ``data`` that the model does not know; such fields are ignored."""
    if not isinstance(data, dict):
        return []
    names = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
    found: list[str] = []
    for key, value in data.items():
        if key not in names:
            found.append(_unknown_sentence(f"{path}{key}", list(names)))
        elif inner := _inner_model(names[key]):
            values = value if isinstance(value, list) else [value]
            for entry in values[:100]:
                found.extend(unknown_fields(inner, entry, f"{path}{key}."))
    return found


def _unknown_sentence(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.rsplit(".", 1)[-1], known, n=1, cutoff=0.6)
    return f"unknown field {name[:80]} was ignored" + (f"; did you mean {near[0]}?" if near else "")


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, UnionType):
        return next((model for part in get_args(annotation) if (model := _inner_model(part))), None)
    return None
