"""Connections as users and the administrator see them."""

from __future__ import annotations

from velocity_web.accounts.auth import Caller
from velocity_web.schemas.destination import ConnectionDetail, ConnectionDto
from velocity_web.settings import Settings
from velocity_web.storage.connections import shown_url, usable


def list_connections(caller: Caller, settings: Settings) -> list[ConnectionDto]:
    """Those that the caller may use, by name."""
    own = usable(settings, caller.name)
    return [ConnectionDto(name=name, read=one.read, write=one.write) for name, one in own.items()]


def all_connections(settings: Settings) -> list[ConnectionDetail]:
    """All of them, by name, without what is secret."""
    return [
        ConnectionDetail(
            name=name,
            read=one.read,
            write=one.write,
            url=shown_url(one.url),
            options=sorted(one.options),
            accounts=one.accounts,
        )
        for name, one in sorted(settings.connections.items())
    ]
