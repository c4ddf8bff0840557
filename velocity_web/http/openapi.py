"""The OpenAPI 3.1 document, made from the declarations of the endpoints themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from velocity_web.accounts.auth import HEADER
from velocity_web.http.examples import IDS
from velocity_web.http.operation import JSON, Operation
from velocity_web.http.problems import MEDIA_TYPE
from velocity_web.http.ranges import MAX_RANGES
from velocity_web.schemas.base import Problem
from velocity_web.schemas.documented import DocumentSchema, with_keywords
from velocity_web.schemas.messages import MESSAGES
from velocity_web.schemas.scopes import listed
from velocity_web.schemas.webhook import EVENTS

AnyOperation = Operation[Any, Any, Any]
DESCRIPTION = (
    "Renders video templates exported from After Effects. Paths match without regard to case, with or without a final "
    "slash. HEAD is answered wherever GET is. In the examples, ids stand for those of your own things: on the page "
    "/docs for the newest of them, once you have given your API key; but not where something is deleted."
)
METHODS = ("get", "post", "put", "patch", "delete")  # HEAD, too, where there is GET
REFERENCE = "#/components/schemas/{model}"
FILE = {"type": "string", "format": "binary"}
IDENTITY = {"type": "string", "format": "uuid"}
WORD = {"type": "string"}
DOWNLOAD_HEADERS = ("ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition")
LIST_HEADERS = {
    "Total-Count": {
        "description": "how many there are in all, whatever the page; or at least so many, as Total-Count-Kind says",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Total-Count-Kind": {
        "description": "long lists are not counted to their end",
        "schema": {"type": "string", "enum": ["exact", "at-least"]},
    },
    "Link": {
        "description": 'the next page, where there is one: </render/all?skip=50&take=50>; rel="next"',
        "schema": {"type": "string"},
    },
}
LABELS_PARAMETER = {
    "name": "metadata",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "propertyNames": {"pattern": r"^metadata\.[A-Za-z0-9_.-]{1,64}$"},
        "additionalProperties": {"type": "string", "maxLength": 255},
        "maxProperties": 16,
    },
    "example": {},
}
"""Each property is a parameter of its own: ``metadata.order=17``."""
RANGE_HEADERS = {
    "Range": f"byte ranges, such as bytes=0-499; up to {MAX_RANGES}, which are answered as multipart/byteranges",
    "If-Range": "an ETag or a date: where the file is another one, all of it is sent",
    "If-None-Match": "an ETag that the client has: 304 where it is still the file's",
    "If-Match": "the ETag that the file must have: else 412",
}
LINKS = {
    "/template/upload": {"templateId": "$response.body#/templateId"},
    "/audio/upload": {"audioId": "$response.body#/audioId"},
    "/audio-asset-group": {"groupId": "$response.body#/id"},
    "/asset": {"assetId": "$response.body#/assetId"},
    "/font": {"fontId": "$response.body#/fontId"},
    "/campaign": {"campaignId": "$response.body#/id"},
    "/campaign/{campaign_id}/template-instance": {
        "campaignId": "$request.path.campaignId",
        "instanceId": "$response.body#/id",
    },
    "/render": {"renderId": "$response.body#/renderId"},
    "/render/batch": {"batchId": "$response.body#/batchId"},
}
SIGNED_BY = {
    "webhook-id": "the message's, the same for each repeat",
    "webhook-timestamp": "seconds since 1970, of this attempt",
    "webhook-signature": "as Standard Webhooks say; two, with a space between, for a while after a rotation",
}
SUBJECTS = {"render": "render", "batch": "batch", "template": "template", "audio": "audio file"}
SCOPES = (
    "A key has scopes: render (add, change, delete, render), read (all that the account has), preview (previews of "
    "templates alone, for web pages) and admin (/admin). Each operation names the one that it needs; where it names "
    "several, one of them is enough."
)
SECURITY = {"ApiKey": {"type": "apiKey", "in": "header", "name": HEADER, "description": SCOPES}}


def openapi_document(resources: Sequence[tuple[str, object]]) -> dict[str, Any]:
    """``resources`` are the (path template, resource) pairs that the application routes."""
    operations = [
        (path, method, spec)
        for path, resource in resources
        for method in METHODS
        if (spec := _declared(resource, method)) is not None
    ]
    schemas, references = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for path, method, spec in operations:
        public = re.sub(r"\{(\w+)\}", lambda match: f"{{{to_camel(match[1])}}}", path)
        paths.setdefault(public, {})[method] = _operation(path, spec, references)
        if method == "post" and path in LINKS:
            paths[public][method]["responses"]["200"]["links"] = _links(LINKS[path], operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Velocity Simple API",
            "version": "v1",
            "description": DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that this document comes from"}],
        "security": [{"ApiKey": []}],
        "paths": paths,
        "webhooks": _webhooks(references),
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _declared(resource: object, method: str) -> AnyOperation | None:
    spec = getattr(getattr(resource, f"on_{method}", None), "operation", None)
    return spec if isinstance(spec, Operation) else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an answer's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _schemas(operations: Sequence[tuple[str, str, AnyOperation]]) -> tuple[dict[str, Any], dict[Any, Any]]:
    told: tuple[type[BaseModel], ...] = (Problem, *MESSAGES.values())
    wanted: dict[tuple[type[BaseModel], str], None] = {(model, "serialization"): None for model in told}
    for _path, _method, spec in operations:
        for model in _models(spec.answer):
            wanted[(model, "serialization")] = None
        if spec.model is not None:
            wanted[(spec.model, "validation")] = None
    references, definitions = models_json_schema(
        list(wanted),  # type: ignore[arg-type]
        by_alias=True,
        ref_template=REFERENCE,
        schema_generator=DocumentSchema,
    )
    schemas = with_keywords(definitions.get("$defs", {}))
    asked = [references[(spec.model, "validation")] for _, _, spec in operations if spec.model is not None]
    for name in _reached(asked, schemas):
        schema = schemas[name]
        if schema.get("additionalProperties") is True:
            del schema["additionalProperties"]
        schema["properties"] = {key: _without_null(part) for key, part in schema["properties"].items()}
    return schemas, references


def _reached(start: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The names of the components that a schema leads to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            name = str(at.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += at.values()
        elif isinstance(at, list):
            waiting += at
    return found


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a field that may be left out. Null is taken for that, too, and need not be told."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if not choices:
        return rest
    return {**choices[0], **rest} if len(choices) == 1 else {"anyOf": choices, **rest}


def _operation(path: str, spec: AnyOperation, references: dict[Any, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": spec.id,
        "tags": [spec.tag],
        "summary": spec.summary,
        "description": spec.description,
        "parameters": _parameters(path, spec),
        "responses": _responses(path, spec, references),
    }
    if body := _request_body(spec, references):
        entry["requestBody"] = body
    entry["security"] = [{"ApiKey": [scope]} for scope in spec.scopes]
    return entry


def _webhooks(references: dict[Any, Any]) -> dict[str, Any]:
    """What the service itself sends to the URLs of an account."""
    headers = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in SIGNED_BY.items()
    ]
    found: dict[str, Any] = {}
    for event in EVENTS:
        kind, _, status = event.partition(".")
        schema = references[(MESSAGES[kind], "serialization")]
        found[event] = {
            "post": {
                "operationId": f"on{kind.title()}{status.title()}",
                "tags": ["Webhook"],
                "summary": f"The end of {'an' if kind == 'audio' else 'a'} {SUBJECTS[kind]}: {status}",
                "description": "An answer other than 2xx is tried again; repeats have the same webhook-id.",
                "parameters": headers,
                "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
                "responses": {"2XX": {"description": "It was taken"}},
                "security": [],
            }
        }
    return found


def _links(values: dict[str, str], operations: Sequence[tuple[str, str, AnyOperation]]) -> dict[str, Any]:
    """Where the ids of an answer lead: every operation whose path takes just these."""
    return {
        spec.id: {"operationId": spec.id, "parameters": values}
        for path, _method, spec in operations
        if {to_camel(part) for part in re.findall(r"\{(\w+)\}", path)} == set(values)
    }


def _parameters(path: str, spec: AnyOperation) -> list[dict[str, Any]]:
    found = [_path_parameter(name, spec) for name in re.findall(r"\{(\w+)\}", path)]
    if spec.query is not None:
        schema = with_keywords(spec.query.model_json_schema(by_alias=True, schema_generator=DocumentSchema))
        found += [
            LABELS_PARAMETER | {"description": part["description"]}
            if name == "metadata"
            else _query_parameter(name, _without_null(part))
            for name, part in schema["properties"].items()
        ]
    headers = dict(spec.headers)
    if spec.tagged:
        headers |= {"If-None-Match": RANGE_HEADERS["If-None-Match"]}
    if spec.ranges:
        headers |= RANGE_HEADERS
    found += [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
    return found


def _path_parameter(part: str, spec: AnyOperation) -> dict[str, Any]:
    name = to_camel(part)
    found = {"name": name, "in": "path", "required": True, "schema": WORD if part in spec.words else IDENTITY}
    return found | ({"example": IDS[name]} if name in IDS else {})


def _query_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "in": "query", "required": False}
    if text := schema.pop("description", None):
        entry["description"] = text
    if examples := schema.pop("examples", None):
        entry["example"] = examples[0]
    return {**entry, "schema": schema}


def _request_body(spec: AnyOperation, references: dict[Any, Any]) -> dict[str, Any] | None:
    if spec.form is not None:
        properties: dict[str, Any] = {"file": FILE}
        properties |= {name: {"type": "string", "description": text} for name, text in spec.form.items()}
        schema = {"type": "object", "properties": properties, "required": ["file"]}
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if spec.model is None:
        return None
    content: dict[str, Any] = {JSON: {"schema": references[(spec.model, "validation")]}}
    for media, text in spec.other_body.items():
        content[media] = {"schema": {"type": "string", "description": text}}
    for media, examples in spec.examples.items():
        content[media]["examples"] = examples
    return {"required": True, "content": content}


def _schema_of(annotation: Any, references: dict[Any, Any]) -> dict[str, Any]:
    if get_origin(annotation) is list:
        return {"type": "array", "items": _schema_of(get_args(annotation)[0], references)}
    if len(models := _models(annotation)) > 1:
        return {"oneOf": [references[(model, "serialization")] for model in models]}
    reference: dict[str, Any] = references[(annotation, "serialization")]
    return reference


def _list_headers(spec: AnyOperation) -> dict[str, Any]:
    """Of a list, and of its pages where it has any."""
    has_pages = spec.query is not None and "take" in spec.query.model_fields
    return LIST_HEADERS if has_pages else {name: part for name, part in LIST_HEADERS.items() if name != "Link"}


def _responses(path: str, spec: AnyOperation, references: dict[Any, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": spec.answers}
    content: dict[str, Any] = {media: {"schema": FILE} for media in spec.content_types}
    if spec.answer is not None:
        content[JSON] = {"schema": _schema_of(spec.answer, references)}
    if content:
        good["content"] = content
    headers = {"ETag": "names what is shown, for If-None-Match", **spec.told} if spec.tagged else spec.told
    if headers:
        good["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    codes = dict(spec.codes)
    found: dict[str, Any] = {"200": good}
    if get_origin(spec.answer) is list:
        good["headers"] = _list_headers(spec)
    if spec.tagged:
        found["304"] = {"description": "The client has it already"}
    if spec.ranges:
        good["headers"] = {name: {"schema": {"type": "string"}} for name in DOWNLOAD_HEADERS}
        several = {"multipart/byteranges": {"schema": FILE}}
        description = "The range that was asked for; several as multipart/byteranges"
        found["206"] = {**good, "description": description, "content": good["content"] | several}
        found["304"] = {"description": "The client has it already"}
        found["307"] = {
            "description": "Where the service is set so, a URL of its storage that works for a while",
            "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
        }
        codes |= {412: "If-Match names another file", 416: "The range is past the end"}
    if spec.authenticated:
        codes.setdefault(401, "Missing or invalid API key")
        codes.setdefault(403, f"The key lacks the scope {listed(spec.scopes, 'or')}")
        codes.setdefault(429, "Too many requests; Retry-After says when to try again")
        codes.setdefault(503, "The service cannot answer now; Retry-After says when to try again")
    if "{" in path:
        codes.setdefault(404, "Not found, or not owned by the current user")
    if spec.query is not None or spec.model is not None or spec.form is not None:
        codes.setdefault(400, "Invalid request")
    if spec.model is not None:
        codes.setdefault(413, "The body is too large")
    if spec.model is not None or spec.form is not None:
        codes.setdefault(507, "No space is left on the server's disk")
    problem = {MEDIA_TYPE: {"schema": references[(Problem, "serialization")]}}
    for code in sorted(codes):
        found[str(code)] = {"description": codes[code], "content": problem}
    return found
