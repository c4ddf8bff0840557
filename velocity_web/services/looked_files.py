"""What a render reads from elsewhere, brought here while its request waits, and looked at by confined processes: of a
dry run all of it, else what the length of the video follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_web.accounts.auth import Caller
from velocity_web.failures import Busy
from velocity_web.orders.render_requests import cues_text
from velocity_web.processes.assignments import FileAssignment
from velocity_web.processes.runner import Runner, TaskFailed
from velocity_web.schemas import states
from velocity_web.services.elsewhere import most_fetched
from velocity_web.services.request_fetches import Brought, RequestFetches
from velocity_web.settings import Settings
from velocity_web.storage.fetched import Held, host_of, name_at
from velocity_web.storage.files import task_folder
from velocity_web.storage.objects import Objects

Errors = dict[str, list[str]]
LATE = "file.late"
AUDIO, CAPTIONS = "audio", "captions"
"""The fields that name a sound and a caption file."""


@dataclass(frozen=True, slots=True)
class CheckDesk:
    """Whose render is checked, and with what."""

    caller: Caller
    settings: Settings
    objects: Objects
    runner: Runner
    fetches: RequestFetches


@dataclass(frozen=True, slots=True)
class Remote:
    """What is looked at of what lies elsewhere, by location: ``media`` with the fields that name each picture and clip.
    Of ``needed`` something is known that the request cannot do without."""

    media: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sound: str | None = None
    captions: str | None = None
    needed: frozenset[str] = frozenset()

    @property
    def locations(self) -> list[str]:
        others = [one for one in (self.sound, self.captions) if one is not None]
        return list(dict.fromkeys([*self.media, *others]))

    def fields(self, location: str) -> list[str]:
        """Those of the request that name it."""
        others = [name for name, one in ((AUDIO, self.sound), (CAPTIONS, self.captions)) if one == location]
        return [*self.media.get(location, ()), *others]


@dataclass(frozen=True, slots=True)
class LookedFiles:
    """``paths`` are those of pictures and clips, by location. ``sound_seconds``: how long the sound lasts; ``cues``:
    those of the caption file, as JSON. ``errors``: what is wrong, by field; ``warnings``: what could not be looked
    at."""

    paths: Mapping[str, Path] = field(default_factory=dict)
    sound_seconds: float | None = None
    cues: str | None = None
    errors: Errors = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()


@contextmanager
def looked_files(desk: CheckDesk, remote: Remote) -> Iterator[LookedFiles]:
    """The files are here until the end. The caller holds no place. Raises Busy while something needed is being fetched,
    NoSpace, and OSError."""
    brought = _brought(desk, remote)
    late = list(brought.late)
    errors: Errors = {}
    for location, sentence in brought.faults.items():
        errors |= {name: [sentence] for name in remote.fields(location)}
    with ExitStack() as copies:
        held: dict[str, Held] = {}
        for location in remote.locations:
            if location not in brought.faults and location not in late:
                found = desk.fetches.held(location, most_fetched(desk.settings))
                if found is None:  # it was here a moment ago
                    late.append(location)
                    continue
                copies.enter_context(found.copy)
                held[location] = found
        Brought({}, tuple(one for one in late if one in remote.needed)).require_all()
        sound = None if remote.sound is None else _looked(desk, states.AUDIO, held.get(remote.sound), AUDIO, errors)
        yield LookedFiles(
            {location: found.path for location, found in held.items() if location in remote.media},
            None if sound is None else sound["seconds"],
            None if remote.captions is None else _cues(desk, held.get(remote.captions), errors),
            errors,
            tuple(_late(late)),
        )


def _brought(desk: CheckDesk, remote: Remote) -> Brought:
    try:
        return desk.fetches.bring(desk.caller.account_id, remote.locations, most_fetched(desk.settings))
    except Busy:
        if remote.needed:
            raise
        return Brought({}, tuple(remote.locations))


def _looked(desk: CheckDesk, kind: str, held: Held | None, name: str, errors: Errors) -> dict[str, Any] | None:
    """What a confined process finds in a file; None where it is not here, or ``errors`` gets why it is none."""
    if held is None:
        return None
    path = str(held.path)
    assignment = FileAssignment(file=path, names={held.path.name: held.name})
    try:
        with task_folder(desk.settings.temporary) as folder:
            return desk.runner.run(desk.caller.account_id, kind, assignment, (path,), folder)
    except TaskFailed as failure:
        errors[name] = [str(failure)]
        return None


def _cues(desk: CheckDesk, held: Held | None, errors: Errors) -> str | None:
    found = _looked(desk, states.ASSET, held, CAPTIONS, errors)
    if found is None or held is None:
        return None
    if found["kind"] != "captions":
        what = "a clip" if found["kind"] == "video" else "a picture"
        errors[CAPTIONS] = [f"{held.name} is {what}, not a caption file"]
        return None
    return cues_text(found["cues"])


def _late(locations: Iterable[str]) -> Iterator[dict[str, Any]]:
    for location in locations:
        name, host = name_at(location), host_of(location)
        yield {
            "feature": LATE,
            "message": f"{name} was not looked at: it is still being fetched from {host}; ask again in a moment",
            "severity": "warning",
            "instead": "what a render finds in it is not told",
            "file": name,
        }
