"""How models show in the OpenAPI document: readable titles, no ``null`` for a default, one component for a thing."""

from __future__ import annotations

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


class DocumentSchema(GenerateJsonSchema):
    """A field that may be left out has no default ``null``: generated clients would take it for a required one."""

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)
