"""Files that lie at a URL or on a connection."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictStr

from velocity_web.schemas.base import Identifier, Name, RequestModel
from velocity_web.schemas.destination import ConnectionName

Url = Annotated[StrictStr, Field(min_length=1, max_length=8192)]
SpotPath = Annotated[StrictStr, Field(min_length=1, max_length=1024)]
URL = "an http or https URL of the public internet"
CONNECTION = "the name of a connection, in place of a URL"
PATH = "below the connection's own folder, such as in/photo.jpg"


class SourceRequest(RequestModel):
    """Where a file lies: ``url``, or ``connection`` and ``path``."""

    url: Url | None = Field(None, description=URL)
    connection: ConnectionName | None = Field(None, description=CONNECTION)
    path: SpotPath | None = Field(None, description=PATH)

    def named(self) -> dict[str, Any]:
        """What the engine calls the source; empty where there is none, or what is there is not one."""
        if self.url is not None:
            return {"url": self.url} if self.connection is None and self.path is None else {}
        both = self.connection is not None and self.path is not None
        return {"connection": self.connection, "path": self.path} if both else {}


class ImportRequest(SourceRequest):
    """A file that is fetched, and kept as if it had been uploaded."""

    name: Name | None = Field(None, description="else that of the file")


class AudioImportRequest(ImportRequest):
    audio_group_id: Identifier | None = Field(
        None, description="the audio asset group it goes to; else a group of the account's own"
    )
