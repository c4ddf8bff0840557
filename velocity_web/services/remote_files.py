"""The files that lie elsewhere of requests that are checked: each is fetched once, looked at once by a confined
process, and put where the process that checks the requests finds it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from velocity_web.failures import Busy
from velocity_web.processes.shelf import Shelf
from velocity_web.services.elsewhere import most_fetched
from velocity_web.services.looked_files import (
    AUDIO,
    CAPTIONS,
    MOST_FILES,
    TOO_MANY,
    CheckDesk,
    LookedFiles,
    Remote,
    cues_of,
    seconds_of,
)
from velocity_web.services.render_checks import Errors
from velocity_web.services.request_fetches import Patience
from velocity_web.storage.fetched import Held

MOST_CUES = 32 << 20
"""Characters of what the caption files say that are kept at a time."""


class RemoteFiles:
    """Those of one request, or of the rows of one batch; for use in a ``with`` statement. All that is done here takes
    ``seconds`` together; what comes later is not looked at."""

    def __init__(self, desk: CheckDesk, seconds: float = math.inf) -> None:
        self._desk, self._left = desk, seconds
        self._most_bytes = most_fetched(desk.settings)
        self._asked: set[str] = set()
        self._faults: dict[str, str] = {}
        self._sounds: dict[str, float | None] = {}
        self._cues: dict[str, str | None] = {}
        self._errors: dict[tuple[str, str], list[str]] = {}
        self._paths: dict[str, Path] = {}
        self._shelf: Shelf | None = None

    def __enter__(self) -> RemoteFiles:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._shelf is not None:
            self._shelf.clear()

    @property
    def shelf(self) -> Shelf:
        """Where pictures and clips are put."""
        if self._shelf is None:
            settings = self._desk.settings
            self._shelf = Shelf(settings.temporary.resolve() / f"task-{uuid4()}", settings.run_as)
        return self._shelf

    @property
    def has_time(self) -> bool:
        return self._left > 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """What the block takes counts, too."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._left -= time.monotonic() - began

    def bring(self, remotes: Sequence[Remote]) -> None:
        """Wait for what these read and nobody waited for before. The caller holds no place. Raises NoSpace, and
        OSError."""
        new = [location for remote in remotes for location in remote.locations if location not in self._asked]
        new = list(dict.fromkeys(new))[: MOST_FILES - len(self._asked)]
        self._asked.update(new)
        usual = Patience()
        patience = usual if self._left == math.inf else Patience(max(0.0, self._left), usual.quiet)
        with self.timed():
            try:
                brought = self._desk.fetches.bring(self._desk.caller.account_id, new, self._most_bytes, patience)
            except Busy:
                return  # what is not here is late
        self._faults |= brought.faults

    def look(self, remotes: Sequence[Remote]) -> None:
        """Look at the sounds and the caption files of these; of earlier ones, what captions say is forgotten. The
        caller holds no place."""
        self._cues.clear()
        for remote in remotes:
            if remote.sound is not None and remote.sound not in self._sounds:
                self._look_at_sound(remote.sound)
            if remote.captions is not None and remote.captions not in self._cues:
                self._look_at_captions(remote.captions)

    def put(self, remotes: Sequence[Remote]) -> None:
        """Put the pictures and clips of these, and no others, on the shelf. Raises OSError."""
        media = list(dict.fromkeys(location for remote in remotes for location in remote.media))
        self._paths = {}
        for location in media if self.has_time else ():
            if (held := self._held(location)) is not None:
                with held.copy:
                    self._paths[location] = self.shelf.put(held.path, held.path.name)
        if self._shelf is not None:
            self._shelf.keep_only({path.name: None for path in self._paths.values()})

    def found(self, remote: Remote) -> LookedFiles:
        """What is known of what a request reads, after all of this was done for it."""
        errors: Errors = {}
        for location in remote.locations:
            if location in self._faults:
                errors |= {name: [self._faults[location]] for name in remote.fields(location)}
        if not self.has_time:  # for the check that would be made with what is here
            late = tuple(location for location in remote.locations if location not in self._faults)
            return LookedFiles(errors=errors, late=late)
        known = {*self._faults, *(location for location in remote.media if location in self._paths)}
        if remote.sound is not None and remote.sound in self._sounds:
            known.add(remote.sound)
            errors |= self._errors_of(AUDIO, remote.sound)
        if remote.captions is not None and remote.captions in self._cues:
            known.add(remote.captions)
            errors |= self._errors_of(CAPTIONS, remote.captions)
        unknown = [location for location in remote.locations if location not in known]
        beyond = [location for location in unknown if location not in self._asked]
        for location in remote.needed.intersection(beyond):
            errors |= {name: [TOO_MANY] for name in remote.fields(location)}
        return LookedFiles(
            {location: self._paths[location] for location in remote.media if location in self._paths},
            self._sounds.get(remote.sound or ""),
            self._cues.get(remote.captions or ""),
            errors,
            tuple(location for location in unknown if location in self._asked),
            len(beyond),
        )

    def _look_at_sound(self, location: str) -> None:
        errors: Errors = {}
        with self._lookable(location) as held:
            if held is not None:
                self._sounds[location] = seconds_of(self._desk, held, errors)
        self._note(location, errors)

    def _look_at_captions(self, location: str) -> None:
        if sum(len(cues or "") for cues in self._cues.values()) > MOST_CUES:
            return
        errors: Errors = {}
        with self._lookable(location) as held:
            if held is not None:
                self._cues[location] = cues_of(self._desk, held, errors)
        self._note(location, errors)

    def _errors_of(self, name: str, location: str) -> Errors:
        return {name: found} if (found := self._errors.get((name, location))) else {}

    def _note(self, location: str, errors: Errors) -> None:
        self._errors |= {(name, location): sentences for name, sentences in errors.items()}

    @contextmanager
    def _lookable(self, location: str) -> Iterator[Held | None]:
        """A file that is here, as long as there is time to look at it, and room for the process that does."""
        held = self._held(location) if self.has_time else None
        if held is None:
            yield None
            return
        with held.copy, self.timed():
            try:
                yield held
            except Busy:
                return  # it is late

    def _held(self, location: str) -> Held | None:
        if location in self._faults or location not in self._asked:
            return None
        return self._desk.fetches.held(location, self._most_bytes)
