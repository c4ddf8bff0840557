"""Files of requests that lie at URLs and on connections: what is wrong with their names, before any is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.settings import Settings
from velocity_web.storage.connections import Spot, spot_errors, usable

Errors = dict[str, list[str]]
STAND_IN = __file__
"""A file that is there, for who looks whether one is but does not read it: what is fetched is not here yet."""
MOST_URL = 8192


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a caller may take files from."""

    settings: Settings
    caller: Caller

    def located(self, source: Mapping[str, Any], field: str, errors: Errors) -> engine.FileReference | None:
        """The reference to ``{"url"}`` or ``{"connection", "path"}``, which nobody has read; None where ``errors`` gets
        what is wrong, by the request's ``field``."""
        if "url" in source:
            return self._at_url(str(source["url"]), f"{field}.url", errors)
        spot = Spot(str(source.get("connection")), str(source.get("path")))
        wrong = spot_errors(spot, usable(self.settings, self.caller.name), writes=False)
        errors.update({f"{field}.{name}": [sentence] for name, sentence in wrong.items()})
        return None if wrong else engine.FileReference(spot.location, "")

    def _at_url(self, url: str, field: str, errors: Errors) -> engine.FileReference | None:
        """Names are not looked up here, so that nobody's resolver holds up a request: the fetch looks, and judges."""
        try:
            if len(url) > MOST_URL:
                raise engine.network.ForbiddenAddress(f"it has more than {MOST_URL} characters")
            target = engine.network.target_of(url)
            spelled = engine.network.spelled_address(target.host, target.port)
            engine.network.Reach.of(self.settings.private_hosts).require(target, spelled)
        except engine.network.ForbiddenAddress as error:
            errors[field] = [f"the URL is not allowed: {error.message}"]
            return None
        return engine.FileReference(url, "")


def most_fetched(settings: Settings) -> int:
    """The largest file that a render has fetched: as for uploads of assets and audio."""
    return max(settings.max_asset_bytes, settings.max_audio_bytes)
