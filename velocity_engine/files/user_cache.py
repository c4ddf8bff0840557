"""The folder in which the engine keeps, for a user, what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "VELOCITY_CACHE"


def user_cache_folder() -> Path:
    """Returns the folder that ``VELOCITY_CACHE`` names, or that of the user's caches. It need not be there."""
    base = os.environ.get(VARIABLE)
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "velocity"
