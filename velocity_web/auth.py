"""API keys: a visible prefix to find the row by, and a SHA-256 of the whole, which is enough for 256 random bits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from velocity_web.entities import reading, rows

HEADER = "X-API-Key"
PREFIX_LENGTH = 11


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


def find_caller(key: str | None) -> Caller | None:
    """The account of a key; None for no key, a wrong one, or a disabled account."""
    if not key or len(key) > 200:
        return None
    with reading():
        found = rows(
            "SELECT id, name, key_hash FROM account WHERE key_prefix = $prefix AND disabled = $no",
            {"prefix": key[:PREFIX_LENGTH], "no": False},
        )
    digest = key_digest(key)
    for account_id, name, known in found:
        if hmac.compare_digest(known, digest):
            return Caller(account_id, name)
    return None
