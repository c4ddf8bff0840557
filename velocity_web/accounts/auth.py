"""API keys: a visible prefix to find the row by, and a SHA-256 of the whole, which is enough for 256 random bits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from velocity_web.accounts.key_uses import key_uses
from velocity_web.database.entities import reading, rows
from velocity_web.database.now import now_ms
from velocity_web.schemas.scopes import listed

HEADER = "X-API-Key"
PREFIX_LENGTH = 11
LONGEST_KEY = 200
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """The key of a request. ``origins`` are those of the web pages that may use it; none: it does not say."""

    id: str
    prefix: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request; ``key`` is None for who came by a link."""

    account_id: str
    name: str
    key: KeyInUse | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A key as the database has it, with its account."""

    account_id: str
    name: str
    id: str
    prefix: str
    digest: str
    scopes: str
    origins: str
    ends_at: int | None


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
    """The account of a key; None for no key, a wrong or ended one, or a disabled account."""
    if not key or len(key) > LONGEST_KEY:
        return None
    digest = key_digest(key)
    with reading():
        found = rows(
            "SELECT account.id, account.name, api_key.id, api_key.prefix, api_key.digest, api_key.scopes, "
            "api_key.origins, api_key.ends_at FROM api_key JOIN account ON account.id = api_key.account_id "
            "WHERE api_key.prefix = $prefix AND account.disabled = $no",
            {"prefix": key[:PREFIX_LENGTH], "no": False},
        )
        matching = [kept for kept in (_Kept(*row) for row in found) if hmac.compare_digest(kept.digest, digest)]
        kept = matching[0] if matching else None
        if kept is not None and kept.ends_at is not None and kept.ends_at <= now_ms():
            kept = None
    acquaintances.note(digest, kept.account_id if kept else None)
    if kept is None:
        return None
    key_uses.note(kept.id)
    in_use = KeyInUse(kept.id, kept.prefix, tuple(kept.scopes.split()), tuple(kept.origins.split()))
    return Caller(kept.account_id, kept.name, in_use)


def lacking(caller: Caller, scopes: Sequence[str]) -> str | None:
    """The sentence for a request that needs one of ``scopes`` of its key, where the key has none of them."""
    held = caller.key.scopes if caller.key else ()
    if any(scope in held for scope in scopes):
        return None
    has = f"yours has {listed(held, 'and')}" if held else "yours has none"
    return f"this needs a key with the scope {listed(scopes, 'or')}; {has}"
