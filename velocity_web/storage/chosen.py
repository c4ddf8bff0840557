"""Where the settings say that files are kept."""

from __future__ import annotations

import velocity_engine as engine
from velocity_web.settings import Settings
from velocity_web.storage.bucket import BucketObjects
from velocity_web.storage.folder import FolderObjects
from velocity_web.storage.objects import Objects

REQUEST_SECONDS = 1.0
"""For how long a request waits for a storage that fails, beside what the backend itself waits."""


def objects_for_requests(settings: Settings) -> Objects:
    """Raises ValueError where the settings contradict themselves."""
    return _objects(settings, REQUEST_SECONDS)


def objects_for_jobs(settings: Settings) -> Objects:
    """What waits for a storage that fails for as long as the settings say. Raises ValueError."""
    return _objects(settings, settings.storage_seconds)


def _objects(settings: Settings, patience: float) -> Objects:
    if not settings.storage:
        if settings.signed_url_seconds:
            raise ValueError("VELOCITY_SIGNED_URL_SECONDS needs VELOCITY_STORAGE: files of a folder have no URLs")
        return FolderObjects(settings.data)
    scheme, separator, rest = settings.storage.partition("://")
    if not (scheme and separator and rest):
        raise ValueError("VELOCITY_STORAGE must be a URL, such as s3://bucket/prefix")
    if scheme.lower() == "memory":
        raise ValueError("VELOCITY_STORAGE cannot be memory://, which no two processes share")
    try:
        return BucketObjects(settings, patience)
    except engine.VelocityError as error:
        raise ValueError(f"VELOCITY_STORAGE cannot be used: {error}") from error
