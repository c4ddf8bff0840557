"""The font files of an account, as orders name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import velocity_engine as engine
from velocity_web.database.entities import rows
from velocity_web.storage.objects import Objects, never

FOLDER = "fonts"
"""In the storage."""


def font_files(account_id: str) -> tuple[engine.FileReference, ...]:
    """Within a session: the newest first, so that of two with the same names the newer one is meant."""
    found = rows(
        "SELECT file, sha256 FROM font WHERE account_id = $account ORDER BY created_at DESC, id",
        {"account": account_id},
    )
    return tuple(engine.FileReference(file, sha256) for file, sha256 in found)


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
