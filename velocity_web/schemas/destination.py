"""Where finished videos are sent, and files of connections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr

from velocity_web.schemas import states
from velocity_web.schemas.base import RequestModel, ResponseModel, Time
from velocity_web.schemas.template import one_of

MOST = 10
ConnectionName = Annotated[StrictStr, Field(min_length=1, max_length=63)]
PATH = "below the connection's own folder; fields are {name}, {id}, {template}, {ending}, and of a batch {row}, {batch}"


class DestinationRequest(RequestModel):
    """A file of a connection that the video is written to when it is made; what is there already is replaced."""

    connection: ConnectionName = Field(description="the name of a connection, as GET /connection lists them")
    path: Annotated[StrictStr, Field(min_length=1, max_length=1024)] = Field(
        description=PATH, examples=["spring/{name}.mp4"]
    )


class DestinationDto(ResponseModel):
    """A destination, and how sending the video there went. ``reason``: why the last attempt failed."""

    connection: str
    path: str
    status: Annotated[
        str, one_of(states.WAITING, states.PENDING, states.DELIVERED, states.FAILED, states.CANCELLED)
    ] = Field(description="waiting for the video, pending while it is sent")
    attempts: int
    reason: str | None
    size_bytes: int | None
    completed_at: Time | None


class ConnectionDto(ResponseModel):
    """A storage that the administrator named."""

    name: str
    read: bool = Field(description="whether requests may take files from it")
    write: bool = Field(description="whether requests may send results to it")


class ConnectionDetail(ConnectionDto):
    """With what only the administrator knows, but no credentials."""

    url: str = Field(description="what the paths of requests lie below")
    options: list[str] = Field(description="the names of its options")
    accounts: list[str] | None = Field(description="users who may use it; null: all")


Destinations = Annotated[list[DestinationRequest], Field(max_length=MOST)]
