"""What renders that were checked share with each other, and with what earlier renders left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.runner import Checker, Runner
from velocity_web.services.render_checks import MapCheck, Terms, Ticket, numbered, template_copy, values_of
from velocity_web.storage.objects import Objects

LOOK_SECONDS = 2.0
"""Of the processors, for one question about what is cached."""
PATIENCE = 5.0  # times that, by the clock


@dataclass(frozen=True, slots=True)
class Cached:
    """How many frames of ``renders`` renders are cached."""

    frames: int = 0
    renders: int = 0

    def plus(self, other: Cached) -> Cached:
        return Cached(self.frames + other.frames, self.renders + other.renders)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks about a render, and by what means."""

    runner: Runner
    objects: Objects
    account_id: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Looked:
    """A row in which nothing is wrong: its map, what the check of that found, and its ticket."""

    customizations: str
    check: MapCheck
    ticket: Ticket

    @property
    def is_known(self) -> bool:
        """Whether all that its video shows is known here: what is fetched is not, and of assets that the process which
        is asked must not read, how long they last."""
        duration = self.ticket.order.duration
        follows_asset = duration is not None and duration.layer and self.check.assets
        return self.ticket.said.file is None and not follows_asset


def _question(terms: Terms, rows: Sequence[Looked]) -> dict[str, Any]:
    """``frames`` and ``durations`` of each render; where all have those of the template, the same."""
    return {
        "encoder": terms.encoder.to_values(),
        "frames": terms.asked if terms.duration else terms.frames,
        "durations": [(given := one.ticket.order.duration) and given.to_values() for one in rows],
        "motion_blur": values_of(terms.motion_blur),
        **numbered([one.ticket.said.text for one in rows]),
    }


def cached_of_batch(checker: Checker, terms: Terms, rows: Sequence[Looked]) -> Cached:
    """What is cached of the renders of a batch, as far as there is time. Those with assets are left out: the process
    that is asked must not read them."""
    looked = [one for one in rows if one.is_known and not one.check.assets]
    maps = [one.customizations for one in looked]
    return _cached(checker, _question(terms, looked), maps, {}) if looked else Cached()


def cached_of_render(asking: Asking, row: Looked, fetched: Mapping[str, Path]) -> Cached:
    """What is cached of one render, in which nothing is wrong; no render where that is not known. ``fetched``: its
    files from elsewhere that are here, by location."""
    if row.ticket.said.file is not None:
        return Cached()
    with ExitStack() as opened:
        file = opened.enter_context(template_copy(asking.objects, asking.terms.source))
        files: dict[str, str] = {}
        try:
            for key, one in row.check.assets.items():
                if is_remote(one.location):
                    files[key] = str(fetched[one.location])
                else:
                    files[key] = str(opened.enter_context(asking.objects.copy(one.location, one.sha256)))
        except (FileNotFoundError, KeyError):
            return Cached()
        own = [path for key, path in files.items() if not is_remote(row.check.assets[key].location)]
        reads = (*own, *{str(path.parent) for path in fetched.values()})
        checker = opened.enter_context(asking.runner.checker(asking.account_id, file, reads))
        return _cached(checker, _question(asking.terms, [row]), [row.customizations], files)


def _cached(checker: Checker, asked: dict[str, Any], maps: Sequence[str], files: dict[str, str]) -> Cached:
    question = {**asked, "files": files, "seconds": LOOK_SECONDS}
    return Cached(**checker.cached(question, [one.encode() for one in maps], PATIENCE * LOOK_SECONDS))


class SharedFrames:
    """Counts what the renders of a batch have in common, piece by piece."""

    def __init__(self) -> None:
        self._counted: int | None = 0  # frames; None once that is not known any more
        self._unique = 0

    def add(self, checker: Checker, terms: Terms, rows: Sequence[Looked]) -> None:
        """Counts renders in which nothing is wrong."""
        if not all(one.is_known for one in rows):
            self._counted = None
        if self._counted is None or not rows:
            return
        question = {**_question(terms, rows), "further": self._counted > 0}
        maps = [one.customizations.encode() for one in rows]
        found = checker.shared(question, maps, PATIENCE * LOOK_SECONDS)
        before, self._counted = self._counted, found.get("frames")
        self._unique = found.get("unique", 0)
        if self._counted is not None and self._counted <= before:  # another child answered, which knows of no others
            self._counted = None

    def unique_of(self, frames: int) -> int | None:
        """How many of all frames are rendered; None where that is not known."""
        return self._unique if self._counted == frames else None
