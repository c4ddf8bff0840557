"""What a key may do: the names of the scopes, which do not include each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Scope = Literal["render", "read", "preview", "admin"]

RENDER: Scope = "render"
"""Everything that adds, changes, deletes or costs something of the account's own."""
READ: Scope = "read"
"""Everything that shows what the account has, previews among it."""
PREVIEW: Scope = "preview"
"""Previews of templates and what a form for one needs; for pages that anybody can read."""
ADMIN: Scope = "admin"
"""``/admin``: all users and the whole service."""

ALL: tuple[Scope, ...] = (RENDER, READ, PREVIEW, ADMIN)
USUAL: tuple[Scope, ...] = (RENDER, READ, PREVIEW)
"""What a key has where nobody says otherwise: all that concerns its own account."""


def listed(scopes: Sequence[str], word: str) -> str:
    """The scopes in words: ``read``, ``read or preview``, ``render, read and preview``."""
    *first, last = scopes
    return f"{', '.join(first)} {word} {last}" if first else last
