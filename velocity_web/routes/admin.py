"""/admin"""

from __future__ import annotations

from velocity_web.failures import Conflict, Invalid
from velocity_web.http import examples
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.routes.context import Resource
from velocity_web.schemas.account import KeyDto, KeyRequest, KeyRotation, NewKeyDto
from velocity_web.schemas.admin import (
    CacheCleared,
    CacheDto,
    NewUserDto,
    QueueDto,
    UserChange,
    UserDto,
    UserRequest,
    WorkerDto,
)
from velocity_web.schemas.base import Message, Page
from velocity_web.schemas.destination import ConnectionDetail
from velocity_web.schemas.scopes import ADMIN
from velocity_web.services import connections, keys, overview, users
from velocity_web.services.paging import whole

TAG = "Administration"
COLUMNS = {"name": "name", "quota_mb": "quota_mb", "budget_milliseconds": "budget_ms", "disabled": "disabled"}
"""Of an account, by the fields of a change."""


class Users(Resource):
    @Operation(
        id="listUsers", summary="Users of the service", tag=TAG, scopes=(ADMIN,), query=Page, returns=list[UserDto]
    )
    def on_get(self, call: Call[None, Page]) -> list[UserDto]:
        """By name."""
        return paged(call, users.list_users(window_of(call.query)))

    @Operation(
        id="createUser",
        summary="Add a user",
        tag=TAG,
        scopes=(ADMIN,),
        body=UserRequest,
        examples={JSON: examples.USER},
        returns=NewUserDto,
        codes={409: "There is already a user of this name"},
    )
    def on_post(self, call: Call[UserRequest]) -> NewUserDto:
        """The answer has the user's first key, this once."""
        asked = call.body
        means = {"quota_mb": asked.quota_mb, "budget_ms": asked.budget_milliseconds}
        return users.make_user(self.settings, asked.name, means, asked.scopes)


class UserItem(Resource):
    @Operation(id="getUser", summary="A user", tag=TAG, scopes=(ADMIN,), returns=UserDto)
    def on_get(self, call: Call) -> UserDto:
        """With its quotas, and what it uses of them."""
        return users.user_detail(call.ids["user_id"])

    @Operation(
        id="changeUser",
        summary="Change a user",
        tag=TAG,
        scopes=(ADMIN,),
        body=UserChange,
        examples={JSON: examples.USER_CHANGE},
        returns=UserDto,
        codes={409: "The name is taken, or it is the user of this request's key that would be disabled"},
    )
    def on_patch(self, call: Call[UserChange]) -> UserDto:
        """Its name, quota, budget, and whether it is disabled. A disabled user's keys and links do not work; its things
        stay."""
        user_id, asked = call.ids["user_id"], call.body
        given = {field: getattr(asked, field) for field in COLUMNS}
        changes = {COLUMNS[field]: value for field, value in given.items() if value is not None}
        if not changes:
            raise Invalid("nothing is to be changed", {"": ["send name, quotaMB, budgetMilliseconds or disabled"]})
        if asked.disabled and user_id == call.caller.account_id:
            raise Conflict("this is the user of your own key; another administrator can disable it")
        return users.change_user(user_id, changes)

    @Operation(
        id="deleteUser",
        summary="Delete a user with all that it has",
        tag=TAG,
        scopes=(ADMIN,),
        returns=Message,
        codes={409: "Renders or uploads of it are under way, or it is the user of this request's key"},
    )
    def on_delete(self, call: Call) -> Message:
        """Its keys, templates, audio, assets, renders and their files; there is no way back."""
        if call.ids["user_id"] == call.caller.account_id:
            raise Conflict("this is the user of your own key; another administrator can delete it")
        users.delete_user(self.settings, self.objects, call.ids["user_id"])
        return Message(message="User deleted successfully")


class UserKeys(Resource):
    @Operation(id="listUserKeys", summary="Keys of a user", tag=TAG, scopes=(ADMIN,), returns=list[KeyDto])
    def on_get(self, call: Call) -> list[KeyDto]:
        """Oldest first, those that ended within thirty days among them."""
        return paged(call, whole(keys.list_keys(call.ids["user_id"])))

    @Operation(
        id="createUserKey",
        summary="Add a key for a user",
        tag=TAG,
        scopes=(ADMIN,),
        body=KeyRequest,
        examples={JSON: examples.KEY},
        returns=NewKeyDto,
        codes={409: "The user has too many keys"},
    )
    def on_post(self, call: Call[KeyRequest]) -> NewKeyDto:
        """The answer has the key, this once; the others of the user stay valid."""
        asked = call.body
        wish = keys.KeyWish(asked.name, asked.scopes, asked.origins, asked.expires_seconds)
        return keys.make(call.ids["user_id"], wish)


class UserKeyItem(Resource):
    @Operation(id="deleteUserKey", summary="Revoke a key", tag=TAG, scopes=(ADMIN,), returns=Message)
    def on_delete(self, call: Call) -> Message:
        """It ends at once."""
        keys.revoke(call.ids["user_id"], call.ids["key_id"])
        return Message(message="Key revoked successfully")


class UserKeyRotate(Resource):
    @Operation(
        id="rotateUserKey",
        summary="Put a new key in the place of another",
        tag=TAG,
        scopes=(ADMIN,),
        body=KeyRotation,
        examples={JSON: examples.KEY_ROTATION},
        returns=NewKeyDto,
        codes={409: "The key has ended, or the user has too many"},
    )
    def on_post(self, call: Call[KeyRotation]) -> NewKeyDto:
        """The new one may do the same; the old one ends after keepSeconds. The answer has the new key, this once."""
        return keys.rotate(call.ids["user_id"], call.ids["key_id"], call.body.keep_seconds)


class Queue(Resource):
    @Operation(id="getQueue", summary="What waits and is worked on", tag=TAG, scopes=(ADMIN,), returns=list[QueueDto])
    def on_get(self, call: Call) -> list[QueueDto]:
        """For each kind of job, with the users that have the most at work."""
        return paged(call, whole(overview.queue()))


class Workers(Resource):
    @Operation(id="listWorkers", summary="Workers and what they do", tag=TAG, scopes=(ADMIN,), returns=list[WorkerDto])
    def on_get(self, call: Call) -> list[WorkerDto]:
        """Those that were heard of within fifteen seconds."""
        return paged(call, whole(overview.working()))


class Connections(Resource):
    @Operation(
        id="listAllConnections",
        summary="All connections",
        tag=TAG,
        scopes=(ADMIN,),
        returns=list[ConnectionDetail],
    )
    def on_get(self, call: Call) -> list[ConnectionDetail]:
        """As the settings of the server that answers have them, without credentials."""
        return paged(call, whole(connections.all_connections(self.settings)))


class Cache(Resource):
    @Operation(id="getCache", summary="The cache of renders", tag=TAG, scopes=(ADMIN,), returns=CacheDto)
    def on_get(self, _call: Call) -> CacheDto:
        """Of the data folder of the server that answers."""
        return overview.cache(self.settings)

    @Operation(id="clearCache", summary="Empty the cache of renders", tag=TAG, scopes=(ADMIN,), returns=CacheCleared)
    def on_delete(self, _call: Call) -> CacheCleared:
        """Finished videos stay; later renders draw and encode anew."""
        return overview.clear_cache(self.settings)
