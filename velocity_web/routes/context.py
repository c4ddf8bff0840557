"""What the endpoints share."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.events.endings import Endings
from velocity_web.processes.runner import Runner
from velocity_web.services.previews import Desk
from velocity_web.services.readiness import Readiness
from velocity_web.services.request_fetches import RequestFetches
from velocity_web.settings import Settings
from velocity_web.storage.objects import Objects

BUSY = "Too many such requests are being worked on; Retry-After says when to try again"


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    objects: Objects
    runner: Runner
    readiness: Readiness
    endings: Endings
    previews: Desk
    fetches: RequestFetches


class Resource:
    """Base of the endpoints' classes."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.settings = context.settings
        self.objects = context.objects
