"""The files that a preview shows: assets of who asks, and what is fetched for it."""

from __future__ import annotations

from pathlib import Path

import velocity_engine as engine
from velocity_web.database.entities import reading
from velocity_web.failures import Busy, Invalid
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.previewers import Named
from velocity_web.processes.shelf import Shelf
from velocity_web.schemas.scopes import PREVIEW
from velocity_web.services.captions import SILENT, Said, with_cues
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.looked_files import CAPTIONS, CheckDesk, Remote, require_needed
from velocity_web.services.remote_files import RemoteFiles
from velocity_web.services.render_checks import find_assets, named_as, remote_fields

Errors = dict[str, list[str]]
INVALID = "the request has invalid fields"
NOT_FETCHED = (
    "with a key of the scope preview alone no file is fetched; take it in with POST /asset/import, and name its assetId"
)


class PreviewFiles:
    """Those of one request. ``errors``: what is wrong with what its map names, by field. ``said`` are its captions:
    with a file until that was fetched."""

    def __init__(self, desk: CheckDesk, said: Said = SILENT) -> None:
        self.errors: Errors = {}
        self.said = said
        self._desk = desk
        self._objects = desk.objects
        self._fetches = desk.fetches
        self._caller = desk.caller
        self._elsewhere = Elsewhere(desk.settings, desk.caller)
        self._most_bytes = desk.settings.max_asset_bytes
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
        lacks = bool(missing) or self.said.file is not None
        return lacks and all(field.startswith(missing) for field in {**errors, **self.errors})

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """Which fields name files that are not here."""
        return tuple(field for location in self._missing for field in self._fields[location])

    def fetch(self) -> None:
        """Wait for what is not here. The caller holds no place. Raises what ``RequestFetches.bring`` does, Busy while
        it is being fetched, and Invalid where what is said cannot be told."""
        captions = None if self.said.file is None else self.said.file.location
        wanted = [*self._missing, *([captions] if captions else [])]
        if captions and self._is_visitor:
            raise Invalid(INVALID, {CAPTIONS: [NOT_FETCHED]})
        brought = self._fetches.bring(self._caller.account_id, wanted, self._most_bytes)
        brought.require_all()
        self._faults |= brought.faults
        if captions:
            self._read_captions(captions)

    def _read_captions(self, location: str) -> None:
        remote = Remote(captions=location, needed=frozenset([location]))
        with RemoteFiles(self._desk) as files:
            files.bring([remote])
            files.look([remote])
            found = files.found(remote)
        require_needed(remote, found.late)
        if found.errors or found.cues is None:
            raise Invalid(INVALID, found.errors)
        self.said = Said(with_cues(self.said.text or "{}", found.cues))

    @property
    def _is_visitor(self) -> bool:
        """Whether the key is for previews alone."""
        key = self._caller.key
        return key is not None and set(key.scopes) == {PREVIEW}

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
        fault = NOT_FETCHED if self._is_visitor else self._faults.get(location)
        if fault is not None:
            self.errors |= {field: [fault] for field in self._fields[location]}
        elif (held := self._fetches.held(location, self._most_bytes)) is not None:
            with held.copy:
                return shelf.put(held.path, held.path.name)
        else:
            self._missing[location] = None
        return None
