"""The files that a preview shows: assets of who asks, and what is fetched for it."""

from __future__ import annotations

from pathlib import Path

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import reading
from velocity_web.failures import Busy
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.previewers import Named
from velocity_web.processes.shelf import Shelf
from velocity_web.schemas.scopes import PREVIEW
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.render_checks import find_assets, named_as, remote_fields
from velocity_web.services.request_fetches import RequestFetches
from velocity_web.settings import Settings
from velocity_web.storage.objects import Objects

Errors = dict[str, list[str]]
NOT_FETCHED = (
    "with a key of the scope preview alone no file is fetched; take it in with POST /asset/import, and name its assetId"
)


class PreviewFiles:
    """Those of one request. ``errors``: what is wrong with what its map names, by field."""

    def __init__(self, settings: Settings, objects: Objects, fetches: RequestFetches, caller: Caller) -> None:
        self.errors: Errors = {}
        self._objects = objects
        self._fetches = fetches
        self._caller = caller
        self._elsewhere = Elsewhere(settings, caller)
        self._most_bytes = settings.max_asset_bytes
        self._fields: dict[str, tuple[str, ...]] = {}
        self._missing: dict[str, None] = {}
        self._faults: dict[str, str] = {}

    def provide(self, named: Named, shelf: Shelf) -> dict[str, str]:
        """The files that a map names, by id or location, put on the shelf: those that are here."""
        self.errors.clear()  # it may be asked again, by another child
        self._missing.clear()
        self._fields.clear()
        wanted = [(int(index), str(key), named_as(source)) for one in named for index, key, source in one]
        with reading():
            found = find_assets(self._elsewhere, wanted, self.errors, {})
        self._fields |= remote_fields(self._elsewhere, wanted)
        there = {key: self._put(shelf, file) for key, file in found.items()}
        return {key: str(path) for key, path in there.items() if path is not None}

    def lacks_nothing_else(self, errors: Errors) -> bool:
        """Whether files that are not here are all that is wrong."""
        missing = self.missing_fields
        return bool(missing) and all(field.startswith(missing) for field in {**errors, **self.errors})

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """Which fields name files that are not here."""
        return tuple(field for location in self._missing for field in self._fields[location])

    def fetch(self) -> None:
        """Wait for what is not here. Raises what ``RequestFetches.bring`` does, and Busy while it is being fetched."""
        brought = self._fetches.bring(self._caller.account_id, list(self._missing), self._most_bytes)
        brought.require_all()
        self._faults |= brought.faults

    def require_all(self) -> None:
        """Raises Busy where what was fetched is gone again."""
        if self._missing:
            raise Busy("files that the preview shows are being fetched; try again in a moment")

    def _put(self, shelf: Shelf, file: engine.FileReference) -> Path | None:
        """None where the file is not here: then the child says that there is no such file."""
        if is_remote(file.location):
            return self._put_fetched(shelf, file.location)
        try:
            with self._objects.copy(file.location, file.sha256 or "") as path:
                return shelf.put(path, Path(file.location).name)
        except FileNotFoundError:
            return None

    def _put_fetched(self, shelf: Shelf, location: str) -> Path | None:
        key = self._caller.key
        fault = self._faults.get(location)
        if key is not None and set(key.scopes) == {PREVIEW}:
            fault = NOT_FETCHED
        if fault is not None:
            self.errors |= {field: [fault] for field in self._fields[location]}
        elif (held := self._fetches.held(location, self._most_bytes)) is not None:
            with held.copy:
                return shelf.put(held.path, held.path.name)
        else:
            self._missing[location] = None
        return None
