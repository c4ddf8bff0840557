"""A storage with settings of its own, such as credentials, for who names several of one scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from velocity_engine import plugins
from velocity_engine.errors import PluginError, StorageError
from velocity_engine.given.arguments import named_file, require
from velocity_engine.plugin_types import Storage, TakesOptions
from velocity_engine.storage.named import named_storage
from velocity_engine.storage.targets import scheme_of


def connected_storage(url: str, options: Mapping[str, Any]) -> Storage:
    """Returns the storage backend that serves a URL, with options.

    Args:
        url: A path or a URL.
        options: What the backend takes, such as credentials.

    Raises:
        StorageError: No backend serves the URL's scheme, or it takes no options.
    """
    url = named_file("url", url, "Give a path or a URL as a text")
    require("options", options, Mapping, "Give options by their names")
    scheme = scheme_of(url)
    try:
        storage = plugins.storage(scheme)
    except PluginError:
        raise StorageError(f"no storage backend serves {scheme}://", hint="Install a plugin that serves it") from None
    if not options:
        return named_storage(storage, scheme)
    if not isinstance(storage, TakesOptions):
        raise StorageError(f"the storage backend of {scheme}:// takes no options", hint="Leave them out")
    return named_storage(storage.with_options(options), scheme)
