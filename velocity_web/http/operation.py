"""One endpoint: what it takes, what it returns, and the checks between HTTP and the handler.

A handler is a method ``on_get(self, call)`` under ``@Operation(...)``. It gets ids, query and body already checked and
returns models. The same declaration makes its entry of the OpenAPI document, so the two cannot disagree.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic
from uuid import UUID

import falcon
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeVar

from velocity_web.accounts.auth import Caller, lacking
from velocity_web.failures import Forbidden, Invalid, NotFound
from velocity_web.http.examples import Examples
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.metadata import PREFIX
from velocity_web.schemas.reading import Body, field_errors, parse_json, unknown_fields, unknown_sentence
from velocity_web.schemas.scopes import Scope

Form = Mapping[str, str]
JSON = "application/json"


Sent = TypeVar("Sent", bound=RequestModel | Body | None, default=None)
Query = TypeVar("Query", bound=RequestModel | None, default=None)
Answer = TypeVar("Answer", default=object)
Model = TypeVar("Model", bound=RequestModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[Sent, Query]):
    """A request whose parts were checked. ``ids`` are the path's parts by name, UUIDs in their canonical form;
    ``warnings`` go out with the answer.
    """

    req: falcon.Request
    resp: falcon.Response
    caller: Caller
    ids: dict[str, str]
    query: Query
    body: Sent
    warnings: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Sent, Query, Answer]):
    """``id`` is the name of the operation for generated clients. ``returns`` is the answer's type, or several, and
    ``answers`` says which of them comes when; ``binary`` are the content types of an answer that is a file, or tells
    them, and ``ranges`` says that parts of it can be asked for, ``tagged`` that it has an ETag. An operation that has
    both returns None where its answer is the file. ``told`` are the answer's other headers, with what they say;
    ``form`` are the fields of an upload beside ``file``, ``codes`` the statuses beside 200 with their meaning.
    ``examples`` are bodies by content type and name. ``description`` is the handler's docstring. A key needs one of
    ``scopes``; an operation for everybody is declared with ``authenticated=False``. Parts of the path are UUIDs, but
    for those in ``words``.

    A ``body`` that may be left out, which means ``{}``, is declared with ``may_be_empty``. One that is to be read later
    is declared as ``Body``: the handler gets it as one, and ``unread`` is the model that documents its form.
    """

    id: str
    summary: str
    tag: str
    scopes: tuple[Scope, ...] = ()
    words: tuple[str, ...] = ()
    description: str = ""
    query: type[Query] | None = None
    body: type[Sent] | None = None
    may_be_empty: bool = False
    unread: type[RequestModel] | None = None
    other_body: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    returns: type[Answer] | tuple[type[Answer], ...] | None = None
    answers: str = "Success"
    examples: Mapping[str, Examples] = field(default_factory=dict)
    binary: Sequence[str] | Callable[[], Sequence[str]] = ()
    ranges: bool = False
    tagged: bool = False
    told: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[int, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    authenticated: bool = True

    def __post_init__(self) -> None:
        if bool(self.scopes) != self.authenticated:
            raise ValueError(f"the operation {self.id} must declare the scopes that it needs, or authenticated=False")

    def __call__(self, handler: Callable[[Any, Call[Sent, Query]], Answer | None]) -> Callable[..., None]:
        """Turn ``handler(self, call) -> model`` into a Falcon responder that has its declaration as ``.operation``."""
        spec = replace(self, description=_docstring(handler))
        adapter: TypeAdapter[Any] | None = TypeAdapter(spec.answer) if spec.answer is not None else None

        @functools.wraps(handler)
        def responder(resource: object, req: falcon.Request, resp: falcon.Response, **ids: str) -> None:
            caller = req.context.get("caller") or NOBODY
            if spec.authenticated and (sentence := lacking(caller, spec.scopes)):
                raise Forbidden(sentence)
            known = {name: value if name in spec.words else canonical_id(value) for name, value in ids.items()}
            warnings: list[str] = []
            query = read_query(req, spec.query, warnings)
            body = read_body(req, spec, warnings)
            answer = handler(resource, Call(req, resp, caller, known, query, body, warnings))
            if adapter is not None and answer is not None:
                resp.data = adapter.dump_json(answer, by_alias=True)
                resp.content_type = falcon.MEDIA_JSON
            for warning in warnings[:10]:
                resp.append_header("Warning", f'299 - "{_header_text(warning)}"')

        responder.operation = spec  # type: ignore[attr-defined]
        return responder

    @property
    def model(self) -> type[RequestModel] | None:
        """The form of the body, whoever reads it."""
        if self.unread is not None:
            return self.unread
        return self.body if self.body is not None and issubclass(self.body, RequestModel) else None

    @property
    def content_types(self) -> Sequence[str]:
        """Of an answer that is a file."""
        return self.binary() if callable(self.binary) else self.binary

    @property
    def answer(self) -> Any:
        """The answer's type as an annotation, a union where there are several."""
        return functools.reduce(operator.or_, self.returns) if isinstance(self.returns, tuple) else self.returns


NOBODY = Caller("", "")


def _docstring(handler: Callable[..., object]) -> str:
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


def read_query(req: falcon.Request, model: type[object] | None, warnings: list[str]) -> Any:
    """The query parameters, whose names match without regard to case. Raises Invalid."""
    if model is None or not issubclass(model, RequestModel):
        return None
    names = {(info.alias or name).lower(): info.alias or name for name, info in model.model_fields.items()}
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    labels: dict[str, Any] = {}
    for name, value in req.params.items():
        if "metadata" in names and name.lower().startswith(PREFIX):
            labels[name[len(PREFIX) :]] = value
            continue
        known = names.get(name.lower())
        if known is None:
            warnings.append(unknown_sentence(name, list(names.values())))
        elif known in values or isinstance(value, list):
            errors[known] = ["it stands more than once in the query; send it once"]
        values |= {} if known is None else {known: value}
    values |= {"metadata": labels} if labels else {}
    try:
        asked = model.model_validate(values)
    except ValidationError as error:
        errors = field_errors(error, model, values) | errors
    if errors:
        raise Invalid("the request has invalid fields", errors)
    return asked


def read_body(req: falcon.Request, spec: Operation[Any, Any, Any], warnings: list[str]) -> Any:
    """The JSON body; a ``Body`` where the operation leaves it unread. Raises Invalid."""
    if spec.model is None:
        return None
    kind = (req.content_type or JSON).split(";")[0].strip().lower()
    packed = str(req.get_header("Content-Encoding") or "identity").lower()
    if packed != "identity":
        sentence = "send the body as it is, without Content-Encoding"
        raise Invalid(f"the body is packed as {packed[:60]!r}", {"": [sentence]})
    if kind not in spec.other_body and kind != JSON and not kind.endswith("+json"):
        raise Invalid(
            f"the body is {kind[:60]!r}; send application/json", {"": ["Content-Type must be application/json"]}
        )
    if spec.unread is not None:
        return Body(req.bounded_stream, req.content_length or 0, kind)
    raw = req.bounded_stream.read()
    data = {} if spec.may_be_empty and not raw.strip() else parse_json(raw)
    body = validated(spec.model, data)
    warnings.extend(unknown_fields(spec.model, data))
    return body


def validated(model: type[Model], data: Any) -> Model:
    """The model of ``data``. Raises Invalid with the sentences of all fields at once."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid("the request has invalid fields", field_errors(error, model, data)) from error
    except RecursionError:
        raise Invalid("the request is nested too deeply", {"": ["nest less deeply"]}) from None
