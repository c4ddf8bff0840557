"""Connections: storages that the administrator named, from which requests take files, and to which they send results.

A request says ``{"connection": "media", "path": "in/photo.jpg"}``. What lies behind a name, and with which credentials,
is the administrator's business: it may change without any request changing with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import velocity_engine as engine
from velocity_web.settings import ConnectionSettings, Settings

MAX_PATH = 1024
_UNWANTED = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
SHORTEST_SECRET = 4
_ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
SPECIAL = '\\?#%*:"<>|'
"""What storages and file systems take for more than a part of a name."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A file of a connection, as a request names it."""

    connection: str
    path: str

    @property
    def location(self) -> str:
        """One text for it: what an order has in the place of a file's name."""
        return f"connection://{self.connection}/{self.path}"

    @classmethod
    def of(cls, location: str) -> Spot | None:
        """The spot that a location names, if it names one."""
        scheme, separator, rest = location.partition("://")
        if scheme != "connection" or not separator:
            return None
        name, _slash, path = rest.partition("/")
        return cls(name, path)


def path_fault(path: str) -> str | None:
    """Why a path below a connection cannot be one, in a sentence."""
    if not path or len(path) > MAX_PATH:
        return f"a path has 1 to {MAX_PATH} characters"
    if path.startswith("/") or path.endswith("/"):
        return (
            "it must not begin or end with a slash; write it from the connection's own folder on, such as in/photo.jpg"
        )
    parts = path.split("/")
    if not all(part.strip(" .") for part in parts):
        return "it must not hold empty parts, nor parts of dots and spaces alone"
    if any(part[0] == " " or part[-1] in " ." for part in parts):
        return "no part of it may begin with a space, or end with a space or a dot: some storages leave these out"
    if _UNWANTED.search(path) or any(sign in path for sign in SPECIAL):
        return f"it must not hold control characters, nor any of {' '.join(SPECIAL)}"
    return None


def usable(settings: Settings, user: str) -> dict[str, ConnectionSettings]:
    """The connections that a user, by its name, may use."""
    return {
        name: one for name, one in sorted(settings.connections.items()) if one.accounts is None or user in one.accounts
    }


def spot_errors(spot: Spot, own: Mapping[str, ConnectionSettings], *, writes: bool) -> dict[str, str]:
    """What is wrong with a spot, by ``connection`` and ``path``. ``own``: what ``usable`` returned."""
    found = own.get(spot.connection)
    errors = {}
    if found is None:
        names = ", ".join(own)
        there = f"there are: {names}" if names else "the administrator has named none that you may use"
        errors["connection"] = f"there is no connection {spot.connection[:60]!r}; {there}"
    elif writes and not found.write:
        errors["connection"] = f"the connection {spot.connection!r} is for reading only"
    elif not writes and not found.read:
        errors["connection"] = f"the connection {spot.connection!r} is for results only"
    if fault := path_fault(spot.path):
        errors["path"] = fault
    return errors


@dataclass(frozen=True, slots=True)
class Opened:
    """A spot with the storage that serves it, and its URL or path there."""

    storage: Any
    target: str


def opened(settings: Settings, spot: Spot) -> Opened:
    """Raises engine.StorageError where there is no such connection any more, or nothing serves it."""
    found = settings.connections.get(spot.connection)
    if found is None:
        raise engine.StorageError(f"there is no connection {spot.connection!r}")
    return Opened(engine.connected_storage(found.url, found.options), f"{found.url.rstrip('/')}/{spot.path}")


def leads_to(message: str, connection: ConnectionSettings) -> bool:
    """Whether a message tells where a connection leads, or what opens it: that is the administrator's business."""
    secrets = [*_texts(connection.options), connection.url]
    hosts = [urlsplit(one).netloc.rpartition("@")[2].partition(":")[0] for one in secrets]
    known = [one for one in (*secrets, *hosts) if len(one) >= SHORTEST_SECRET]
    return "://" in message or _ADDRESS.search(message) is not None or any(one in message for one in known)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)


def shown_url(url: str) -> str:
    """A connection's URL for people: without a user, a password and a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.scheme else url
