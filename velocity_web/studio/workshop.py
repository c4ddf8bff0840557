"""The template on the bench: opened anew whenever its files change, and the last one that could be opened meanwhile."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import velocity_engine as engine
from velocity_web.processes.telling import reason

Entries = Sequence[Mapping[str, Any]]
Files = Mapping[str, str]
JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture: what is filled in, the moment in frames from the template's first, and the width in pixels (None for
    that of the template). With a ``duration`` frames are counted on the timeline of that video."""

    entries: Entries
    files: Files
    frame: int
    width: int | None
    captions: engine.Captions | None = None
    duration: engine.Duration | None = None
    motion_blur: engine.MotionBlur | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """The file of a still, and what of it is not drawn as the designer meant."""

    content: bytes
    content_type: str
    findings: tuple[engine.Finding, ...]


def quick_picture(still: engine.Still) -> Picture:
    """A JPEG that nobody tells from the still; a PNG, which takes three times as long, where it is clear anywhere."""
    stream = io.BytesIO()
    if (still.pixels[..., 3] == 255).all():
        still.image().convert("RGB").save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        return Picture(stream.getvalue(), "image/jpeg", still.findings)
    return Picture(still.encoded("png"), "image/png", still.findings)


class Workshop:
    """One template. Several threads may use it; they draw one after the other.

    Attributes:
        path: The folder or file.
        name: What people call it.
    """

    def __init__(self, path: Path, how: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.name = path.name if path.is_dir() else path.stem
        self._how: Mapping[str, Any] = how or {}  # the arguments of ``open_template``
        self._bench = threading.RLock()  # whoever draws holds it
        self._told = threading.Condition()
        self._revision = 0
        self._fault = ""
        self._ending = False
        self._measures = 0
        self._template = self.open()
        self._customized: tuple[str, engine.Template] | None = None
        self._wanted: Wanted | None = None
        self._drawn: tuple[Wanted, Picture] | None = None
        self._trial: tuple[int, engine.Trial] | None = None
        self._trying = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    def open(self) -> engine.Template:
        """The template as its files are now. The caller closes it. Raises the engine's errors."""
        return engine.open_template(self.path, **self._how)

    def reload(self) -> None:
        """Opens the template anew, and draws the picture that was asked for last, which the page is about to ask for.

        Where it cannot be opened the last one stays, and ``state`` says why.
        """
        try:
            template = self.open()
        except (engine.VelocityError, OSError) as error:
            self._tell(said_of(error))
            return
        with self._bench:
            self._drop_customized()
            self._template.close()
            self._template, self._drawn = template, None
            self._tell("")  # the page is on its way while this draws
            if self._wanted is not None:
                with suppress(engine.VelocityError):  # who asks for it is told
                    self.picture(self._wanted)

    def _tell(self, fault: str) -> None:
        with self._told:
            self._fault = fault
            self._revision += 1
            self._told.notify_all()

    def still(self, wanted: Wanted) -> engine.Still:
        """A moment, drawn. Raises the engine's errors."""
        with self.filled(wanted) as template:
            timeline = None if wanted.duration is None else template.timeline(wanted.duration)
            count = template.frame_count if timeline is None else timeline.end - template.first_frame
            frame = min(wanted.frame, count - 1)
            across = wanted.width or template.width
            size = (across, max(1, round(across * template.height / template.width)))
            return template.still(template.first_frame + frame, size, timeline)

    def picture(self, wanted: Wanted) -> Picture:
        """A moment as a file that is quickly made and quickly shown. Raises the engine's errors."""
        with self._bench:
            if self._drawn is None or self._drawn[0] != wanted:
                self._wanted = wanted
                self._drawn = (wanted, quick_picture(self.still(wanted)))
            return self._drawn[1]

    def findings(self) -> tuple[engine.Finding, ...]:
        """Those of the picture that was drawn last; of the template where none was."""
        with self.template() as template:
            return template.findings if self._drawn is None else self._drawn[1].findings

    def end(self) -> None:
        """Answers who waits for a change, and further ones at once."""
        with self._told:
            self._ending = True
            self._told.notify_all()

    def close(self) -> None:
        with self._bench:
            self._drop_customized()
            self._template.close()

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
            self._told.wait_for(lambda: self._revision != since or self._ending, seconds)
            return {"revision": self._revision, "fault": self._fault}

    @contextmanager
    def template(self) -> Iterator[engine.Template]:
        """The template, which nobody else uses meanwhile."""
        with self._bench:
            self._idle.clear()
            try:
                yield self._template
            finally:
                self._idle.set()

    @contextmanager
    def filled(self, wanted: Wanted) -> Iterator[engine.Template]:
        """The template with values. What was filled in last is kept, since the next picture often shows another moment
        of it. Raises CustomizationError and CaptionsError.
        """
        with self.template() as template:
            entries, files, captions, blur = wanted.entries, wanted.files, wanted.captions, wanted.motion_blur
            if not entries and captions is None and blur is None:
                yield template
                return
            said, blurred = (None if one is None else one.to_values() for one in (captions, blur))
            key = json.dumps([entries, dict(files), said, blurred], sort_keys=True)
            if self._customized is None or self._customized[0] != key:
                self._drop_customized()
                self._customized = (key, template.customized(entries, files, captions, blur))
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
        """A function that tells whether the files have changed since this call, or another one was made.

        It waits while others draw.
        """
        with self._told:
            self._measures += 1
            asked_of = (self._revision, self._measures)

        def asked() -> bool:
            self.wait_until_idle()
            return self._ending or (self._revision, self._measures) != asked_of

        return asked

    def _drop_customized(self) -> None:
        if self._customized is not None:
            with suppress(engine.VelocityError):
                self._customized[1].close()
            self._customized = None


def said_of(error: engine.VelocityError | OSError) -> str:
    """Why the template cannot be opened, as a sentence."""
    return reason(error, {}) if isinstance(error, engine.VelocityError) else str(error)
