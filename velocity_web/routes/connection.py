"""/connection"""

from __future__ import annotations

from velocity_web.http.operation import Call, Operation
from velocity_web.http.pages import paged
from velocity_web.routes.context import Resource
from velocity_web.schemas.destination import ConnectionDto
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.services import connections
from velocity_web.services.paging import whole

TAG = "Connection"


class Connections(Resource):
    @Operation(
        id="listConnections",
        summary="Storages that files are taken from and results are sent to",
        tag=TAG,
        scopes=(READ, RENDER),
        returns=list[ConnectionDto],
    )
    def on_get(self, call: Call) -> list[ConnectionDto]:
        """Those that the administrator named and this user may use, by name."""
        return paged(call, whole(connections.list_connections(call.caller, self.settings)))
