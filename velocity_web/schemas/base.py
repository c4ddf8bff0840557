"""The common ground of all schemas: camelCase names, UTC times with Z, integers that are integers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictStr,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from velocity_web.schemas.documented import title_of
from velocity_web.schemas.sentences import PRINTABLE


class ResponseModel(BaseModel):
    """A body that the service sends."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True, field_title_generator=title_of
    )


class RequestModel(BaseModel):
    """A body that the service receives. Fields it does not know are kept aside, for the warning that names them."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=False, extra="allow", field_title_generator=title_of
    )


def whole(value: Any) -> Any:
    """A JSON number like 5.0 as the integer that it is; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _zulu(value: datetime) -> str:
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{value.microsecond // 1000:03d}" if value.microsecond else ""
    return f"{text}{fraction}Z"


def whole_number(least: int, most: int) -> tuple[Any, Any]:
    """The checks of a whole number in a range that may be larger than 32 bits."""
    return Field(strict=True, ge=least, le=most), BeforeValidator(whole)


Int32 = Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1), BeforeValidator(whole)]
Time = Annotated[
    datetime,
    PlainSerializer(_zulu, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Identifier = UUID
IdText = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Name = Annotated[StrictStr, Field(min_length=1, max_length=255, pattern=PRINTABLE)]


class Message(ResponseModel):
    """A sentence for people."""

    message: str


class Problem(ResponseModel):
    """RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: dict[str, list[str]] | None = Field(None, description="sentences by request field")


def at_most(most: int) -> tuple[AfterValidator, Any]:
    """Of a page's length: a larger one means ``most``, as the contract's maximum does."""
    return AfterValidator(lambda value: min(value, most)), WithJsonSchema(
        {"type": "integer", "format": "int32", "minimum": 1}
    )


Skip = Annotated[int, Field(ge=0, le=2**31 - 1, description="how many of the newest to leave out")]
Take = Annotated[
    int, Field(ge=1, description="how many to list, at most 100; a larger number lists 100"), *at_most(100)
]


LONGEST_WAIT = 30.0
Wait = Annotated[
    float,
    Field(
        ge=0,
        description="seconds to wait, at most 30, until the status is another one; the answer comes as soon as it is, "
        "at once where it is final",
    ),
    AfterValidator(lambda seconds: min(seconds, LONGEST_WAIT)),
]


class Waiting(RequestModel):
    """Of a status."""

    wait: Wait = 0.0


class Page(RequestModel):
    """Pagination: the contract's default and maximum of most lists."""

    skip: Skip = 0
    take: Take = 50
