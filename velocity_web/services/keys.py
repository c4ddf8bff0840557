"""Keys of accounts: made, listed, rotated, revoked. Their secrets are told once, and kept as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velocity_web.accounts.auth import make_key
from velocity_web.clock import iso_time
from velocity_web.database.entities import ApiKey, execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Conflict, NotFound
from velocity_web.schemas.account import KeyDto, NewKeyDto

MOST_VALID = 20
"""Keys of one account."""
REMEMBERED_MS = 30 * 86_400_000
"""How long an ended key is still listed."""
VALID = "(ends_at IS NULL OR ends_at > $now)"


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What a new key is to be; ``seconds`` is after how long it ends."""

    name: str
    scopes: Sequence[str]
    origins: Sequence[str] = ()
    seconds: int | None = None


def insert_key(account_id: str, wish: KeyWish) -> NewKeyDto:
    """Within a writing transaction. The answer alone has the whole key."""
    made, now = make_key(), now_ms()
    row = ApiKey(
        id=new_id(),
        account_id=account_id,
        name=wish.name,
        prefix=made.prefix,
        digest=made.digest,
        scopes=" ".join(wish.scopes),
        origins=" ".join(wish.origins),
        created_at=now,
        ends_at=None if wish.seconds is None else now + wish.seconds * 1000,
        seconds=wish.seconds,
    )
    return NewKeyDto(**dict(key_dto(row)), key=made.key)


def key_dto(row: ApiKey) -> KeyDto:
    return KeyDto(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes.split(),
        origins=row.origins.split(),
        created_at=iso_time(row.created_at),
        last_used_at=iso_time(row.used_at),
        expires_at=iso_time(row.ends_at),
    )


def keys_of(account_id: str) -> list[KeyDto]:
    """Within a session: oldest first, and those that ended a while ago among them."""
    return [key_dto(row) for row in _rows_of(account_id)]


def list_keys(account_id: str) -> list[KeyDto]:
    """Raises NotFound where there is no such account."""
    with reading():
        _require_account(account_id)
        return keys_of(account_id)


def _rows_of(account_id: str) -> list[ApiKey]:
    return list(ApiKey.select(lambda key: key.account_id == account_id).order_by(lambda key: (key.created_at, key.id)))


def valid_keys(account_id: str) -> list[ApiKey]:
    """Within a session."""
    now = now_ms()
    return [row for row in _rows_of(account_id) if row.ends_at is None or row.ends_at > now]


def count_valid(account_ids: Sequence[str]) -> dict[str, int]:
    """Within a session: how many keys of each account are valid."""
    if not account_ids:
        return {}
    named = {f"id{number}": account_id for number, account_id in enumerate(account_ids)}
    marks = ", ".join(f"${name}" for name in named)
    found = rows(
        f"SELECT account_id, COUNT(*) FROM api_key WHERE account_id IN ({marks}) AND {VALID} GROUP BY account_id",
        {**named, "now": now_ms()},
    )
    return dict(found)


def make(account_id: str, wish: KeyWish) -> NewKeyDto:
    """Raises NotFound where there is no such account, and Conflict where it has too many keys."""
    with writing():
        _hold(account_id)
        if len(valid_keys(account_id)) >= MOST_VALID:
            raise Conflict(f"the user has {MOST_VALID} valid keys already; revoke one first")
        return insert_key(account_id, wish)


def rotate(account_id: str, key_id: str, keep_seconds: int = 0) -> NewKeyDto:
    """A new key in the place of another, which stays valid for so long. Raises NotFound and Conflict.

    The new one may do what the old one may, and lives as long as the old one was made for.
    """
    with writing():
        _hold(account_id)
        old, now = _find(account_id, key_id), now_ms()
        if old.ends_at is not None and old.ends_at <= now:
            raise Conflict("the key has ended; make a new one")
        until = now + keep_seconds * 1000
        old.ends_at = until if old.ends_at is None else min(old.ends_at, until)
        if len(valid_keys(account_id)) >= MOST_VALID:
            raise Conflict(f"the user has {MOST_VALID} valid keys already; revoke one first")
        return insert_key(account_id, KeyWish(old.name, old.scopes.split(), old.origins.split(), old.seconds))


def revoke(account_id: str, key_id: str) -> None:
    """It ends at once, and is forgotten. Raises NotFound."""
    with writing():
        _hold(account_id)
        _find(account_id, key_id).delete()


def _hold(account_id: str) -> None:
    """So that no two count the account's keys at once; what ended long ago is forgotten."""
    lock_account(account_id)
    _require_account(account_id)
    execute(
        "DELETE FROM api_key WHERE account_id = $id AND ends_at < $horizon",
        {"id": account_id, "horizon": now_ms() - REMEMBERED_MS},
    )


def _require_account(account_id: str) -> None:
    if not rows("SELECT 1 FROM account WHERE id = $id", {"id": account_id}):
        raise NotFound(f"there is no user {account_id}")


def _find(account_id: str, key_id: str) -> ApiKey:
    row: ApiKey | None = ApiKey.get(id=key_id)
    if row is None or row.account_id != account_id:
        raise NotFound(f"the user has no key {key_id}")
    return row
