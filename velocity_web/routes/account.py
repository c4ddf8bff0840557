"""/account"""

from __future__ import annotations

from velocity_web.http.operation import Call, Operation
from velocity_web.routes.context import Resource
from velocity_web.schemas.account import AccountDto
from velocity_web.schemas.scopes import ADMIN, READ, RENDER
from velocity_web.services.accounts import account_of

TAG = "Account"


class Account(Resource):
    @Operation(
        id="getAccount",
        summary="This account: keys, quotas, usage, limits",
        tag=TAG,
        scopes=(READ, RENDER, ADMIN),
        returns=AccountDto,
    )
    def on_get(self, call: Call) -> AccountDto:
        """Keys are told by how they begin, with what they may do; ``key`` is the one of this request."""
        return account_of(call.caller, self.settings)
