"""One endpoint: what it takes, what it gives, and the checks between HTTP and the handler.

A handler is a method ``on_get(self, call)`` under ``@operation(...)``. It gets ids, query and body already checked and
returns models. The same declaration makes its entry of the OpenAPI document, so the two cannot disagree.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import falcon
from falcon.typing import ReadableIO
from pydantic import TypeAdapter, ValidationError

from velocity_web.accounts.auth import Caller
from velocity_web.failures import Invalid, NotFound
from velocity_web.http.examples import Examples
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.reading import field_errors, parse_json, unknown_fields, unknown_sentence

Form = Mapping[str, str]
JSON = "application/json"


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
    query: type[RequestModel] | None = None
    body: type[RequestModel] | None = None
    other_body: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    returns: Any = None
    answers: str = "Success"
    examples: Mapping[str, Examples] = field(default_factory=dict)
    binary: Sequence[str] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    authenticated: bool = True
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


def read_query(req: falcon.Request, model: type[RequestModel] | None, warnings: list[str]) -> Any:
    """The query parameters, whose names match without regard to case. Raises Invalid."""
    if model is None:
        return None
    names = {(info.alias or name).lower(): info.alias or name for name, info in model.model_fields.items()}
    values: dict[str, Any] = {}
    for name, value in req.params.items():
        known = names.get(name.lower())
        if known is None:
            warnings.append(unknown_sentence(name, list(names.values())))
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


def validated(model: type[RequestModel], data: Any) -> Any:
    """The model of ``data``. Raises Invalid with the sentences of all fields at once."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid("the request has invalid fields", field_errors(error, model, data)) from error
    except RecursionError:
        raise Invalid("the request is nested too deeply", {"": ["nest less deeply"]}) from None
