"""Tokens of links: what they lead to and until when, signed with a secret that all processes of a database share.

A token is written in base 32 in lower case, since paths match without regard to case. It has no padding and no bits to
spare, so that there is one spelling of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Forbidden, Gone
from velocity_web.schemas.link import LONGEST_LINK

SECRET_MS = 30 * 86_400_000
"""How long a secret signs new links. It is kept until the last of them has ended."""
LARGEST_ID = 2**31 - 1
_PURPOSE = b"velocity link 1\0"
_BODY = struct.Struct(">BIQ16s")
_SIGNATURE_BYTES = 16
_TOKEN = re.compile(r"[a-z2-7]{72}")

WRONG = "this link is not valid; it was not copied whole, was altered, or was taken back; ask for a new one"
ENDED = "this link has ended; ask for a new one"


class Aim(IntEnum):
    """What a link leads to."""

    VIDEO = 1
    POSTER = 2
    PREVIEW = 3


@dataclass(frozen=True, slots=True)
class Link:
    """``id`` is a render's, or that of a stored preview; ``ends_at`` in milliseconds since 1970."""

    aim: Aim
    id: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class _Secret:
    id: int
    secret: str
    created_at: int


def token_of(link: Link) -> str:
    secret = _current_secret()
    body = _BODY.pack(link.aim, secret.id, link.ends_at, UUID(link.id).bytes)
    return base64.b32encode(body + _signature(secret.secret, body)).decode().lower()


def link_of(token: str) -> Link:
    """Raises Forbidden for a token that is not one of this service, and Gone for one that has ended."""
    if not _TOKEN.fullmatch(token):
        raise Forbidden(WRONG)
    try:
        whole = base64.b32decode(token.upper())
    except binascii.Error:
        raise Forbidden(WRONG) from None
    body, signature = whole[:-_SIGNATURE_BYTES], whole[-_SIGNATURE_BYTES:]
    aim, secret_id, ends_at, identity = _BODY.unpack(body)
    with reading():
        known = {"id": min(secret_id, LARGEST_ID)}  # a forged one may be larger than the column takes
        found = rows("SELECT id, secret, created_at FROM link_secret WHERE id = $id", known)
        now = now_ms()
    if not found or not hmac.compare_digest(_signature(_Secret(*found[0]).secret, body), signature):
        raise Forbidden(WRONG)
    if ends_at <= now:
        raise Gone(ENDED)
    return Link(Aim(aim), str(UUID(bytes=identity)), ends_at)


def end_all_links() -> None:
    """No link that was made until now works any longer."""
    with writing():
        execute("DELETE FROM link_secret", {})


def _signature(secret: str, body: bytes) -> bytes:
    return hmac.new(bytes.fromhex(secret), _PURPOSE + body, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _current_secret() -> _Secret:
    """The newest; a new one where it is too old. Two processes may make one at the same time: both are as good."""
    with reading():
        newest, now = _newest(), now_ms()
    if newest and now - newest.created_at < SECRET_MS:
        return newest
    with writing():
        newest, now = _newest(), now_ms()
        if newest and now - newest.created_at < SECRET_MS:
            return newest
        made = _Secret(secrets.randbelow(LARGEST_ID - 1) + 1, secrets.token_hex(32), now)
        execute(
            "INSERT INTO link_secret (id, secret, created_at) VALUES ($id, $secret, $now)",
            {"id": made.id, "secret": made.secret, "now": now},
        )
        horizon = now - SECRET_MS - LONGEST_LINK * 1000
        execute("DELETE FROM link_secret WHERE created_at < $horizon", {"horizon": horizon})
        return made


def _newest() -> _Secret | None:
    found = rows("SELECT id, secret, created_at FROM link_secret ORDER BY created_at DESC, id LIMIT 1", {})
    return _Secret(*found[0]) if found else None
