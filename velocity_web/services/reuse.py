"""What renders that were checked share with each other, and with what earlier renders left."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.runner import Checker, Runner
from velocity_web.services.render_checks import MapCheck, Terms, template_copy, values_of
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


def _question(terms: Terms) -> dict[str, Any]:
    asked = {"encoder": terms.encoder.to_values(), "frames": terms.frames, "duration": None}
    return {**asked, "captions": terms.captions, "motion_blur": values_of(terms.motion_blur)}


def cached_of_batch(checker: Checker, terms: Terms, maps: Sequence[str], checks: Sequence[MapCheck]) -> Cached:
    """What is cached of the renders of a batch, as far as there is time. Those with assets are left out: the process
    that is asked must not read them."""
    looked = [one for one, check in zip(maps, checks, strict=True) if not (check.assets or check.length)]
    return _cached(checker, _question(terms), looked, {}) if looked else Cached()


def cached_of_render(asking: Asking, customizations: str, check: MapCheck, order: engine.RenderOrder) -> Cached:
    """What is cached of one render, in which nothing is wrong; no render where that is not known."""
    with ExitStack() as opened:
        file = opened.enter_context(template_copy(asking.objects, asking.terms.source))
        files: dict[str, str] = {}
        if any(is_remote(one.location) for one in check.assets.values()):
            return Cached()  # it is not fetched to be asked about
        try:
            for key, one in check.assets.items():
                files[key] = str(opened.enter_context(asking.objects.copy(one.location, one.sha256)))
        except FileNotFoundError:
            return Cached()
        checker = opened.enter_context(asking.runner.checker(asking.account_id, file, tuple(files.values())))
        length = {"frames": order.frames, "duration": order.duration and order.duration.to_values()}
        return _cached(checker, {**_question(asking.terms), **length}, [customizations], files)


def _cached(checker: Checker, asked: dict[str, Any], maps: Sequence[str], files: dict[str, str]) -> Cached:
    question = {**asked, "files": files, "seconds": LOOK_SECONDS}
    return Cached(**checker.cached(question, [one.encode() for one in maps], PATIENCE * LOOK_SECONDS))


class SharedFrames:
    """Counts what the renders of a batch have in common, piece by piece."""

    def __init__(self) -> None:
        self._counted: int | None = 0  # frames; None once that is not known any more
        self._unique = 0

    def add(self, checker: Checker, terms: Terms, maps: Sequence[str]) -> None:
        """Counts renders in which nothing is wrong."""
        if terms.duration is not None:  # whose segments depend on the length of each
            self._counted = None
        if self._counted is None or not maps:
            return
        question = {**_question(terms), "further": self._counted > 0}
        found = checker.shared(question, [one.encode() for one in maps], PATIENCE * LOOK_SECONDS)
        before, self._counted = self._counted, found.get("frames")
        self._unique = found.get("unique", 0)
        if self._counted is not None and self._counted <= before:  # another child answered, which knows of no others
            self._counted = None

    def unique_of(self, frames: int) -> int | None:
        """How many of all frames are rendered; None where that is not known."""
        return self._unique if self._counted == frames else None
