"""The OpenAPI 3.1 document, made from the declarations of the endpoints themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from velocity_web.auth import HEADER
from velocity_web.operation import Operation
from velocity_web.problems import MEDIA_TYPE
from velocity_web.schemas.base import Problem

METHODS = ("get", "head", "post", "put", "patch", "delete")
REFERENCE = "#/components/schemas/{model}"
DOWNLOAD_HEADERS = ("ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition")
RANGE_HEADERS = ("Range", "If-Range", "If-None-Match", "If-Match")
LINKS = {
    "/template/upload": {"templateId": "$response.body#/templateId"},
    "/audio/upload": {"audioId": "$response.body#/audioId"},
    "/audio-asset-group": {"groupId": "$response.body#/id"},
    "/asset": {"assetId": "$response.body#/assetId"},
    "/campaign": {"campaignId": "$response.body#/id"},
    "/campaign/{campaign_id}/template-instance": {
        "campaignId": "$request.path.campaignId",
        "instanceId": "$response.body#/id",
    },
    "/render": {"renderId": "$response.body#/renderId"},
    "/render/batch": {"batchId": "$response.body#/batchId"},
}
SECURITY = {"ApiKey": {"type": "apiKey", "in": "header", "name": HEADER}}


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
        paths.setdefault(public, {})[method] = _operation(path, method, spec, references)
        if method == "post" and path in LINKS:
            paths[public][method]["responses"]["200"]["links"] = _links(LINKS[path], operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Velocity Simple API",
            "version": "v1",
            "description": "Renders video templates exported from After Effects. Paths match without regard to case, "
            "with or without a final slash.",
        },
        "security": [{"ApiKey": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _declared(resource: object, method: str) -> Operation | None:
    spec = getattr(getattr(resource, f"on_{method}", None), "operation", None)
    return spec if isinstance(spec, Operation) else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an answer's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _schemas(operations: Sequence[tuple[str, str, Operation]]) -> tuple[dict[str, Any], dict[Any, Any]]:
    wanted: dict[tuple[type[BaseModel], str], None] = {(Problem, "serialization"): None}
    for _path, _method, spec in operations:
        for model in _models(spec.returns):
            wanted[(model, "serialization")] = None
        for question in (spec.body, spec.query):
            if question is not None:
                wanted[(question, "validation")] = None
    references, definitions = models_json_schema(
        list(wanted),  # type: ignore[arg-type]
        by_alias=True,
        ref_template=REFERENCE,
    )
    return definitions.get("$defs", {}), references


def _operation(path: str, method: str, spec: Operation, references: dict[Any, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": _operation_id(path, method),
        "tags": [spec.tag],
        "summary": spec.summary,
        "description": spec.description,
        "parameters": _parameters(path, spec),
        "responses": _responses(path, method, spec, references),
    }
    if body := _request_body(spec, references):
        entry["requestBody"] = body
    if not spec.keyed:
        entry["security"] = []
    return entry


def _operation_id(path: str, method: str) -> str:
    words = [part for part in re.split(r"[^A-Za-z]+", path) if part]
    return to_camel("_".join([method, *words]))


def _links(values: dict[str, str], operations: Sequence[tuple[str, str, Operation]]) -> dict[str, Any]:
    """Where the ids of an answer lead: every operation whose path takes just these."""
    return {
        name: {"operationId": name, "parameters": values}
        for path, method, _spec in operations
        if {to_camel(part) for part in re.findall(r"\{(\w+)\}", path)} == set(values)
        for name in [_operation_id(path, method)]
    }


def _parameters(path: str, spec: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": to_camel(name), "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    if spec.query is not None:
        schema = spec.query.model_json_schema(by_alias=True)
        found += [
            {"name": name, "in": "query", "required": False, "schema": part}
            for name, part in schema["properties"].items()
        ]
    headers = dict(spec.headers)
    if spec.binary and spec.keyed and "image/png" not in spec.binary[:1]:
        headers |= dict.fromkeys(RANGE_HEADERS, "see RFC 9110")
    found += [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
    return found


def _request_body(spec: Operation, references: dict[Any, Any]) -> dict[str, Any] | None:
    if spec.form is not None:
        properties: dict[str, Any] = {"file": {"type": "string", "format": "binary"}}
        properties |= {name: {"type": "string", "description": text} for name, text in spec.form.items()}
        schema = {"type": "object", "properties": properties, "required": ["file"]}
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    if spec.body is None:
        return None
    content: dict[str, Any] = {"application/json": {"schema": references[(spec.body, "validation")]}}
    for media, text in spec.other_body.items():
        content[media] = {"schema": {"type": "string", "description": text}}
    return {"required": True, "content": content}


def _schema_of(annotation: Any, references: dict[Any, Any]) -> dict[str, Any]:
    if get_origin(annotation) is list:
        return {"type": "array", "items": _schema_of(get_args(annotation)[0], references)}
    if len(models := _models(annotation)) > 1:
        return {"anyOf": [references[(model, "serialization")] for model in models]}
    reference: dict[str, Any] = references[(annotation, "serialization")]
    return reference


def _responses(path: str, method: str, spec: Operation, references: dict[Any, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Success"}
    if method != "head":
        if spec.binary:
            good["content"] = {media: {} for media in spec.binary}
        elif spec.returns is not None:
            good["content"] = {"application/json": {"schema": _schema_of(spec.returns, references)}}
    codes = dict(spec.codes)
    found: dict[str, Any] = {"200": good}
    is_file = any(parameter in path for parameter in ("/download",))
    if is_file:
        good["headers"] = {name: {"schema": {"type": "string"}} for name in DOWNLOAD_HEADERS}
        found["206"] = {**good, "description": "The range that was asked for"}
        found["304"] = {"description": "The client has it already"}
        codes |= {412: "If-Match names another file", 416: "The range is past the end"}
    if spec.keyed:
        codes.setdefault(401, "Missing or invalid API key")
        codes.setdefault(429, "Too many requests; Retry-After says when to try again")
        codes.setdefault(503, "The service cannot answer now; Retry-After says when to try again")
    if "{" in path:
        codes.setdefault(404, "Not found, or not owned by the current user")
    if spec.query is not None or spec.body is not None or spec.form is not None:
        codes.setdefault(400, "Invalid request")
    if spec.body is not None:
        codes.setdefault(413, "The body is too large")
    if spec.body is not None or spec.form is not None:
        codes.setdefault(507, "No space is left on the server's disk")
    problem = {MEDIA_TYPE: {"schema": references[(Problem, "serialization")]}}
    for code in sorted(codes):
        found[str(code)] = {"description": codes[code]} | ({} if method == "head" else {"content": problem})
    return found
