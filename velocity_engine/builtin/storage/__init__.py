"""The built-in storage backends, as a plugin: the local folder, and what fsspec knows for other schemes."""

from __future__ import annotations

from velocity_engine.builtin.storage.folder import FolderStorage
from velocity_engine.builtin.storage.remote import RemoteStorage
from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Storage


@hookimpl
def velocity_storages() -> list[Storage]:
    return [FolderStorage(), RemoteStorage()]
