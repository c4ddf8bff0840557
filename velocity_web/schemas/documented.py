"""How models show in the OpenAPI document: readable titles, no ``null`` for a default, one component for a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema

WORDS = {
    "id": "ID",
    "ids": "IDs",
    "url": "URL",
    "csv": "CSV",
    "fps": "FPS",
    "gop": "GOP",
    "idr": "IDR",
    "qp": "QP",
    "mb": "MB",
    "res": "resolution",
    "rc": "rate control",
    "num": "numerator",
    "denum": "denominator",
    "f": "frame",
}


def title_of(name: str, _info: Any) -> str:
    """The title of a field: ``audio_asset_group_id`` is "Audio asset group ID"."""
    text = " ".join(WORDS.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class DescribedBy:
    """Beside a plain type: its schema in the document is that of ``model``, which nothing is checked against."""

    model: type[BaseModel]

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self.model.__pydantic_core_schema__)


LIMITS: Mapping[str, tuple[str, Callable[[float, float], float]]] = {"ge": ("minimum", max), "le": ("maximum", min)}
"""By pydantic's words for a limit that a field has beside its type's: JSON Schema's, and which of both counts."""


def with_keywords(schema: Any) -> Any:
    """The schema with JSON Schema's words for limits, also where pydantic wrote its own."""
    if isinstance(schema, list):
        return [with_keywords(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: with_keywords(part) for key, part in schema.items()}
    for word, (keyword, choose) in LIMITS.items():
        limit = found.get(word)
        if isinstance(limit, int | float):
            del found[word]
            found[keyword] = choose(limit, found.get(keyword, limit))
    return found


class DocumentSchema(GenerateJsonSchema):
    """A field that may be left out has no default ``null``: generated clients would take it for a required one."""

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)
