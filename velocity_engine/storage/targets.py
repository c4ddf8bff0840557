"""Targets: a plain path, or a URL whose scheme says which storage backend serves it."""

from __future__ import annotations

import os
import re

from velocity_engine import plugins
from velocity_engine.errors import NOWHERE, Place, PluginError, StorageError
from velocity_engine.plugin_types import Storage
from velocity_engine.storage.named import named_storage

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
LOCAL = "file"
READ_ONLY = ("http", "https")
"""What is fetched as a whole (``web``), and served by no backend."""


def scheme_of(target: str | os.PathLike[str]) -> str:
    """Returns the scheme of a URL in lower case, and "file" for a plain path.

    Args:
        target: A path or a URL.
    """
    found = _URL.match(os.fspath(target))
    return found[1].lower() if found else LOCAL


def is_local(target: str | os.PathLike[str]) -> bool:
    """Whether a target is a plain path.

    Args:
        target: A path or a URL.
    """
    return _URL.match(os.fspath(target)) is None


def storage_for(target: str | os.PathLike[str], place: Place = NOWHERE) -> Storage:
    """Returns the storage backend that serves a target.

    Args:
        target: A path or a URL.
        place: The field of the request that has it, for errors.

    Raises:
        StorageError: No backend for its scheme is installed.
    """
    scheme = scheme_of(target)
    if scheme in READ_ONLY:
        hint = "Give a URL of another scheme, such as s3://"
        raise StorageError(f"{os.fspath(target)} can be read, not written", place=place, hint=hint)
    try:
        return named_storage(plugins.storage(scheme), scheme)
    except PluginError as error:
        hint = error.hint or "Install a plugin that serves it, or give a path"
        message = f"no storage backend serves {scheme}:// ({os.fspath(target)})"
        raise StorageError(message, place=place, hint=hint) from None
