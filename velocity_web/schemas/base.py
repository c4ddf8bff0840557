"""The common ground of all schemas: camelCase names, UTC times with Z, integers that are integers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StrictStr, WithJsonSchema
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """A body that the service sends."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


class Question(BaseModel):
    """A body that the service receives. Fields it does not know are kept aside, for the warning that names them."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=False, extra="allow", arbitrary_types_allowed=False
    )


def whole(value: Any) -> Any:
    """A JSON number like 5.0 as the integer that it is; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _zulu(value: datetime) -> str:
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{value.microsecond // 1000:03d}" if value.microsecond else ""
    return f"{text}{fraction}Z"


Int32 = Annotated[int, BeforeValidator(whole), Field(strict=True, ge=-(2**31), le=2**31 - 1)]
Positive32 = Annotated[int, BeforeValidator(whole), Field(strict=True, ge=1, le=2**31 - 1)]
Time = Annotated[datetime, PlainSerializer(_zulu, return_type=str, when_used="json")]
Identifier = UUID
IdText = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Name = Annotated[StrictStr, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Message(Answer):
    """A sentence for people."""

    message: str


class Problem(Answer):
    """RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: dict[str, list[str]] | None = Field(None, description="sentences by request field")


class Page(Question):
    """Pagination: the contract's default and maximum of most lists."""

    skip: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    take: Annotated[int, Field(ge=1, le=100)] = 50
