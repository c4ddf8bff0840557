"""The font files of an account, as orders name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import velocity_engine as engine
from velocity_web.database.entities import rows
from velocity_web.settings import MIB
from velocity_web.storage.objects import Objects, never

FOLDER = "fonts"
"""In the storage."""
MOST_UNPACKED = 64 * MIB
"""That a web font may have once it is unpacked."""


def font_files(account_id: str) -> tuple[engine.FileReference, ...]:
    """Within a session: the newest first, so that of two with the same names the newer one is meant."""
    found = rows(
        "SELECT file, sha256 FROM font WHERE account_id = $account ORDER BY created_at DESC, id",
        {"account": account_id},
    )
    return tuple(engine.FileReference(file, sha256) for file, sha256 in found)


def too_many_fonts(account_id: str, most: int) -> str | None:
    """Within a session: what to say where the account may have no further font."""
    [(count,)] = rows("SELECT COUNT(*) FROM font WHERE account_id = $account", {"account": account_id})
    return f"the account has {count} fonts, and may have {most}; delete one first" if count >= most else None


@contextmanager
def font_copies(
    objects: Objects, fonts: Sequence[engine.FileReference], stop: Callable[[], bool] = never
) -> Iterator[tuple[Path, ...]]:
    """The files on this machine; one that was deleted meanwhile is left out. Raises what ``Objects.copy`` does."""
    with ExitStack() as copies:
        found = []
        for font in fonts:
            try:
                found.append(copies.enter_context(objects.copy(font.location, font.sha256, stop)))
            except FileNotFoundError:
                continue
        yield tuple(found)
