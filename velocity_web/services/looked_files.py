"""What requests read from elsewhere, and what is found in it while they wait: of a dry run in all of it, else in what
the length of a video follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_web.accounts.auth import Caller
from velocity_web.orders.remote_sources import is_remote
from velocity_web.orders.render_requests import cues_text
from velocity_web.processes.assignments import FileAssignment
from velocity_web.processes.runner import Runner, TaskFailed
from velocity_web.schemas import states
from velocity_web.services.captions import Said
from velocity_web.services.render_checks import Errors, MapCheck, Terms
from velocity_web.services.render_sources import Sound
from velocity_web.services.request_fetches import Brought, RequestFetches
from velocity_web.settings import Settings
from velocity_web.storage.fetched import Held, host_of, name_at
from velocity_web.storage.files import task_folder
from velocity_web.storage.objects import Objects

LATE = "file.late"
UNSEEN = {"feature": LATE, "severity": "warning", "instead": "what a render finds in it is not told"}
MOST_LATE = 100
MOST_FILES = 1000
"""Of a request or a batch; what it names beyond these is not fetched for its check."""
TOO_MANY = (
    f"the length follows this file, and at most {MOST_FILES} are fetched for one request or batch; "
    "take it in, and give its id"
)
AUDIO, CAPTIONS = "audio", "captions"
"""The fields that name a sound and a caption file."""


@dataclass(frozen=True, slots=True)
class CheckDesk:
    """Whose renders are checked, and with what."""

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
    those of the caption file, as JSON. ``errors``: what is wrong, by field; ``late``: what could not be looked at in
    time, and ``beyond`` how many files were too many."""

    paths: Mapping[str, Path] = field(default_factory=dict)
    sound_seconds: float | None = None
    cues: str | None = None
    errors: Errors = field(default_factory=dict)
    late: tuple[str, ...] = ()
    beyond: int = 0

    @property
    def is_partial(self) -> bool:
        """Whether something was not looked at."""
        return bool(self.late or self.beyond)

    @property
    def warnings(self) -> tuple[dict[str, Any], ...]:
        """What is told of what is late: of the first of these one by one."""
        told = [_late(name_at(location), host_of(location)) for location in self.late[:MOST_LATE]]
        if (more := len(self.late) - MOST_LATE) > 0:
            sentence = (
                f"{more} further {'file was' if more == 1 else 'files were'} not looked at; ask again in a moment"
            )
            told.append({**UNSEEN, "message": sentence})
        if self.beyond:
            were = "file was" if self.beyond == 1 else "files were"
            sentence = f"{self.beyond} {were} not looked at: at most {MOST_FILES} are, of one request or batch"
            told.append({**UNSEEN, "message": sentence})
        return tuple(told)


NOTHING = LookedFiles()


def remote_of(terms: Terms, sound: Sound | None, said: Said, check: MapCheck, *, dry_run: bool) -> Remote:
    """What is to be looked at of what a request reads from elsewhere; ``check`` is of its map."""
    remote_sound = None if sound is None or not is_remote(sound.file.location) else sound.file.location
    clips = {one: fields for one, fields in check.elsewhere.items() if any(name.endswith(".video") for name in fields)}
    follows = "" if terms.duration is None else terms.duration.follows or ""
    needed = [remote_sound] if follows == "audio" and remote_sound else []
    if follows.startswith("layer:"):
        needed += clips
    if dry_run:
        return Remote(check.elsewhere, remote_sound, said.file.location if said.file else None, frozenset(needed))
    media = {one: fields for one, fields in clips.items() if one in needed}
    return Remote(media, remote_sound if follows == "audio" else None, None, frozenset(needed))


def require_needed(remote: Remote, late: Iterable[str]) -> None:
    """Raises Busy where something is late that the request cannot do without."""
    Brought({}, tuple(one for one in late if one in remote.needed)).require_all()


def seconds_of(desk: CheckDesk, held: Held, errors: Errors) -> float | None:
    """How long a sound lasts; None where ``errors`` gets why it is none. The caller holds no place. Raises Busy."""
    if (known := desk.fetches.known.recall(AUDIO, held.sha256)) is not None:
        return float(known)
    found = _looked(desk, states.AUDIO, held, AUDIO, errors)
    if found is None:
        return None
    desk.fetches.known.remember(AUDIO, held.sha256, str(float(found["seconds"])))
    return float(found["seconds"])


def cues_of(desk: CheckDesk, held: Held, errors: Errors) -> str | None:
    """What a caption file says, as JSON; otherwise as ``seconds_of``."""
    if (known := desk.fetches.known.recall(CAPTIONS, held.sha256)) is not None:
        return known
    found = _looked(desk, states.ASSET, held, CAPTIONS, errors)
    if found is None:
        return None
    if found["kind"] != "captions":
        what = "a clip" if found["kind"] == "video" else "a picture"
        errors[CAPTIONS] = [f"{held.name} is {what}, not a caption file"]
        return None
    cues = cues_text(found["cues"])
    if cues is not None:
        desk.fetches.known.remember(CAPTIONS, held.sha256, cues)
    return cues


def _looked(desk: CheckDesk, kind: str, held: Held, name: str, errors: Errors) -> dict[str, Any] | None:
    """What a confined process finds in a file."""
    path = str(held.path)
    assignment = FileAssignment(file=path, names={held.path.name: held.name})
    try:
        with task_folder(desk.settings.temporary) as folder:
            return desk.runner.run(desk.caller.account_id, kind, assignment, (path,), folder)
    except TaskFailed as failure:
        errors[name] = [str(failure)]
        return None


def _late(name: str, host: str) -> dict[str, Any]:
    sentence = f"{name} was not looked at: it is still being fetched from {host}; ask again in a moment"
    return {**UNSEEN, "message": sentence, "file": name}
