"""``file:`` URLs: another way to write a path of this machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def path_of(target: str) -> Path:
    """Returns the path that a plain path or a ``file:`` URL names.

    Args:
        target: The path or the URL.
    """
    return Path(unquote(urlsplit(target).path)) if target[:5].lower() == "file:" else Path(target)
