"""The template on the bench: opened anew whenever its files change, and the last one that could be opened meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import velocity_engine as engine
from velocity_web.processes.telling import reason

Entries = Sequence[Mapping[str, Any]]
Files = Mapping[str, str]


class Workshop:
    """One template. Several threads may use it; they draw one after the other.

    Attributes:
        path: The folder or file.
        name: What people call it.
    """

    def __init__(self, path: Path, animation: str | None = None) -> None:
        self.path = path
        self.name = path.name if path.is_dir() else path.stem
        self._animation = animation
        self._bench = threading.RLock()  # whoever draws holds it
        self._told = threading.Condition()
        self._revision = 0
        self._fault = ""
        self._template = self.open()
        self._customized: tuple[str, engine.Template] | None = None
        self._trial: tuple[int, engine.Trial] | None = None
        self._trying = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    def open(self) -> engine.Template:
        """The template as its files are now. The caller closes it. Raises the engine's errors."""
        return engine.open_template(self.path, animation=self._animation)

    def reload(self) -> None:
        """Opens the template anew. Where that fails the last one stays, and ``state`` says why."""
        fault, template = "", None
        try:
            template = self.open()
            template.findings  # noqa: B018 - a plan is made of it, which its first picture needs as well
        except (engine.VelocityError, OSError) as error:
            fault = reason(error, {}) if isinstance(error, engine.VelocityError) else str(error)
            if template is not None:
                template.close()
                template = None
        if template is not None:
            with self._bench:
                self._drop_customized()
                self._template.close()
                self._template = template
        with self._told:
            self._fault = fault
            self._revision += 1
            self._told.notify_all()

    def close(self) -> None:
        with self._bench:
            self._drop_customized()
            self._template.close()
        with self._told:
            self._told.notify_all()

    # --- what is on it ---

    @property
    def revision(self) -> int:
        """Which version of the files it shows, or could not be opened."""
        return self._revision

    def state(self) -> dict[str, Any]:
        """``fault`` is a sentence where the newest files cannot be opened."""
        with self._told:
            return {"revision": self._revision, "fault": self._fault}

    def changed(self, since: int, seconds: float) -> dict[str, Any]:
        """The state as soon as the revision is another, at the latest after so many seconds."""
        with self._told:
            self._told.wait_for(lambda: self._revision != since, seconds)
            return {"revision": self._revision, "fault": self._fault}

    @contextmanager
    def template(self) -> Iterator[engine.Template]:
        """The template, which nobody else uses meanwhile."""
        self._idle.clear()
        with self._bench:
            try:
                yield self._template
            finally:
                self._idle.set()

    @contextmanager
    def filled(self, entries: Entries, files: Files) -> Iterator[engine.Template]:
        """The template with values. What was filled in last is kept, since the next picture often shows another moment
        of it. Raises CustomizationError.
        """
        with self.template() as template:
            if not entries:
                yield template
                return
            key = json.dumps([entries, dict(files)], sort_keys=True)
            if self._customized is None or self._customized[0] != key:
                self._drop_customized()
                self._customized = (key, template.customized(entries, files))
            yield self._customized[1]

    def wait_until_idle(self) -> None:
        """Returns once nobody draws: what is measured must not count what others draw."""
        self._idle.wait()

    def trial(self, seconds: float) -> engine.Trial:
        """What drawing and encoding the template takes, measured once for each version of it."""
        with self._trying:
            revision = self._revision
            if self._trial is None or self._trial[0] != revision:
                with self.open() as template:
                    found = engine.try_out(template, seconds)
                    guess = engine.Trial.guess(template.width, template.height, template.frame_rate)
                self._trial = (revision, found or guess)
            return self._trial[1]

    def superseded(self) -> Callable[[], bool]:
        """A function that tells whether the files have changed since this call; it waits while others draw."""
        revision = self._revision

        def asked() -> bool:
            self.wait_until_idle()
            return self._revision != revision

        return asked

    def _drop_customized(self) -> None:
        if self._customized is not None:
            with suppress(engine.VelocityError):
                self._customized[1].close()
            self._customized = None
