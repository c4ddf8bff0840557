"""The reference of REST, from the OpenAPI document that the service itself answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from velocity_web.http.openapi import openapi_document
from velocity_web.server.app import ROUTES

Schema = Mapping[str, Any]
SCHEMA_PAGE = "rest-schemas.md"


def document() -> dict[str, Any]:
    """What ``/openapi.json`` answers; the declarations hang on the classes, so that no service need run."""
    return openapi_document(list(ROUTES))


def operations_page(openapi: Schema) -> str:
    groups: dict[str, list[str]] = {}
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    text = (
        "# REST: every endpoint\n\nWritten from the OpenAPI document, which a service serves at `/openapi.json` "
        "(and to try out at `/docs`). Requests have the key in the header `X-API-Key`. Mistakes are answered as "
        "`application/problem+json`. [The contract](../api/velocity-simple-api-v1.md) and [the service](../service.md) "
        "say the rest.\n"
    )
    return text + "".join(f"\n## {group}\n\n" + "\n\n".join(parts) + "\n" for group, parts in groups.items())


def schemas_page(openapi: Schema) -> str:
    parts = ["# REST: bodies", "The objects that requests and answers are made of."]
    for name, schema in sorted(openapi["components"]["schemas"].items()):
        parts += [f"## {name}", _prose(schema.get("description", "")), _fields(schema)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _operation(path: str, method: str, operation: Schema) -> str:
    parts = [
        f"### {method.upper()} {path}",
        f"**{_sentence(operation.get('summary', ''))}** {_prose(operation.get('description', ''))}".strip(),
        _parameters(operation.get("parameters", ())),
        _body(operation.get("requestBody")),
        _answers(operation["responses"]),
    ]
    if operation.get("security") == []:
        parts.insert(2, "No key is needed.")
    return "\n\n".join(part for part in parts if part)


def _parameters(parameters: Any) -> str:
    rows = [
        f"| `{one['name']}` | {one['in']} | {_type(one.get('schema', {}))} | {_cell(_said(one))} |"
        for one in parameters
    ]
    return "\n".join(["| parameter | in | type | meaning |", "|---|---|---|---|", *rows]) if rows else ""


def _said(one: Schema) -> str:
    limits = _limits(one.get("schema", {}))
    return " ".join(part for part in (_sentence(one.get("description") or ""), limits) if part)


def _body(body: Schema | None) -> str:
    if body is None:
        return ""
    parts = []
    for media, content in body["content"].items():
        schema = content.get("schema", {})
        parts.append(f"Body, `{media}`: {_type(schema)}")
        if "properties" in schema:
            parts.append(_fields(schema))
        for name, example in content.get("examples", {}).items():
            value = example.get("value", {})
            code = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
            parts.append(
                f'??? example "{_sentence(example.get("summary", name))}"\n\n' + _indented(f"```json\n{code}\n```")
            )
    return "\n\n".join(parts)


def _answers(responses: Schema) -> str:
    rows = []
    for code, answer in responses.items():
        content = answer.get("content", {})
        kinds = ", ".join(dict.fromkeys(f"`{media}`: {_type(one.get('schema', {}))}" for media, one in content.items()))
        rows.append(f"| {code} | {_cell(answer.get('description', ''))} | {kinds if int(code) < 400 else ''} |")
    return "\n".join(["| answer | when | content |", "|---|---|---|", *rows])


def _fields(schema: Schema) -> str:
    if "enum" in schema:
        return "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + "."
    if "properties" not in schema:
        return f"Type: {_type(schema)}"
    required = schema.get("required", ())
    rows = [
        f"| `{name}` | {_type(part)} | {'yes' if name in required else ''} | {_cell(_described(part))} |"
        for name, part in schema["properties"].items()
    ]
    return "\n".join(["| field | type | must be there | meaning |", "|---|---|---|---|", *rows])


def _described(part: Schema) -> str:
    return " ".join(text for text in (_sentence(part.get("description", "")), _limits(part)) if text)


def _limits(part: Schema) -> str:
    words = {
        "default": "Without it", "minimum": "At least", "maximum": "At most", "exclusiveMinimum": "More than",
        "exclusiveMaximum": "Less than", "minLength": "Least length", "maxLength": "Longest", "minItems": "Least items",
        "maxItems": "Most items", "pattern": "Pattern",
    }  # fmt: skip
    found = [f"{word}: `{json.dumps(part[key])}`." for key, word in words.items() if part.get(key) is not None]
    return " ".join(found)


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}]({SCHEMA_PAGE}#{name.lower()})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[key]))
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) or not text else text + "."


def _prose(text: str) -> str:
    return text.strip().replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _indented(text: str) -> str:
    return "\n".join(_indent_lines(text))


def _indent_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"    {line}" if line else ""
