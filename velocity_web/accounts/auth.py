"""API keys: a visible prefix to find the row by, and a SHA-256 of the whole, which is enough for 256 random bits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from velocity_web.database.entities import reading, rows

HEADER = "X-API-Key"
PREFIX_LENGTH = 11
LONGEST_KEY = 200
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request."""

    account_id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once, and what is kept of it."""

    key: str
    prefix: str
    digest: str


def make_key() -> NewKey:
    key = f"vk_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    return NewKey(key, key[:PREFIX_LENGTH], key_digest(key))


def key_digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Acquaintances:
    """The accounts of the keys that were right when they last came, the latest of them, by the keys' digests.

    They tell whose turn and whose rate a request counts to, without a look into the database; they let nobody in.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, str] = OrderedDict()

    def account_of(self, key: str) -> str | None:
        with self._lock:
            return self._accounts.get(key_digest(key))

    def note(self, digest: str, account_id: str | None) -> None:
        """``account_id`` is None for a key that is not, or no longer, right."""
        with self._lock:
            self._accounts.pop(digest, None)
            if account_id is not None:
                self._accounts[digest] = account_id
            if len(self._accounts) > REMEMBERED:
                self._accounts.popitem(last=False)


acquaintances = Acquaintances()


def find_caller(key: str | None) -> Caller | None:
    """The account of a key; None for no key, a wrong one, or a disabled account."""
    if not key or len(key) > LONGEST_KEY:
        return None
    with reading():
        found = rows(
            "SELECT id, name, key_hash FROM account WHERE key_prefix = $prefix AND disabled = $no",
            {"prefix": key[:PREFIX_LENGTH], "no": False},
        )
    digest = key_digest(key)
    matching = [Caller(account_id, name) for account_id, name, known in found if hmac.compare_digest(known, digest)]
    caller = matching[0] if matching else None
    acquaintances.note(digest, caller.account_id if caller else None)
    return caller
