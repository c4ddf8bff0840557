"""What must go when a process ends before it could clean up: told to who watches the process, if anybody does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_tell: Callable[[str], None] | None = None


def watched_by(tell: Callable[[str], None]) -> None:
    """From now on ``tell`` is called with the absolute path of each file or folder that is noted."""
    global _tell
    _tell = tell


def note(path: str | os.PathLike[str]) -> None:
    """Says that a file or folder is this process's own, and of no use once it has ended.

    Args:
        path: Where it is, or will be.
    """
    if _tell is not None:
        _tell(str(Path(path).absolute()))
