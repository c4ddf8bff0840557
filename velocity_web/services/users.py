"""Users of the service: made, changed, deleted with all that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pony.orm import TransactionIntegrityError

from velocity_web.clock import iso_time
from velocity_web.database.entities import Account, execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Conflict, NotFound
from velocity_web.schemas import states
from velocity_web.schemas.admin import NewUserDto, UserDto
from velocity_web.services.keys import KeyWish, count_valid, insert_key
from velocity_web.services.paging import Listed, Window, total_of
from velocity_web.settings import Settings
from velocity_web.storage.objects import Objects, discard
from velocity_web.storage.render_caches import forget_render_cache

FIRST_KEY = "first"
FILES_AT_ONCE = 2000
"""Files that are deleted with their user; more of them are left to the clean-up, so that the request ends."""
BY_SUBJECT = {
    "render_asset": "render_id IN (SELECT id FROM render WHERE account_id = $id)",
    "remote_source": "job_id IN (SELECT id FROM job WHERE account_id = $id)",
    "batch_row": "batch_id IN (SELECT id FROM batch WHERE account_id = $id)",
    "campaign_audio_group": "campaign_id IN (SELECT id FROM campaign WHERE account_id = $id)",
}
OWN = (
    *("webhook_delivery", "idempotent_request", "poster", "render", "batch", "template_instance", "campaign"),
    *("asset", "font", "audio", "audio_group", "template", "job", "queue_turn", "preview_link", "api_key"),
    *("label", "webhook_endpoint", "former_webhook_secret", "destination"),
)
"""Tables with the account in ``account_id``, those first whose rows name others."""
_FILES = " UNION ALL ".join(
    f"SELECT file FROM {table} WHERE account_id = $id AND file IS NOT NULL"
    for table in ("template", "audio", "asset", "font", "render", "poster")
)


def make_user(settings: Settings, name: str, means: Mapping[str, int | None], scopes: Sequence[str]) -> NewUserDto:
    """A user with a first key; ``means`` are ``quota_mb`` and ``budget_ms``, the settings' where they are None.

    Raises Conflict when the name is taken or empty.
    """
    name = _checked(name)
    quota_mb, budget_ms = means.get("quota_mb"), means.get("budget_ms")
    try:
        with writing():
            _require_free(name)
            account = Account(
                id=new_id(),
                name=name,
                created_at=now_ms(),
                quota_mb=settings.default_quota_mb if quota_mb is None else quota_mb,
                budget_ms=settings.default_budget_ms if budget_ms is None else budget_ms,
            )
            key = insert_key(account.id, KeyWish(FIRST_KEY, scopes))
            return NewUserDto(**dict(_dto(account, 1)), first_key=key)
    except TransactionIntegrityError:  # at the same time, by another process
        raise Conflict(_taken(name)) from None


def list_users(window: Window) -> Listed[UserDto]:
    """By name."""
    with reading():
        ordered = Account.select().order_by(lambda account: (account.name, account.id))
        found = list(ordered[window.skip : window.end])
        keys = count_valid([account.id for account in found])
        total = total_of("FROM account", {}, window, len(found))
        return [_dto(account, keys.get(account.id, 0)) for account in found], total


def user_detail(user_id: str) -> UserDto:
    """Raises NotFound."""
    with reading():
        return _dto(_find(user_id), count_valid([user_id]).get(user_id, 0))


def change_user(user_id: str, changes: Mapping[str, Any]) -> UserDto:
    """``changes`` are values of the account's columns. Raises NotFound, and Conflict when the name is taken."""
    try:
        with writing():
            lock_account(user_id)
            account = _find(user_id)
            values = dict(changes)
            if "name" in values:
                values["name"] = _checked(values["name"])
                if values["name"] != account.name:
                    _require_free(values["name"])
            account.set(**values)
    except TransactionIntegrityError:
        raise Conflict(_taken(str(changes["name"]))) from None
    return user_detail(user_id)


def delete_user(settings: Settings, objects: Objects, user_id: str) -> None:
    """Remove a user with everything that it has. Raises NotFound, and Conflict while something of it is under way."""
    with writing():
        lock_account(user_id)
        name = _find(user_id).name
        if rows(
            f"SELECT 1 FROM job WHERE account_id = $id AND status IN ({states.listed(states.UNFINISHED)}) LIMIT 1",
            {"id": user_id},
        ):
            raise Conflict(
                f"the user {name!r} has renders or uploads under way; disable the user, and cancel them first"
            )
        files = [row[0] for row in rows(_FILES, {"id": user_id})]
        for table, condition in BY_SUBJECT.items():
            execute(f"DELETE FROM {table} WHERE {condition}", {"id": user_id})
        for table in OWN:
            execute(f"DELETE FROM {table} WHERE account_id = $id", {"id": user_id})
        execute("DELETE FROM account WHERE id = $id", {"id": user_id})
    forget_render_cache(settings, user_id)
    discard(objects, *files[:FILES_AT_ONCE])


def _dto(account: Account, keys: int) -> UserDto:
    return UserDto(
        id=account.id,
        name=account.name,
        disabled=account.disabled,
        created_at=iso_time(account.created_at),
        quota_mb=account.quota_mb,
        used_bytes=account.used_bytes,
        budget_milliseconds=account.budget_ms,
        used_milliseconds=account.used_ms,
        valid_keys=keys,
    )


def _find(user_id: str) -> Account:
    account: Account | None = Account.get(id=user_id)
    if account is None:
        raise NotFound(f"there is no user {user_id}")
    return account


def _checked(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 255:
        raise Conflict("a user's name has 1 to 255 characters")
    return name


def _require_free(name: str) -> None:
    if Account.get(name=name):
        raise Conflict(_taken(name))


def _taken(name: str) -> str:
    return f"there is already a user {name!r}"
