"""The storage quota: one counter for each account, changed by the transaction that adds or removes the file's row."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.database.entities import execute, rows
from velocity_web.failures import NotFound, QuotaExceeded
from velocity_web.schemas import states
from velocity_web.settings import MIB


@dataclass(frozen=True, slots=True)
class Storage:
    quota_mb: int
    used_bytes: int

    @property
    def available_bytes(self) -> int:
        return max(0, self.quota_mb * MIB - self.used_bytes)


def storage_of(account_id: str) -> Storage:
    """Within a session."""
    found = rows("SELECT quota_mb, used_bytes FROM account WHERE id = $id", {"id": account_id})
    if not found:
        raise NotFound("the account was removed")
    return Storage(*found[0])


def take(account_id: str, size_bytes: int) -> None:
    """Count ``size_bytes`` to the account, within a writing transaction. Raises QuotaExceeded when they do not fit."""
    taken = execute(
        "UPDATE account SET used_bytes = used_bytes + $size "
        "WHERE id = $id AND used_bytes + $size <= quota_mb * 1048576",
        {"id": account_id, "size": size_bytes},
    )
    if not taken:
        raise QuotaExceeded(full_sentence(storage_of(account_id), size_bytes))


def give_back(account_id: str, size_bytes: int) -> None:
    """Within a writing transaction."""
    execute("UPDATE account SET used_bytes = used_bytes - $size WHERE id = $id", {"id": account_id, "size": size_bytes})


def require(account_id: str, expected_bytes: int, least_bytes: int) -> None:
    """Within the transaction that queues renders: room for the ``least_bytes`` that their files will have at least.

    Raises QuotaExceeded.
    """
    storage = storage_of(account_id)
    held = reserved_bytes(account_id)
    left = max(0, storage.available_bytes - held)
    if least_bytes > left:
        others = f" beside the {held} bytes that the renders before it need" if held else ""
        raise QuotaExceeded(
            f"about {expected_bytes} bytes (at least {least_bytes}) of storage are needed, and {left} bytes of "
            f"{storage.quota_mb} MB are left{others}; delete something, or ask the administrator for more"
        )


def reserved_bytes(account_id: str) -> int:
    """Within a session: what the files of the active renders will have, at least."""
    found = rows(
        f"SELECT SUM(reserved_bytes) FROM job WHERE account_id = $id AND kind = '{states.RENDER}' "
        f"AND status IN ({states.listed(states.ACTIVE)}) AND status <> '{states.CANCELLING}'",
        {"id": account_id},
    )
    return int(found[0][0] or 0)


def full_sentence(storage: Storage, size_bytes: int) -> str:
    return (
        f"Storage quota exceeded: {size_bytes} bytes do not fit into the {storage.available_bytes} bytes "
        f"that are left of {storage.quota_mb} MB; delete something, or ask the administrator for more"
    )
